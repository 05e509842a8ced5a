"""Qt signals that carry what the controller's threads report to the GUI thread."""

from __future__ import annotations

from contextlib import AbstractContextManager

from PIL import Image
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.controller.history import PastAnswer
from edge_assistant.controller.lines import LinesSource
from edge_assistant.ui.qt_images import to_qt_image
from edge_assistant.ui.window_hider import WindowHider

_THUMBNAIL_SIZE = (1280, 800)
"""Largest width and height in pixels of the picture in the main window."""


class ControllerSignals(QObject):
    """The controller's View (controller.view), as signals. It lives on the GUI thread; any thread may call its methods.

    Connect with Qt.ConnectionType.QueuedConnection, and only to methods of QObjects: anything else would run on the
    caller's thread.
    """

    event_received = Signal(object)
    """An assistant.events.Event."""
    status_changed = Signal(str)
    """A controller.view.Status."""
    show_requested = Signal()
    """The program was started a second time: show the window."""
    question_requested = Signal()
    """A picture was taken to ask about: show the window, ready for a question."""
    picture_changed = Signal(object, object, str)
    """The conversation's picture: a CapturedPicture, its thumbnail as a QImage, and its title; or None, None, ""."""
    question_accepted = Signal(int, str)
    """A question was accepted: its request's number, its text."""
    more_accepted = Signal(int, bool)
    """More was asked for: its request's number, and whether it is a part of the last answer."""
    spelling_requested = Signal(list)
    """The words that can be spelled: show them."""
    history_requested = Signal(object, float)
    """The controller.history.PastAnswers to show as a list, and the time, in monotonic seconds."""
    lines_requested = Signal(object)
    """The controller.lines.LinesSource whose lines are to be shown as a list."""
    keys_requested = Signal()
    """Show the list of all keys."""
    key_help_switched = Signal()
    """Turn key help on or off."""
    think_changed = Signal(bool, str)
    """Whether thinking harder is on, and how much longer answers take, in a few words."""
    shortcuts_switched = Signal(bool)
    """Whether the shortcuts are off."""
    forget_requested = Signal()
    """The conversation was forgotten: show nothing of it any more."""
    service_ended = Signal(object)
    """The service has ended: None, or the AssistantError that ended it."""

    def __init__(self, window_hider: WindowHider) -> None:
        super().__init__()
        self._window_hider = window_hider

    def hidden_windows(self) -> AbstractContextManager[None]:
        """Return a context in which our windows are hidden; see WindowHider."""
        return self._window_hider.hidden_windows()

    def is_in_front(self) -> bool:
        """Return whether one of our windows has the focus."""
        return self._window_hider.is_in_front

    def awaits_question(self) -> bool:
        """Return whether the window for questions has the focus."""
        return self._window_hider.is_question_in_front

    def open_question_input(self) -> None:
        """Open the window for a question."""
        self.question_requested.emit()

    def show_picture(self, captured: CapturedPicture | None, name: str) -> None:
        """Show the picture that the conversation is about."""
        self.picture_changed.emit(captured, thumbnail(captured.image) if captured else None, name)

    def show_question(self, id: int, text: str) -> None:
        """Show a question that was accepted."""
        self.question_accepted.emit(id, text)

    def show_more(self, id: int, *, continues: bool) -> None:
        """Show that more was asked for."""
        self.more_accepted.emit(id, continues)

    def open_spelling(self, words: list[str]) -> None:
        """Open the window in which words can be spelled."""
        self.spelling_requested.emit(words)

    def open_history(self, answers: tuple[PastAnswer, ...], now: float) -> None:
        """Open the list of the last answers."""
        self.history_requested.emit(answers, now)

    def open_lines(self, source: LinesSource) -> None:
        """Open the list of the lines of a picture's text."""
        self.lines_requested.emit(source)

    def open_keys(self) -> None:
        """Open the list of all keys."""
        self.keys_requested.emit()

    def switch_key_help(self) -> None:
        """Turn key help on or off."""
        self.key_help_switched.emit()

    def show_thinking(self, on: bool, cost: str) -> None:
        """Show whether thinking harder is on, and what it costs."""
        self.think_changed.emit(on, cost)

    def show_shortcuts(self, *, off: bool) -> None:
        """Show whether the shortcuts are off."""
        self.shortcuts_switched.emit(off)

    def clear(self) -> None:
        """Clear everything that is shown."""
        self.forget_requested.emit()


def thumbnail(image: Image.Image) -> QImage:
    """Return a picture as large as the main window may show it."""
    factor = max(1, min(image.width // _THUMBNAIL_SIZE[0], image.height // _THUMBNAIL_SIZE[1]))
    scaled = image.reduce(factor) if factor > 1 else image.copy()  # reducing by a whole number is fast
    scaled.thumbnail(_THUMBNAIL_SIZE)
    return to_qt_image(scaled)
