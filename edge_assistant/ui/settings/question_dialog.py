"""The dialog in which one of the person's own questions is written: its name, its text and its shortcut."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from edge_assistant.controller.global_hotkeys import KeyReport
from edge_assistant.hotkeys.key import Key, parse_key
from edge_assistant.settings.questions import MOST_NAME_CHARACTERS, MOST_TEXT_CHARACTERS, Question
from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.ui.plain_text import PlainLabel
from edge_assistant.ui.settings.shortcut_edit import ShortcutEdit
from edge_assistant.ui.speaking.announcer import add_to_closed, move_focus, tell_when_closed
from edge_assistant.ui.style import SMALL_SPACE

_Role = QDialogButtonBox.ButtonRole


class QuestionDialog(QDialog):
    """One question, on the GUI thread; `question` is None for a new one.

    `save` is called with what was written, and raises UsageError where it cannot be: then the dialog stays. `say`,
    `suspend_hotkeys` and `check_key` are as for the SettingsDialog.
    """

    HELP = (
        tr_noop("The name is said in lists, the question is asked. Press the shortcut's keys in its field."),
        tr_noop("Enter keeps the question, Escape does not."),
    )

    def __init__(
        self,
        parent: QWidget | None,
        question: Question | None,
        *,
        save: Callable[[Question], None],
        say: Callable[[str], None],
        suspend_hotkeys: Callable[[bool], None],
        check_key: Callable[[Key], None],
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        tell_when_closed(self)
        self._save, self._say, self._check_key = save, say, check_key
        self.setWindowTitle(tr("Edit the question") if question else tr("New question"))
        self.name, self.text, self.key = QLineEdit(), QLineEdit(), ShortcutEdit()
        self.name.setMaxLength(MOST_NAME_CHARACTERS)
        self.name.setPlaceholderText(tr("For example: Free seat"))
        self.text.setMaxLength(MOST_TEXT_CHARACTERS)
        self.text.setPlaceholderText(tr("For example: Which seat is free?"))
        self.key.setPlaceholderText(tr("No shortcut"))
        self.key.recording_changed.connect(suspend_hotkeys)
        self.key.refused.connect(self.show_message)
        self.key.recorded.connect(self._on_recorded)
        if question is not None:
            self.name.setText(question.name)
            self.text.setText(question.text)
            self.key.set_key(question.key)
        form = QVBoxLayout(self)
        for label, name, widget in (
            (tr("&Name"), tr("Name"), self.name),
            (tr("&Question"), tr("Question"), self.text),
            (tr("&Shortcut"), tr("Shortcut"), self.key),
        ):
            widget.setAccessibleName(name)
            shown = PlainLabel(label)
            shown.setBuddy(widget)
            row = QVBoxLayout()
            row.setSpacing(SMALL_SPACE)  # nearer to its own field than to the others
            row.addWidget(shown)
            row.addWidget(widget)
            form.addLayout(row)
        self._message = PlainLabel()
        self._message.setWordWrap(True)
        self._message.hide()
        buttons = QDialogButtonBox()
        buttons.addButton(tr("&OK"), _Role.AcceptRole).setDefault(True)
        buttons.addButton(tr("Cancel"), _Role.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form.addWidget(self._message)
        form.addWidget(buttons)
        self._opened_with = self._written
        self.setMinimumWidth(30 * self.fontMetrics().height())
        self.name.setFocus()

    @property
    def message(self) -> str:
        """The message that is shown."""
        return self._message.text()

    def show_message(self, message: str) -> None:
        """Show a message, and speak it."""
        self._message.setText(message)
        self._message.setVisible(bool(message))
        if message:
            self._say(message)

    def show_key_report(self, report: KeyReport) -> None:
        """Show whether the recorded key is free, unless the field has another one by now."""
        if self.key.key == str(report.key):
            self.show_message(report.sentence)

    def accept(self) -> None:
        """Save the question and close the dialog; where it cannot be saved, say why and stay."""
        try:
            self._save(self._written)
        except UsageError as error:
            empty = [each for each in (self.name, self.text) if not each.text().strip()]
            if empty:
                move_focus(empty[0])
            self.show_message(str(error))
            return
        super().accept()

    def done(self, result: int) -> None:
        """Close the dialog; where the person closed it, it is said whether something is lost."""
        add_to_closed(self, tr("The changes were not saved.") if self._written != self._opened_with else "")
        super().done(result)

    @property
    def _written(self) -> Question:
        return Question(self.name.text(), self.text.text(), self.key.key)

    def _on_recorded(self) -> None:
        if self.key.key:
            self._check_key(parse_key(self.key.key))
        else:
            self.show_message(tr("No shortcut"))
