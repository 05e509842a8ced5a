"""Spoken announcements of the lines and cells of a picture's text, where no screen reader makes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication, QWidget

from edge_assistant.ui.speaking.announcer import speak_for_itself


class LineAnnouncer(QObject):
    """The announcer of the window with the lines, whose child it is."""

    def __init__(
        self,
        window: QWidget,
        say: Callable[[str], None],
        reader_announces_focus: Callable[[], bool],
        silence: Callable[[], None],
        describe: Callable[[QWidget], Sequence[str]],
    ) -> None:
        """`silence` stops speech about the widget that had the focus before; `describe` returns what is said of one.

        Nothing is said while `reader_announces_focus` returns True, because a screen reader announces the focus.
        """
        super().__init__(window)
        self._window = window
        self._say = say
        self._silence = silence
        self._describe = describe
        speak_for_itself(window)
        self.reader_announces_focus = reader_announces_focus
        self._moving = self._quietly = False
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus_changed)

    def announce(self, text: str) -> None:
        """Say something about the focus, in place of earlier speech, unless a screen reader does."""
        if text and not self.reader_announces_focus():
            self._silence()
            self._say(text)

    def move_to(self, widget: QWidget, *, quietly: bool = False) -> None:
        """Give a widget the focus without interrupting speech; `quietly`: without announcing it either."""
        self._moving, self._quietly = True, quietly
        widget.setFocus()
        self._moving = self._quietly = False

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        if new is None or new.window() is not self._window or self.reader_announces_focus():
            return
        if old is not None and old.window() is self._window and not self._moving:
            self._silence()  # only a move by the user interrupts, not one by the window
        if not self._quietly:
            for text in filter(None, self._describe(new)):
                self._say(text)
