"""A loop with scripted work, voice and windows, and a clock that stands still; its fixtures are in conftest.py."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from PIL import Image

from edge_assistant.assistant.events import Event
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import ActiveWindow, Monitor, Shot, Snapshot
from edge_assistant.controller.event_loop import EventLoop
from edge_assistant.controller.palette_items import OverlayContent
from edge_assistant.controller.request import Request


class ScriptedVoice:
    """Keeps what would be heard."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.request: int | None = 0

    def listen_to(self, request: int | None) -> None:
        self.request = request

    def say(self, text: str, request: int | None = None) -> None:
        if request in (None, self.request):
            self.heard.append(text)

    def tone(self, tone: str, request: int | None = None, *, if_idle: bool = False) -> None:
        if request in (None, self.request):
            self.heard.append(f"({tone}{' if idle' if if_idle else ''})")

    def silence(self) -> None:
        self.heard.append("(silence)")

    def wait(self, _: float) -> bool:
        return True


class ScriptedWork:
    """Keeps what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Request]] = []
        self.cancelled: list[int] = []
        self.ahead: list[tuple[Request, CapturedPicture]] = []
        self.job: Request | None = None
        self.expected: float | None = None

    def expected_seconds(self, _: Request) -> float | None:
        return self.expected

    def start(self, _: object, job: Request) -> None:
        self.job = job

    def answer(self, job: Request) -> None:
        self.asked.append(("answer", job))

    def repeat(self, job: Request) -> None:
        self.asked.append(("repeat", job))

    def think(self, job: Request) -> None:
        self.asked.append(("think", job))

    def wake(self, job: Request) -> None:
        self.woken = job.id

    def look_ahead(self, job: Request, picture: Callable[[], CapturedPicture]) -> None:
        self.ahead.append((job, picture()))

    def look_away(self) -> None:
        self.ahead.clear()

    def forget(self, job: Request) -> None:
        self.asked.append(("forget", job))

    def cancel(self, job: Request) -> None:
        job.cancel()
        self.cancelled.append(job.id)


class ScriptedWindows:
    """Keeps what would be shown."""

    def __init__(self) -> None:
        self.shown: list[tuple[object, ...]] = []
        self.front = False

    def away(self) -> None:
        self.shown.append(("away",))

    def back(self) -> None:
        self.shown.append(("back",))

    def in_front(self) -> bool:
        return self.front

    def ask(self) -> None:
        self.shown.append(("ask",))

    def picture(self, captured: CapturedPicture | None, name: str) -> None:
        self.shown.append(("picture", captured, name))

    def question(self, id: int, text: str) -> None:
        self.shown.append(("question", id, text))

    def think(self, on: bool, cost: str) -> None:
        self.shown.append(("think", on, cost))

    def forget(self) -> None:
        self.shown.append(("forget",))


class Desk:
    """A control with its scripted parts, driven one step at a time."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.voice = ScriptedVoice()
        self.work = ScriptedWork()
        self.shown: list[Event] = []
        self.windows = ScriptedWindows()
        self.active = ScriptedActive()
        self.conditions: list[str] = []
        self.control = EventLoop(
            self.work,  # type: ignore[arg-type]
            self.voice,  # type: ignore[arg-type]
            self.shown.append,
            lambda: self.now,
            windows=self.windows,
            on_condition=self.conditions.append,
        )

    def step(self) -> None:
        """Take what is due and all that has come; where nothing has, give another thread a moment to send it."""
        deadline = time.monotonic() + 0.2
        while self.control._row.empty() and self.control._until_due() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        if self.control._until_due() is not None:
            self.control._step()
        while not self.control._row.empty():
            self.control._step()

    def press(self, *actions: str) -> list[str]:
        """Press keys; what is heard thereby."""
        before = len(self.voice.heard)
        for action in actions:
            self.control.press(action)
            self.step()
        return self.voice.heard[before:]

    @property
    def newest(self) -> Request:
        return self.work.asked[-1][1]

    def answer(self, *sentences: str) -> None:
        """The newest request is answered."""
        job = self.newest
        for sentence in sentences:
            job.sentences.append(sentence)
            self.voice.say(sentence, job.id)
        self.control.on_answered(job, whole=True)
        self.step()

    def end(self) -> None:
        self.control.on_ended(self.newest)
        self.step()


