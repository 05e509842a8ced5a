"""The fields of the settings dialog, one class for each kind of setting, made from the schema's entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from edge_assistant.settings.entry import HOTKEYS, SettingsEntry, Value, format_value
from edge_assistant.system.i18n import tr
from edge_assistant.system.text_cleaning import shorten
from edge_assistant.ui.combo_box import ComboBox
from edge_assistant.ui.settings.shortcut_edit import ShortcutEdit
from edge_assistant.ui.settings.spin_box import SpinBox
from edge_assistant.ui.style import CheckBox

_LEAST_LETTERS = 24
"""How many letters a field has room for at least; with more, a large text would have to be moved sideways."""


@dataclass(frozen=True, slots=True)
class FieldOption:
    """One option of a list: its value in the settings, and its label."""

    value: Value
    label: str


class Field(Protocol):
    """An input for one setting."""

    @property
    def widget(self) -> QWidget:
        """The widget to put into the dialog."""

    @property
    def focus_widget(self) -> QWidget:
        """The widget in it that takes the focus and has the accessible name."""

    def value(self) -> Value:
        """Return the value that is entered; None leaves it to the program."""

    def show(self, value: Value) -> None:
        """Show a value."""


def entry_label(entry: SettingsEntry) -> str:
    """Return a setting's label in the dialog."""
    text = tr(entry.info.help if entry.info.group == HOTKEYS else entry.info.label)
    return f"{text[:1].upper()}{text[1:]}"


def make_field(entry: SettingsEntry) -> Field:
    """Create the field for a setting."""
    info = entry.info
    if entry.kind is bool:
        return SwitchField(entry)
    if info.option_source == "key":
        return KeyField(entry)
    if info.choices:
        options = [FieldOption(choice, _capitalize(tr(words))) for choice, words in info.choices.items()]
        return ChoiceField(entry, options)
    if info.option_source in ("voices", "languages", "cameras", "monitors", "weights"):
        return ChoiceField(entry, [])
    return NumberField(entry) if entry.kind is int else TextField(entry)


class SwitchField:
    """A check box, which is its own label."""

    def __init__(self, entry: SettingsEntry) -> None:
        self.widget = self.focus_widget = CheckBox(entry_label(entry))

    def value(self) -> Value:
        return self.widget.isChecked()

    def show(self, value: Value) -> None:
        self.widget.setChecked(bool(value))


class ChoiceField:
    """A list of options, which may become known later; a value that is not among them is kept."""

    def __init__(self, entry: SettingsEntry, options: Sequence[FieldOption]) -> None:
        self._entry = entry
        self.widget = self.focus_widget = ComboBox()
        self.widget.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.widget.setMinimumContentsLength(_LEAST_LETTERS)
        self.set_options(options)

    def set_options(self, options: Sequence[FieldOption]) -> None:
        """Replace the options; an optional setting gets one more, which leaves the choice to the program."""
        value = self.value() if self.widget.count() else self._entry.default
        self.widget.clear()
        if self._entry.optional:
            self.widget.addItem(_capitalize(tr(self._entry.info.unset)), None)
        for each in options:
            self.widget.addItem(shorten(each.label), each.value)
        self.show(value)

    def value(self) -> Value:
        value: Value = self.widget.currentData()
        return value

    def show(self, value: Value) -> None:
        index = next((n for n in range(self.widget.count()) if self.widget.itemData(n) == value), -1)
        if index < 0:
            self.widget.addItem(shorten(format_value(value)), value)
            index = self.widget.count() - 1
        self.widget.setCurrentIndex(index)


class NumberField:
    """An integer with its unit."""

    def __init__(self, entry: SettingsEntry) -> None:
        assert entry.info.range is not None
        low, high = entry.info.range
        example = entry.info.example
        self._optional = entry.optional
        first = example if entry.optional and isinstance(example, int) else None
        self.widget = self.focus_widget = SpinBox(first, _LEAST_LETTERS, unset=entry.info.unset_number)
        self.widget.setRange(low - 1 if entry.optional else low, high)
        if entry.optional:
            self.widget.setSpecialValueText(_capitalize(tr(entry.info.unset)))
        if entry.info.unit:
            self.widget.setSuffix(f" {tr(entry.info.unit)}")
        usual = entry.default if isinstance(entry.default, int) else example
        self.widget.setSingleStep(entry.info.step or max(1, int(usual or 0) // 20))
        self.widget.setKeyboardTracking(False)

    def value(self) -> Value:
        number = self.widget.value()
        return None if self._optional and number == self.widget.minimum() else number

    def show(self, value: Value) -> None:
        self.widget.setValue(self.widget.minimum() if value is None else int(value))
        self.widget.lineEdit().home(False)  # where the words are longer than the field, their beginning is seen


class TextField:
    """A text, or a folder with a button to browse for it; empty leaves it to the program."""

    def __init__(self, entry: SettingsEntry) -> None:
        self.focus_widget = QLineEdit()
        self.focus_widget.setPlaceholderText(_capitalize(tr(entry.info.unset)))
        self.widget: QWidget = self.focus_widget
        if entry.info.option_source == "folder":
            self.widget = QWidget()
            row = QHBoxLayout(self.widget)
            row.setContentsMargins(0, 0, 0, 0)
            button = QPushButton(tr("Browse…"))
            button.setAccessibleName(tr("Browse for: {label}", label=entry_label(entry)))
            button.setAutoDefault(False)  # else it would be the dialog's default button, seen or not
            button.clicked.connect(lambda: self._browse(entry_label(entry)))
            row.addWidget(self.focus_widget, 1)
            row.addWidget(button)

    def value(self) -> Value:
        return self.focus_widget.text().strip() or None

    def show(self, value: Value) -> None:
        self.focus_widget.setText("" if value is None else str(value))

    def _browse(self, title: str) -> None:
        folder = QFileDialog.getExistingDirectory(self.widget, title, self.focus_widget.text())
        if folder:
            self.focus_widget.setText(folder)


class KeyField:
    """A keyboard shortcut, recorded by pressing it."""

    def __init__(self, entry: SettingsEntry) -> None:
        self.widget = self.focus_widget = ShortcutEdit()
        self.widget.setPlaceholderText(_capitalize(tr(entry.info.unset)))

    def value(self) -> Value:
        return self.widget.key

    def show(self, value: Value) -> None:
        self.widget.set_key("" if value is None else str(value))


def _capitalize(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
