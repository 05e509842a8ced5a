#!/usr/bin/env python3
"""Shows what a key press touches on its way to the first spoken word, in the program itself (not in its workers).

    scripts/trace_request.py [--app] [--calls] [--json]

It starts the program that listens for keys, or with --app the one with windows, with the demo model on a screen of its
own (Xvfb, openbox), opens a window there, presses the key that describes it, and follows all calls until the first
sentence of the answer is on its way to the voice: which files and functions, on which threads, and how often a call
goes from one folder of the package to another one.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "edge_assistant"
PICTURE = ROOT / "models" / "demo" / "samples" / "save-dialog.png"
SCREEN = (1280, 800)
KEY = "ctrl+shift+F9"
"""The usual key for the active window."""
PATIENCE_S = 120.0
SHARED_FOLDERS = frozenset(("system", "imaging", "text"))
"""Folders that everybody uses: their files are counted apart, and calls into them are no change of folder."""
_SPEAKS = "AnswerReporter._speak_pieces"
"""The function that speaks the sentences of an answer."""


class RequestTracer:
    """A profiler of all threads that counts while `recording`; `finished` is set when the answer begins to be heard."""

    def __init__(self) -> None:
        self.recording = False
        self.ready = threading.Event()
        self.finished = threading.Event()
        self.functions: dict[CodeType, int] = collections.Counter()
        self.threads: dict[str, set[CodeType]] = collections.defaultdict(set)
        self.folder_calls: dict[tuple[str, str], int] = collections.Counter()
        self.calls: list[tuple[str, str]] = []
        self._first_sentence = ""
        self._utterance: int | None = None

    def profile(self, frame: FrameType, event: str, argument: Any) -> None:
        """Count one call (the hook of sys.setprofile)."""
        if event == "return" and type(argument).__name__ == "PlaybackStarted":
            if argument.id == self._utterance:
                self.finished.set()
        elif event in ("call", "return") and frame.f_code.co_filename.startswith(_PREFIX):
            self._watch(frame, event)
            if self.recording and event == "call":
                self._count(frame)

    def _watch(self, frame: FrameType, event: str) -> None:
        """Notice that the program is ready, and the first sentence of the answer."""
        name = frame.f_code.co_qualname
        if name == "Speaker.say" and frame.f_locals["text"] == "Ready.":
            self.ready.set()
        elif self.recording and name == "Speaker.say" and _is_called_by(frame, _SPEAKS):
            self._first_sentence = frame.f_locals["text"]
            self.recording = event == "call"
        elif name == "WorkerProcess.send" and event == "call":
            message = frame.f_locals["message"]
            if type(message).__name__ == "Say" and message.text == self._first_sentence:
                self._utterance = message.id

    def _count(self, frame: FrameType) -> None:
        code, thread = frame.f_code, threading.current_thread().name
        self.functions[code] += 1
        self.threads[thread].add(code)
        self.calls.append((thread, f"{_folder(code)}: {Path(code.co_filename).name} {code.co_qualname}"))
        caller = frame.f_back
        while caller is not None and not caller.f_code.co_filename.startswith(_PREFIX):
            caller = caller.f_back
        here, there = _folder(code), "" if caller is None else _folder(caller.f_code)
        if there and there != here and not SHARED_FOLDERS & {here, there}:
            self.folder_calls[there, here] += 1

    def report(self) -> dict[str, Any]:
        """Return the result: files, functions, threads, and calls from folder to folder."""
        files: dict[str, list[str]] = collections.defaultdict(list)
        for code in self.functions:
            files[str(Path(code.co_filename).relative_to(PACKAGE))].append(code.co_qualname)
        return {
            "files": {name: sorted(files[name]) for name in sorted(files)},
            "own_files": sum(Path(name).parts[0] not in SHARED_FOLDERS for name in files),
            "functions": len(self.functions),
            "threads": {name: len(codes) for name, codes in sorted(self.threads.items())},
            "folder_calls": {f"{a} -> {b}": n for (a, b), n in sorted(self.folder_calls.items())},
        }


_PREFIX = f"{PACKAGE}{os.sep}"


def _is_called_by(frame: FrameType, name: str) -> bool:
    caller = frame.f_back
    while caller is not None and caller.f_code.co_qualname != name:
        caller = caller.f_back
    return caller is not None


def _folder(code: CodeType) -> str:
    return Path(code.co_filename).relative_to(PACKAGE).parts[0]


@contextlib.contextmanager
def _desktop(folder: Path) -> Iterator[dict[str, str]]:
    """Start an X server with a window manager and a window that shows the picture; yield the environment for it."""
    missing = [name for name in ("Xvfb", "openbox", "xdotool") if shutil.which(name) is None]
    if missing:
        raise SystemExit(f"This needs {', '.join(missing)}. Install what is missing.")
    reader, writer = os.pipe()
    size = "x".join(map(str, SCREEN))
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{size}x24", "-nolisten", "tcp", "-noreset"]
    with contextlib.ExitStack() as started:

        def start(*command: str, **options: Any) -> None:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
            started.callback(process.wait)
            started.callback(process.terminate)

        start(*command, pass_fds=(writer,))
        os.close(writer)
        with os.fdopen(reader, encoding="ascii") as numbers:
            environment = {"DISPLAY": f":{numbers.readline().strip()}", "QT_QPA_PLATFORM": "xcb", "WAYLAND_DISPLAY": ""}
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"):
            (folder / name).mkdir(mode=0o700)
            environment[name] = str(folder / name)
        environment["LANGUAGE"] = "en"
        sound_card = folder / "asound.conf"  # ALSA's null device: the sound is made and played, but not heard here
        sound_card.write_text("pcm.!default { type null }\nctl.!default { type null }\n", encoding="ascii")
        environment["ALSA_CONFIG_PATH"] = str(sound_card)
        every = {**os.environ, **environment}
        start("openbox", env=every)
        start(sys.executable, str(ROOT / "tests" / "support" / "show_picture.py"), str(PICTURE), "Music", env=every)
        yield environment


def _press_when_ready(tracer: RequestTracer, quit_app: Any) -> None:
    """Wait for the program, press the key, and end the program when the first word is heard."""
    try:
        if tracer.ready.wait(PATIENCE_S):
            time.sleep(2.0)  # let "Ready." be spoken, and the window manager settle
            window = subprocess.run(
                ["xdotool", "search", "--sync", "--name", "^Music$", "windowactivate", "--sync"], check=False
            )
            tracer.recording = True
            if window.returncode or subprocess.run(["xdotool", "key", KEY], check=False).returncode:
                raise SystemExit("The key could not be pressed.")
            tracer.finished.wait(PATIENCE_S)
            tracer.recording = False
    finally:
        quit_app()


def trace(*, app: bool) -> RequestTracer:
    """Run the program, with windows or without, press the key, and return what was recorded.

    SystemExit where no word came.
    """
    tracer = RequestTracer()
    with tempfile.TemporaryDirectory() as name, _desktop(Path(name)) as environment:
        os.environ.update(environment)
        config = Path(environment["XDG_CONFIG_HOME"], "edge-assistant")
        config.mkdir()
        (config / "settings.toml").write_text('model = "demo"\n', encoding="utf-8")
        data = Path(environment["XDG_DATA_HOME"], "edge-assistant")
        data.mkdir()
        answered = '{"answered": true, "warned": true}'  # no window asks about a model
        (data / "first-run.json").write_text(answered, encoding="utf-8")
        sys.path.insert(0, str(ROOT))
        from edge_assistant.assistant.reporter import AnswerReporter
        from edge_assistant.controller.service import ServiceOptions
        from edge_assistant.system import ipc
        from edge_assistant.system.cancellation import Cancellation

        if not hasattr(AnswerReporter, _SPEAKS.rpartition(".")[2]):
            raise SystemExit(f"There is no {_SPEAKS} any more: tell this script what speaks an answer's sentences.")
        if app:
            from edge_assistant.ui.application import run
        else:
            from edge_assistant.cli.listen import listen as run

        def quit_app() -> None:
            ipc.send(ipc.default_endpoint(), "quit")

        threading.setprofile(tracer.profile)
        driver = threading.Thread(target=_press_when_ready, args=(tracer, quit_app), name="driver", daemon=True)
        driver.start()
        sys.setprofile(tracer.profile)
        with contextlib.redirect_stdout(sys.stderr):
            run(ServiceOptions(seed=1), Cancellation())
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]
        driver.join()
    if not tracer.finished.is_set():
        raise SystemExit("No word of an answer was heard. The sound needs alsa-utils and libespeak-ng1.")
    return tracer


def main() -> None:
    """Trace one press and print the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--app", action="store_true", help="trace the program with windows")
    parser.add_argument("--calls", action="store_true", help="print every call too, in its order")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parsed = parser.parse_args()
    tracer = trace(app=parsed.app)
    report = tracer.report()
    if parsed.json:
        print(json.dumps(report, indent=2))
        return
    for name, functions in report["files"].items():
        print(f"{name}: {', '.join(functions)}")
    print()
    for name, count in report["threads"].items():
        print(f"thread {name}: {count} functions")
    print()
    for edge, count in report["folder_calls"].items():
        print(f"{edge}: {count} calls")
    print()
    print(
        f"{len(report['files'])} files ({report['own_files']} outside of {', '.join(sorted(SHARED_FOLDERS))}), "
        f"{report['functions']} functions, {len(report['threads'])} threads, "
        f"{sum(report['folder_calls'].values())} calls between {len(report['folder_calls'])} pairs of folders"
    )
    if parsed.calls:
        print()
        for thread, call in tracer.calls:
            print(f"{thread:12} {call}")


if __name__ == "__main__":
    main()
