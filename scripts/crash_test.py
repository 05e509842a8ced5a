#!/usr/bin/env python3
"""Ends commands between two of their changes to files, as a power cut could, and looks for what is lost or left half.

    crash_test.py models                    every command that writes model files, before each of its changes
    crash_test.py installer OLD.run NEW.run   an update by the self-extracting installer, before each of its steps
    crash_test.py command --under FOLDER -- COMMAND …   any command: lists its changes, or ends it before one of them

Linux on x86-64 only. Exit code 0: nothing was lost; 1: something was, and is told.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path


def main() -> int:
    """Run the crash test that the command line names; its exit code."""
    options = _parser().parse_args()
    test: Callable[[argparse.Namespace], int] = options.run
    try:
        return test(options)
    except OSError as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="test", required=True)

    models = commands.add_parser("models", help="the commands that pull, import, export and remove models")
    models.add_argument("--case", action="append", metavar="NAME", help="only this case, and more than one if repeated")
    models.add_argument("--at", action="append", default=[], metavar="CALL", help="only before and after such calls")
    models.add_argument("--json", action="store_true", help="print one JSON object a case")
    models.set_defaults(run=_test_models)

    installer = commands.add_parser("installer", help="an update by the self-extracting installer")
    installer.add_argument("old", type=_file, metavar="OLD.run")
    installer.add_argument("new", type=_file, metavar="NEW.run")
    installer.add_argument("--only", action="append", help="only steps such as 'rename* edge-assistant.old'")
    installer.set_defaults(run=_test_installer)

    command = commands.add_parser("command", help="any command: 137 where it was ended, else its own exit code")
    command.add_argument("--under", type=Path, action="append", required=True, help="a folder whose changes count")
    command.add_argument("--at", type=int, metavar="N", help="end the command before this change (from 1)")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.add_argument("command", nargs="+", metavar="COMMAND")
    command.set_defaults(run=_test_command)
    return parser


def _file(text: str) -> Path:
    path = Path(text).resolve()
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return path


def _test_models(options: argparse.Namespace) -> int:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))  # its hub and its small models
    from crash_testing import models

    names = [case.name for case in models.CASES]
    if unknown := [name for name in options.case or () if name not in names]:
        sys.exit(f"There is no case {unknown[0]}. There are: {'; '.join(names)}.")
    failed = False
    for report in models.run_cases(options.case or names, options.at):
        failed = failed or bool(report.faults) or not report.kills
        if options.json:
            print(json.dumps(vars(report)), flush=True)
        else:
            print(f"{report.case}: {report.kills} kills, {len(report.faults)} faults", flush=True)
            print("".join(f"  {fault}\n" for fault in report.faults), end="", flush=True)
    return 1 if failed else 0


def _test_installer(options: argparse.Namespace) -> int:
    from crash_testing import installer

    failed = False
    with tempfile.TemporaryDirectory(prefix="crash-test-") as work:
        for failure in installer.faults(options.old, options.new, Path(work), options.only or ["*"]):
            print(f"FAILED: {failure}", flush=True)
            failed = True
    return 1 if failed else 0


def _test_command(options: argparse.Namespace) -> int:
    from crash_testing import file_changes

    done = file_changes.run(options.command, options.under, at=options.at)
    if options.json:
        steps = [[step.call, step.path] for step in done.steps]
        print(json.dumps({"killed": done.killed, "returncode": done.returncode, "steps": steps, "output": done.output}))
    else:
        sys.stdout.write(done.output)
        for number, step in enumerate(done.steps, 1):
            print(f"{number} {step.call} {step.path}")
    return 137 if done.killed else done.returncode


if __name__ == "__main__":
    sys.exit(main())
