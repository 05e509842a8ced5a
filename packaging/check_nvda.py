#!/usr/bin/env python3
"""Proves on Windows that NVDA speaks an answer about another program's window: NVDA's own log must hold the answer.

    python packaging/check_nvda.py NVDA.EXE EDGE-ASSISTANT.EXE

Notepad is put in front, the program without windows is told by `trigger window` to describe it, and every sentence that
it prints must then stand in the log as spoken. Needs a sound device. NVDA runs with a configuration of its own and is
ended at the end. 0 when all was spoken; 1 with what was not.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

PATIENCE_S = 300.0  # for the first answer on a machine without a graphics processor
QUIET_S = 15.0  # without a new line, an answer is over
LOG_LEVEL = "12"  # NVDA's "input/output": what is spoken
# espeak-ng comes with NVDA; the welcome dialogue would be in front.
CONFIGURATION = (
    "[general]\n\tshowWelcomeDialogAtStartup = False\n[speech]\n\tsynth = espeak\n[update]\n\tautoCheck = False\n"
)
_STRING = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")


def main() -> int:
    """Run the check."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("nvda", type=Path)
    parser.add_argument("program", type=Path)
    parser.add_argument("--log", type=Path, default=Path("nvda.log"), help="where NVDA's log is left")
    parsed = parser.parse_args()
    with contextlib.ExitStack() as cleanup:
        _start_nvda(parsed.nvda, parsed.log, cleanup)
        _start(["notepad.exe"], cleanup)
        time.sleep(5)  # a new window is in front on a machine that nobody uses
        answer = _answer_about_the_window(parsed.program, cleanup)
        time.sleep(QUIET_S)  # NVDA may still be speaking
        spoken = list(spoken_texts(parsed.log.read_text(encoding="utf-8", errors="replace").splitlines()))
    if not answer:
        print("The program printed no answer.")
        return 1
    missing = unspoken(answer, spoken)
    for line in missing:
        print(f"NVDA did not speak: {line}")
    print(f"NVDA spoke {len(answer) - len(missing)} of {len(answer)} lines.")
    return 1 if missing else 0


def spoken_texts(log: Iterable[str]) -> Iterator[str]:
    """Yield what NVDA's log says was spoken, one text for each call; each line is a list as Python writes it."""
    for line in log:
        if line.startswith("Speaking ["):
            yield " ".join(ast.literal_eval(match[0]) for match in _STRING.finditer(line))


def unspoken(lines: Iterable[str], spoken: Iterable[str]) -> list[str]:
    """Return the lines that are in no spoken text, by their letters and digits alone."""
    heard = "\n".join(_plain(text) for text in spoken)
    return [line for line in lines if _plain(line) and _plain(line) not in heard]


def _plain(text: str) -> str:
    return "".join(each for each in text.casefold() if each.isalnum())


def _start_nvda(nvda: Path, log: Path, cleanup: contextlib.ExitStack) -> None:
    folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
    (folder / "nvda.ini").write_text(CONFIGURATION, encoding="utf-8")
    command = [str(nvda), "--minimal", "--disable-addons", f"--config-path={folder}"]
    _start([*command, f"--log-file={log.resolve()}", f"--log-level={LOG_LEVEL}"], cleanup)
    deadline = time.monotonic() + PATIENCE_S
    while not (log.is_file() and "NVDA initialized" in log.read_text(encoding="utf-8", errors="replace")):
        if time.monotonic() > deadline:
            raise SystemExit("NVDA did not start.")
        time.sleep(1)


def _answer_about_the_window(program: Path, cleanup: contextlib.ExitStack) -> list[str]:
    """Return the lines that the program prints about the window in front."""
    listening = _start([str(program), "listen", "--temperature", "0"], cleanup)
    lines: list[str] = []
    threading.Thread(target=lambda: lines.extend(_lines(listening)), daemon=True).start()
    deadline = time.monotonic() + PATIENCE_S
    while subprocess.run([str(program), "trigger", "status", "--no-speak"], check=False).returncode != 0:
        if time.monotonic() > deadline:
            raise SystemExit("The program did not start.")
        time.sleep(1)
    time.sleep(QUIET_S)  # what it says at its start is no answer
    before = len(lines)
    subprocess.run([str(program), "trigger", "window"], check=True)
    seen, since = before, time.monotonic()
    while time.monotonic() < deadline + PATIENCE_S:
        time.sleep(1)
        if len(lines) > seen:
            seen, since = len(lines), time.monotonic()
        elif seen > before and time.monotonic() - since > QUIET_S:
            break
    subprocess.run([str(program), "trigger", "quit"], check=False)
    return lines[before:seen]


def _lines(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout is not None
    for line in process.stdout:
        print(line, end="", flush=True)
        yield line.strip()


def _start(command: list[str], cleanup: contextlib.ExitStack) -> subprocess.Popen[str]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", errors="replace")
    cleanup.callback(process.kill)
    return process


if __name__ == "__main__":
    sys.exit(main())
