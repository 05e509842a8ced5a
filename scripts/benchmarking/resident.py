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

from Xlib import Xatom
from Xlib.display import Display

from benchmarking.machine import SCREEN, screenshot
from benchmarking.memory import Peak
from benchmarking.sound_card import Ear
from edge_assistant.system import paths

_KEY = "ctrl+shift+F11"  # describes the screen
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
        folder = Path(name)
        environment = {**os.environ, **ear.variables, **_own_folders(folder, model), "DISPLAY": display}
        environment.pop("WAYLAND_DISPLAY", None)
        gaps = folder / "gaps.json"
        command = [sys.executable, "-m", "edge_assistant", "listen", "--seed", "1"]
        if windows:
            command = [sys.executable, str(Path(__file__).with_name("watched_app.py")), str(gaps)]
        program = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        lines = _Lines(program)
        try:
            lines.wait_for("Ready.", after=0.0)
            window = _Window(display)

            def press(key: str, wait: float) -> float:
                pressed = time.monotonic()
                subprocess.run(["xdotool", "key", key], env=environment, check=True)
                time.sleep(wait)
                return pressed

            def stop() -> None:
                press(_STOP, 0.3)  # silences it
                press(_STOP, _REST_S)  # ends it, if it still works

            for number in range(presses):
                window.show(number)
                pressed = press(_KEY, 0.0)
                figures["tone"].append(ear.first_after(pressed) - pressed)
                figures["first_token"].append(lines.first_answer(pressed) - pressed)
                stop()
            for number in range(presses if windows else 0):
                window.show(presses + number)
                press(_LEADER, _CHOOSING_S)
                chosen = press(_CHOICE, 0.0)
                figures.setdefault("chosen", []).append(lines.first_answer(chosen) - chosen)
                stop()
            with Peak(program.pid) as peak:  # by itself, since it takes time of its own
                window.show(2 * presses)
                lines.first_answer(press(_KEY, 0.0))
                time.sleep(_AHEAD_S)
                stop()
            figures["pss"].append(float(peak.bytes))
            window.close()
        finally:
            program.terminate()
            program.wait()
        if gaps.exists():
            away = json.loads(gaps.read_text(encoding="ascii"))
            figures |= {"gap_median": [away[len(away) // 2]], "gap_longest": [away[-1]]}
    return figures


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
            own.mkdir()
            (own / kept).symlink_to(known)
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
    """A window that fills the screen and has the focus, of a program without any memory."""

    def __init__(self, display: str) -> None:
        self._display = Display(display)
        root = self._display.screen().root
        self._window = root.create_window(0, 0, *SCREEN, 0, self._display.screen().root_depth)
        self._window.set_wm_name("Benchmark")
        atom = self._display.intern_atom
        self._window.change_property(atom("_NET_WM_STATE"), Xatom.ATOM, 32, [atom("_NET_WM_STATE_FULLSCREEN")])
        self._window.map()
        self._display.sync()

    def show(self, number: int) -> None:
        """Another picture; returns when it is there."""
        image = screenshot(1000 + number).tobytes("raw", "BGRX")
        pixmap = self._window.create_pixmap(*SCREEN, 24)
        context = pixmap.create_gc()
        row = SCREEN[0] * 4
        rows = 32
        for top in range(0, SCREEN[1], rows):
            height = min(rows, SCREEN[1] - top)
            part = image[top * row : (top + height) * row]
            pixmap.put_image(context, 0, top, SCREEN[0], height, 2, 24, 0, part)  # 2: ZPixmap
        self._window.change_attributes(background_pixmap=pixmap)
        self._window.clear_area(0, 0, *SCREEN)
        pixmap.free()
        self._display.sync()
        time.sleep(1.0)

    def close(self) -> None:
        """Take it away."""
        self._display.close()
