"""The main window: what was said, as text, and everything of the tray's menu by keyboard."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QLabel, QMainWindow, QPlainTextEdit, QVBoxLayout, QWidget

from edge_assistant.events import ErrorEvent, Event, NoticeEvent, SentenceEvent, WindowEvent
from edge_assistant.resident.condition import Condition
from edge_assistant.text import tr
from edge_assistant.ui.commands import Commands
from edge_assistant.ui.icons import icon, picture
from edge_assistant.ui.words import name_of


class MainWindow(QMainWindow):
    """Closing it, or Escape, puts it away and gives the focus back; the program goes on."""

    def __init__(self, commands: Commands, has_tray: Callable[[], bool], on_put_away: Callable[[], None]) -> None:
        """`has_tray` says where it may hide; `on_put_away` is called when the person closes it."""
        super().__init__()
        self._has_tray = has_tray
        self._on_put_away = on_put_away
        self.setWindowTitle(tr("Edge Assistant"))
        self.resize(720, 480)
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setAccessibleName(tr("What was said"))
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self._sign = QLabel()
        self._words = QLabel()
        self._words.setAccessibleName(tr("State"))
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.addWidget(self._text)
        self.setCentralWidget(body)
        self.statusBar().addWidget(self._sign)
        self.statusBar().addWidget(self._words)
        self._fill_menus(commands)
        self.show_condition("loading")

    def _fill_menus(self, commands: Commands) -> None:
        bar = self.menuBar()
        bar.addMenu(tr("&Look")).addActions(commands.looks)
        bar.addMenu(tr("&Answer")).addActions(commands.voice)
        program = bar.addMenu(tr("&Program"))
        program.addActions(commands.entries)
        program.addSeparator()
        program.addAction(commands.quit)

    @property
    def text(self) -> str:
        """What it shows."""
        return self._text.toPlainText()

    def bring(self) -> None:
        """Show it in front, with the keyboard."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def put_away(self) -> None:
        """Into the tray; without one only out of the way, lest it be lost."""
        if self._has_tray():
            self.hide()
        else:
            self.showMinimized()

    @Slot(object)
    def show_event(self, event: Event) -> None:
        """What was said, line by line."""
        if isinstance(event, WindowEvent):
            self._add(event.title)
        elif isinstance(event, NoticeEvent | ErrorEvent):
            self._add(event.message)
        elif isinstance(event, SentenceEvent):
            self._add(event.text)

    @Slot(str)
    def show_condition(self, condition: Condition) -> None:
        """The state in the status bar and in the window's icon."""
        self._sign.setPixmap(picture(condition, self.fontMetrics().height()))
        self._words.setText(name_of(condition))
        self.setWindowIcon(icon(condition))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape puts it away."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Put away, never destroyed."""
        event.ignore()
        self.put_away()
        self._on_put_away()

    def _add(self, line: str) -> None:
        at_end = self._text.textCursor().atEnd()
        self._text.appendPlainText(line)
        if at_end:
            self._text.moveCursor(QTextCursor.MoveOperation.End)
