"""A harness for the event loop: scripted worker, speech and windows, and a clock moved by hand."""

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


class ScriptedSpeech:
    """A speech channel that records what would be heard."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.request_id: int | None = 0

    def select_request(self, request_id: int | None) -> None:
        self.request_id = request_id

    def say(self, text: str, request_id: int | None = None) -> None:
        if request_id in (None, self.request_id):
            self.heard.append(text)

    def tone(self, tone: str, request_id: int | None = None, *, if_idle: bool = False) -> None:
        if request_id in (None, self.request_id):
            self.heard.append(f"({tone}{' if idle' if if_idle else ''})")

    def silence(self) -> None:
        self.heard.append("(silence)")

    def wait(self, _: float) -> bool:
        return True


class ScriptedWorker:
    """A worker that records its calls."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Request]] = []
        self.cancelled: list[int] = []
        self.ahead: list[tuple[Request, CapturedPicture]] = []
        self.current: Request | None = None
        self.expected: float | None = None

    def expected_seconds(self, _: Request) -> float | None:
        return self.expected

    def start(self, _: object, request: Request) -> None:
        self.current = request

    def answer(self, request: Request) -> None:
        self.asked.append(("answer", request))

    def repeat(self, request: Request) -> None:
        self.asked.append(("repeat", request))

    def toggle_thinking(self, request: Request) -> None:
        self.asked.append(("think", request))

    def preload(self, request: Request) -> None:
        self.preloaded = request.id

    def encode_ahead(self, request: Request, picture: Callable[[], CapturedPicture]) -> None:
        self.ahead.append((request, picture()))

    def cancel_encode_ahead(self) -> None:
        self.ahead.clear()

    def forget_all(self, request: Request) -> None:
        self.asked.append(("forget", request))

    def cancel(self, request: Request) -> None:
        request.cancel()
        self.cancelled.append(request.id)


class ScriptedView:
    """A View that records its calls."""

    def __init__(self) -> None:
        self.shown: list[tuple[object, ...]] = []
        self.front = False

    def hide_windows(self) -> None:
        self.shown.append(("away",))

    def show_windows(self) -> None:
        self.shown.append(("back",))

    def is_in_front(self) -> bool:
        return self.front

    def open_question_input(self) -> None:
        self.shown.append(("ask",))

    def show_picture(self, captured: CapturedPicture | None, name: str) -> None:
        self.shown.append(("picture", captured, name))

    def show_question(self, id: int, text: str) -> None:
        self.shown.append(("question", id, text))

    def show_thinking(self, on: bool, cost: str) -> None:
        self.shown.append(("think", on, cost))

    def clear(self) -> None:
        self.shown.append(("forget",))


class LoopHarness:
    """An event loop with scripted parts, driven one step at a time."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.speech = ScriptedSpeech()
        self.worker = ScriptedWorker()
        self.shown: list[Event] = []
        self.view = ScriptedView()
        self.active = ScriptedWindowSystem()
        self.statuses: list[str] = []
        self.loop = EventLoop(
            self.worker,  # type: ignore[arg-type]
            self.speech,  # type: ignore[arg-type]
            self.shown.append,
            lambda: self.now,
            view=self.view,
            on_status_change=self.statuses.append,
        )

    def step(self) -> None:
        """Handle all queued items and what is due; wait up to 0.2 seconds for another thread's item."""
        deadline = time.monotonic() + 0.2
        while self.loop._queue.empty() and self.loop._seconds_until_due() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        if self.loop._seconds_until_due() is not None:
            self.loop._step()
        while not self.loop._queue.empty():
            self.loop._step()

    def press(self, *actions: str) -> list[str]:
        """Press keys; return what is heard."""
        before = len(self.speech.heard)
        for action in actions:
            self.loop.press(action)
            self.step()
        return self.speech.heard[before:]

    @property
    def newest(self) -> Request:
        return self.worker.asked[-1][1]

    def answer(self, *sentences: str) -> None:
        """Answer the newest request."""
        request = self.newest
        for sentence in sentences:
            request.sentences.append(sentence)
            self.speech.say(sentence, request.id)
        self.loop.on_answered(request, complete=True)
        self.step()

    def end(self) -> None:
        self.loop.on_ended(self.newest)
        self.step()


