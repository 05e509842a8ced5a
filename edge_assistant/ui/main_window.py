"""The main window: the conversation and the picture it is about, and everything of the tray's menu by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QPixmap,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QMainWindow,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from edge_assistant.assistant.events import Event, StageEvent, TokenEvent
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.controller.event_loop import EventLoop
from edge_assistant.controller.status import Condition
from edge_assistant.system.i18n import later, tr
from edge_assistant.ui import save_dialogs
from edge_assistant.ui.commands import Commands
from edge_assistant.ui.conversation_view import ConversationView, GrowingText
from edge_assistant.ui.icons import icon, picture
from edge_assistant.ui.main_menu import MainMenu
from edge_assistant.ui.plain_text import PlainLabel
from edge_assistant.ui.question_input import QuestionInput
from edge_assistant.ui.retranslate import TranslatedLabels
from edge_assistant.ui.strings import name_of, name_of_picture
from edge_assistant.ui.style import CheckBox

_THUMBNAIL_HEIGHT = 4
"""Lines of text that the picture's small copy is high."""


class MainWindow(QMainWindow):
    """Closing it, or Escape, puts it away and gives the focus back; the program goes on."""

    put_away_by_person = Signal()

    def __init__(self, commands: Commands, control: EventLoop, has_tray: Callable[[], bool]) -> None:
        """`has_tray` says where it may hide."""
        super().__init__()
        self._control = control
        self._has_tray = has_tray
        self._captured: CapturedPicture | None = None
        self._name = self._costs = ""
        self._condition: Condition = "loading"
        self._labels = TranslatedLabels()
        self._labels.put(self.setWindowTitle, later("Edge Assistant"))
        self.setAcceptDrops(True)
        self.conversation = ConversationView()
        self._labels.put(self.conversation.setAccessibleName, later("Conversation"))
        self.reasoning = GrowingText()
        self._labels.put(self.reasoning.setAccessibleName, later("Reasoning"))
        self.reasoning.hide()
        self._thumbnail, self._picture_name = PlainLabel(), PlainLabel()
        self._picture_name.setWordWrap(True)
        self._picture_name.setMinimumWidth(1)  # one endless word must not make the window wider than a screen
        self._picture_name.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._sign, self._words = PlainLabel(), PlainLabel()
        self.input = QuestionInput()
        self.show_reasoning = CheckBox()
        self._labels.put(self.show_reasoning.setText, later("Show the &reasoning"))
        self.show_reasoning.toggled.connect(self.reasoning.setVisible)
        self.show_reasoning.clicked.connect(self._on_show_reasoning)
        self.think = CheckBox()
        self._labels.put(self.think.setText, later("Think &harder"))
        self.think.clicked.connect(lambda: self._press_think(commands))
        self._cost = PlainLabel()
        self._cost.setWordWrap(True)
        self._lay_out()
        self._menus = MainMenu(self.menuBar(), self._labels, commands, self)
        self.show_picture(None, None, "")
        self.show_condition("loading")
        self.show_think(False, "")
        unit, room = self.fontMetrics().height(), self.screen().availableSize()
        self.resize(min(40 * unit, room.width() * 9 // 10), min(30 * unit, room.height() * 9 // 10))
        self.input.setFocus()

    @property
    def text(self) -> str:
        """The conversation."""
        return self.conversation.toPlainText()

    def bring(self) -> None:
        """Show it in front, with the keyboard."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def stay_in_sight(self) -> None:
        """Show it, as there is no tray to find it in; the keyboard stays in a window of ours that is in use."""
        if self.isVisible():
            return
        if QApplication.activeWindow() is None:
            self.bring()
            return
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.show()
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, False)

    @Slot()
    def bring_for_question(self) -> None:
        """Show it in front, ready for a question; one that is being written there now is gone on with."""
        is_written = self.isActiveWindow()
        self.bring()
        self.input.setFocus()
        if not is_written:
            self.input.selectAll()

    def put_away(self) -> None:
        """Into the tray; without one only out of the way, lest it be lost."""
        if self._has_tray():
            self.hide()
        else:
            self.showMinimized()
        self._control.window_closed()

    @Slot(object)
    def show_event(self, event: Event) -> None:
        """What was said, how it was thought out, and how far it is."""
        if isinstance(event, TokenEvent) and event.kind == "thinking":
            self.reasoning.add(event.text, new_line=False)
        elif isinstance(event, StageEvent):
            self._show_words(round(event.fraction * 100) if 0 < event.fraction < 1 else None)
        else:
            self.conversation.show_event(event)

    @Slot(int, str)
    def show_question(self, _: int, text: str) -> None:
        """A question was taken."""
        self.reasoning.clear()
        self.conversation.show_question(text)

    @Slot(object, object, str)
    def show_picture(self, captured: CapturedPicture | None, small: QImage | None, name: str) -> None:
        """What is talked about."""
        self._captured = captured
        self._menus.save_picture.setEnabled(captured is not None)
        if captured is None or small is None:
            self._thumbnail.clear()
            self._thumbnail.hide()
        else:
            self.reasoning.clear()
            height = _THUMBNAIL_HEIGHT * self.fontMetrics().height()
            self._thumbnail.setPixmap(
                QPixmap.fromImage(small).scaledToHeight(height, Qt.TransformationMode.SmoothTransformation)
            )
            self._thumbnail.show()
        self._name = name
        self._name_picture()

    @Slot()
    def follow_language(self) -> None:
        """The language may be another one now; what was said stays as it was said."""
        self._labels.follow()
        self._name_picture()
        self.show_think(self.think.isChecked(), self._costs)
        self.show_condition(self._condition)

    @Slot(bool, str)
    def show_think(self, on: bool, cost: str) -> None:
        """Think harder is on or off, and what it costs."""
        self.think.setChecked(on)
        self._costs = cost
        self._cost.setText(cost or tr("How long think harder takes on this computer is not measured yet."))
        self.think.setAccessibleDescription(self._cost.text())

    @Slot(str)
    def show_condition(self, condition: Condition) -> None:
        """The state in the status bar and in the window's icon."""
        self._condition = condition
        self._sign.setPixmap(picture(condition, self.fontMetrics().height()))
        self._show_words(None)
        self.setWindowIcon(icon(condition))

    @Slot()
    def forget(self) -> None:
        """Drop everything that was shown."""
        self.conversation.forget()
        self.reasoning.clear()
        self.input.setText("")  # this forgets what could be undone, too
        self.show_picture(None, None, "")

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
        self.put_away_by_person.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """The picture stays as long."""
        super().showEvent(event)
        self._control.window_opened()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files are taken."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """The first file is described."""
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            if len(paths) > 1:
                self._control.tell("one-file", tr("One picture at a time: this is the first."))
            self._control.look_at(Path(paths[0]))

    def open_picture(self) -> None:
        """Let a picture file be chosen, and describe it."""
        dialog = QFileDialog(self, tr("Open a picture"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self._control.look_at(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def look_at_monitor(self, number: int) -> None:
        """Describe a monitor, from 1."""
        self._control.look_at(number)

    def read_reasoning(self) -> None:
        """Read aloud how the answer was thought out."""
        self._control.read_reasoning()

    def save_picture(self) -> None:
        """Write the picture where the person says."""
        if self._captured is not None:
            save_dialogs.save_picture(self, self._captured.image, self._control.tell)

    def save_conversation(self) -> None:
        """Write the conversation where the person says."""
        save_dialogs.save_text(self, self.text, self._control.tell)

    def copy_answer(self) -> None:
        """Into the clipboard."""
        if self.conversation.answer:
            QGuiApplication.clipboard().setText(self.conversation.answer)
            self._control.tell("copied", tr("Copied."))
        else:
            self._control.tell("no-answer", tr("There is no answer yet."))

    def _show_words(self, percent: int | None) -> None:
        words = name_of(self._condition)
        self._words.setText(words if percent is None else tr("{state}, {percent} %", state=words, percent=percent))

    def _lay_out(self) -> None:
        question = PlainLabel()
        self._labels.put(question.setText, later("&Question:"))
        question.setBuddy(self.input)
        self._labels.put(self.input.setAccessibleName, later("Question"))
        self.input.setAcceptDrops(False)
        self.input.returnPressed.connect(self._ask)
        button = QPushButton()
        self._labels.put(button.setText, later("As&k"))
        button.clicked.connect(self._ask)
        body = QWidget()
        layout = QVBoxLayout(body)
        for row in ((self._thumbnail, self._picture_name), (self.conversation,), (self.show_reasoning,),
                    (self.reasoning,), (self.think, self._cost), (question, self.input, button)):  # fmt: skip
            line = QHBoxLayout()
            for widget in row:
                line.addWidget(widget, 1 if widget in (self._picture_name, self._cost, self.input) else 0)
            layout.addLayout(line)
        self.setCentralWidget(body)
        self.statusBar().addWidget(self._sign)
        self.statusBar().addWidget(self._words)

    def _ask(self) -> None:
        text = self.input.text().strip()
        if text:
            self.input.setText("")
            self._control.ask(text)
        self.input.setFocus()

    def _on_show_reasoning(self, shown: bool) -> None:
        if not self.show_reasoning.hasFocus():  # its access key was pressed elsewhere, where no screen reader tells it
            self._control.say(tr("The reasoning is shown.") if shown else tr("The reasoning is hidden."))

    def _press_think(self, commands: Commands) -> None:
        self.think.setChecked(commands.think.isChecked())  # it changes when it has changed
        commands.think.trigger()

    def _name_picture(self) -> None:
        none = tr("There is no picture. Describe something, open a file, or drop one here.")
        self._picture_name.setText(name_of_picture(self._captured, self._name) if self._captured else none)
        self._thumbnail.setAccessibleName(self._picture_name.text())
