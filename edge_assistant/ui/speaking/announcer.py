"""Announces by our own voice what has the keyboard, in every window, menu and dialog, where no screen reader does."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, SignalInstance, Slot
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QDialog,
    QMenu,
    QMenuBar,
    QTreeView,
    QWidget,
)
from shiboken6 import isValid

from edge_assistant.system.i18n import tr
from edge_assistant.ui.speaking.caret import Caret, caret_of
from edge_assistant.ui.speaking.description import (
    Description,
    describe,
    describe_menu,
    window_name,
)

_SPEAKS_FOR_ITSELF = "edge_assistant_speaks_for_itself"
_QUIET_CHANGES, _QUIET_ONCE = "edge_assistant_quiet_changes", "edge_assistant_quiet_once"
_BRIEF_ONCE, _WAITS_ONCE = "edge_assistant_brief_once", "edge_assistant_waits_once"
_COMES_SINCE = "edge_assistant_comes_since"
_LEAVES_TO, _LEFT_AT = "edge_assistant_leaves_to", "edge_assistant_left_at"
_MOVED, _WATCHED = "edge_assistant_moved", "edge_assistant_watched"
_TELLS_CLOSED, _CLOSING_WORDS = "edge_assistant_tells_closed", "edge_assistant_closing_words"
_SIGNALS = ("toggled", "valueChanged", "currentIndexChanged", "currentTextChanged", "currentChanged",
            "cursorPositionChanged", "selectionChanged", "textChanged")  # fmt: skip
"""The signals by which the widgets of Qt tell that something of them has changed."""

_READER_CHECK_MS = 400
"""Time that it takes to find out that a screen reader, which ran until now, runs no more."""
_RETURN_MS = 300
"""Time that a menu, or a window that speaks for itself, has to open another window by what was chosen in it, before
what has the keyboard again is announced: that would be said in front of the other window's first words."""

_COMING_S = 1.5
"""Time that a window which was asked to the front may take to get the keyboard; after that it was left behind."""

_LEFT_S = 5.0
"""Time that the keyboard may take to come back from a window that was left quietly; after that, somebody moved it."""

_LINE_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class Say(Protocol):
    """Speaks a text about what has the keyboard, as SpeechChannel.say_focus."""

    def __call__(self, text: str, interrupts: bool, *, lasts: bool = False) -> None:
        """`interrupts`: it ends all other speech. `lasts`: what has the keyboard next is said after it."""


def speak_for_itself(window: QWidget) -> None:
    """Let a window announce by itself what has the keyboard in it: nothing is announced here."""
    window.setProperty(_SPEAKS_FOR_ITSELF, True)


def speaks_for_itself(window: QWidget) -> bool:
    """Return whether a window announces by itself what has the keyboard in it."""
    return bool(window.property(_SPEAKS_FOR_ITSELF))


def report_changes_itself(widget: QWidget) -> None:
    """Let a widget's changes of state go unannounced, because a sentence of the program tells of them."""
    widget.setProperty(_QUIET_CHANGES, True)


def activate_quietly(window: QWidget) -> None:
    """Do not announce a window when it gets the keyboard the next time: it says more itself, or was only hidden for a
    picture.
    """
    window.setProperty(_QUIET_ONCE, True)


def return_briefly(window: QWidget) -> None:
    """Say only what has the keyboard, without the window and help, when a window gets the keyboard the next time."""
    window.setProperty(_BRIEF_ONCE, True)


def leave_quietly(window: QWidget) -> None:
    """Do not announce the window of now that is below this one, which hides: what was chosen in it is answered."""
    shown = [each for each in QApplication.topLevelWidgets() if each.isVisible() and each is not window]
    window.setProperty(_LEAVES_TO, [int(each.winId()) for each in shown])
    window.setProperty(_LEFT_AT, time.monotonic())


def change_quietly(widget: QWidget) -> None:
    """Do not announce the next change of a text: a sentence of the program tells of it."""
    widget.setProperty(_QUIET_ONCE, True)