FRONT = 4711
"""The number of the window that is in front."""

PICTURE = CapturedPicture(Image.new("RGB", (64, 64)), (("window-cut", "Part is missing."),), "window", FRONT)


class ScriptedWindowSystem:
    """A window system with one window in front, or none where `number` is None."""

    def __init__(self, number: int | None = FRONT) -> None:
        self.number = number

    def active(self) -> ActiveWindow | None:
        bounds = Rect(10, 10, 30, 20)
        return ActiveWindow("Files", bounds, bounds, self.number) if self.number else None

    def backend(self) -> object:
        """Return what capture.backends.choose returns."""
        return SimpleNamespace(make_windows=lambda: self)


class ScriptedOverlayView:
    """An OverlayView that records what is opened and closed."""

    def __init__(self) -> None:
        self.opened: list[OverlayContent] = []
        self.closed: list[int] = []

    def open_overlay(self, content: OverlayContent) -> None:
        self.opened.append(content)

    def close_overlay(self, ticket: int) -> None:
        self.closed.append(ticket)


class ScriptedFocus:
    """A Focus that records which windows get it."""

    def __init__(self) -> None:
        self.given: queue.SimpleQueue[int] = queue.SimpleQueue()

    has = FRONT

    def current(self) -> int:
        return self.has

    def give(self, to: int) -> None:
        self.given.put(to)


class OverlayHarness(LoopHarness):
    """A harness over a desktop of two monitors, with scripted overlays."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.overlay_view, self.focus = ScriptedOverlayView(), ScriptedFocus()
        self.locked = False
        self.snapshots = 0
        self.loop = EventLoop(
            self.worker, self.speech, self.shown.append, lambda: self.now, overlay_view=self.overlay_view  # type: ignore[arg-type]
        )  # fmt: skip
        backend = SimpleNamespace(make_focus=lambda: self.focus, is_locked=lambda: self.locked, name="X11")
        for module in ("request", "frozen_desktop"):
            monkeypatch.setattr(f"edge_assistant.controller.{module}.choose_backend", lambda: backend)
            monkeypatch.setattr(f"edge_assistant.controller.{module}.targets.take_unchecked_snapshot", self.snap)
        monkeypatch.setattr("edge_assistant.controller.front_window.choose_backend", self.active.backend)
        self.loop.on_ready(loaded=True)
        self.step()

    def snap(self, *_: object, **__: object) -> Snapshot:
        self.snapshots += 1
        left, right = Rect(0, 0, 64, 48), Rect(64, 0, 64, 48)
        picture = Image.new("RGB", (128, 48), (self.snapshots, 0, 0))
        picture.putpixel((64, 0), (255, 255, 255))
        window = self.active.active()
        return Snapshot(window, Shot(picture, Rect(0, 0, 128, 48), (Monitor(1, left), Monitor(2, right))))

    def open(self, overlay: str = "palette") -> list[str]:
        """Press the overlay's key; return what is heard."""
        heard = self.press(overlay)
        self.step()  # the desktop has been frozen
        return heard

    def choose(self, choice: str, rect: Rect | None = None) -> CapturedPicture:
        """Choose; return the picture that the model is to see."""
        self.loop.choose(self.overlay_view.opened[-1].ticket, choice, rect)
        self.step()
        for _ in range(1000):
            if self.worker.asked:
                return self.worker.asked.pop()[1].require_picture()
            time.sleep(0.01)
        raise AssertionError("no picture came")


def ask_about_picture(harness: LoopHarness) -> None:
    """Press the ask key; the question window opens."""
    harness.press("ask")
    assert harness.view.shown[-1] == ("ask",)


def run_in_loop(harness: LoopHarness, action: Callable[[], None]) -> None:
    """Call an EventLoop method and handle what it queued."""
    action()
    harness.step()
