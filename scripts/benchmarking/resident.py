"""The resident program on a virtual screen: its real keys, its tone, its first token, and the memory of all of it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
from PIL import Image
from Xlib import Xatom
from Xlib.display import Display

from benchmarking.machine import SCREEN, screenshot
from benchmarking.memory import Peak
from benchmarking.sound_card import Ear
from edge_assistant.system import paths

_KEY = "ctrl+shift+F11"  # describes the screen
_WINDOW_KEY = "ctrl+shift+F9"
_READ = "ctrl+shift+F10"
_LEADER, _CHOICE = "ctrl+shift+F12", "w"  # in the palette, the window, which fills the screen
_STOP = "ctrl+shift+F8"
_CHOOSING_S = 2.5
_REST_S = 2.0
_AHEAD_S = 30.0  # until the detail of a picture has been encoded while its glance is spoken, too
_PATIENCE = 300.0


def possible() -> str | None:
    """What is missing here, as a sentence; None when nothing is."""
    missing = [name for name in ("Xvfb", "openbox", "xdotool", "aplay") if shutil.which(name) is None]
    return f"not measured here: {', '.join(missing)} missing" if missing else None


def measure(model: Path, presses: int, *, windows: bool) -> dict[str, list[float]]:
    """Seconds from key to tone and to the first word shown, for new pictures, and the peak PSS of all processes.

    `windows` takes the desktop app instead of `listen`, and adds the seconds from a choice in the palette, 2.5 seconds
    after the leader key, to the first word, and how long its event loop was away: the median of the longest 1,000
    times, and the longest one.
    """
    figures: dict[str, list[float]] = {"tone": [], "first_token": [], "pss": []}
    with tempfile.TemporaryDirectory() as name, Ear(Path(name)) as ear, _screen() as display:
        gaps = Path(name) / "gaps.json"
        with _running(Path(name), ear, display, model, gaps if windows else None) as program:
            window = _Window(display)
            for number in range(presses):
                window.show_number(number)
                pressed = program.press(_KEY)
                figures["tone"].append(ear.first_after(pressed) - pressed)
                figures["first_token"].append(program.lines.first_answer(pressed) - pressed)
                program.stop()
            for number in range(presses if windows else 0):
                window.show_number(presses + number)
                program.press(_LEADER)
                time.sleep(_CHOOSING_S)
                chosen = program.press(_CHOICE)
                figures.setdefault("chosen", []).append(program.lines.first_answer(chosen) - chosen)
                program.stop()
            with Peak(program.pid) as peak:  # by itself, since it takes time of its own
                window.show_number(2 * presses)
                program.lines.first_answer(program.press(_KEY))
                time.sleep(_AHEAD_S)
                program.stop()
            figures["pss"].append(float(peak.bytes))
            window.close()
        if gaps.exists():
            away = json.loads(gaps.read_text(encoding="ascii"))
            figures |= {"gap_median": [away[len(away) // 2]], "gap_longest": [away[-1]]}
    return figures


def measure_reading(model: Path, pages: dict[str, list[Image.Image]], presses: int) -> dict[str, list[float]]:
    """Seconds from the key to the first line that the desktop app hands to the voice, its text worker cold and warm.

    `pages` are the windows' pictures by what they are called; each press is for the next one. Besides, the peak PSS of
    all processes while a window is read beside the model's answer.
    """
    figures: dict[str, list[float]] = {}
    windows: list[_Window] = []  # closed at the end only, lest the next one gets the number of one before it
    with (
        tempfile.TemporaryDirectory() as name,
        Ear(Path(name)) as ear,
        _screen() as display,
        _running(Path(name), ear, display, model, Path(name) / "gaps.json") as program,
    ):
        for kind, images in pages.items():
            for number in range(presses):
                for state in ("cold", "warm"):
                    window = _Window(display, images[0].size)  # a new one: in the same, the model would read
                    window.show(images[number % len(images)])
                    if state == "cold":
                        program.kill_text_worker()
                    pressed = program.press(_READ)
                    figures.setdefault(f"{kind}.{state}", []).append(program.lines.first_line(pressed) - pressed)
                    time.sleep(_REST_S)  # until all of it is recognised, so that the worker stays
                    program.stop()
                    windows.append(window)
            window = _Window(display, images[0].size)
            with Peak(program.pid) as peak:
                window.show(images[0])
                program.lines.first_answer(program.press(_WINDOW_KEY))
                program.press(_READ)
                time.sleep(_REST_S)
                program.stop()
            figures[f"{kind}.pss"] = [float(peak.bytes)]
            windows.append(window)
        for window in windows:
            window.close()
    return figures


class _Program:
    """The running program: its keys, and what it prints."""

    def __init__(self, process: subprocess.Popen[bytes], environment: dict[str, str]) -> None:
        self.pid = process.pid
        self.lines = _Lines(process)
        self._environment = environment

    def press(self, key: str) -> float:
        """Press a key; return when."""
        pressed = time.monotonic()
        subprocess.run(["xdotool", "key", key], env=self._environment, check=True)
        return pressed

    def stop(self) -> None:
        """Silence it, and end what it still works at."""
        self.press(_STOP)
        time.sleep(0.3)
        self.press(_STOP)
        time.sleep(_REST_S)

    def kill_text_worker(self) -> None:
        """End the worker that recognises text, if there is one, as after a minute without a picture."""
        for child in psutil.Process(self.pid).children():
            if child.name() == "edge-ocr":
                child.kill()
        time.sleep(_REST_S)


@contextlib.contextmanager
def _running(folder: Path, ear: Ear, display: str, model: Path, gaps: Path | None) -> Iterator[_Program]:
    """The ready program, its user folders in `folder`: `listen`, or with a file for `gaps` the desktop app."""
    environment = {**os.environ, **ear.variables, **_own_folders(folder, model), "DISPLAY": display}
    environment.pop("WAYLAND_DISPLAY", None)
    command = [sys.executable, "-m", "edge_assistant", "listen", "--seed", "1"]
    if gaps is not None:
        command = [sys.executable, str(Path(__file__).with_name("watched_app.py")), str(gaps)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    program = _Program(process, environment)
    try:
        program.lines.wait_for("Ready.", after=0.0)
        yield program
    finally:
        process.terminate()
        process.wait()


class _Lines:
    """What a program prints, with the times at which it came."""

    def __init__(self, program: subprocess.Popen[bytes]) -> None:
        self._program = program
        self._seen: list[tuple[float, str]] = []
        threading.Thread(target=self._read, daemon=True).start()

    def wait_for(self, line: str, after: float) -> float:
        """When that line came. SystemExit when it never does."""
        return self._wait(lambda seen: line in seen, after, line)

    def first_answer(self, after: float) -> float:
        """When the first piece of an answer came: what is printed then is neither a title nor a notice."""
        return self._wait(lambda seen: "filler" in seen, after, "an answer")

    def first_line(self, after: float) -> float:
        """When the first line of a reading was handed to the voice."""
        return self._wait(lambda seen: "read aloud: " in seen, after, "a line")

    def _wait(self, fits: Callable[[str], bool], after: float, what: str) -> float:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            found = next((at for at, text in list(self._seen) if at >= after and fits(text)), None)
            if found is not None:
                return found
            time.sleep(0.005)
        raise SystemExit(f"{what} never came: {self._seen[-5:]}")

    def _read(self) -> None:
        assert self._program.stdout is not None
        while chunk := os.read(self._program.stdout.fileno(), 2**12):
            self._seen.append((time.monotonic(), chunk.decode(errors="replace")))


def _own_folders(folder: Path, model: Path) -> dict[str, str]:
    variables = {}
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"):
        path = folder / variable.lower()
        path.mkdir(mode=0o700)
        variables[variable] = str(path)
    # What was made of the weights, and their checksums, as a program has them that has been idle before.
    for mine, kept in ((paths.cache_dir, "towers"), (paths.data_dir, "verified.json")):
        if (known := mine() / kept).exists():
            own = mine(environ=variables)
            own.mkdir(exist_ok=True)
            (own / kept).symlink_to(known)
    first_run = paths.data_dir(environ=variables) / "first-run.json"
    first_run.parent.mkdir(exist_ok=True)
    first_run.write_text('{"answered": true, "warned": true}', encoding="utf-8")  # nothing is said before an answer
    settings = folder / "xdg_config_home" / "edge-assistant" / "settings.toml"
    settings.parent.mkdir()
    settings.write_text(f'model = "{model}"\n', encoding="utf-8")
    return variables


@contextlib.contextmanager
def _screen() -> Iterator[str]:
    reader, writer = os.pipe()
    size = f"{SCREEN[0]}x{SCREEN[1]}x24"
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", size, "-nolisten", "tcp", "-noreset"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, pass_fds=(writer,), **quiet)
    os.close(writer)
    with os.fdopen(reader) as numbers:
        display = f":{numbers.readline().strip()}"
    manager = subprocess.Popen(["openbox"], env={**os.environ, "DISPLAY": display}, **quiet)
    try:
        yield display
    finally:
        for process in (manager, server):
            process.terminate()
            process.wait()


class _Window:
    """A window that has the focus, of a program without any memory; by default it fills the screen."""

    def __init__(self, display: str, size: tuple[int, int] = SCREEN) -> None:
        self._display = Display(display)
        self._size = size
        root = self._display.screen().root
        self._window = root.create_window(0, 0, *size, 0, self._display.screen().root_depth)
        self._window.set_wm_name("Benchmark")
        atom = self._display.intern_atom
        if size == SCREEN:
            self._window.change_property(atom("_NET_WM_STATE"), Xatom.ATOM, 32, [atom("_NET_WM_STATE_FULLSCREEN")])
        self._window.map()
        self._display.sync()

    def show_number(self, number: int) -> None:
        """Another screenshot; returns when it is there."""
        self.show(screenshot(1000 + number))

    def show(self, picture: Image.Image) -> None:
        """Another picture; returns when it is there. One of another size than the window lies on grey."""
        shown = Image.new("RGB", self._size, "#808080")
        shown.paste(picture, (0, 0))
        width, height = self._size
        image = shown.tobytes("raw", "BGRX")
        pixmap = self._window.create_pixmap(width, height, 24)
        context = pixmap.create_gc()
        row = width * 4
        rows = 32
        for top in range(0, height, rows):
            count = min(rows, height - top)
            part = image[top * row : (top + count) * row]
            pixmap.put_image(context, 0, top, width, count, 2, 24, 0, part)  # 2: ZPixmap
        self._window.change_attributes(background_pixmap=pixmap)
        self._window.clear_area(0, 0, width, height)
        pixmap.free()
        self._display.sync()
        time.sleep(1.0)

    def close(self) -> None:
        """Take it away."""
        self._display.close()
