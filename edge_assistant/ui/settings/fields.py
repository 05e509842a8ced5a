"""One field for each kind of setting, made from what the schema says of it; no setting is named here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from edge_assistant.settings.entry import KEYS, SettingsEntry, Value, shown
from edge_assistant.system.i18n import tr
from edge_assistant.system.outside_text import short
from edge_assistant.ui.settings.shortcut_edit import ShortcutEdit
from edge_assistant.ui.style import CheckBox


@dataclass(frozen=True, slots=True)
class FieldOption:
    """One thing that can be chosen: its value in the settings, and what it is called."""

    value: Value
    words: str


class Field(Protocol):
    """How a setting is shown and changed."""

    @property
    def widget(self) -> QWidget:
        """What stands in the dialog."""

    @property
    def focus(self) -> QWidget:
        """What gets the keyboard, and has the accessible name."""

    def value(self) -> Value:
        """What is chosen now."""

    def show(self, value: Value) -> None:
        """Show another value."""


def label_of(entry: SettingsEntry) -> str:
    """What the setting is called in the dialog."""
    text = tr(entry.about.help if entry.about.group == KEYS else entry.about.label)
    return f"{text[:1].upper()}{text[1:]}"


def make_field(entry: SettingsEntry) -> Field:
    """The field for this setting."""
    about = entry.about
    if entry.kind is bool:
        return SwitchField(entry)
    if about.offers == "key":
        return KeyField(entry)
    if about.choices:
        offers = [FieldOption(choice, _sentence(tr(words))) for choice, words in about.choices.items()]
        return ChoiceField(entry, offers)
    if about.offers in ("voices", "languages", "cameras", "monitors", "weights"):
        return ChoiceField(entry, [])
    return NumberField(entry) if entry.kind is int else TextField(entry)


class SwitchField:
    """On or off; the label stands in the box itself."""

    def __init__(self, entry: SettingsEntry) -> None:
        self.widget = self.focus = CheckBox(label_of(entry))

    def value(self) -> Value:
        return self.widget.isChecked()

    def show(self, value: Value) -> None:
        self.widget.setChecked(bool(value))


class ChoiceField:
    """One of several; what is offered may become known later, and a value that is not offered is kept."""

    def __init__(self, entry: SettingsEntry, offers: Sequence[FieldOption]) -> None:
        self._entry = entry
        self.widget = self.focus = QComboBox()
        self.widget.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.widget.setMinimumContentsLength(24)
        self.offer(offers)

    def offer(self, offers: Sequence[FieldOption]) -> None:
        """Offer these, and to let the program choose where that may be."""
        chosen = self.value() if self.widget.count() else self._entry.default
        self.widget.clear()
        if self._entry.optional:
            self.widget.addItem(_sentence(tr(self._entry.about.unset)), None)
        for each in offers:
            self.widget.addItem(short(each.words), each.value)
        self.show(chosen)

    def value(self) -> Value:
        found: Value = self.widget.currentData()
        return found

    def show(self, value: Value) -> None:
        place = next((n for n in range(self.widget.count()) if self.widget.itemData(n) == value), -1)
        if place < 0:
            self.widget.addItem(short(shown(value)), value)
            place = self.widget.count() - 1
        self.widget.setCurrentIndex(place)


class _Spin(QSpinBox):
    """From "chosen by the program", its lowest step, the first step up goes to where people want to be."""

    def __init__(self, first: int | None) -> None:
        super().__init__()
        self._first = first

    def stepBy(self, steps: int) -> None:
        if self._first is not None and steps > 0 and self.value() == self.minimum():
            self.setValue(self._first)
        else:
            super().stepBy(steps)


class NumberField:
    """A whole number with its unit."""

    def __init__(self, entry: SettingsEntry) -> None:
        assert entry.about.range is not None
        low, high = entry.about.range
        example = entry.about.example
        self._optional = entry.optional
        self.widget = self.focus = _Spin(example if entry.optional and isinstance(example, int) else None)
        self.widget.setRange(low - 1 if entry.optional else low, high)
        if entry.optional:
            self.widget.setSpecialValueText(_sentence(tr(entry.about.unset)))
        if entry.about.unit:
            self.widget.setSuffix(f" {tr(entry.about.unit)}")
        usual = entry.default if isinstance(entry.default, int) else example
        self.widget.setSingleStep(max(1, int(usual or 0) // 20))
        self.widget.setKeyboardTracking(False)

    def value(self) -> Value:
        number = self.widget.value()
        return None if self._optional and number == self.widget.minimum() else number

    def show(self, value: Value) -> None:
        self.widget.setValue(self.widget.minimum() if value is None else int(value))


class TextField:
    """Words, or a folder with a button to look for it; nothing lets the program choose."""

    def __init__(self, entry: SettingsEntry) -> None:
        self.focus = QLineEdit()
        self.focus.setPlaceholderText(_sentence(tr(entry.about.unset)))
        self.widget: QWidget = self.focus
        if entry.about.offers == "folder":
            self.widget = QWidget()
            row = QHBoxLayout(self.widget)
            row.setContentsMargins(0, 0, 0, 0)
            button = QPushButton(tr("Browse…"))
            button.setAccessibleName(tr("Browse for: {label}", label=label_of(entry)))
            button.clicked.connect(lambda: self._browse(label_of(entry)))
            row.addWidget(self.focus, 1)
            row.addWidget(button)

    def value(self) -> Value:
        return self.focus.text().strip() or None

    def show(self, value: Value) -> None:
        self.focus.setText("" if value is None else str(value))

    def _browse(self, title: str) -> None:
        found = QFileDialog.getExistingDirectory(self.widget, title, self.focus.text())
        if found:
            self.focus.setText(found)


class KeyField:
    """A key, recorded by pressing it."""

    def __init__(self, entry: SettingsEntry) -> None:
        self.widget = self.focus = ShortcutEdit()
        self.widget.setPlaceholderText(_sentence(tr(entry.about.unset)))

    def value(self) -> Value:
        return self.widget.key

    def show(self, value: Value) -> None:
        self.widget.hold("" if value is None else str(value))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


Offering = Callable[[str], Sequence[FieldOption]]
"""What there is on this computer of a kind (settings_entry.Offers); it may take seconds, and raise AssistantError."""
