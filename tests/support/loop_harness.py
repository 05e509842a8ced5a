"""A harness for the controller: scripted worker, speech and windows, and a clock moved by hand."""

from __future__ import annotations

import contextlib
import queue
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from edge_assistant.assistant.events import Event
from edge_assistant.capture.backends import BACKENDS
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import ActiveWindow, Monitor, Shot, Snapshot
from edge_assistant.capture.stacking import WindowAbove
from edge_assistant.controller.controller import Controller
from edge_assistant.controller.event_loop import EventLoop
from edge_assistant.controller.global_hotkeys import GlobalHotkeys
from edge_assistant.controller.history import PastAnswer
from edge_assistant.controller.lines import LinesSource
from edge_assistant.controller.palette_items import OverlayContent
from edge_assistant.controller.request import Request
from edge_assistant.hotkeys.key import Key
from edge_assistant.hotkeys.protocol import KeyBindings
from edge_assistant.ocr.client import TextReader


class ScriptedSpeech:
    """A speech channel that records what would be heard."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.request_id: int | None = 0
        self.waiting = 0
        """How many texts are not spoken to their end yet."""

    def select_request(self, request_id: int | None) -> None:
        self.request_id = request_id

    def say(self, text: str, request_id: int | None = None, **_: object) -> None:
        if request_id in (None, self.request_id):
            self.heard.append(text)

    def interject(self, text: str, *, once: bool = False) -> None:  # noqa: ARG002
        self.heard.append(text)

    def pending(self) -> int:
        return self.waiting

    def reader_announces_focus(self) -> bool:
        return False

    def tone(self, tone: str, request_id: int | None = None, *, if_idle: bool = False) -> None:
        if request_id in (None, self.request_id):
            self.heard.append(f"({tone}{' if idle' if if_idle else ''})")

    def silence(self) -> None:
        self.heard.append("(silence)")

    def recheck_waiters(self) -> None:
        self.heard.append("(goes on)")

    def wait(self, _: float) -> bool:
        return True


class ScriptedTasks:
    """The tasks of a worker; they record for which requests they are run."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Request]] = []
        self.cancelled: list[int] = []
        self.ahead: list[tuple[Request, CapturedPicture]] = []
        self.preloaded: int | None = None
        self.unloaded = False
        self.expected: float | None = None

    def expected_seconds(self, _: Request) -> float | None:
        return self.expected

    def start(self, _: Request) -> None: ...

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

    def reload(self, request: Request) -> None:
        self.asked.append(("reload", request))

    def forget_all(self, request: Request) -> None:
        self.asked.append(("forget", request))

    def unload(self) -> None:
        self.unloaded = True

    def cancel(self, request: Request) -> None:
        request.cancel()
        self.cancelled.append(request.id)


class ScriptedWorker:
    """A worker that runs each task at once, on the caller's thread."""

    def __init__(self) -> None:
        self.current: Request | None = None

    def start(self) -> None: ...

    def work_on(
        self,
        request: Request,
        task: Callable[[Request], None],
        *,
        even_if_cancelled: bool = False,  # noqa: ARG002 (as the worker's)
    ) -> None:
        task(request)

    def prepare(self, request: Request, task: Callable[[Request], None], what_failed: str) -> None:  # noqa: ARG002 (as the worker's)
        task(request)

    def post(self, task: Callable[[], object]) -> None:
        task()


class ScriptedView:
    """A View that records its calls."""

    def __init__(self) -> None:
        self.shown: list[tuple[object, ...]] = []
        self.front = False

    @contextlib.contextmanager
    def hidden_windows(self) -> Iterator[None]:
        self.shown.append(("away",))
        try:
            yield
        finally:
            self.shown.append(("back",))

    def is_in_front(self) -> bool:
        return self.front

    def awaits_question(self) -> bool:
        return self.front

    def open_question_input(self) -> None:
        self.shown.append(("ask",))

    def show_picture(self, captured: CapturedPicture | None, name: str) -> None:
        self.shown.append(("picture", captured, name))

    def show_question(self, id: int, text: str) -> None:
        self.shown.append(("question", id, text))

    def show_more(self, id: int, *, continues: bool) -> None:
        self.shown.append(("more", id, continues))

    def open_spelling(self, words: list[str]) -> None:
        self.shown.append(("spelling", words))

    def open_history(self, answers: tuple[PastAnswer, ...], now: float) -> None:
        self.shown.append(("history", answers, now))

    def open_lines(self, source: LinesSource) -> None:
        self.shown.append(("lines", source))

    def open_keys(self) -> None:
        self.shown.append(("keys",))

    def switch_key_help(self) -> None:
        self.shown.append(("key help",))

    def show_thinking(self, on: bool, cost: str) -> None:
        self.shown.append(("think", on, cost))

    def show_shortcuts(self, *, off: bool) -> None:
        self.shown.append(("shortcuts", off))

    def clear(self) -> None:
        self.shown.append(("forget",))


class ScriptedHotkeys:
    """Hotkeys of a window system: each time they are registered, the actions are recorded."""

    unavailable = ""

    def __init__(self, registered: list[list[str]]) -> None:
        self._registered = registered

    def start(self, keys: KeyBindings, *_: object) -> tuple[str, ...]:
        self._registered.append(list(keys))
        return ()

    def close(self) -> None: ...

    def is_free(self, _: Key) -> bool | None:
        return None