FRONT = 4711
"""The number of the window that is in front."""

PICTURE = CapturedPicture(Image.new("RGB", (64, 64)), (("window-cut", "Part is missing."),), "window", FRONT)


class ScriptedActive:
    """A window system that tells which window is in front; with `number` None none is."""

    def __init__(self, number: int | None = FRONT) -> None:
        self.number = number

    def active(self) -> ActiveWindow | None:
        bounds = Rect(10, 10, 30, 20)
        return ActiveWindow("Files", bounds, bounds, self.number) if self.number else None

    def backend(self) -> object:
        """What capture.choose gives."""
        return SimpleNamespace(make_windows=lambda: self)


class ScriptedChoosers:
    """Keeps what is opened and closed."""

    def __init__(self) -> None:
        self.opened: list[OverlayContent] = []
        self.closed: list[int] = []

    def open_chooser(self, opening: OverlayContent) -> None:
        self.opened.append(opening)

    def close_chooser(self, ticket: int) -> None:
        self.closed.append(ticket)


class ScriptedFocus:
    """A window system that remembers to whom the focus was given."""

    def __init__(self) -> None:
        self.given: queue.SimpleQueue[int] = queue.SimpleQueue()

    has = FRONT

    def current(self) -> int:
        return self.has

    def give(self, to: int) -> None:
        self.given.put(to)


class ChoosingDesk(Desk):
    """A desk over a desktop of two monitors, whose choosers are scripted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.choosers, self.focus = ScriptedChoosers(), ScriptedFocus()
        self.locked = False
        self.taken = 0
        self.control = EventLoop(
            self.work, self.voice, self.shown.append, lambda: self.now, choosers=self.choosers  # type: ignore[arg-type]
        )  # fmt: skip
        backend = SimpleNamespace(make_focus=lambda: self.focus, is_locked=lambda: self.locked, name="X11")
        for module in ("request", "frozen_desktop"):
            monkeypatch.setattr(f"edge_assistant.controller.{module}.choose", lambda: backend)
            monkeypatch.setattr(f"edge_assistant.controller.{module}.targets.snap_at_once", self.snap)
        monkeypatch.setattr("edge_assistant.controller.front_window.choose", self.active.backend)
        self.control.on_ready(loaded=True)
        self.step()

    def snap(self, *_: object, **__: object) -> Snapshot:
        self.taken += 1
        left, right = Rect(0, 0, 64, 48), Rect(64, 0, 64, 48)
        picture = Image.new("RGB", (128, 48), (self.taken, 0, 0))
        picture.putpixel((64, 0), (255, 255, 255))
        window = self.active.active()
        return Snapshot(window, Shot(picture, Rect(0, 0, 128, 48), (Monitor(1, left), Monitor(2, right))))

    def open(self, chooser: str = "palette") -> list[str]:
        """Press its key; what is heard thereby."""
        heard = self.press(chooser)
        self.step()  # the moment has been taken
        return heard

    def choose(self, choice: str, rect: Rect | None = None) -> CapturedPicture:
        """Choose; the picture that the model is to see."""
        self.control.choose(self.choosers.opened[-1].ticket, choice, rect)
        self.step()
        for _ in range(1000):
            if self.work.asked:
                return self.work.asked.pop()[1].picture()
            time.sleep(0.01)
        raise AssertionError("no picture came")


def asked_about(desk: Desk) -> None:
    """Ask was pressed, and the window has opened."""
    desk.press("ask")
    assert desk.windows.shown[-1] == ("ask",)


def do(desk: Desk, what: Callable[[], None]) -> None:
    what()
    desk.step()
