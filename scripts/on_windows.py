#!/usr/bin/env python3
"""Sets up, shows and tests this project on Windows, for setup.ps1, demo.ps1 and test.ps1.

Any Python from 3.11 on runs it; it needs no packages.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path += [str(ROOT / "scripts"), str(ROOT / "packaging")]

from windows_setup.environment import Checkout, set_up  # noqa: E402
from windows_setup.steps import CANCELLED, DISK_FULL, FAILED, SetUpError  # noqa: E402

_CODES = (
    "Exit codes: 0 ready; 2 Python lacks a part, or the compiler is missing; 7 disk full; 8 network or package index; "
    "130 cancelled; 1 anything else."
)
_FULL = 28  # ENOSPC


def main(arguments: list[str]) -> int:
    """Do what the command line says; return the exit code."""
    parser = argparse.ArgumentParser(prog="on_windows.py", description=__doc__, epilog=_CODES)
    commands = parser.add_subparsers(dest="command", required=True)
    setup = commands.add_parser("setup", help="makes .venv in this checkout: all that the program needs", epilog=_CODES)
    setup.add_argument("--dev", action="store_true", help="and what the tests and checks need")
    commands.add_parser("demo", help="sets up, then describes sample screens aloud with the demo model")
    commands.add_parser("test", help="sets up with --dev, then runs pytest with the arguments", add_help=False)
    parsed, rest = parser.parse_known_args(arguments)
    if rest and parsed.command != "test":
        parser.error(f"there is no option {rest[0]}")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(
            stream, io.TextIOWrapper
        ):  # what is redirected has Windows' code page, which may lack a character
            stream.reconfigure(errors="replace")
    try:
        set_up(ROOT, dev=parsed.command == "test" or getattr(parsed, "dev", False))
    except SetUpError as error:
        print(error, file=sys.stderr)
        return error.code
    except OSError as error:
        print(f"Setting up failed: {error}.", file=sys.stderr)
        return DISK_FULL if error.errno == _FULL else FAILED
    except KeyboardInterrupt:
        print("Cancelled.", file=sys.stderr)
        return CANCELLED
    python = str(Checkout(ROOT, dev=False).python)
    match parsed.command:
        case "demo":
            return _run([python, str(ROOT / "scripts" / "demo_model.py"), "report"])
        case "test":
            return _run([python, "-m", "pytest", *(rest or ["tests/unit"])])
    return 0


def _run(command: list[str]) -> int:
    try:
        return subprocess.run(command, cwd=ROOT, check=False).returncode
    except KeyboardInterrupt:
        return CANCELLED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
