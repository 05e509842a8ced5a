"""One request from press to last word: what it looks at, how far it is, and that it is no longer wanted."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from edge_assistant.assistant import answer_run, picture_checks
from edge_assistant.assistant.conversation import Conversation
from edge_assistant.assistant.events import Event, NoticeEvent, Stage, WindowEvent
from edge_assistant.assistant.options import RequestOptions
from edge_assistant.capture import targets
from edge_assistant.capture.backends import choose
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.file import read_picture
from edge_assistant.capture.snapshot import ActiveWindow
from edge_assistant.controller.frozen_desktop import FrozenDesktop
from edge_assistant.controller.view import NoView, View
from edge_assistant.engine.prompts import Mode
from edge_assistant.system.errors import AssistantError, CancelledError, explained
from edge_assistant.system.i18n import tr, tr_count

_log = logging.getLogger(__name__)

TONE_WAITS_S = 0.05
"""The tone follows the picture of the screen, but no later than this after the press: a portal may ask first."""


class Request:
    """`say` and `show` are how it talks; it is a sources.Teller. All methods may be called from any thread."""

    def __init__(
        self,
        id: int,
        say: Callable[[str], None],
        show: Callable[[Event], None],
        *,
        action: str = "",
        mode: Mode = "glance",
        manner: RequestOptions | None = None,
        target: Path | int | None = None,
        question: str | None = None,
        talk: Conversation | None = None,
        windows: View | None = None,
        moment: FrozenDesktop | None = None,
    ) -> None:
        """`moment` is what a screen action is about; without it, it takes a picture of its own.

        `target` is what has no key: a picture file, or a monitor's number. `talk` is what a question belongs to.
        """
        self.id = id
        self.manner = manner or RequestOptions()
        self.target = target
        self.question = question
        self.talk = talk or Conversation()
        self.title = target.name if isinstance(target, Path) else ""
        self._windows = windows or NoView()
        self._moment = moment
        self.action = action
        self.mode = mode
        self.stage: Stage | None = None
        self.sentences: list[str] = []
        self.reasoning = ""
        self.captured: CapturedPicture | None = None
        self.failure: AssistantError | None = None
        self._say = say
        self._show = show
        self._cancelled = threading.Event()
        self._seen = threading.Event()
        self._may_speak = threading.Event()

    def notice(self, code: str, message: str) -> None:
        """Tell something by event and voice."""
        self._show(NoticeEvent(self.id, code, message))
        if self.manner.says(code):
            self._say(message)

    def window(self, title: str, window: ActiveWindow) -> None:
        """Tell which window is looked at."""
        bounds = window.bounds
        self.title = title
        self._show(WindowEvent(self.id, window.title, bounds.left, bounds.top, bounds.width, bounds.height))
        if self.manner.says("window"):
            self._say(title)

    def is_cancelled(self) -> bool:
        """Whether the answer is no longer wanted."""
        return self._cancelled.is_set()

    def wait(self, seconds: float) -> None:
        """Let time pass; CancelledError as soon as the answer is no longer wanted."""
        if self._cancelled.wait(seconds):
            raise CancelledError

    def cancel(self) -> None:
        """The answer is no longer wanted."""
        self._cancelled.set()

    def picture(self) -> CapturedPicture:
        """What is looked at. Raises CancelledError."""
        if self.is_cancelled() or self.captured is None:
            raise CancelledError
        return self.captured

    def take_picture(self, then: Callable[[], None]) -> None:
        """Begin to fetch what the action wants, on a thread of its own that calls `then` at the end, also of a failure.

        Returns when the screen has been captured, or cannot be at once. Nothing is said before `speak`.
        """
        try:
            threading.Thread(target=self._fetch, args=(then,), name="capture", daemon=True).start()
        except (RuntimeError, MemoryError) as error:
            _log.exception("a picture could not be taken")
            self.failure = explained(error)
            then()
            return
        self._seen.wait(TONE_WAITS_S)

    def speak(self) -> None:
        """Now it may talk: the tone is on its way."""
        self._may_speak.set()

    def doing(self, seconds: float) -> str:
        """What is being done, as a sentence."""
        words = answer_run.WORDS.get(self.stage) if self.stage else None
        doing = tr(words) if words else tr("Answering") if self.stage == "answer" else tr("Taking the picture")
        return tr_count(
            "{doing}, {number} second so far.", "{doing}, {number} seconds so far.", round(seconds), doing=doing
        )

    def _fetch(self, then: Callable[[], None]) -> None:
        try:
            self.captured = self._looked()
        except CancelledError:
            self.cancel()
        except AssistantError as error:
            self.failure = error
        except Exception as error:  # noqa: BLE001 (a bug must end the request with a sentence, never with silence)
            _log.exception("a picture could not be taken")
            self.failure = explained(error)
        finally:
            self._seen.set()
            then()

    def _looked(self) -> CapturedPicture:
        if isinstance(self.target, Path) or self.action in ("clipboard", "camera"):
            self._seen.set()
            self._may_speak.wait()
            if isinstance(self.target, Path):
                return read_picture(self.target)
            at = (
                targets.Target("clipboard")
                if self.action == "clipboard"
                else targets.Target("camera", self.manner.camera)
            )
            return targets.look(at, self)
        captured = self._of_the_screen()
        if self.action == "ask":
            picture_checks.refuse_blank(captured)
        return captured

    def _of_the_screen(self) -> CapturedPicture:
        if self._moment is not None:
            self._seen.set()
            self._may_speak.wait()
            moment, self._moment = self._moment, None
            return moment.captured(self)
        assert not isinstance(self.target, Path)
        monitor = self.target or (self.manner.monitor if self.action == "screen" else None)
        backend = choose()
        self._windows.away()
        try:
            snapshot = targets.snap_at_once(backend, self, monitors=monitor is not None)
        finally:
            self._windows.back()
        self._seen.set()
        self._may_speak.wait()
        targets.refuse_locked(backend)
        if self.action == "screen" or monitor is not None:
            return targets.screen(snapshot, monitor)
        return targets.active_window(snapshot, backend, self)


def detail_of(captured: CapturedPicture) -> CapturedPicture:
    """The same picture for another request; what was to be said about it has been said."""
    return replace(captured, notices=())
