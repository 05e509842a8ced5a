#!/usr/bin/env python3
"""Turns conditions of the program into their opposite, one at a time, and sees whether a test notices.

It takes COUNT conditions by chance: of if, elif, while, of "a if condition else b", of comprehensions and case, and the
parts of and/or. The same SEED takes the same ones of the same source. Each is negated in a copy of the files in a
temporary folder; the checkout stays as it is. There the unit tests run, those of its name and folder first, and then
the integration tests of its folder, until one fails. A line for each says which test caught it, or that it survived:
then either a test is missing, or the condition does nothing. What only another system can run is listed, not tried.

Tests first have to pass without a change; those that then run much longer count as failed. It takes COUNT times as
long as the tests, at most. Exit code 0: all were caught, 1: something survived, or it could not be tried.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import ctypes
import importlib.util
import itertools
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / "bin" / "python"
PACKAGE = "edge_assistant"
EVERYWHERE = "cli"
"""The folder of integration tests that stand for those folders that have none of their own: they use nearly all."""

SEVERAL = ("-n", str((os.cpu_count() or 1) + 1), "--dist", "loadgroup")  # so many tests at a time, of a whole folder

SLOWER, MORE_S = 3.0, 60.0  # so many times as long as without a change, and so many seconds more, tests may run


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition; `start` and `end` are places in the bytes of the file, which is relative to the package."""

    file: Path
    line: int
    start: int
    end: int
    runs_here: bool


