"""The main window: the conversation, the picture it is about, the question, and a menu bar with every command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal, Slot
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
from edge_assistant.controller.service import Service
from edge_assistant.controller.view import Status
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.ui import save_dialogs
from edge_assistant.ui.commands import Commands
from edge_assistant.ui.conversation_view import ConversationView, ReadOnlyText
from edge_assistant.ui.icons import status_icon, status_pixmap
from edge_assistant.ui.main_menu import MainMenu
from edge_assistant.ui.plain_text import PlainLabel
from edge_assistant.ui.question_input import QuestionInput
from edge_assistant.ui.retranslate import TranslatedLabels
from edge_assistant.ui.strings import picture_name, status_name
from edge_assistant.ui.style import CheckBox

_THUMBNAIL_HEIGHT = 4
"""Height of the thumbnail in lines of text."""


class MainWindow(QMainWindow):
    """The main window. Closing it, or Escape, hides it and gives the focus back; the program keeps running."""

    closed_by_user = Signal()

    def __init__(self, commands: Commands, service: Service, has_tray: Callable[[], bool]) -> None:
        """`has_tray` returns whether there is a tray icon, so that the window may be hidden."""
        super().__init__()
        self._service = service
        self._controller, self._post = service.controller, service.event_loop.post
        self._has_tray = has_tray
        self._captured: CapturedPicture | None = None
        self._picture_title = self._think_cost = ""
        self._status: Status = "loading"
        self._labels = TranslatedLabels(self)
        self._labels.add(self.setWindowTitle, tr_noop("Edge Assistant"))
        self.setAcceptDrops(True)
        self.conversation = ConversationView()
        self._labels.add(self.conversation.setAccessibleName, tr_noop("Conversation"))
        self.reasoning = ReadOnlyText()
        self._labels.add(self.reasoning.setAccessibleName, tr_noop("Reasoning"))
        self.reasoning.hide()
        self._thumbnail, self._picture_name = PlainLabel(), PlainLabel()
        self._picture_name.setWordWrap(True)
        self._picture_name.setMinimumWidth(1)  # one very long word must not widen the window
        self._picture_name.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._status_icon, self._status_text = PlainLabel(), PlainLabel()
        self.input = QuestionInput()
        self.show_reasoning = CheckBox()
        self._labels.add(self.show_reasoning.setText, tr_noop("Show the &reasoning"))
        self.show_reasoning.toggled.connect(self.reasoning.setVisible)
        self.show_reasoning.clicked.connect(self._on_show_reasoning)
        self.think = CheckBox()
        self._labels.add(self.think.setText, tr_noop("Think &harder"))
        self.think.clicked.connect(lambda: self._on_think_clicked(commands))
        self._cost_label = PlainLabel()
        self._cost_label.setWordWrap(True)
        self._build_layout()
        self._main_menu = MainMenu(self.menuBar(), self._labels, commands, self)
        self.show_picture(None, None, "")
        self.show_status("loading")
        self.show_think(False, "")
        line_height, available = self.fontMetrics().height(), self.screen().availableSize()
        self.resize(
            min(40 * line_height, available.width() * 9 // 10), min(30 * line_height, available.height() * 9 // 10)
        )
        self.input.setFocus()

    @property
    def text(self) -> str:
        """The conversation as plain text."""
        return self.conversation.toPlainText()

    def bring_to_front(self) -> None:
        """Show the window in front, with the keyboard focus."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def show_without_focus(self) -> None:
        """Show the window, as there is no tray icon; another window of ours that has the focus keeps it."""
        if self.isVisible():
            return
        if QApplication.activeWindow() is None:
            self.bring_to_front()
            return
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.show()
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, False)

    @Slot()
    def show_for_question(self) -> None:
        """Show the window in front, ready for a question; a question that is being written there stays."""
        was_active = self.isActiveWindow()
        self.bring_to_front()
        self.input.setFocus()
        if not was_active:
            self.input.selectAll()

    def hide_or_minimize(self) -> None:
        """Hide the window; without a tray icon only minimize it, so that it can be found again."""
        if self._has_tray():
            self.hide()
        else:
            self.showMinimized()
        self._post(self._controller.conversation_closed)

    @Slot(object)
    def show_event(self, event: Event) -> None:
        """Show an event: text in the conversation, reasoning in its own pane, progress in the status bar."""
        if isinstance(event, TokenEvent) and event.kind == "thinking":
            self.reasoning.add(event.text, new_line=False)
        elif isinstance(event, StageEvent):
            self._show_status_text(round(event.fraction * 100) if 0 < event.fraction < 1 else None)
        else:
            self.conversation.show_event(event)

    @Slot(int, str)
    def show_question(self, _: int, text: str) -> None:
        """Add the user's question to the conversation, and clear the reasoning of the last one."""
        self.reasoning.clear()
        self.conversation.show_question(text)

    @Slot(int, bool)
    def show_more(self, id: int, continues: bool) -> None:
        """Add to the conversation that the user asked for more."""
        self.conversation.show_more(id, continues=continues)

    @Slot(object, object, str)
    def show_picture(self, captured: CapturedPicture | None, thumbnail: QImage | None, name: str) -> None:
        """Show the picture that the conversation is about: its thumbnail, and its title `name`; None is no picture."""
        self._captured = captured
        self._main_menu.save_picture.setEnabled(captured is not None)
        if captured is None or thumbnail is None:
            self._thumbnail.clear()
            self._thumbnail.hide()
        else:
            self.reasoning.clear()
            height = _THUMBNAIL_HEIGHT * self.fontMetrics().height()
            self._thumbnail.setPixmap(
                QPixmap.fromImage(thumbnail).scaledToHeight(height, Qt.TransformationMode.SmoothTransformation)
            )
            self._thumbnail.show()
        self._picture_title = name
        self._show_picture_name()

    @Slot(bool, str)
    def show_think(self, on: bool, cost: str) -> None:
        """Show whether thinking harder is on, and what it costs."""
        self.think.setChecked(on)
        self._think_cost = cost
        self._cost_label.setText(cost or tr("How long think harder takes on this computer is not measured yet."))
        self.think.setAccessibleDescription(self._cost_label.text())

    @Slot(str)
    def show_status(self, status: Status) -> None:
        """Show the program's status in the status bar and in the window's icon."""
        self._status = status
        self._status_icon.setPixmap(status_pixmap(status, self.fontMetrics().height()))
        self._show_status_text(None)
        self.setWindowIcon(status_icon(status))

    @Slot()
    def forget(self) -> None:
        """Clear conversation, reasoning, question and picture."""
        self.conversation.forget()
        self.reasoning.clear()
        self.input.setText("")  # unlike clear(), it empties the undo history too
        self.show_picture(None, None, "")

    def changeEvent(self, event: QEvent) -> None:
        """Show in another language what is no mere label; the conversation stays as it is."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._show_picture_name()
            self.show_think(self.think.isChecked(), self._think_cost)
            self.show_status(self._status)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close the window at Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Hide the window instead of closing it."""
        event.ignore()
        self.hide_or_minimize()
        self.closed_by_user.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """Tell the event loop, which keeps the picture while the window is open."""
        super().showEvent(event)
        self._post(self._controller.conversation_opened)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept dragged files."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Describe the first of the dropped files."""
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            if len(paths) > 1:
                self._service.tell("one-file", tr("One picture at a time: this is the first."))
            self._post(self._controller.describe, Path(paths[0]))

    def open_picture(self) -> None:
        """Ask for a picture file, and describe it."""
        dialog = QFileDialog(self, tr("Open a picture"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self._post(self._controller.describe, Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def describe_monitor(self, number: int) -> None:
        """Describe a monitor, numbered from 1."""
        self._post(self._controller.describe, number)

    def read_reasoning(self) -> None:
        """Read the reasoning of the answer aloud."""
        self._post(self._controller.hear_reasoning)

    def save_picture(self) -> None:
        """Ask where to save the picture, and save it."""
        if self._captured is not None:
            save_dialogs.save_picture(self, self._captured.image, self._service.tell)

    def save_conversation(self) -> None:
        """Ask where to save the conversation, and save it."""
        save_dialogs.save_text(self, self.text, self._service.tell)

    def copy_answer(self) -> None:
        """Copy the answer to the clipboard."""
        if self.conversation.answer:
            QGuiApplication.clipboard().setText(self.conversation.answer)
            self._service.tell("copied", tr("Copied."))
        else:
            self._service.tell("no-answer", tr("There is no answer yet."))

    def _show_status_text(self, percent: int | None) -> None:
        text = status_name(self._status)
        self._status_text.setText(text if percent is None else tr("{state}, {percent} %", state=text, percent=percent))

    def _build_layout(self) -> None:
        question_label = PlainLabel()
        self._labels.add(question_label.setText, tr_noop("&Question:"))
        question_label.setBuddy(self.input)
        self._labels.add(self.input.setAccessibleName, tr_noop("Question"))
        self.input.setAcceptDrops(False)
        self.input.returnPressed.connect(self._ask)
        ask_button = QPushButton()
        self._labels.add(ask_button.setText, tr_noop("As&k"))
        ask_button.clicked.connect(self._ask)
        body = QWidget()
        layout = QVBoxLayout(body)
        for widgets in (
            (self._thumbnail, self._picture_name),
            (self.conversation,),
            (self.show_reasoning,),
            (self.reasoning,),
            (self.think, self._cost_label),
            (question_label, self.input, ask_button),
        ):
            row_layout = QHBoxLayout()
            for widget in widgets:
                row_layout.addWidget(widget, 1 if widget in (self._picture_name, self._cost_label, self.input) else 0)
            layout.addLayout(row_layout)
        self.setCentralWidget(body)
        self.statusBar().addWidget(self._status_icon)
        self.statusBar().addWidget(self._status_text)

    def _ask(self) -> None:
        text = self.input.text().strip()
        if text:
            self.input.setText("")
            self._post(self._controller.ask, text)
        else:
            self._post(self._controller.press, "more")
        self.input.setFocus()

    def _on_show_reasoning(self, shown: bool) -> None:
        if not self.show_reasoning.hasFocus():  # toggled by its access key, which no screen reader reports
            self._post(
                self._service.speech.say, tr("The reasoning is shown.") if shown else tr("The reasoning is hidden.")
            )

    def _on_think_clicked(self, commands: Commands) -> None:
        self.think.setChecked(commands.think.isChecked())  # undo Qt's toggle: show_think sets it once it is so
        commands.think.trigger()

    def _show_picture_name(self) -> None:
        no_picture = tr("There is no picture. Describe something, open a file, or drop one here.")
        self._picture_name.setText(picture_name(self._captured, self._picture_title) if self._captured else no_picture)
        self._thumbnail.setAccessibleName(self._picture_name.text())
