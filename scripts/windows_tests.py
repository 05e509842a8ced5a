#!/usr/bin/env python3
"""Run the tests on a Windows Python, one file per process, and say what passed, failed and was skipped.

The variable WINDOWS_PYTHON is the command of a Windows Python that has what the tests need, such as one under wine; on
Windows it is the Python that runs this. Results are kept in build/windows-tests, a file of its own for every test file,
so that --continue can go on where a run ended.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from support import platforms  # noqa: E402 - found by the line above

RESULTS = Path("build/windows-tests")
SCOPE = (
    "tests/unit",
    "tests/integration/engine",
    "tests/integration/models",
    "tests/integration/cli",
    "tests/integration/windows",
)
"""Which tests are run: those of the engine, of the models and of `describe`, of the app on a Windows desktop, and every
unit test."""
NOT_ON_WINDOWS = ("tests/integration/cli/test_commands_speak.py",)
"""What of it hears a sound card of Linux."""
ONE_BY_ONE = "tests/integration/windows/"
"""Where tests use the desktop, of which there is one: these files are run last, and none beside another."""
AT_ONCE = 2
"""Test files at a time: under wine, each costs two processors."""
LIMIT_S = 600.0
"""How long a file may take; one that hangs is ended, and has failed."""
LINGERS_S = 20.0
"""How long a file may take to end when its results are there. Under wine a service that it has started may hold its
output for ever, so then it is ended, and its results count."""
LINGERED = -100
"""Stands for the exit code of such a file."""
NO_TESTS = 5
"""pytest's exit code for a file of which every test was left out."""


_running: list[subprocess.Popen[bytes]] = []


@dataclass
class FileResult:
    """What became of one test file; `problem` says why there are no results of its tests."""

    file: str
    commit: str
    seconds: float
    passed: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)
    problem: str = ""

    @property
    def unexplained(self) -> list[str]:
        """The reasons for skipping that are not on the list."""
        return [reason for reason in self.skipped if reason not in platforms.REASONS]

    @property
    def is_good(self) -> bool:
        """Whether everything passed, or was left out for a reason that is on the list."""
        return not (self.failed or self.problem or self.unexplained)


class Stopped(Exception):
    """The file took longer than it may."""


def read_junit(text: str) -> tuple[int, list[str], dict[str, int]]:
    """What pytest's XML says: how many passed, the names of those that failed, and the reasons of those left out."""
    passed, failed, skipped = 0, [], Counter[str]()
    for case in ElementTree.fromstring(text).iter("testcase"):
        skip = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            failed.append(case.get("name", ""))
        elif skip is not None:
            skipped[_reason(skip)] += 1
        else:
            passed += 1
    return passed, failed, dict(skipped)


def _reason(skip: ElementTree.Element) -> str:
    """Why a test was left out. Where a whole file was, the XML has (file, line, reason) as Python writes it."""
    reason = skip.get("message", "")
    if reason == "collection skipped":
        reason = (skip.text or "").strip()
        reason = next((known for known in platforms.REASONS if known in reason), reason)
    return reason.removeprefix("Skipped: ")


def is_wanted(path: Path) -> bool:
    return path.name.startswith("test_") and path.suffix == ".py" and path.as_posix() not in NOT_ON_WINDOWS


def test_files(places: Sequence[str]) -> list[str]:
    """The test files at those places, from the root of the checkout on, with slashes."""
    found = []
    for place in places:
        path = (ROOT / place).resolve().relative_to(ROOT)
        within = [path] if (ROOT / path).is_file() else [p.relative_to(ROOT) for p in (ROOT / path).rglob("test_*.py")]
        found += sorted(each.as_posix() for each in within if is_wanted(each))
    return list(dict.fromkeys(found))


