"""The settings dialog, generated from the schema of the settings: no setting is named here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QVBoxLayout,
    QWidget,
)

from edge_assistant.controller.global_hotkeys import KeyReport
from edge_assistant.hotkeys.key import Key, parse_key
from edge_assistant.settings.entry import QUESTIONS, SettingError, SettingsEntry
from edge_assistant.settings.questions import Question, check_questions
from edge_assistant.settings.schema import Settings, entries, find_entry, with_values
from edge_assistant.settings.this_computer import check_changes
from edge_assistant.system.errors import AssistantError, UsageError
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.ui import confirm
from edge_assistant.ui.plain_text import PlainLabel
from edge_assistant.ui.settings.browser import SettingsBrowser
from edge_assistant.ui.settings.fields import ChoiceField, Field, entry_label
from edge_assistant.ui.settings.option_providers import PROVIDERS, FoundOptions, OptionProvider, find_options
from edge_assistant.ui.settings.questions_page import QuestionsPage
from edge_assistant.ui.settings.shortcut_edit import ShortcutEdit
from edge_assistant.ui.settings.voice_preview import VoicePreview
from edge_assistant.ui.speaking.announcer import add_to_closed, move_focus, tell_when_closed

_Role = QDialogButtonBox.ButtonRole
_HELP_LINES = 3
"""Lines that there is room for while the meaning of a field is shown, so that the fields do not move at each."""


class SettingsDialog(QDialog):
    """The settings dialog, on the GUI thread.

    `on_apply` is called with all settings when some were changed, and returns at once; an AssistantError that it
    raises is shown. `say` speaks what is shown as a message. `suspend_hotkeys` is called with True when a shortcut
    field starts recording, so that the global hotkeys are released, and with False when it ends. `check_key` is
    called with a setting and the key that was recorded for it, and `show_key_report` is expected after it.
    `providers` find the options of this computer (default: option_providers.PROVIDERS).
    """

    HELP = (
        tr_noop("These are the settings. Choose a group with up and down, Tab goes through its fields."),
        tr_noop("OK saves, Escape leaves all as it was."),
    )

    def __init__(
        self,
        current: Settings,
        *,
        on_apply: Callable[[Settings], None],
        say: Callable[[str], None] = lambda _: None,
        suspend_hotkeys: Callable[[bool], None] = lambda _: None,
        check_key: Callable[[str, Key], None] | None = None,
        providers: Mapping[str, OptionProvider] = PROVIDERS,
    ) -> None:
        super().__init__()
        self._current = current
        tell_when_closed(self)
        self._on_apply = on_apply
        self._say = say
        self._suspend_hotkeys = suspend_hotkeys
        self._check_key = check_key
        self._preview = VoicePreview(self.show_message)
        self._layout = QVBoxLayout(self)
        self._providers = providers
        self._build_body()
        self._layout.addWidget(self._body)
        self._browser.groups.setFocus()
        height = self.fontMetrics().height()
        available = self.screen().availableSize()
        self.resize(min(48 * height, available.width() * 9 // 10), min(36 * height, available.height() * 9 // 10))
        QApplication.instance().focusChanged.connect(self._on_focus_changed)  # type: ignore[union-attr]

    def set_current(self, current: Settings) -> None:
        """Show settings that were changed elsewhere; what was entered here and not saved stays entered."""
        before = self._current
        self._store_current(current)
        self._browser.pages.show_changes(current)
        if self.questions.questions == before.questions:
            self.questions.show_questions(current.questions)

    def changeEvent(self, event: QEvent) -> None:
        """Show everything in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._rebuild_body()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Escape end a search before it closes the dialog."""
        if event.key() != Qt.Key.Key_Escape or not self._browser.end_search():
            super().keyPressEvent(event)

    def _rebuild_body(self) -> None:
        """Build the contents anew, keeping what is shown and the widget that has the focus."""
        focus, before = self.focusWidget(), self._browser
        position = next((number for number, each in enumerate(self._focus_order()) if each is focus), 0)
        old, questions = self._body, self.questions.questions
        self._build_body()
        self._browser.pages.show_edits(before.pages.edits)
        self.questions.show_questions(questions)
        self._layout.replaceWidget(old, self._body)
        old.setParent(None)
        old.deleteLater()
        self._browser.copy_view(before)
        self._focus_order()[position].setFocus()

    @property
    def chosen(self) -> Settings:
        """The settings as the fields have them. Raises UsageError where they are invalid."""
        return self._with_questions(self.questions.questions)

    @property
    def questions(self) -> QuestionsPage:
        """The page with the person's own questions."""
        return self._browser.questions

    @property
    def message(self) -> str:
        """The message that is shown."""
        return self._message.text()

    def field(self, name: str) -> Field:
        """Return the field of a setting."""
        return self._browser.pages.fields[name]

    @Slot(str)
    def show_message(self, message: str) -> None:
        """Show a message, and speak it."""
        self._message.setText(message)
        self._message.setVisible(bool(message))
        if message:
            self._say(message)

    def show_key_report(self, name: str, report: KeyReport) -> None:
        """Show whether the key that was recorded for a setting is free, unless the field has another one by now."""
        if name == QUESTIONS:
            self.questions.show_key_report(report)
        elif self.field(name).value() == str(report.key):
            self.show_message(f"{entry_label(find_entry(name))}: {report.sentence}")

    def done(self, result: int) -> None:
        """Stop the voice preview, and close the dialog."""
        self._preview.stop()
        add_to_closed(self, tr("The changes were not saved.") if self._is_changed else "")
        super().done(result)

    def accept(self) -> None:
        """Apply the settings, and close the dialog if they are valid."""
        if self.apply():
            super().accept()

    def apply(self) -> bool:
        """Apply the settings; return False where they cannot be applied, with a message that says why."""
        try:
            settings = self.chosen
            if settings == self._current:
                self.show_message(tr("Nothing was changed."))
                return True
            check_changes(self._current, settings)
            self._on_apply(settings)  # which says what came of it
            self._store_current(settings)
            self._show_values(settings)
        except AssistantError as error:
            self._show_error(error)
            return False
        self.show_message("")
        return True

    @property
    def _is_changed(self) -> bool:
        """Whether something is entered that is not saved, be it valid or not."""
        try:
            return self.chosen != self._current
        except UsageError:
            return True

    def _store_current(self, current: Settings) -> None:
        folder_changed = current.weights_folder != self._current.weights_folder
        self._current = current
        if folder_changed:
            self._start_to_find("weights")

    def _build_body(self) -> None:
        """Create all widgets, in `_body`."""
        self.setWindowTitle(tr("Edge Assistant settings"))
        self._browser = SettingsBrowser(self._play_preview, self.show_message, self._make_questions_page())
        for name, field in self._browser.pages.fields.items():
            if isinstance(field.focus_widget, ShortcutEdit):
                self._connect_shortcut_edit(field.focus_widget, find_entry(name))
        self._help, self._message = PlainLabel(), PlainLabel()
        for label in (self._help, self._message):
            label.setWordWrap(True)
        self._help.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._help.setMinimumHeight(_HELP_LINES * self.fontMetrics().lineSpacing())
        for label in (self._help, self._message):
            label.hide()
        self._build_layout()
        self._show_values(self._current)
        for kind in {each.info.option_source for each in entries()}:
            self._start_to_find(kind)

    def _build_layout(self) -> None:
        # No standard buttons: a change of the language would give them back Qt's own words.
        buttons = QDialogButtonBox()
        buttons.addButton(tr("&OK"), _Role.AcceptRole).setDefault(True)
        buttons.addButton(tr("&Apply"), _Role.ApplyRole).clicked.connect(self.apply)
        buttons.addButton(tr("Cancel"), _Role.RejectRole)
        defaults_button = buttons.addButton(tr("Restore &defaults…"), _Role.ResetRole)
        defaults_button.setAccessibleDescription(tr("Gives the settings shown their default values, after a question."))
        defaults_button.setAutoDefault(False)
        defaults_button.clicked.connect(self._ask_to_restore)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._body = QWidget()
        body_layout = QVBoxLayout(self._body)
        body_layout.setContentsMargins(0, 0, 0, 0)
        body_layout.addWidget(self._browser, 1)
        body_layout.addWidget(self._help)
        body_layout.addWidget(self._message)
        body_layout.addWidget(buttons)
        self._buttons = buttons

    def _focus_order(self) -> list[QWidget]:
        """Return the widgets that can have the focus, always in the same order."""
        return [*self._browser.focus_order(), *self._buttons.buttons()]

    def _make_questions_page(self) -> QuestionsPage:
        return QuestionsPage(
            check=self._with_questions,
            show_message=self.show_message,
            say=self._say,
            suspend_hotkeys=self._suspend_hotkeys,
            check_key=lambda key: self._check_key(QUESTIONS, key) if self._check_key is not None else None,
        )

    def _with_questions(self, questions: Sequence[Question]) -> Settings:
        """Return the settings as the fields have them, with these questions. Raises UsageError."""
        values = {name: field.value() for name, field in self._browser.pages.fields.items()}
        return with_values(replace(self._current, questions=check_questions(questions)), values)

    def _show_values(self, settings: Settings) -> None:
        self._browser.pages.show_values(settings)
        self.questions.show_questions(settings.questions)

    def _connect_shortcut_edit(self, edit: ShortcutEdit, entry: SettingsEntry) -> None:
        edit.recording_changed.connect(self._suspend_hotkeys)
        edit.refused.connect(self.show_message)
        edit.recorded.connect(lambda: self._on_recorded(entry))

    def _on_recorded(self, entry: SettingsEntry) -> None:
        """Show the shortcut that was recorded and have it checked, or show why it cannot be used."""
        key = self.field(entry.name).value()
        try:
            self.chosen  # noqa: B018 - for its error
        except UsageError as error:
            self.show_message(str(error))
            return
        if key and self._check_key is not None:
            self._check_key(entry.name, parse_key(str(key)))
        else:
            self.show_message(f"{entry_label(entry)}: {key or tr(entry.info.unset)}")

    def _play_preview(self) -> None:
        try:
            settings = self.chosen
        except UsageError as error:
            self.show_message(str(error))
            return
        self._preview.play(settings)

    def _ask_to_restore(self) -> None:
        """Ask whether to show the defaults of all settings that are shown, and do so."""
        shown = self._browser.shown_entries
        if not shown:
            self.show_message(tr("Nothing that is shown has a default value."))
            return
        changed = [each for each in shown if self.field(each.name).value() != each.default]
        if not changed:
            self.show_message(tr("All settings shown have their default values."))
            return
        names = ", ".join(entry_label(each) for each in changed)

        def on_answer(accepted: bool) -> None:
            if accepted:
                for each in changed:
                    self.field(each.name).show(each.default)
                self.show_message(tr("Default values: {names}. They hold after Apply or OK.", names=names))

        question = tr("Restore the default values of {names}?", names=names)
        confirm.ask(self, question, tr("&Restore"), tr("&Keep"), on_answer)

    def _show_error(self, error: AssistantError) -> None:
        """Show an error, and move the focus to the field of a setting that cannot be as it is."""
        if not isinstance(error, SettingError):
            self.show_message(str(error))
            return
        if error.entry.startswith(QUESTIONS):
            self._browser.groups.choose(QUESTIONS)
            move_focus(self.questions.list)
            self.show_message(str(error))
            return
        entry = find_entry(error.entry)
        self._browser.groups.choose(entry.info.group)
        move_focus(self.field(entry.name).focus_widget)
        self.show_message(error.with_label(entry_label(entry)))

    def _on_focus_changed(self, _: QWidget | None, new: QWidget | None) -> None:
        """Show the meaning of the field that has the focus; screen readers read it as the field's description."""
        if new is not None and self.isAncestorOf(new):
            is_field = any(each.focus_widget is new for each in self._browser.pages.fields.values())
            self._show_help(new.accessibleDescription() if is_field else "")
            if is_field:
                self._browser.pages.ensureWidgetVisible(new)

    def _show_help(self, text: str) -> None:
        """Show the meaning of a field, which takes room from the fields only while there is one."""
        self._help.setText(text)
        self._help.setVisible(bool(text))
        for layout in (self._layout, self._body.layout()):
            if layout is not None:
                layout.activate()  # at once, so that the field stays where it is seen

    def _start_to_find(self, kind: str) -> None:
        if kind in self._providers:
            find_options(self._providers[kind], kind, self._current, self._on_options_found)

    @Slot(object)
    def _on_options_found(self, found: FoundOptions) -> None:
        for entry in entries():
            field = self.field(entry.name)
            if entry.info.option_source == found.kind and isinstance(field, ChoiceField):
                field.set_options(found.options)
