"""Programs that a test puts into a folder: lines of Python which are started by a name, on each system."""

from __future__ import annotations

import sys
from pathlib import Path


def write_program(folder: Path, name: str, code: str) -> Path:
    """Write a program that runs `code`; on Windows an .exe, as a wheel's commands are."""
    if sys.platform != "win32":
        path = folder / name
        path.write_text(f"#!{sys.executable}\n{code}\n")
        path.chmod(0o755)
        return path
    from distlib.scripts import ScriptMaker

    source = folder / f"{name}-source"
    source.mkdir(exist_ok=True)
    (source / name).write_text(f"#!python\n{code}\n")
    maker = ScriptMaker(str(source), str(folder))
    maker.executable = sys.executable
    maker.clobber = True
    return Path(maker.make(name)[0])
