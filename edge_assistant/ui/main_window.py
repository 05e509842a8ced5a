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
    QShowEvent,
)
from PySide6.QtWidgets import QApplication, QFileDialog, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from edge_assistant.assistant.events import (
    ErrorEvent,
    Event,
    NoticeEvent,
    SentenceEvent,
    StageEvent,
    TokenEvent,
    WindowEvent,
)
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.controller.service import Service
from edge_assistant.controller.view import Status
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.ui import front, save_dialogs
from edge_assistant.ui.commands import Commands
from edge_assistant.ui.conversation_page import ConversationPage
from edge_assistant.ui.icons.status import status_icon
from edge_assistant.ui.main_menu import MainMenu
from edge_assistant.ui.menu_bar_focus import MenuBarFocus
from edge_assistant.ui.picture_window import PictureWindow
from edge_assistant.ui.question_row import QuestionRow
from edge_assistant.ui.retranslate import TranslatedLabels
from edge_assistant.ui.speaking.announcer import move_focus, report_changes_itself
from edge_assistant.ui.start_page import StartPage
from edge_assistant.ui.status_line import StatusLine
from edge_assistant.ui.strings import picture_name

_OPENING_EVENTS = (WindowEvent, SentenceEvent, ErrorEvent)
"""Events that begin a conversation; notices alone, such as that the model is ready, do not."""


