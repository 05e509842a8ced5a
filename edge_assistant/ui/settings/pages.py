"""The fields of all settings: a page for each group, or the settings that a search has found, group by group."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from edge_assistant.settings.entry import GROUPS, HOTKEYS, Group, SettingsEntry, Value, explain_entry
from edge_assistant.settings.schema import Settings, get_value, grouped_entries
from edge_assistant.system.i18n import tr
from edge_assistant.ui.heading import Heading
from edge_assistant.ui.plain_text import PlainLabel, tooltip
from edge_assistant.ui.settings.fields import Field, SwitchField, entry_label, make_field
from edge_assistant.ui.style import SMALL_SPACE


@dataclass(frozen=True, slots=True)
class _Section:
    """The fields of one group under its title; `rows` are the labelled fields by the names of the settings."""

    widget: QWidget
    title: Heading
    rows: dict[str, QWidget]


class SettingsPages(QScrollArea):
    """The fields, of which one group's are shown, or those that were found."""

    def __init__(self, on_preview: Callable[[], None]) -> None:
        """`on_preview` is called when the voice is to be heard."""
        super().__init__()
        self.fields: dict[str, Field] = {}
        """The fields by the names of the settings, in the order in which they are shown."""
        self._values: dict[str, Value] = {}
        """The values that were shown, by the names of the settings."""
        self._shown: dict[str, Value] = {}
        """What the fields made of them."""
        self._on_preview = on_preview
        content = QWidget()
        layout = QVBoxLayout(content)
        self._sections: dict[Group, _Section] = {}
        for group in GROUPS:
            self._sections[group] = self._make_section(group)
            layout.addWidget(self._sections[group].widget)
        layout.addStretch()
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_group(self, group: Group) -> None:
        """Show the settings of one group."""
        self._show([each for each in grouped_entries() if each.info.group == group], titles=False)

    def show_found(self, found: Collection[SettingsEntry]) -> None:
        """Show these settings of all groups, each group's under its title."""
        self._show(found, titles=True)

    def show_values(self, settings: Settings) -> None:
        """Show the values of these settings in the fields."""
        for name in self.fields:
            self._show_value(name, get_value(settings, name))

    def show_changes(self, settings: Settings) -> None:
        """Show the values of these settings, but in the fields in which another was entered, and where nothing has
        changed, for something may just be typed there.
        """
        edits = self.edits
        for name in self.fields:
            value = get_value(settings, name)
            if name not in edits and value != self._values[name]:
                self._show_value(name, value)

    @property
    def edits(self) -> dict[str, Value]:
        """What was entered in place of the values that were shown, by the names of the settings."""
        values = {name: field.value() for name, field in self.fields.items()}
        return {name: value for name, value in values.items() if value != self._shown[name]}

    def show_edits(self, edits: Mapping[str, Value]) -> None:
        """Enter these values in the fields."""
        for name, value in edits.items():
            self.fields[name].show(value)

    def _show_value(self, name: str, value: Value) -> None:
        self.fields[name].show(value)
        self._values[name], self._shown[name] = value, self.fields[name].value()

    def _show(self, shown: Collection[SettingsEntry], *, titles: bool) -> None:
        names = {each.name for each in shown}
        for section in self._sections.values():
            for name, row in section.rows.items():
                row.setVisible(name in names)
            section.title.setVisible(titles)
            section.widget.setVisible(not names.isdisjoint(section.rows))
        self.verticalScrollBar().setValue(0)

    def _make_section(self, group: Group) -> _Section:
        section = _Section(QWidget(), Heading(), {})
        section.title.setText(tr(GROUPS[group]))
        layout = QVBoxLayout(section.widget)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(section.title)
        for entry in grouped_entries():
            if entry.info.group == group:
                section.rows[entry.name] = self._make_row(entry)
                layout.addWidget(section.rows[entry.name])
        return section

    def _make_row(self, entry: SettingsEntry) -> QWidget:
        """Make the field of a setting with its label above it."""
        field = self.fields[entry.name] = make_field(entry)
        field.focus_widget.setAccessibleName(entry_label(entry))
        if entry.info.group != HOTKEYS:  # whose names say it all, and whose fields say how to press them
            field.focus_widget.setAccessibleDescription(explain_entry(entry))
        field.focus_widget.setToolTip(tooltip(explain_entry(entry)))
        row = QWidget()
        layout = QVBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SMALL_SPACE)
        if not isinstance(field, SwitchField):
            label = PlainLabel(entry_label(entry))
            label.setWordWrap(True)
            label.setBuddy(field.focus_widget)
            layout.addWidget(label)
        layout.addWidget(self._with_preview(field.widget) if entry.info.option_source == "voices" else field.widget)
        return row

    def _with_preview(self, widget: QWidget) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        button = QPushButton(tr("&Preview"))
        button.setAccessibleDescription(tr("Speaks a sentence with the voice, rate and volume shown here."))
        button.setAutoDefault(False)
        button.clicked.connect(self._on_preview)
        layout.addWidget(widget, 1)
        layout.addWidget(button)
        return row