class LoopHarness:
    """A controller with scripted parts, whose event loop is driven one step at a time."""

    def __init__(self, speech: Any = None, **options: Any) -> None:
        """`options` are those of Controller; without `speech` a ScriptedSpeech speaks."""
        self.now = 1000.0
        self.speech = speech or ScriptedSpeech()
        self.worker = ScriptedWorker()
        self.tasks = ScriptedTasks()
        self.shown: list[Event] = []
        self.view = ScriptedView()
        self.active = ScriptedWindowSystem()
        self.statuses: list[str] = []
        self.registered: list[list[str]] = []
        self.hotkeys = GlobalHotkeys(lambda: ScriptedHotkeys(self.registered), lambda _: None, lambda _: None)
        self.loop = EventLoop()
        self.controller = Controller(
            self.loop,
            self.worker,  # type: ignore[arg-type]
            self.tasks,  # type: ignore[arg-type]
            self.speech,  # type: ignore[arg-type]
            self.shown.append,
            lambda: self.now,
            **{
                "hotkeys": self.hotkeys,
                "view": self.view,
                "on_status_change": self.statuses.append,
                "text_reader": TextReader(idle_s=0.0),  # no worker outlives its page
                **options,
            },
        )

    def step(self) -> None:
        """Handle all queued calls and what is due; wait up to 0.2 seconds for another thread's call."""
        deadline = time.monotonic() + 0.2
        due = self.controller.seconds_until_due
        while self.loop._calls.empty() and due() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        if due() is not None:
            self.loop.step(self.controller)
        while not self.loop._calls.empty():
            self.loop.step(self.controller)

    def run(self, function: Callable[..., object], *arguments: object, **options: object) -> None:
        """Have a function called by the event loop, and handle what it queued."""
        self.loop.post(function, *arguments, **options)
        self.step()

    def press(self, *actions: str) -> list[str]:
        """Press keys; return what is heard."""
        before = len(self.speech.heard)
        for action in actions:
            self.run(self.controller.press, action)
        return self.speech.heard[before:]

    @property
    def newest(self) -> Request:
        return self.tasks.asked[-1][1]

    def answer(self, *sentences: str) -> None:
        """Answer the newest request."""
        request = self.newest
        for sentence in sentences:
            request.sentences.append(sentence)
            self.speech.say(sentence, request.id)
        self.run(self.controller.on_answered, request, complete=True)

    def end(self) -> None:
        self.run(self.controller.on_ended, self.newest)


FRONT = 4711
"""The number of the window that is in front."""

PICTURE = CapturedPicture(Image.new("RGB", (64, 64)), (("window-cut", "Part is missing."),), "window", FRONT)


class ScriptedWindowSystem:
    """A window system with one window in front, or none where `number` is None."""

    def __init__(self, number: int | None = FRONT) -> None:
        self.number = number
        self.above: tuple[WindowAbove, ...] = ()

    def active(self) -> ActiveWindow | None:
        bounds = Rect(10, 10, 30, 20)
        return ActiveWindow("Files", bounds, bounds, self.number) if self.number else None

    def backend(self) -> object:
        """Return what capture.backends.choose returns."""
        return SimpleNamespace(make_windows=lambda: self, find_above=lambda _: self.above)


class ScriptedOverlayView:
    """An OverlayView that records what is opened and closed."""

    def __init__(self) -> None:
        self.opened: list[OverlayContent] = []
        self.closed: list[int] = []

    def open_overlay(self, content: OverlayContent) -> None:
        self.opened.append(content)

    def close_overlay(self, ticket: int) -> None:
        self.closed.append(ticket)

    def show_found(self, ticket: int, sentence: str) -> None:
        """What is found is heard, too."""


class ScriptedFocus:
    """A Focus that records which windows get it."""

    def __init__(self) -> None:
        self.given: queue.SimpleQueue[int] = queue.SimpleQueue()

    has: int | None = FRONT
    gives = True

    def current(self) -> int | None:
        return self.has

    def give(self, to: int) -> bool:
        self.given.put(to)
        return self.gives


class OverlayHarness(LoopHarness):
    """A harness over a desktop of two monitors, with scripted overlays."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.overlay_view, self.focus = ScriptedOverlayView(), ScriptedFocus()
        super().__init__(view=None, overlay_view=self.overlay_view)
        self.locked = False
        self.snapshots = 0
        x11 = next(each for each in BACKENDS if each.name == "X11")
        backend = replace(
            x11,
            make_focus=lambda: self.focus,
            make_windows=lambda: self.active,
            is_locked=lambda: self.locked,
        )
        for module in ("request", "frozen_desktop"):
            monkeypatch.setattr(f"edge_assistant.controller.{module}.choose_backend", lambda: backend)
            monkeypatch.setattr(f"edge_assistant.controller.{module}.targets.take_unchecked_snapshot", self.snap)
        self.run(self.controller.on_ready, loaded=True)

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
        self.run(self.controller.choose, self.overlay_view.opened[-1].ticket, choice, rect)
        for _ in range(1000):
            if self.tasks.asked:
                return self.tasks.asked.pop()[1].require_picture()
            self.step()
        raise AssertionError("no picture came")


def ask_about_picture(harness: LoopHarness) -> None:
    """Press the ask key; the question window opens."""
    harness.press("ask")
    assert harness.view.shown[-1] == ("ask",)