def conditions(package: Path) -> Iterator[Condition]:
    """All of them, by file and in the order of the syntax tree."""
    for path in sorted(package.rglob("*.py")):
        source = path.read_bytes()
        rows = [0, *itertools.accumulate(map(len, source.splitlines(keepends=True)))]
        for node, runs_here in _tests(ast.parse(source), True):
            start = rows[node.lineno - 1] + node.col_offset
            end = rows[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
            yield Condition(path.relative_to(package), node.lineno, start, end, runs_here)


def _tests(node: ast.AST, runs_here: bool) -> Iterator[tuple[ast.expr, bool]]:
    """The conditions in a node, and whether this machine can come to them."""
    if isinstance(node, ast.Assert | ast.JoinedStr):  # the places of what is in an f-string are not told
        return
    holds, found = None, []
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        if "TYPE_CHECKING" in ast.unparse(node.test):
            return
        holds, found = _holds_here(node.test), [node.test]
    elif isinstance(node, ast.comprehension):
        found = node.ifs
    elif isinstance(node, ast.match_case):
        found = [node.guard] if node.guard is not None else []
    elif isinstance(node, ast.BoolOp):  # the last part of an "or" is most often a value
        found = node.values if isinstance(node.op, ast.And) else node.values[:-1]
    elif isinstance(node, ast.FunctionDef):
        runs_here = runs_here and not any(map(_is_of_another_system, ast.walk(node)))
    yield from ((each, runs_here) for each in found)
    for name, value in ast.iter_fields(node):
        lost = (name == "body" and holds is False) or (name == "orelse" and holds is True)
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _tests(child, runs_here and not lost)


def _holds_here(test: ast.expr) -> bool | None:
    """What a condition about the system is on this one; None for others."""
    if isinstance(test, ast.BoolOp):
        known = {_holds_here(each) for each in test.values}
        decides = isinstance(test.op, ast.Or)
        return decides if decides in known else None if None in known else not decides
    if re.fullmatch(r"(sys\.platform|os\.name) (==|!=|in|not in) [\w'\", ()]+", ast.unparse(test)):
        return bool(eval(ast.unparse(test), {"sys": sys, "os": os}))
    return None


def _is_of_another_system(node: ast.AST) -> bool:
    """Whether it takes a library, or a part of ctypes, that this machine has not."""
    names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
    if isinstance(node, ast.ImportFrom) and not node.level:
        names = [str(node.module)]
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "ctypes":
        return not hasattr(ctypes, node.attr)
    return any(importlib.util.find_spec(name.partition(".")[0]) is None for name in names)


class Copy:
    """The files of the checkout in a temporary folder, with the libraries of its .venv."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        listing = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        for name in subprocess.run(listing, capture_output=True, check=True, text=True).stdout.split("\0"):
            if name and (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        (folder / ".venv").symlink_to(ROOT / ".venv")
        self._environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
        self._seconds: dict[tuple[str, ...], float] = {}
        where = f"import {PACKAGE}; print({PACKAGE}.__file__)"
        found = subprocess.check_output([PYTHON, "-c", where], cwd=folder, env=self._environment, text=True).strip()
        if not Path(found).is_relative_to(folder):
            raise SystemExit(f"The tests would import {found}, which is not in the copy.")

    def suites(self, file: Path) -> list[tuple[str, ...]]:
        """What to run for a file of the package, one after the other."""
        folder = file.parts[0] if len(file.parts) > 1 else ""
        unit, integration = self.folder / "tests/unit", self.folder / "tests/integration"
        near = [unit / file.with_name(f"test_{file.name}"), unit / folder, unit]
        own = integration / folder
        last = [path for path in (own if folder and own.exists() else integration / EVERYWHERE,) if path.exists()]
        found = [*([each] for each in dict.fromkeys(near) if each.exists()), last]
        return [tuple(str(path.relative_to(self.folder)) for path in paths) for paths in found if paths]

    def fault(self, suite: tuple[str, ...]) -> str:
        """The test that fails, or what else happens; "" where all pass."""
        limit = self._seconds[suite] * SLOWER + MORE_S if suite in self._seconds else None
        command = [str(PYTHON), "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *suite]
        if not suite[0].partition("::")[0].endswith(".py"):
            command += SEVERAL
        started = time.monotonic()
        with subprocess.Popen(
            command, cwd=self.folder, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, text=True, errors="replace", start_new_session=True,
        ) as run:  # fmt: skip
            try:
                told, _ = run.communicate(timeout=limit)
            except subprocess.TimeoutExpired:
                return f"the time: {' '.join(suite)} took more than {limit:.0f} seconds"
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(run.pid, signal.SIGKILL)
        self._seconds.setdefault(suite, time.monotonic() - started)
        failed = re.search(r"(?m)^(?:FAILED|ERROR) (.+?)(?: - |$)", told)
        if not failed:
            return f"pytest itself: {' '.join(told.split()[-30:])}" if run.returncode else ""
        if suite != (failed[1],) and not self.fault((failed[1],)):  # it failed by chance
            return self.fault((*suite, f"--deselect={failed[1]}"))
        return failed[1]

    def caught(self, condition: Condition) -> str:
        """What catches its opposite; "" where nothing does."""
        file = self.folder / PACKAGE / condition.file
        source, start, end = file.read_bytes(), condition.start, condition.end
        for suite in self.suites(condition.file):
            if suite not in self._seconds:
                if fault := self.fault(suite):
                    raise SystemExit(f"Without any change there fails {fault}")
                print(f"Unchanged, {suite[0]} passes in {self._seconds[suite]:.0f} s", file=sys.stderr, flush=True)
            file.write_bytes(source[:start] + b"(not (" + source[start:end] + b"))" + source[end:])
            found = self.fault(suite)
            file.write_bytes(source)
            if found:
                return found
        return ""


def main() -> int:
    """Negate the conditions that are asked for; 1 when one survived."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seed", metavar="SEED", type=int, help="a number that decides which conditions are taken")
    parser.add_argument("count", metavar="COUNT", type=int, help="how many")
    parser.add_argument("--only", metavar="N", type=int, help="of these only the Nth, from 1, to try it again")
    options = parser.parse_args()
    if options.count < 1:
        parser.error("COUNT is 1 or more")
    known = list(conditions(ROOT / PACKAGE))
    taken = list(enumerate(random.Random(options.seed).sample(known, min(options.count, len(known))), start=1))
    told: list[str] = []
    with tempfile.TemporaryDirectory(prefix="negated-") as folder:
        copy = Copy(Path(folder).resolve())
        for number, each in taken if options.only is None else taken[options.only - 1 : options.only]:
            words = " ".join((ROOT / PACKAGE / each.file).read_bytes()[each.start : each.end].decode().split())
            by = f" by {found}" if each.runs_here and (found := copy.caught(each)) else ""
            told.append("caught" if by else "survived" if each.runs_here else "cannot run here")
            print(f"{number}. {PACKAGE}/{each.file}:{each.line}: not ({words}): {told[-1]}{by}", flush=True)
    print(f"Of {len(known)} conditions:", ", ".join(f"{told.count(each)} {each}" for each in dict.fromkeys(told)))
    return 1 if "survived" in told else 0


if __name__ == "__main__":
    sys.exit(main())
