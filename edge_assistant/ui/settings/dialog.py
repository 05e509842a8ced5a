"""The settings dialog, generated from the schema of the settings: no setting is named here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from edge_assistant.settings.entry import GROUPS, Group, SettingError, SettingsEntry, describe_entry
from edge_assistant.settings.schema import Settings, entries, find_entry, get_value, with_values
from edge_assistant.system.errors import AssistantError, UsageError
from edge_assistant.system.i18n import tr
from edge_assistant.ui.plain_text import PlainLabel, tooltip
from edge_assistant.ui.settings.fields import ChoiceField, Field, FieldOption, SwitchField, entry_label, make_field
from edge_assistant.ui.settings.option_providers import OptionFinder, OptionProvider, default_providers
from edge_assistant.ui.settings.shortcut_edit import ShortcutEdit
from edge_assistant.ui.settings.voice_preview import VoicePreview

_Role = QDialogButtonBox.ButtonRole


class SettingsDialog(QDialog):
    """The settings dialog, on the GUI thread.

    `on_apply` is called with all settings when some were changed, and returns at once; an AssistantError that it
    raises is shown. `say` speaks what is shown as a message. `suspend_hotkeys` is called with True when a shortcut
    field starts recording, so that the global hotkeys are released, and with False when it ends. `providers` find
    the options of this computer (default: option_providers.default_providers).
    """

    def __init__(
        self,
        current: Settings,
        *,
        on_apply: Callable[[Settings], None],
        say: Callable[[str], None] = lambda _: None,
        suspend_hotkeys: Callable[[bool], None] = lambda _: None,
        providers: Mapping[str, OptionProvider] | None = None,
    ) -> None:
        super().__init__()
        self._current = current
        self._on_apply = on_apply
        self._say = say
        self._suspend_hotkeys = suspend_hotkeys
        self._preview = VoicePreview(self.show_message)
        self._layout = QVBoxLayout(self)
        self._finder = OptionFinder(
            default_providers(lambda: self._current) if providers is None else providers, self._on_options_found, self
        )
        self._build_body()
        self._layout.addWidget(self._body)
        height = self.fontMetrics().height()
        available = self.screen().availableSize()
        self.resize(min(48 * height, available.width() * 9 // 10), min(36 * height, available.height() * 9 // 10))
        QApplication.instance().focusChanged.connect(self._on_focus_changed)  # type: ignore[union-attr]

    def set_current(self, current: Settings) -> None:
        """Show settings that were changed elsewhere."""
        self._store_current(current)
        self._show_values(current)

    def changeEvent(self, event: QEvent) -> None:
        """Show everything in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._rebuild_body()

    def _rebuild_body(self) -> None:
        """Build the contents anew, keeping the page and the widget that has the focus."""
        page, focus = self._groups.currentRow(), self.focusWidget()
        position = next((number for number, each in enumerate(self._focus_order()) if each is focus), 0)
        old = self._body
        self._build_body()
        self._layout.replaceWidget(old, self._body)
        old.setParent(None)
        old.deleteLater()
        self._groups.setCurrentRow(page)
        self._focus_order()[position].setFocus()

    @property
    def chosen(self) -> Settings:
        """The settings as the fields have them. Raises UsageError where they are invalid."""
        values = {name: field.value() for name, field in self._fields.items()}
        return with_values(self._current, values)

    @property
    def message(self) -> str:
        """The message that is shown."""
        return self._message.text()

    def field(self, name: str) -> Field:
        """Return the field of a setting."""
        return self._fields[name]

    @Slot(str)
    def show_message(self, message: str) -> None:
        """Show a message, and speak it."""
        self._message.setText(message)
        self._message.setVisible(bool(message))
        if message:
            self._say(message)

    def done(self, result: int) -> None:
        """Stop the voice preview, and close the dialog."""
        self._preview.stop()
        super().done(result)

    def accept(self) -> None:
        """Apply the settings, and close the dialog if they are valid."""
        if self.apply():
            super().accept()

    def apply(self) -> bool:
        """Apply the settings; return False where they cannot be applied, with a message that says why."""
        try:
            settings = self.chosen
            if settings != self._current:
                self._on_apply(settings)
                self._store_current(settings)
        except AssistantError as error:
            self._show_error(error)
            return False
        self.show_message("")
        return True

    def _store_current(self, current: Settings) -> None:
        folder_changed = current.weights_folder != self._current.weights_folder
        self._current = current
        if folder_changed:
            self._finder.start("weights")

    def _build_body(self) -> None:
        """Create all widgets, in `_body`."""
        self._fields: dict[str, Field] = {}
        self.setWindowTitle(tr("Edge Assistant settings"))
        self._groups = QListWidget()
        self._groups.setAccessibleName(tr("Categories"))
        self._pages = QStackedWidget()
        for group, name in GROUPS.items():
            self._groups.addItem(tr(name))
            self._pages.addWidget(self._make_page(group))
        self._groups.setMinimumWidth(self._groups.sizeHintForColumn(0) + 2 * self._groups.fontMetrics().height())
        self._groups.currentRowChanged.connect(self._pages.setCurrentIndex)
        self._groups.setCurrentRow(0)
        self._help = PlainLabel()
        self._help.setWordWrap(True)
        self._help.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._help.setMinimumHeight(3 * self.fontMetrics().lineSpacing())
        self._message = PlainLabel()
        self._message.setWordWrap(True)
        self._message.setVisible(False)
        self._build_layout()
        self._show_values(self._current)
        for kind in {each.info.option_source for each in entries()}:
            self._finder.start(kind)

    def _build_layout(self) -> None:
        splitter = QSplitter()
        splitter.addWidget(self._groups)
        splitter.addWidget(self._pages)
        splitter.setStretchFactor(1, 1)
        splitter.setChildrenCollapsible(False)
        # No standard buttons: a change of the language would give them back Qt's own words.
        buttons = QDialogButtonBox()
        buttons.addButton(tr("&OK"), _Role.AcceptRole).setDefault(True)
        buttons.addButton(tr("&Apply"), _Role.ApplyRole).clicked.connect(self.apply)
        buttons.addButton(tr("Cancel"), _Role.RejectRole)
        defaults_button = buttons.addButton(tr("&Defaults"), _Role.ResetRole)
        defaults_button.setAccessibleDescription(tr("Resets this group to its default values."))
        defaults_button.setAutoDefault(False)
        defaults_button.clicked.connect(self._show_defaults)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._body = QWidget()
        body_layout = QVBoxLayout(self._body)
        body_layout.setContentsMargins(0, 0, 0, 0)
        body_layout.addWidget(splitter, 1)
        body_layout.addWidget(self._help)
        body_layout.addWidget(self._message)
        body_layout.addWidget(buttons)
        self._buttons = buttons

    def _focus_order(self) -> list[QWidget]:
        """Return the widgets that can have the focus, always in the same order."""
        return [self._groups, *(each.focus_widget for each in self._fields.values()), *self._buttons.buttons()]

    def _make_page(self, group: Group) -> QWidget:
        form_widget = QWidget()
        form = QFormLayout(form_widget)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for entry in entries():
            if entry.info.group == group:
                self._add_field(form, entry)
        scroll = QScrollArea()
        scroll.setWidget(form_widget)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return scroll

    def _add_field(self, form: QFormLayout, entry: SettingsEntry) -> None:
        field = self._fields[entry.name] = make_field(entry)
        field.focus_widget.setAccessibleName(entry_label(entry))
        field.focus_widget.setAccessibleDescription(describe_entry(entry))
        field.focus_widget.setToolTip(tooltip(describe_entry(entry)))
        label = PlainLabel(entry_label(entry))
        label.setBuddy(field.focus_widget)
        row: QWidget = field.widget
        if entry.info.option_source == "voices":
            row = self._with_preview(field.widget)
        if isinstance(field, SwitchField):
            form.addRow(row)
        else:
            form.addRow(label, row)
        if isinstance(field.focus_widget, ShortcutEdit):
            self._connect_shortcut_edit(field.focus_widget, entry)

    def _with_preview(self, widget: QWidget) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        button = QPushButton(tr("&Preview"))
        button.setAccessibleDescription(tr("Speaks a sentence with the voice, rate and volume shown here."))
        button.setAutoDefault(False)
        button.clicked.connect(self._play_preview)
        layout.addWidget(widget, 1)
        layout.addWidget(button)
        return row

    def _connect_shortcut_edit(self, edit: ShortcutEdit, entry: SettingsEntry) -> None:
        edit.recording_changed.connect(self._suspend_hotkeys)
        edit.refused.connect(self.show_message)
        edit.recorded.connect(lambda: self._on_recorded(entry))

    def _on_recorded(self, entry: SettingsEntry) -> None:
        """Show the shortcut that was recorded, or why it cannot be used."""
        key = self._fields[entry.name].value()
        try:
            with_values(self._current, {name: field.value() for name, field in self._fields.items()})
        except UsageError as error:
            self.show_message(str(error))
        else:
            self.show_message(f"{entry_label(entry)}: {key or tr(entry.info.unset)}")

    def _play_preview(self) -> None:
        try:
            settings = self.chosen
        except UsageError as error:
            self.show_message(str(error))
            return
        self._preview.play(settings)

    def _show_values(self, settings: Settings) -> None:
        for name, field in self._fields.items():
            field.show(get_value(settings, name))

    def _show_defaults(self) -> None:
        group = list(GROUPS)[self._groups.currentRow()]
        for entry in entries():
            if entry.info.group == group:
                self._fields[entry.name].show(entry.default)
        self.show_message(tr("{group}: defaults restored.", group=tr(GROUPS[group])))

    def _show_error(self, error: AssistantError) -> None:
        """Show an error, and move the focus to the field of a setting that cannot be as it is."""
        if not isinstance(error, SettingError):
            self.show_message(str(error))
            return
        entry = find_entry(error.entry)
        self._groups.setCurrentRow(list(GROUPS).index(entry.info.group))
        self._fields[entry.name].focus_widget.setFocus()
        self.show_message(error.with_label(entry_label(entry)))

    def _on_focus_changed(self, _: QWidget | None, new: QWidget | None) -> None:
        """Show the meaning of the field that has the focus; screen readers read it as the field's description."""
        if new is not None and self.isAncestorOf(new):
            focused = [each for each in self._fields.values() if each.focus_widget is new]
            self._help.setText(new.accessibleDescription() if focused else "")

    def _on_options_found(self, kind: str, options: Sequence[FieldOption]) -> None:
        for entry in entries():
            field = self._fields[entry.name]
            if entry.info.option_source == kind and isinstance(field, ChoiceField):
                field.set_options(options)
