"""What the main window shows before there is a conversation: the actions to begin with, large, with their keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.ui.action_button import ActionButton
from edge_assistant.ui.commands import Commands
from edge_assistant.ui.heading import TITLE, Heading
from edge_assistant.ui.key_names import shown_keys
from edge_assistant.ui.plain_text import PlainLabel
from edge_assistant.ui.retranslate import TranslatedLabels
from edge_assistant.ui.style import LARGE_SPACE, SPACE

_ACTIONS = {"window": "window", "read": "read", "screen": "screen", "region": "region", "camera": "camera"}
"""The icon of each action that has a button here."""

_LETTERS = {"region": "R", "camera": "C"}
"""The letters in the list of choices of those that have no key of their own at first."""

_MOST_COLUMNS = 3


class StartPage(QScrollArea):
    """The start page. With very large letters it scrolls up and down, never sideways."""

    def __init__(self, commands: Commands, open_picture: Callable[[], None]) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        labels = TranslatedLabels(self)
        heading = Heading(TITLE)
        labels.add(heading.setText, tr_noop("What do you want to know about?"))
        self.hint = PlainLabel()
        self.hint.setWordWrap(True)
        self.note = PlainLabel()
        self.note.setWordWrap(True)
        self.note.hide()
        self._actions = {self._make_button(icon, commands.action(name)): name for name, icon in _ACTIONS.items()}
        self._open = ActionButton("picture")
        self._open.clicked.connect(lambda: open_picture())
        self._commands = commands
        self.buttons = [*self._actions, self._open]
        content = QWidget()
        self._grid = QGridLayout()
        self._grid.setSpacing(SPACE)
        self._layout = layout = QVBoxLayout(content)
        layout.setSpacing(LARGE_SPACE)
        layout.addWidget(heading)
        layout.addWidget(self.hint)
        layout.addLayout(self._grid)
        layout.addWidget(self.note)
        layout.addStretch(1)
        self._columns = 0
        self._show_labels()
        for action in map(commands.action, (*_ACTIONS, "palette")):
            action.changed.connect(self._show_labels)  # another key, or another language
        self.setWidget(content)
        self._arrange()

    def show_note(self, text: str) -> None:
        """Show the latest notice below the buttons, where it is the whole conversation."""
        self.note.setText(tr("Note: {text}", text=text))
        self.note.show()

    def forget(self) -> None:
        """Show no notice any more."""
        self.note.clear()
        self.note.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use as many columns as there is room for."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Arrange the buttons anew when letters change their size, and label them in another language."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.LanguageChange) and self.widget() is not None:
            self._show_labels()

    def _make_button(self, icon: str, action: QAction) -> ActionButton:
        button = ActionButton(icon)
        button.clicked.connect(action.trigger)
        return button

    def _show_labels(self) -> None:
        _, _, palette_key = self._commands.action("palette").text().partition("\t")
        for button, name in self._actions.items():
            label, _, key = self._commands.action(name).text().partition("\t")
            if not key and palette_key and name in _LETTERS:
                key = tr("{key}, then {letter}", key=palette_key, letter=_LETTERS[name])
            button.set_texts(label.replace("&", ""), key)
        open_key = shown_keys(QKeySequence(QKeySequence.StandardKey.Open))
        self._open.set_texts(tr("&Open a picture…").replace("&", "").rstrip("…"), open_key)
        if self.widget() is not None:
            self._columns = 0
            self._arrange()

    def _arrange(self) -> None:
        margins = self._layout.contentsMargins()
        room = self.viewport().width() - margins.left() - margins.right() + SPACE
        widest = max(button.sizeHint().width() for button in self.buttons) + SPACE
        columns = max(1, min(_MOST_COLUMNS, room // widest))
        if columns == self._columns:
            return
        for column in range(_MOST_COLUMNS):
            self._grid.setColumnStretch(column, int(column < columns))
        self._columns = columns
        for number, button in enumerate(self.buttons):
            self._grid.addWidget(button, number // columns, number % columns)