def windows_python() -> list[str]:
    """The command of a Windows Python; exits where there is none."""
    if sys.platform == "win32":
        return [sys.executable]
    command = shlex.split(os.environ.get("WINDOWS_PYTHON", ""))
    if not command:
        sys.exit("Set WINDOWS_PYTHON to the command of a Windows Python, such as one under wine.")
    return command


def commit() -> str:
    """What is checked out, with a plus where something was changed since."""
    asked = ["git", "-C", str(ROOT)]
    if shutil.which("git") is None:
        return "no commit"
    head = subprocess.run([*asked, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    changed = subprocess.run([*asked, "status", "--porcelain"], capture_output=True, text=True, check=False)
    return (head.stdout.strip() or "no commit") + ("+" if changed.stdout.strip() else "")


def kept(file: str, ending: str) -> Path:
    """Where something about a test file is kept."""
    return RESULTS / (file.removeprefix("tests/").removesuffix(".py").replace("/", "--") + ending)


def run_file(python: Sequence[str], file: str, limit: float, head: str) -> FileResult:
    """Run one test file and keep its result, its output besides."""
    results = kept(file, ".xml")
    (ROOT / results).unlink(missing_ok=True)
    options = ["-v", "-p", "no:cacheprovider", "--tb=short", "-ra", f"--junitxml={results.as_posix()}"]
    options += ["-o", "junit_family=xunit1"]  # which has the properties that tests record
    begun = time.monotonic()
    problem = ""
    with (ROOT / kept(file, ".log")).open("wb") as log:
        try:
            code = _run([*python, "-m", "pytest", file, *options], log.fileno(), limit, ROOT / results)
        except Stopped:
            code, problem = -1, f"ended after {limit:.0f} seconds"
    result = FileResult(file, head, round(time.monotonic() - begun, 1), problem=problem)
    if (ROOT / results).is_file():
        result.passed, result.failed, result.skipped = read_junit((ROOT / results).read_text("utf-8"))
        if code not in (0, LINGERED, NO_TESTS) and not result.failed and not problem:
            result.problem = f"ended with {code}"
    elif not problem:
        result.problem = f"died with {code}"
    (ROOT / kept(file, ".json")).write_text(json.dumps(asdict(result), indent=1), "utf-8")
    return result


def _run(command: Sequence[str], output: int, limit: float, results: Path) -> int:
    """Run a command with its output into a file, through a pipe; its exit code, or LINGERED. Nothing of it is left.

    The pipe is there because a file as a standard handle of a Windows program under wine fails at times.
    """
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    _running.append(process)
    pipe = process.stdout
    assert pipe is not None
    copying = threading.Thread(target=_copy, args=(pipe.fileno(), output), daemon=True)
    copying.start()
    try:
        code = _wait(process, limit, results)
        copying.join(10)  # what it started and left behind may hold the pipe
    finally:
        _end(process)
        _running.remove(process)
        copying.join(10)
        if not copying.is_alive():
            pipe.close()
    return code


def _wait(process: subprocess.Popen[bytes], limit: float, results: Path) -> int:
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(1)
        if results.is_file():
            deadline = min(deadline, results.stat().st_mtime - time.time() + time.monotonic() + LINGERS_S)
    if results.is_file():
        return LINGERED
    raise Stopped


def _copy(source: int, target: int) -> None:
    with contextlib.suppress(OSError):  # the log is closed before a pipe that somebody holds
        while data := os.read(source, 65536):
            os.write(target, data)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program with all that it started."""
    if sys.platform == "win32":
        end = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(end, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=10)
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def groups(files: Sequence[str], at_once: int) -> list[tuple[list[str], int]]:
    """The files in the order in which they are run: those of a group so many at a time."""
    last = [file for file in files if file.startswith(ONE_BY_ONE)]
    return [([file for file in files if file not in last], at_once), (last, 1)]


def run_files(
    python: Sequence[str], files: Sequence[str], at_once: int, limit: float, head: str
) -> Iterator[FileResult]:
    """Run test files, so many at a time; yield each result as it comes. Whatever ends this ends them, too."""
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        running = [pool.submit(run_file, python, file, limit, head) for file in files]
        try:
            for ended in concurrent.futures.as_completed(running):
                yield ended.result()
        except BaseException:  # Ctrl+C, say
            pool.shutdown(wait=False, cancel_futures=True)
            for process in _running:
                _end(process)
            raise


def kept_results(files: Iterable[str]) -> list[FileResult]:
    """The results that there are of those files."""
    found = []
    for file in files:
        path = ROOT / kept(file, ".json")
        if path.is_file():
            found.append(FileResult(**json.loads(path.read_text("utf-8"))))
    return found


def line(result: FileResult) -> str:
    """One file's result in a line."""
    skipped = sum(result.skipped.values())
    told = f"{result.passed} passed" + (f", {skipped} skipped" if skipped else "")
    if result.failed:
        told += f", {len(result.failed)} FAILED"
    if result.problem:
        told += f", {result.problem.upper()}"
    if result.unexplained:
        told += ", SKIPPED WITHOUT A REASON OF THE LIST"
    return f"{result.file}: {told} ({result.seconds:.0f} s)"


def summary(results: Sequence[FileResult], missing: Sequence[str]) -> str:
    """What a run tells at its end."""
    reasons = Counter[str]()
    for result in results:
        reasons.update(result.skipped)
    failed = [f"{result.file}: {name}" for result in results for name in result.failed]
    died = [f"{result.file}: {result.problem}" for result in results if result.problem]
    total = sum(result.passed for result in results)
    lines = [
        f"Commit: {', '.join(sorted({result.commit for result in results}))}",
        f"{len(results)} files: {total} passed, {len(failed)} failed, {reasons.total()} skipped",
    ]
    for reason, count in reasons.most_common():
        lines.append(f"  {count:4} skipped: {reason}" + ("" if reason in platforms.REASONS else " (NOT ON THE LIST)"))
    for title, each in (("Failed", failed), ("Died", died), ("Not run", missing)):
        lines += [f"{title}: {name}" for name in each]
    return "\n".join(lines)


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "places", nargs="*", metavar="PLACE", help="test files or folders; without, all that are run there"
    )
    parser.add_argument(
        "--continue", action="store_true", dest="goes_on", help="leave out the files that passed already"
    )
    parser.add_argument("--report", action="store_true", help="run nothing, tell the results that are kept")
    parser.add_argument(
        "--at-once", type=int, default=AT_ONCE, metavar="N", help="files at a time (default: %(default)s)"
    )
    parser.add_argument(
        "--limit", type=float, default=LIMIT_S, metavar="S", help="seconds for a file (default: %(default)s)"
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; 0 where everything passed or was left out for a reason of the list."""
    chosen = parse_arguments(arguments)
    files = test_files(chosen.places or SCOPE)
    results = {result.file: result for result in kept_results(files)}
    if not chosen.report:
        python, head = windows_python(), commit()
        (ROOT / RESULTS).mkdir(parents=True, exist_ok=True)
        todo = [file for file in files if not (chosen.goes_on and file in results and results[file].is_good)]
        for file in todo:
            (ROOT / kept(file, ".json")).unlink(missing_ok=True)
            results.pop(file, None)
        count = 0
        # Once alone: under wine, the first program starts what the others use.
        subprocess.run(
            [*python, "-c", "import sys; print(sys.version)"], cwd=ROOT, stdin=subprocess.DEVNULL, check=True
        )
        for files_of_it, at_once in groups(todo, max(1, chosen.at_once)):
            for result in run_files(python, files_of_it, at_once, chosen.limit, head):
                results[result.file] = result
                count += 1
                print(f"[{count}/{len(todo)}] {line(result)}", flush=True)
    missing = [file for file in files if file not in results]
    print(summary([results[file] for file in files if file in results], missing))
    return 0 if not missing and all(result.is_good for result in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
