"""One request, from the press to the last word: its picture, its progress and its cancellation."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from edge_assistant.assistant import answer_run, picture_checks
from edge_assistant.assistant.conversation import Conversation
from edge_assistant.assistant.events import Event, NoticeEvent, Stage, WindowEvent
from edge_assistant.assistant.options import RequestSettings
from edge_assistant.capture import targets
from edge_assistant.capture.backends import choose_backend
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.file import read_picture
from edge_assistant.capture.snapshot import ActiveWindow
from edge_assistant.controller.frozen_desktop import FrozenDesktop
from edge_assistant.controller.view import NoView, View
from edge_assistant.engine.prompts import Mode
from edge_assistant.system.errors import AssistantError, CancelledError, run_safely
from edge_assistant.system.i18n import tr, tr_count

TONE_TIMEOUT_S = 0.05
"""The tone follows the picture of the screen, but no later than this after the press: a portal may ask first."""

_CAPTURE_FAILED = "a picture could not be taken"


class Request:
    """One request. It is a CaptureListener that speaks through `say`. All methods may be called from any thread."""

    def __init__(
        self,
        id: int,
        say: Callable[[str], None],
        on_event: Callable[[Event], None],
        *,
        action: str = "",
        mode: Mode = "glance",
        options: RequestSettings | None = None,
        target: Path | int | None = None,
        question: str | None = None,
        conversation: Conversation | None = None,
        view: View | None = None,
        frozen_desktop: FrozenDesktop | None = None,
    ) -> None:
        """`frozen_desktop` is what an action about the screen uses; without it, the request takes its own picture.

        `target` is a picture file or a monitor's number; `conversation` is the one that a question belongs to.
        """
        self.id = id
        self.options = options or RequestSettings()
        self.target = target
        self.question = question
        self.conversation = conversation or Conversation()
        self.title = target.name if isinstance(target, Path) else ""
        self._view = view or NoView()
        self._frozen_desktop = frozen_desktop
        self.action = action
        self.mode = mode
        self.stage: Stage | None = None
        self.sentences: list[str] = []
        self.reasoning = ""
        self.captured: CapturedPicture | None = None
        self.failure: AssistantError | None = None
        self._say = say
        self._on_event = on_event
        self._cancelled = threading.Event()
        self._screen_captured = threading.Event()
        self._speech_allowed = threading.Event()

    def notice(self, code: str, message: str) -> None:
        """Show a notice, and speak it unless the options say otherwise."""
        self._on_event(NoticeEvent(self.id, code, message))
        if self.options.speaks(code):
            self._say(message)

    def window(self, title: str, window: ActiveWindow) -> None:
        """Show which window is described, and speak its title unless the options say otherwise."""
        bounds = window.bounds
        self.title = title
        self._on_event(WindowEvent(self.id, window.title, bounds.left, bounds.top, bounds.width, bounds.height))
        if self.options.speaks("window"):
            self._say(title)

    def is_cancelled(self) -> bool:
        """Return whether the request was cancelled."""
        return self._cancelled.is_set()

    def wait(self, seconds: float) -> None:
        """Wait; raises CancelledError as soon as the request is cancelled."""
        if self._cancelled.wait(seconds):
            raise CancelledError

    def cancel(self) -> None:
        """Cancel the request."""
        self._cancelled.set()

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
        thread = threading.Thread(target=self._run_capture, args=(on_done,), name="capture", daemon=True)
        failure = run_safely(thread.start, _CAPTURE_FAILED)  # where threads or memory are at their limit
        if failure is not None:
            self.failure = failure
            on_done()
            return
        self._screen_captured.wait(TONE_TIMEOUT_S)

    def allow_speech(self) -> None:
        """Let the request speak: its tone is on the way."""
        self._speech_allowed.set()

    def progress_sentence(self, seconds: float) -> str:
        """Return a sentence about the stage and how long the request has taken."""
        words = answer_run.STAGE_TEXTS.get(self.stage) if self.stage else None
        doing = tr(words) if words else tr("Answering") if self.stage == "answer" else tr("Taking the picture")
        return tr_count(
            "{doing}, {number} second so far.", "{doing}, {number} seconds so far.", round(seconds), doing=doing
        )

    def _run_capture(self, on_done: Callable[[], None]) -> None:
        failure = run_safely(self._capture, _CAPTURE_FAILED)
        if isinstance(failure, CancelledError):
            self.cancel()
        elif failure is not None:
            self.failure = failure
        self._screen_captured.set()
        on_done()

    def _capture(self) -> None:
        self.captured = self._take()

    def _take(self) -> CapturedPicture:
        if isinstance(self.target, Path) or self.action in ("clipboard", "camera"):
            self._screen_captured.set()
            self._speech_allowed.wait()
            if isinstance(self.target, Path):
                return read_picture(self.target)
            target = (
                targets.Target("clipboard")
                if self.action == "clipboard"
                else targets.Target("camera", self.options.camera)
            )
            return targets.capture(target, self)
        captured = self._capture_screen()
        if self.action == "ask":
            picture_checks.refuse_blank(captured)
        return captured

    def _capture_screen(self) -> CapturedPicture:
        if self._frozen_desktop is not None:
            self._screen_captured.set()
            self._speech_allowed.wait()
            frozen_desktop, self._frozen_desktop = self._frozen_desktop, None
            return frozen_desktop.capture(self)
        assert not isinstance(self.target, Path)
        monitor = self.target or (self.options.monitor if self.action == "screen" else None)
        backend = choose_backend()
        self._view.hide_windows()
        try:
            snapshot = targets.take_unchecked_snapshot(backend, self, monitors=monitor is not None)
        finally:
            self._view.show_windows()
        self._screen_captured.set()
        self._speech_allowed.wait()
        targets.check_unlocked(backend)
        if self.action == "screen" or monitor is not None:
            return targets.capture_screen(snapshot, monitor)
        return targets.capture_window(snapshot, backend, self)


def without_notices(captured: CapturedPicture) -> CapturedPicture:
    """Return the same picture for another request; its notices have been spoken."""
    return replace(captured, notices=())
