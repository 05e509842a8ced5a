"""One request, from the press to the last word: its picture, its progress and its cancellation."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from edge_assistant.assistant import answer_run, picture_checks
from edge_assistant.assistant.conversation import Conversation
from edge_assistant.assistant.events import Event, NoticeEvent, Stage, WindowEvent
from edge_assistant.assistant.options import RequestSettings
from edge_assistant.assistant.picture_text import PictureText
from edge_assistant.capture import targets
from edge_assistant.capture.backends import choose_backend
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.file import read_picture
from edge_assistant.capture.snapshot import ActiveWindow
from edge_assistant.capture.stacking import menus_of
from edge_assistant.controller.frozen_desktop import FrozenDesktop
from edge_assistant.controller.view import View
from edge_assistant.engine.task_entries import Mode
from edge_assistant.ocr.spoken_lines import Spoken
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import AssistantError, CancelledError, run_safely, without_traceback
from edge_assistant.system.i18n import tr, tr_count, tr_noop

TONE_TIMEOUT_S = 0.05
"""The tone follows the picture of the screen, but no later than this after the press: a portal may ask first."""

_FRONT_TIMEOUT_S = 0.1
"""Seconds to wait for each of two answers of the window system, 1 to 13 ms on X11; the tone waits for them."""

_ALLOW_TIMEOUT_S = 5.0
"""The longest wait for the tone that says that the key was heard: the event loop may be at work."""

_SCREEN_ORIGINS = ("window", "screen", "region")

ScreenCaptured = Callable[[], object]
"""Called by who takes a picture as soon as the screen has been captured, or at once where that is not needed."""


def start_capture(
    capture: Callable[[ScreenCaptured], None], on_done: Callable[[AssistantError | None], None], what_failed: str
) -> None:
    """Call `capture` on a thread of its own, and there `on_done` with the error that it ended with, if any.

    Returns when the screen has been captured, so that the tone follows the picture, or after TONE_TIMEOUT_S.
    """
    screen_captured = threading.Event()

    def run() -> None:
        failure = run_safely(partial(capture, screen_captured.set), what_failed)
        screen_captured.set()
        on_done(failure)

    failure = run_safely(threading.Thread(target=run, name="capture", daemon=True).start, what_failed)
    if failure is not None:  # threads or memory are at their limit
        on_done(failure)
        return
    screen_captured.wait(TONE_TIMEOUT_S)


class Request:
    """One request. It is a CaptureListener that speaks through `say`. All methods may be called from any thread."""

    def __init__(
        self,
        id: int,
        say: Callable[[str], object],
        on_event: Callable[[Event], None],
        *,
        action: str = "",
        mode: Mode = "glance",
        options: RequestSettings | None = None,
        target: Path | int | None = None,
        question: str | None = None,
        conversation: Conversation | None = None,
        more: bool = False,
        is_detail: bool = False,
        view: View | None = None,
        frozen_desktop: FrozenDesktop | None = None,
        started_at: float = 0.0,
    ) -> None:
        """`frozen_desktop` is what an action about the screen uses; without it, the request takes its own picture.

        `target` is a picture file or a monitor's number; `conversation` is the one that a question belongs to. `more`:
        the last answer of the conversation goes on. `is_detail`: it is the second look at the same picture.
        `started_at` is in monotonic seconds.
        """
        self.id = id
        self.options = options or RequestSettings()
        self.target = target
        self.question = question
        self.conversation = conversation or Conversation()
        self.more = more
        self.is_detail = is_detail
        self.continues = more and self.conversation.cut is not None
        """Whether the answer is a part of the last one, which was cut off."""
        self.title = target.name if isinstance(target, Path) else ""
        self._view = view
        self._frozen_desktop = frozen_desktop
        self.action = action
        self.mode = mode
        self.started_at = started_at
        self.stage: Stage | None = None
        self.sentences: list[str] = []
        """What was said of the answer, also of how it ended."""
        self.answer: list[str] = []
        """The sentences of the answer itself."""
        self.spoken: list[Spoken] = []
        """The sentences of recognised text, where this is what the answer is."""
        self.model_reads = False
        """Whether the model is to read what text recognition could not."""
        self.reasoning = ""
        self.captured: CapturedPicture | None = None
        self.text: PictureText | None = None
        """The recognised text of the picture, once there is one."""
        self._failure: AssistantError | None = None
        self.is_quiet = False
        """Whether nothing of it is spoken or shown: what becomes of it is told by who asked."""
        self._say = say
        self._on_event = on_event
        self._cancellation = Cancellation()
        self._speech_allowed = threading.Event()

    @property
    def failure(self) -> AssistantError | None:
        """The error that it ended with, which holds nothing of the picture."""
        return self._failure

    @failure.setter
    def failure(self, error: AssistantError | None) -> None:
        self._failure = without_traceback(error) if error is not None else None

    @property
    def reads_text(self) -> bool:
        """Whether text recognition reads the picture, and not the model."""
        return self.mode == "read" and self.options.reader != "model" and not self.model_reads and not self.is_detail

    def show_notice(self, code: str, message: str) -> None:
        """Show a notice."""
        self._on_event(NoticeEvent(self.id, code, message))

    def notice(self, code: str, message: str) -> None:
        """Show a notice, and speak it unless the options say otherwise."""
        self.show_notice(code, message)
        if self.options.speaks(code):
            self._say(message)

    def window(self, title: str, window: ActiveWindow) -> None:
        """Show which window is described, and speak its title unless the options say otherwise."""
        bounds = window.bounds
        self.title = title
        self._on_event(WindowEvent(self.id, window.title, bounds.left, bounds.top, bounds.width, bounds.height))
        if self.options.speaks("window") and not self.reads_text:
            self._say(title)

    def is_cancelled(self) -> bool:
        """Return whether the request was cancelled."""
        return self._cancellation.is_set

    def wait(self, seconds: float) -> None:
        """Wait; raises CancelledError as soon as the request is cancelled."""
        self._cancellation.wait(seconds)

    def cancel(self) -> None:
        """Cancel the request."""
        self._cancellation.set()

    def require_picture(self) -> CapturedPicture:
        """Return the picture. Raises CancelledError where there is none, or after a cancellation."""
        if self.is_cancelled() or self.captured is None:
            raise CancelledError
        return self.captured

    def take_picture(self, on_done: Callable[[], None]) -> None:
        """Start to take the picture on another thread, which calls `on_done` at the end, also after a failure.

        Returns when the screen has been captured, or at once where that is not needed. Nothing is spoken before
        `allow_speech`.
        """

        def on_captured(failure: AssistantError | None) -> None:
            if isinstance(failure, CancelledError):
                self.cancel()
            else:
                self.failure = failure
            on_done()

        start_capture(self._capture, on_captured, what_failed="a picture could not be taken")

    def allow_speech(self) -> None:
        """Let the request speak: its tone is on the way."""
        self._speech_allowed.set()

    def progress_sentence(self, seconds: float) -> str:
        """Return a sentence about the stage, and how long the request has taken."""
        reads_text = self.reads_text and self.captured is not None
        words = (
            tr_noop("Reading the text")
            if reads_text
            else answer_run.STAGE_TEXTS.get(self.stage)
            if self.stage
            else None
        )
        doing = tr(words) if words else tr("Answering") if self.stage == "answer" else tr("Taking the picture")
        return tr_count(
            "{doing}, {number} second so far.", "{doing}, {number} seconds so far.", round(seconds), doing=doing
        )

    def _capture(self, on_screen_captured: ScreenCaptured) -> None:
        if isinstance(self.target, Path) or self.action in ("clipboard", "camera") or self._frozen_desktop is not None:
            on_screen_captured()
            self._speech_allowed.wait(_ALLOW_TIMEOUT_S)
            captured = self._capture_beside_screen()
        else:
            captured = self._capture_screen(on_screen_captured)
        if self.action in ("ask", "lines"):
            picture_checks.refuse_blank(captured)
        self.captured = captured

    def _capture_beside_screen(self) -> CapturedPicture:
        frozen_desktop, self._frozen_desktop = self._frozen_desktop, None
        if frozen_desktop is not None:
            return frozen_desktop.capture(self)
        if isinstance(self.target, Path):
            return read_picture(self.target, self.is_cancelled)
        if self.action == "clipboard":
            return targets.capture(targets.Target("clipboard"), self)
        return targets.capture(targets.Target("camera", self.options.camera), self)

    def _capture_screen(self, on_screen_captured: ScreenCaptured) -> CapturedPicture:
        assert not isinstance(self.target, Path)
        monitor = self.target or (self.options.monitor if self.action == "screen" else None)
        backend = choose_backend()
        with nullcontext() if self._view is None else self._view.hidden_windows():
            snapshot = targets.take_unchecked_snapshot(backend, self, monitors=monitor is not None)
        on_screen_captured()
        self._speech_allowed.wait(_ALLOW_TIMEOUT_S)
        targets.check_unlocked(backend)
        if self.action == "screen" or monitor is not None:
            return targets.capture_screen(snapshot, monitor)
        return targets.capture_window(snapshot, backend, self)


@dataclass(slots=True)
class LastAnswer:
    """The last answer: its sentences and reasoning, its picture with that one's text, and the conversation about it.

    `sentences` are what was said last, `answer` the sentences of the whole answer, however often it went on.
    `was_read`: it is recognised text, or that there is none; `spoken` are the sentences of that text.
    `read_index` counts in the lines of `text`, from 0: the line at which a reading stopped, or that is heard now; it
    is 0 where nothing was read.
    """

    sentences: list[str] = field(default_factory=list)
    answer: list[str] = field(default_factory=list)
    spoken: list[Spoken] = field(default_factory=list)
    was_read: bool = False
    reasoning: str = ""
    conversation: Conversation = field(default_factory=Conversation)
    captured: CapturedPicture | None = None
    text: PictureText | None = None
    read_index: int = 0
    title: str = ""


def without_notices(captured: CapturedPicture) -> CapturedPicture:
    """Return the same picture for another request; its notices have been spoken."""
    return replace(captured, notices=())


def front_window_changed(picture: CapturedPicture, view: View | None) -> bool:
    """Return whether another window is in front by now, whatever its title, or other menus are open; a closed window
    counts as changed.

    Without a window system that tells (Wayland), or with one of our windows in front, the answer is False; without an
    answer in time it is True: then the next description is about what is in front.
    """
    if picture.origin not in _SCREEN_ORIGINS or (view is not None and view.is_in_front()):
        return False
    answers: queue.SimpleQueue[bool] = queue.SimpleQueue()
    thread = threading.Thread(target=lambda: _compare(picture, answers.put), name="front", daemon=True)
    thread.start()
    try:
        return answers.get(timeout=_FRONT_TIMEOUT_S) or answers.get(timeout=_FRONT_TIMEOUT_S)
    except queue.Empty:
        return True


def _compare(picture: CapturedPicture, answer: Callable[[bool], None]) -> None:
    """Answer whether another window is in front, and then, where it is the same one, whether other menus are open."""
    try:
        backend = choose_backend()
        active = backend.make_windows().active() if backend.make_windows else None
    except AssistantError:
        active, backend = None, None
    if backend is None or backend.make_windows is None:  # it is not known
        answer(False)
        answer(False)
        return
    answer((active.number if active else None) != picture.front)
    answer(active is not None and menus_of(backend.find_above(active)) != picture.menus)
