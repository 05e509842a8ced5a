"""The settings dialog: made from the schema, so that no setting is written down a second time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt, Slot
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

from edge_assistant.settings.entry import GROUPS, Group, SettingsEntry, meaning
from edge_assistant.settings.schema import Settings, changed, entries, value_of
from edge_assistant.system.errors import AssistantError, UsageError
from edge_assistant.system.i18n import tr
from edge_assistant.ui.plain_text import PlainLabel, tooltip
from edge_assistant.ui.settings.fields import ChoiceField, Field, FieldOption, SwitchField, label_of, make_field
from edge_assistant.ui.settings.option_providers import Find, OptionFinder, usual
from edge_assistant.ui.settings.shortcut_edit import ShortcutEdit
from edge_assistant.ui.settings.voice_preview import VoicePreview

_Button = QDialogButtonBox.StandardButton


class SettingsDialog(QDialog):
    """Belongs to the GUI thread.

    `on_apply` is given all settings when some were changed, and returns at once; it may raise AssistantError, which is
    shown. `say` is told what is shown as a message, to speak it; `hold_keys` is told True while keys are recorded,
    when the global ones must not be taken; `finds` says what there is to choose from (default: offers.usual).
    """

    def __init__(
        self,
        current: Settings,
        *,
        on_apply: Callable[[Settings], None],
        parent: QWidget | None = None,
        say: Callable[[str], None] = lambda _: None,
        hold_keys: Callable[[bool], None] = lambda _: None,
        finds: Mapping[str, Find] | None = None,
    ) -> None:
        super().__init__(parent)
        self._current = current
        self._on_apply = on_apply
        self._say = say
        self._hold_keys = hold_keys
        self._preview = VoicePreview(self.tell)
        self._outer = QVBoxLayout(self)
        self._finder = OptionFinder(usual(lambda: self._current) if finds is None else finds, self._on_found, self)
        self._build()
        self._outer.addWidget(self._body)
        height = self.fontMetrics().height()
        room = self.screen().availableSize()
        self.resize(min(48 * height, room.width() * 9 // 10), min(36 * height, room.height() * 9 // 10))
        QApplication.instance().focusChanged.connect(self._on_focus)  # type: ignore[union-attr]

    def set_current(self, current: Settings) -> None:
        """These hold now: they were changed elsewhere."""
        self._hold(current)
        self._show_all(current)

    def follow_language(self) -> None:
        """Show all words in the language that holds now, on the same page, and leave the keyboard where it is."""
        page, focus = self._groups.currentRow(), self.focusWidget()
        place = next((number for number, each in enumerate(self._stops()) if each is focus), 0)
        old = self._body
        self._build()
        self._outer.replaceWidget(old, self._body)
        old.setParent(None)
        old.deleteLater()
        self._groups.setCurrentRow(page)
        self._stops()[place].setFocus()

    @property
    def chosen(self) -> Settings:
        """What the fields say. Raises UsageError where that cannot be."""
        values = {name: field.value() for name, field in self._fields.items()}
        return changed(self._current, values)

    @property
    def message(self) -> str:
        """What is shown as a message."""
        return self._message.text()

    def field(self, name: str) -> Field:
        """The field of a setting."""
        return self._fields[name]

    @Slot(str)
    def tell(self, message: str) -> None:
        """Show a message, and have it said."""
        self._message.setText(message)
        self._message.setVisible(bool(message))
        if message:
            self._say(message)

    def done(self, result: int) -> None:
        """It is closed, however that came."""
        self._preview.stop()
        super().done(result)

    def accept(self) -> None:
        """Apply and close."""
        if self.apply():
            super().accept()

    def apply(self) -> bool:
        """Make the settings hold; False where something is wrong with them, which is told."""
        try:
            wanted = self.chosen
            if wanted != self._current:
                self._on_apply(wanted)
                self._hold(wanted)
        except AssistantError as error:
            self._show_fault(error)
            return False
        self.tell("")
        return True

    def _hold(self, current: Settings) -> None:
        other_folder = current.weights_folder != self._current.weights_folder
        self._current = current
        if other_folder:
            self._finder.start("weights")

    def _build(self) -> None:
        """Everything that has words, in `_body`."""
        self._fields: dict[str, Field] = {}
        self.setWindowTitle(tr("Edge Assistant settings"))
        self._groups = QListWidget()
        self._groups.setAccessibleName(tr("Categories"))
        self._pages = QStackedWidget()
        for group, name in GROUPS.items():
            self._groups.addItem(tr(name))
            self._pages.addWidget(self._page(group))
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
        self._lay_out()
        self._show_all(self._current)
        for kind in {each.about.offers for each in entries()}:
            self._finder.start(kind)

    def _lay_out(self) -> None:
        middle = QSplitter()
        middle.addWidget(self._groups)
        middle.addWidget(self._pages)
        middle.setStretchFactor(1, 1)
        middle.setChildrenCollapsible(False)
        buttons = QDialogButtonBox(_Button.Ok | _Button.Apply | _Button.Cancel)
        for each, words in (
            (_Button.Ok, tr("&OK")),
            (_Button.Apply, tr("&Apply")),
            (_Button.Cancel, tr("Cancel")),
        ):
            buttons.button(each).setText(words)
        usual = buttons.addButton(tr("&Defaults"), QDialogButtonBox.ButtonRole.ResetRole)
        usual.setAccessibleDescription(tr("Resets this group to its default values."))
        usual.setAutoDefault(False)
        usual.clicked.connect(self._show_usual)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        buttons.button(_Button.Apply).clicked.connect(self.apply)
        buttons.button(_Button.Ok).setDefault(True)
        self._body = QWidget()
        outer = QVBoxLayout(self._body)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(middle, 1)
        outer.addWidget(self._help)
        outer.addWidget(self._message)
        outer.addWidget(buttons)
        self._buttons = buttons

    def _stops(self) -> list[QWidget]:
        """What the keyboard may be at, in an order that does not change."""
        return [self._groups, *(each.focus for each in self._fields.values()), *self._buttons.buttons()]

    def _page(self, group: Group) -> QWidget:
        inside = QWidget()
        form = QFormLayout(inside)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for entry in entries():
            if entry.about.group == group:
                self._add(form, entry)
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return scroll

    def _add(self, form: QFormLayout, entry: SettingsEntry) -> None:
        field = self._fields[entry.name] = make_field(entry)
        field.focus.setAccessibleName(label_of(entry))
        field.focus.setAccessibleDescription(meaning(entry))
        field.focus.setToolTip(tooltip(meaning(entry)))
        label = PlainLabel(label_of(entry))
        label.setBuddy(field.focus)
        row: QWidget = field.widget
        if entry.about.offers == "voices":
            row = self._with_preview(field.widget)
        if isinstance(field, SwitchField):
            form.addRow(row)
        else:
            form.addRow(label, row)
        if isinstance(field.focus, ShortcutEdit):
            self._watch(field.focus, entry)

    def _with_preview(self, widget: QWidget) -> QWidget:
        row = QWidget()
        beside = QHBoxLayout(row)
        beside.setContentsMargins(0, 0, 0, 0)
        button = QPushButton(tr("&Preview"))
        button.setAccessibleDescription(tr("Speaks a sentence with the voice, rate and volume shown here."))
        button.setAutoDefault(False)
        button.clicked.connect(self._hear)
        beside.addWidget(widget, 1)
        beside.addWidget(button)
        return row

    def _watch(self, edit: ShortcutEdit, entry: SettingsEntry) -> None:
        edit.recording.connect(self._hold_keys)
        edit.refused.connect(self.tell)
        edit.recorded.connect(lambda: self._on_recorded(entry))

    def _on_recorded(self, entry: SettingsEntry) -> None:
        """The key is told back, or what stands against it."""
        key = self._fields[entry.name].value()
        try:
            changed(self._current, {name: field.value() for name, field in self._fields.items()})
        except UsageError as error:
            self.tell(str(error))
        else:
            self.tell(f"{label_of(entry)}: {key or tr(entry.about.unset)}")

    def _hear(self) -> None:
        try:
            wanted = self.chosen
        except UsageError as error:
            self.tell(str(error))
            return
        self._preview.play(wanted, tr("This is how answers sound."))

    def _show_all(self, settings: Settings) -> None:
        for name, field in self._fields.items():
            field.show(value_of(settings, name))

    def _show_usual(self) -> None:
        group = list(GROUPS)[self._groups.currentRow()]
        for entry in entries():
            if entry.about.group == group:
                self._fields[entry.name].show(entry.default)
        self.tell(tr("{group}: defaults restored.", group=tr(GROUPS[group])))

    def _show_fault(self, error: AssistantError) -> None:
        """Tell what is wrong, and go there where the sentence begins with a setting's name."""
        message = str(error)
        for number, group in enumerate(GROUPS):
            for entry in entries():
                if entry.about.group == group and entry.name in message.replace(":", " ").split():
                    self._groups.setCurrentRow(number)
                    self._fields[entry.name].focus.setFocus()
                    message = message.replace(entry.name, label_of(entry))
        self.tell(message)

    def _on_focus(self, _: QWidget | None, now: QWidget | None) -> None:
        """What the field with the keyboard means stands below, for whoever sees it; others hear its description."""
        if now is not None and self.isAncestorOf(now):
            mine = [each for each in self._fields.values() if each.focus is now]
            self._help.setText(now.accessibleDescription() if mine else "")

    def _on_found(self, kind: str, offers: Sequence[FieldOption]) -> None:
        for entry in entries():
            field = self._fields[entry.name]
            if entry.about.offers == kind and isinstance(field, ChoiceField):
                field.offer(offers)