class MainWindow(QMainWindow):
    """The main window. Closing it, or Escape, hides it and gives the focus back; the program keeps running."""

    HELP = (
        tr_noop("This is the conversation. Type a question and press Enter; Enter alone says more."),
        tr_noop("Up brings former questions back. Alt and Up says earlier answers."),
        tr_noop("Alt opens the menus, where each command has its key. Escape puts the window away."),
    )

    closed_by_user = Signal()

    def __init__(self, commands: Commands, service: Service, has_tray: Callable[[], bool]) -> None:
        """`has_tray` returns whether there is a tray icon, so that the window may be hidden."""
        super().__init__()
        self._service = service
        self._controller, self._post = service.controller, service.event_loop.post
        self._has_tray = has_tray
        self._captured: CapturedPicture | None = None
        self._picture_title = ""
        self._labels = TranslatedLabels(self)
        self._labels.add(self.setWindowTitle, tr_noop("Edge Assistant"))
        self.setAcceptDrops(True)
        self.start_page = StartPage(commands, self.open_picture)
        self.page = ConversationPage()
        self.conversation, self.reasoning = self.page.conversation, self.page.reasoning
        self.show_reasoning = self.page.show_reasoning
        self.show_reasoning.clicked.connect(self._on_show_reasoning)
        self.page.picture.clicked.connect(self.enlarge_picture)
        self._enlarged: PictureWindow | None = None
        self._row = QuestionRow()
        self.input, self.think = self._row.input, self._row.think
        self.input.returnPressed.connect(self._ask)
        self.input.recalled.connect(self._on_recalled)
        self.input.at_end.connect(
            lambda up: self._say_at_once(tr("No earlier question.") if up else tr("No later question."))
        )
        self._row.ask.clicked.connect(self._ask)
        self.think.clicked.connect(lambda: self._on_think_clicked(commands))
        report_changes_itself(self.think)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.start_page)
        self._pages.addWidget(self.page)
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self._row)
        self.setCentralWidget(body)
        self._status_line = StatusLine()
        self.statusBar().addWidget(self._status_line, 1)
        self._main_menu = MainMenu(self.menuBar(), self._labels, commands, self)
        MenuBarFocus(self.menuBar(), self.input)
        self.show_picture(None, None, "")
        self.show_status("loading")
        self.show_think(False, "")
        line_height, available = self.fontMetrics().height(), self.screen().availableSize()
        self.resize(
            min(52 * line_height, available.width() * 9 // 10), min(36 * line_height, available.height() * 9 // 10)
        )
        self.input.setFocus()

    @property
    def text(self) -> str:
        """The conversation as plain text."""
        return self.conversation.toPlainText()

    def bring_to_front(self) -> None:
        """Show the window in front, with the keyboard focus."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        front.bring_to_front(self, lambda sentence: self._service.tell("behind", sentence))

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
        self._close_enlarged()
        if self._has_tray():
            self.hide()
        else:
            self.showMinimized()
        self._post(self._controller.conversation_closed)

    @Slot(object)
    def show_event(self, event: Event) -> None:
        """Show an event: text in the conversation, reasoning in its own pane, progress in the status bar."""
        if isinstance(event, TokenEvent):
            if event.kind == "thinking":
                self.reasoning.add(event.text)
        elif isinstance(event, StageEvent):
            self._status_line.show_progress(round(event.fraction * 100) if 0 < event.fraction < 1 else None)
        else:
            if isinstance(event, NoticeEvent):
                self.start_page.show_note(event.message)
            elif isinstance(event, _OPENING_EVENTS):
                self._show_page(self.page)
            self.conversation.show_event(event)

    @Slot(int, str)
    def show_question(self, _: int, text: str) -> None:
        """Add the user's question, which was accepted, to the conversation, and clear the reasoning of the last one."""
        self.input.remember(text)
        self._show_page(self.page)
        self.reasoning.clear()
        self.conversation.show_question(text)

    @Slot(int, bool)
    def show_more(self, id: int, continues: bool) -> None:
        """Add to the conversation that the user asked for more."""
        self.conversation.show_more(id, continues=continues)

    @Slot(object, object, str)
    def show_picture(self, captured: CapturedPicture | None, thumbnail: QImage | None, name: str) -> None:
        """Show the picture that the conversation is about, `thumbnail`, and its title `name`; None is no picture."""
        self._captured = captured
        self._picture_title = name
        self._main_menu.save_picture.setEnabled(captured is not None)
        self._main_menu.enlarge_picture.setEnabled(captured is not None)
        self._close_enlarged()
        if captured is not None:
            self.reasoning.clear()
            self._show_page(self.page)
        self._show_picture_name()
        self.page.show_picture(thumbnail if captured is not None else None)

    @Slot(bool, str)
    def show_think(self, on: bool, cost: str) -> None:
        """Show whether thinking harder is on, and what it costs."""
        self._row.show_think(on, cost)

    @Slot(str)
    def show_status(self, status: Status) -> None:
        """Show the program's status in the status bar and in the window's icon."""
        self._status_line.show_status(status)
        self.setWindowIcon(status_icon(status))

    @Slot()
    def forget(self) -> None:
        """Clear conversation, reasoning, question and picture."""
        self.conversation.forget()
        self.reasoning.clear()
        self.input.forget()
        self.start_page.forget()
        self.show_picture(None, None, "")
        self._show_page(self.start_page)

    def changeEvent(self, event: QEvent) -> None:
        """Show in another language what is no mere label; the conversation stays as it is."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._show_picture_name()

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

    def enlarge_picture(self) -> None:
        """Open the picture in a window of its own, in which it can be enlarged; there is at most one."""
        if self._captured is None:
            return
        if self._enlarged is None:
            say = self._service.event_loop.posting(self._service.speech.say_focus)
            name = self.page.picture_name.text()
            self._enlarged = PictureWindow(self, self._captured.image, name, lambda text: say(text, True))
            self._enlarged.finished.connect(self._on_enlarged_closed)
        front.bring_to_front(self._enlarged, lambda sentence: self._service.tell("behind", sentence))

    @Slot()
    def _on_enlarged_closed(self) -> None:
        self._enlarged = None

    def _close_enlarged(self) -> None:
        if self._enlarged is not None:
            self._enlarged.close()
        self._enlarged = None

    def _show_page(self, page: QWidget) -> None:
        """Show the start page or the conversation. Where the other one had the focus, the question gets it."""
        if page is self._pages.currentWidget():
            return
        focused = QApplication.focusWidget()
        had_focus = focused is not None and self._pages.isAncestorOf(focused)
        self._pages.setCurrentWidget(page)
        if had_focus:
            self.input.setFocus()

    def _ask(self) -> None:
        """Ask the question; it stays in its line until it is accepted. An empty line goes on with the answer."""
        text = self.input.text().strip()
        if text:
            self._post(self._controller.ask, text)
        else:
            self._post(self._controller.press, "more")
        move_focus(self.input)  # what came of it is heard first

    def walk_history(self, step: int) -> None:
        """Say an earlier answer (1) or a later one (-1)."""
        self._post(self._controller.walk_history, step)

    def _on_recalled(self, text: str) -> None:
        """Say the question that came back, where no screen reader does."""
        if not self._service.speech.reader_announces_focus():
            self._say_at_once(text or tr("empty"))

    def _say_at_once(self, text: str) -> None:
        self._post(self._service.speech.say_focus, text, True)

    def _on_show_reasoning(self, shown: bool) -> None:
        """Have a screen reader say what an access key did to the reasoning: it reports only what has the focus."""
        if not self.show_reasoning.hasFocus() and self._service.speech.reader_announces_focus():
            self._post(
                self._service.speech.say, tr("The reasoning is shown.") if shown else tr("The reasoning is hidden.")
            )

    def _on_think_clicked(self, commands: Commands) -> None:
        self.think.setChecked(commands.think.isChecked())  # undo Qt's toggle: show_think sets it once it is so
        commands.think.trigger()

    def _show_picture_name(self) -> None:
        no_picture = tr("There is no picture. Describe something, open a file, or drop one here.")
        self.start_page.hint.setText(no_picture)
        self.page.name_picture(
            picture_name(self._captured, self._picture_title) if self._captured else no_picture,
            is_picture=self._captured is not None,
        )
