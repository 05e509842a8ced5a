"""The presenter of help: opens the list of all keys, and turns key help on and off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from edge_assistant.controller.service import Service
from edge_assistant.hotkeys.key import Key
from edge_assistant.system.i18n import tr
from edge_assistant.ui.help.bindings import (
    Binding,
    field_bindings,
    global_bindings,
    menu_bindings,
    palette_bindings,
)
from edge_assistant.ui.help.key_help_window import KeyHelpWindow
from edge_assistant.ui.help.key_meaning import tell_action, tell_key
from edge_assistant.ui.help.keys_window import KeysWindow
from edge_assistant.ui.help.window_help import WindowHelp, help_sentences

_QUEUED = Qt.ConnectionType.QueuedConnection


class HelpPresenter(QObject):
    """Belongs to the GUI thread, but for `takes_press`."""

    _pressed = Signal(str)

    def __init__(
        self,
        application: QApplication,
        service: Service,
        main_window: QMainWindow,
        windows: Sequence[tuple[str, type[QWidget]]],
    ) -> None:
        """`windows` are the other windows whose keys are listed: title (marked for translation) and class."""
        super().__init__()
        posting, self._service = service.event_loop.posting, service
        say, silence = posting(service.speech.say), posting(service.speech.silence)
        self._main_window = main_window
        self._windows = windows
        self.keys = KeysWindow(say, silence)
        self.key_help = KeyHelpWindow(say, silence, self._tell_key)
        self.keys.key_help_requested.connect(self.switch_key_help)
        self._pressed.connect(self._on_pressed, _QUEUED)
        WindowHelp(application, self.open_keys)

    def takes_press(self, action: str) -> bool:
        """Return whether the key of an action is only to be told, and have it told then. For any thread."""
        takes = self.key_help.takes_keys and action != "key-help"
        if takes:
            self._pressed.emit(action)
        return takes

    @Slot()
    def open_keys(self) -> None:
        """Open the list of all keys."""
        self.keys.open_keys(self.bindings())

    @Slot()
    def switch_key_help(self) -> None:
        """Turn key help on for the window of ours that has the keyboard, or off."""
        if self.key_help.takes_keys:
            self.key_help.close()
            return
        active = QApplication.activeWindow()
        self.key_help.begin(self._main_window if active is self.keys else active)

    def bindings(self) -> list[Binding]:
        """Return all keys: global ones, those of the main window, of the list of choices, and of other windows."""
        others = [
            Binding(tr("Keys"), tr(sentence), tr(title))
            for title, window in self._windows
            for sentence in help_sentences(window)
        ]
        main_window = self._main_window
        return [
            *global_bindings(self._hotkeys()),
            *menu_bindings(main_window),
            *field_bindings(main_window),
            *palette_bindings([each.name for each in self._service.settings.questions]),
            *others,
        ]

    def _hotkeys(self) -> Mapping[str, Key]:
        return self._service.settings.keys_by_action()

    def _tell_key(self, event: QKeyEvent, window: QWidget | None) -> str:
        return tell_key(event, window, self._hotkeys())

    @Slot(str)
    def _on_pressed(self, action: str) -> None:
        self.key_help.show_sentence(tell_action(action, self._hotkeys()))
