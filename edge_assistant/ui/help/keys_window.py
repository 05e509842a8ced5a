"""The list of all keys, searched by typing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QListWidget, QVBoxLayout

from edge_assistant.system.i18n import tr, tr_count, tr_noop
from edge_assistant.ui import front
from edge_assistant.ui.help.bindings import Binding
from edge_assistant.ui.plain_text import PlainLabel
from edge_assistant.ui.retranslate import TranslatedLabels
from edge_assistant.ui.speaking.announcer import tell_when_closed

_TO_THE_LIST = (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter)
_COUNT_MS = 400
"""Time without typing after which it is said how many keys were found."""


class KeysWindow(QDialog):
    """A field to search in, and a list with one line for each key; Down goes from the field to the list."""

    HELP = (
        tr_noop("This is the list of all keys. Type a word to find one, Down goes to the list."),
        tr_noop("Key help tells each key that you press. Escape closes."),
    )
    key_help_requested = Signal()
    """The person wants to press keys and hear what they do."""

    def __init__(self, say: Callable[[str], None], silence: Callable[[], None]) -> None:
        """`say` speaks a sentence, `silence` ends those before it."""
        super().__init__()
        tell_when_closed(self)
        self._say = say
        self._silence = silence
        self._lines: list[str] = []
        labels = TranslatedLabels(self)
        labels.add(self.setWindowTitle, tr_noop("All keys"))
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._on_typed)
        self.search.installEventFilter(self)
        self.list = QListWidget()
        self.list.setWordWrap(True)
        labels.add(self.list.setAccessibleName, tr_noop("Keys"))
        buttons = QDialogButtonBox()
        for label, role, on_click in (
            (tr_noop("Key &help"), QDialogButtonBox.ButtonRole.ActionRole, self.key_help_requested.emit),
            (tr_noop("C&lose"), QDialogButtonBox.ButtonRole.RejectRole, self.reject),
        ):
            button = buttons.addButton("", role)
            button.setAutoDefault(False)
            labels.add(button.setText, label)
            button.clicked.connect(on_click)
        layout = QVBoxLayout(self)
        for text, widget in ((tr_noop("&Search:"), self.search), (tr_noop("&Keys:"), self.list)):
            heading = PlainLabel()
            labels.add(heading.setText, text)
            heading.setBuddy(widget)
            layout.addWidget(heading)
            layout.addWidget(widget)
        labels.add(self.search.setAccessibleName, tr_noop("Search the keys"))
        layout.addWidget(buttons)
        line, available = self.fontMetrics().height(), self.screen().availableSize()
        self.resize(min(44 * line, available.width() * 9 // 10), min(34 * line, available.height() * 9 // 10))
        self._count = QTimer(self)
        self._count.setSingleShot(True)
        self._count.setInterval(_COUNT_MS)
        self._count.timeout.connect(self._say_count)

    def open_keys(self, bindings: Sequence[Binding]) -> None:
        """Show these keys in front, with the keyboard in the field."""
        self._lines = [each.text for each in bindings]
        self.search.setText("")
        self._fill()
        front.bring_to_front(self, self._say)
        self.search.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go from the field to the list with Down, or Enter."""
        is_press = watched is self.search and event.type() == QEvent.Type.KeyPress
        if is_press and isinstance(event, QKeyEvent) and event.key() in _TO_THE_LIST and self.list.count():
            self.list.setFocus()
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Say the key in the list again at Enter: it is only told here."""
        item = self.list.currentItem()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.list.hasFocus() and item is not None:
            self._silence()
            self._say(item.text())
        else:
            super().keyPressEvent(event)

    def _on_typed(self) -> None:
        self._fill()
        self._count.start()

    def _fill(self) -> None:
        """Show the lines that have all the words that were typed."""
        words = self.search.text().casefold().split()
        self.list.clear()
        self.list.addItems([each for each in self._lines if all(word in each.casefold() for word in words)])
        self.list.setCurrentRow(0)

    def _say_count(self) -> None:
        count = self.list.count()
        if self.isVisible():
            self._silence()
            self._say(tr_count("{number} key.", "{number} keys.", count) if count else tr("No key has these words."))
