"""What was built, how large it is, and what was left out: dist/report.md."""

from __future__ import annotations

from pathlib import Path

from build_steps.libraries import SYSTEM, VOICE_SYSTEM
from build_steps.qt import DROPPED
from build_steps.weights import WeightsFile

LIMIT_MB = 450  # the program's folder without weights


def folder_size(folder: Path) -> int:
    """Bytes of all files; a file with two names counts once, a link not at all."""
    seen = {
        (status.st_dev, status.st_ino): status.st_size
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
        for status in (path.stat(),)
    }
    return sum(seen.values())


def report(
    program: Path,
    voice: Path | None,
    size: int,
    weights: list[WeightsFile],
    products: list[Path],
    libc: str,
    versions: str,
    traces: list[str],
) -> str:
    """The page. `size` are the bytes of the program's folder without weights; shown are MB of 1,000,000 bytes.

    `traces` are the files that name folders of the building machine.
    """
    large = sum(file.size for file in weights)
    internal = program / "_internal"
    parts = sorted(
        (
            (folder_size(path) if path.is_dir() else path.stat().st_size, path.name)
            for path in internal.iterdir()
            if not path.is_symlink()
        ),
        reverse=True,
    )
    lines = [
        "# What was built",
        "",
        versions,
        "",
        f"- The program's folder without weights: {_mb(size)} (at most {LIMIT_MB} MB)",
        f"- The weights beside it: {_mb(large)}",
        *([f"- The voice of the self-extracting form: {_mb(folder_size(voice))}"] if voice else []),
        *(f"- {path.name}: {_mb(path.stat().st_size)}" for path in products),
        f"- The oldest C library it runs with: {libc}" if libc else "",
        *([f"- Files that name folders of the building machine: {', '.join(traces)}"] if traces else []),
        "",
        "## The largest parts",
        "",
        *(f"- {name}: {_mb(size)}" for size, name in parts[:12]),
        "",
        "## Left out",
        "",
        *(f"- {what}" for what in DROPPED),
        "- libraries that a stock desktop has (below), hf_xet, tkinter, unittest",
        "- llama-cpp-python but its bindings, and with that jinja2 and diskcache",
    ]
    if voice:
        lines += ["", "## Expected of the system", ""]
        lines += [f"- {name} ({package})" for name, package in sorted((SYSTEM | VOICE_SYSTEM).items())]
    return "\n".join(line for line in lines) + "\n"


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
