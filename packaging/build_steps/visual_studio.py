"""Visual Studio's compiler, for what CMake builds on Windows: without its environment CMake takes MinGW's, where there
is one, and its libraries have other names and need DLLs of their own.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

_CPP_TOOLS = "Microsoft.VisualStudio.Component.VC.Tools.x86.x64"


def build_environment(
    environ: Mapping[str, str] = os.environ, run: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run
) -> dict[str, str]:
    """Return `environ` as vcvars64.bat of the newest Visual Studio changes it, for 64-bit programs.

    Raises LookupError where there is no Visual Studio with its C++ tools. `run` is subprocess.run; for tests.
    """
    # https://github.com/microsoft/vswhere/wiki/Installing: from Visual Studio 2017 on it is always there
    programs = environ.get("ProgramFiles(x86)", r"C:\Program Files (x86)")
    vswhere = rf"{programs}\Microsoft Visual Studio\Installer\vswhere.exe"
    command = [vswhere, "-latest", "-products", "*", "-requires", _CPP_TOOLS, "-property", "installationPath"]
    try:
        found = run([*command, "-utf8"], check=True, capture_output=True, text=True, encoding="utf-8").stdout.strip()
    except FileNotFoundError:
        found = ""
    if not found:
        raise LookupError("Visual Studio with its C++ tools is missing: install the Build Tools for Visual Studio.")
    script = Path(found, "VC", "Auxiliary", "Build", "vcvars64.bat")
    # As a string: cmd removes the outer quotes only, and list2cmdline would escape the inner ones. chcp: UTF-8.
    command_line = f'cmd.exe /d /s /c "chcp 65001 >nul & "{script}" >nul && set"'
    text = run(command_line, check=True, capture_output=True, text=True, encoding="utf-8", env=dict(environ)).stdout
    return {
        name: value for name, equals, value in (line.partition("=") for line in text.splitlines()) if name and equals
    }
