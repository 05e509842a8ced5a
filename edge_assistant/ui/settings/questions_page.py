"""The page of the settings dialog with the person's own questions: a list, and buttons to write and remove them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from edge_assistant.controller.global_hotkeys import KeyReport
from edge_assistant.hotkeys.key import Key, parse_key
from edge_assistant.settings.questions import MOST_QUESTIONS, Question
from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr
from edge_assistant.ui.plain_text import PlainLabel, tooltip
from edge_assistant.ui.settings.question_dialog import QuestionDialog
from edge_assistant.ui.speaking.announcer import change_after_speech, move_focus, return_briefly
from edge_assistant.ui.strings import key_label


class QuestionsPage(QWidget):
    """The page, on the GUI thread. What is changed in it is saved with the rest of the dialog.

    `check` is called with all questions as they would be, and raises UsageError where they cannot be so. `show_message`
    shows and speaks a sentence in the settings dialog, `say` speaks one; `suspend_hotkeys` is as for that dialog, and
    `check_key` is called with a key that was recorded, after which `show_key_report` is expected.
    """

    def __init__(
        self,
        *,
        check: Callable[[Sequence[Question]], object],
        show_message: Callable[[str], None],
        say: Callable[[str], None],
        suspend_hotkeys: Callable[[bool], None],
        check_key: Callable[[Key], None],
    ) -> None:
        super().__init__()
        self._check, self._show_message, self._say = check, show_message, say
        self._suspend_hotkeys, self._check_key = suspend_hotkeys, check_key
        self._questions: list[Question] = []
        self.dialog: QuestionDialog | None = None
        """The dialog that is open over the page."""
        about = PlainLabel(
            tr("Questions that you ask often. P in the list of choices asks them about the active window.")
        )
        about.setWordWrap(True)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Your own questions"))
        self.list.installEventFilter(self)
        self.list.itemDoubleClicked.connect(lambda _: self.edit())
        self.list.currentRowChanged.connect(lambda _: self._update_buttons())
        self._new, self._edit, self._remove = (
            self._make_button(text, on_clicked)
            for text, on_clicked in ((tr("&New…"), self.add), (tr("&Edit…"), self.edit), (tr("&Remove"), self.remove))
        )
        buttons = QHBoxLayout()
        for each in (self._new, self._edit, self._remove):
            buttons.addWidget(each)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.addWidget(about)
        layout.addWidget(self.list, 1)
        layout.addLayout(buttons)
        self._update_buttons()

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions as they are shown."""
        return tuple(self._questions)

    @property
    def focus_widgets(self) -> list[QWidget]:
        """The widgets that can have the focus, in their order."""
        return [self.list, self._new, self._edit, self._remove]

    def show_questions(self, questions: Sequence[Question], row: int = 0) -> None:
        """Show these questions, with the one in `row` as the current one."""
        self._questions = list(questions)
        self.list.clear()
        for each in self._questions:
            words = each.name if not each.key else f"{each.name} ({key_label(parse_key(each.key))})"
            item = QListWidgetItem(words)
            item.setToolTip(tooltip(each.text))
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, each.text)
            self.list.addItem(item)
        self.list.setCurrentRow(min(row, len(self._questions) - 1))
        self._update_buttons()

    def add(self) -> None:
        """Open the dialog for a new question."""
        if len(self._questions) >= MOST_QUESTIONS:
            self._show_message(tr("There can be {most} questions, no more.", most=MOST_QUESTIONS))
            return
        self._open_dialog(len(self._questions))

    def edit(self) -> None:
        """Open the dialog for the current question; for the first one where there is none."""
        self._open_dialog(max(0, self.list.currentRow()))

    def remove(self) -> None:
        """Remove the current question."""
        row = self.list.currentRow()
        if row < 0:
            return
        name = self._questions[row].name
        self.show_questions([*self._questions[:row], *self._questions[row + 1 :]], row)
        change_after_speech(self.list)
        move_focus(self.list)
        self._show_message(tr("{name}: removed.", name=name))

    def show_key_report(self, report: KeyReport) -> None:
        """Show whether the key that was recorded in the dialog is free."""
        if self.dialog is not None:
            self.dialog.show_key_report(report)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Enter edit and Delete remove the question, where Enter would close the settings."""
        if watched is self.list and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            keys = {Qt.Key.Key_Return: self.edit, Qt.Key.Key_Enter: self.edit, Qt.Key.Key_Delete: self.remove}
            on_key = keys.get(Qt.Key(event.key()))
            if on_key is not None:
                on_key()
                return True
        return super().eventFilter(watched, event)

    def _make_button(self, text: str, on_clicked: Callable[[], None]) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.clicked.connect(lambda: on_clicked())
        return button

    def _update_buttons(self) -> None:
        for each in (self._edit, self._remove):
            each.setEnabled(self.list.currentRow() >= 0)
        some, none = tr("Enter edits the question, Delete removes it."), tr("Enter begins the first one.")
        self.list.setAccessibleDescription(some if self._questions else none)

    def _open_dialog(self, row: int) -> None:
        question = self._questions[row] if row < len(self._questions) else None
        self.dialog = QuestionDialog(
            self.window(),
            question,
            save=lambda written: self._keep(written, row),
            say=self._say,
            suspend_hotkeys=self._suspend_hotkeys,
            check_key=lambda key: self._check_written_key(key, row),
        )
        self.dialog.finished.connect(self._on_dialog_finished)
        self.dialog.open()

    def _keep(self, question: Question, row: int) -> None:
        """Take over a question that was written. Raises UsageError where it cannot be so."""
        questions = [*self._questions[:row], question, *self._questions[row + 1 :]]
        self._check(questions)
        self.show_questions(questions, row)

    def _check_written_key(self, key: Key, row: int) -> None:
        """Have the key of a question that is being written checked, or say what else it is used for."""
        assert self.dialog is not None
        written = Question(self.dialog.name.text().strip() or self.dialog.windowTitle(), "?", str(key))
        try:
            self._check([*self._questions[:row], written, *self._questions[row + 1 :]])
        except UsageError as error:
            self.dialog.show_message(str(error))
        else:
            self._check_key(key)

    def _on_dialog_finished(self, result: int) -> None:
        self.dialog = None
        return_briefly(self.window())
        self.list.setFocus()
        if result and (item := self.list.currentItem()) is not None:
            self._show_message(tr("{name}: kept. OK saves it.", name=item.text()))