def change_after_speech(widget: QWidget) -> None:
    """Say the next change of a widget after what is said until then: a sentence that tells of it."""
    widget.setProperty(_WAITS_ONCE, True)


def expect_in_front(window: QWidget) -> None:
    """Do not announce where the keyboard comes back to while this window is about to get it."""
    window.setProperty(_COMES_SINCE, time.monotonic())


def tell_when_closed(window: QDialog) -> None:
    """Announce that a window was closed by the person, which ends what it was saying."""
    window.setProperty(_TELLS_CLOSED, True)


def add_to_closed(window: QDialog, words: str) -> None:
    """Have this said after the announcement that a window was closed; "" for nothing."""
    window.setProperty(_CLOSING_WORDS, words)


def move_focus(widget: QWidget, *, quietly: bool = False) -> None:
    """Give a widget the focus without interrupting speech; `quietly`: without announcing it either."""
    if not quietly and not widget.isActiveWindow():
        widget.window().setProperty(_QUIET_ONCE, None)  # what has the keyboard is to be heard
    widget.setProperty(_MOVED, "quietly" if quietly else "aloud")
    widget.setFocus()
    widget.setProperty(_MOVED, None)


class FocusAnnouncer(QObject):
    """The one announcer of the application, on the GUI thread."""

    def __init__(self, application: QApplication, say: Say, reader_announces_focus: Callable[[], bool]) -> None:
        """Nothing is said while `reader_announces_focus` returns True, because a screen reader announces the focus."""
        super().__init__(application)
        self._say = say
        self._reader_announces_focus = reader_announces_focus
        self._window: QWidget | None = None
        self._last_window: QWidget | None = None
        """The window that had the keyboard last; now it may be gone."""
        self._widget: QWidget | None = None
        self._watched: list[tuple[SignalInstance, Callable[..., None]]] = []
        self._description = Description()
        self._caret: Caret | None = None
        self._menu: QMenu | QMenuBar | None = None
        self._menu_description = Description()
        self._pending: list[str] | None = None
        """What is said before all that there is to say of what has the keyboard, which it got just now; else None."""
        self._is_brief = False
        """Whether that is to be without help."""
        self._comes_back = False
        """Whether it got the keyboard back, from a menu or another window."""
        self._is_by_person = False
        """Whether the person did something since the last look at what has the keyboard."""
        self._is_by_line = False
        """Whether that was a key that moves a text cursor by lines."""
        self._withheld: Callable[[], None] | None = None
        """What a screen reader is to have said."""
        self._reader_check = self._make_timer(self._say_withheld)
        self._check = self._make_timer(self._announce_change)
        self._menu_check = self._make_timer(self._announce_menu)
        application.focusChanged.connect(self._on_focus_changed)

    def watch_menu(self, menu: QMenu) -> None:
        """Announce this menu, too, which is opened while no window of ours has the keyboard."""
        if not menu.property(_WATCHED):
            menu.setProperty(_WATCHED, True)
            menu.hovered.connect(self._on_menu_moved)
            menu.aboutToShow.connect(self._on_menu_opens)
            menu.aboutToHide.connect(self._menu_check.start)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice at the widget that has the keyboard what the person does, and that a menu takes it for a while."""
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress):
            self._is_by_person = True
            self._is_by_line = isinstance(event, QKeyEvent) and event.key() in _LINE_KEYS
        if isinstance(event, QFocusEvent) and event.reason() == Qt.FocusReason.PopupFocusReason:
            self._menu_check.start()
        return super().eventFilter(watched, event)

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        if isinstance(new, QMenu):
            self._menu_check.start()
            return
        self._stop_watching()
        if new is None:
            if QApplication.activeWindow() is None:
                self._window = None
            return
        window, moved = new.window(), new.property(_MOVED)
        is_popup = _is_popup(window)
        is_other_window = window is not self._window and not is_popup
        before, self._window = self._window, self._window if is_popup else window
        left, self._last_window = self._last_window, self._window
        quiet_once = bool(window.property(_QUIET_ONCE))
        window.setProperty(_QUIET_ONCE, None)
        is_brief = bool(window.property(_BRIEF_ONCE))
        window.setProperty(_BRIEF_ONCE, None)
        self._watch_closing(window)
        if speaks_for_itself(window):
            window.setProperty(_LEAVES_TO, None)
            return
        self._watch(new)
        if is_other_window:
            self._watch_access_keys(window)
        from_own = is_other_window and left is not None and isValid(left) and speaks_for_itself(left)
        comes_back = from_own or isinstance(old, QMenuBar)
        is_left = from_own and left is not None and _leads_to(left, window)
        if quiet_once or moved == "quietly" or is_left:
            return
        if isinstance(new, QMenuBar):
            self._menu_check.start()
            return
        self._menu = None
        from_popup = old is not None and isValid(old) and _is_popup(old.window())
        by_person = old is not None and not moved and (old.window() is window or is_popup or from_popup)
        self._is_by_person = self._is_by_person or (by_person and before is not None)
        self._pending = [window_name(window)] if is_other_window and not is_brief else []
        self._is_brief, self._comes_back = is_brief, comes_back
        # Once Qt is done: it may be switched by the key that gave it the keyboard.
        self._check.start(_RETURN_MS if comes_back else 0)

    def _announce(self, text: str, *, interrupts: bool, lasts: bool = False) -> None:
        if not text:
            return
        say = partial(self._say, text, interrupts, lasts=lasts)
        if self._reader_announces_focus():
            self._withheld = say
            self._reader_check.start(_READER_CHECK_MS)
        else:
            self._withheld = None
            say()

    @Slot()
    def _say_withheld(self) -> None:
        """Say what was left to a screen reader, where it turns out now that it has ended."""
        withheld, self._withheld = self._withheld, None
        if withheld is not None and not self._reader_announces_focus():
            withheld()

    def _watch(self, widget: QWidget) -> None:
        """Follow the changes of a widget while it has the keyboard."""
        self._widget = widget
        self._description, self._caret = describe(widget), caret_of(widget)
        widget.installEventFilter(self)
        signals = [getattr(widget, name, None) for name in _SIGNALS]
        if isinstance(widget, QAbstractItemView):
            signals += [widget.selectionModel().currentChanged, widget.model().dataChanged]
        if isinstance(widget, QTreeView):
            signals += [widget.expanded, widget.collapsed]
        for signal in signals:
            if isinstance(signal, SignalInstance):
                signal.connect(self._on_changed)
                self._watched.append((signal, self._on_changed))
        if isinstance(widget, QMenuBar):
            widget.hovered.connect(self._on_menu_moved)
            self._watched.append((widget.hovered, self._on_menu_moved))

    def _watch_access_keys(self, window: QWidget) -> None:
        """Announce what an access key switches while something else has the keyboard."""
        for button in window.findChildren(QAbstractButton):
            if button.isCheckable() and not button.property(_WATCHED):
                button.setProperty(_WATCHED, True)
                button.clicked.connect(partial(self._on_clicked, button))

    def _watch_closing(self, window: QWidget) -> None:
        """Announce that the person closes this window, where it is to be told."""
        if isinstance(window, QDialog) and window.property(_TELLS_CLOSED):
            window.setProperty(_TELLS_CLOSED, None)  # from now on it is
            window.rejected.connect(partial(self._on_closed, window))

    def _on_closed(self, window: QDialog) -> None:
        words = str(window.property(_CLOSING_WORDS) or "")
        self._announce(f"{tr('Closed.')} {words}".strip(), interrupts=True, lasts=True)

    def _on_clicked(self, button: QAbstractButton, _checked: bool = False) -> None:
        QTimer.singleShot(0, button, lambda: self._announce_switched(button))

    def _announce_switched(self, button: QAbstractButton) -> None:
        if not button.hasFocus() and not button.property(_QUIET_CHANGES):
            self._announce(describe(button).text, interrupts=True)

    def _stop_watching(self) -> None:
        widget, self._widget = self._widget, None
        watched, self._watched = self._watched, []
        self._pending, self._is_by_person = None, False
        if widget is None or not isValid(widget):
            return
        widget.removeEventFilter(self)
        for signal, slot in watched:
            try:
                signal.disconnect(slot)
            except RuntimeError:  # the model of a list was destroyed
                continue

    def _on_changed(self, *_: object) -> None:
        self._check.start(0)

    @Slot()
    def _announce_change(self) -> None:
        """Say what has changed of the widget that has the keyboard, once Qt is done with it."""
        widget = self._widget
        if widget is None or not isValid(widget) or not widget.hasFocus():
            return
        if self._comes_back and self._pending is not None and _is_another_coming(widget.window()):
            self._check.start(_RETURN_MS)
            return
        self._comes_back = False
        before, caret, pending = self._description, self._caret, self._pending
        by_person, self._is_by_person, self._pending = self._is_by_person, False, None
        is_brief, self._is_brief = self._is_brief, False
        self._description, self._caret = describe(widget), caret_of(widget)
        is_quiet = bool(widget.property(_QUIET_ONCE))
        widget.setProperty(_QUIET_ONCE, None)
        waits = bool(widget.property(_WAITS_ONCE))
        widget.setProperty(_WAITS_ONCE, None)
        if pending is not None:
            described = self._description.brief if is_brief else self._description.text
            text = " ".join(filter(None, (*pending, described)))
        elif self._caret is not None and caret is not None:
            text = "" if is_quiet else self._caret.move(caret, by_line=self._is_by_line)
        else:
            text = "" if widget.property(_QUIET_CHANGES) else self._description.change(before)
        self._announce(text, interrupts=by_person and not waits)

    @Slot()
    def _on_menu_opens(self) -> None:
        self._menu = None
        self._menu_check.start()

    @Slot(QAction)
    def _on_menu_moved(self, action: QAction) -> None:
        if isinstance(inner := action.menu(), QMenu):
            self.watch_menu(inner)
        self._menu_check.start()

    @Slot()
    def _announce_menu(self) -> None:
        """Say what the keyboard is at in an open menu or the menu bar; after that, what has it again."""
        menu, popup = self._menu, QApplication.activePopupWidget()
        if isinstance(popup, QMenu):
            self.watch_menu(popup)
            self._menu = popup
        elif popup is not None:
            return  # its list has the focus
        elif isinstance(self._widget, QMenuBar) and isValid(self._widget):
            self._menu = self._widget
        else:
            self._menu = None
            if menu is not None and self._widget is not None and isValid(self._widget) and self._widget.hasFocus():
                self._pending, self._is_by_person, self._comes_back = [], False, True
                self._check.start(_RETURN_MS)
            return
        before, self._menu_description = self._menu_description, describe_menu(self._menu)
        after = self._menu_description
        self._announce(after.change(before) if self._menu is menu else after.text, interrupts=True)

    def _make_timer(self, slot: Callable[[], None]) -> QTimer:
        """Return a timer that calls the slot once Qt has handled what it is at."""
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(0)
        timer.timeout.connect(slot)
        return timer


def _leads_to(left: QWidget, window: QWidget) -> bool:
    """Return whether a window gets the keyboard because another one was left quietly just now."""
    leads = int(window.winId()) in (left.property(_LEAVES_TO) or ())
    return leads and time.monotonic() - float(left.property(_LEFT_AT)) < _LEFT_S


def _is_another_coming(window: QWidget) -> bool:
    """Return whether another window than this active one was asked to the front just now."""
    since = [each.property(_COMES_SINCE) for each in QApplication.topLevelWidgets() if each.isVisible()]
    own = window.property(_COMES_SINCE) or 0.0
    return any(each > own and time.monotonic() - each < _COMING_S for each in since if each is not None)


def _is_popup(window: QWidget) -> bool:
    return window.windowType() == Qt.WindowType.Popup
