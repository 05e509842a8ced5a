"""The settings by groups, with a line to search in all of them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from edge_assistant.settings.entry import GROUPS, QUESTIONS, Group, SettingsEntry
from edge_assistant.settings.schema import grouped_entries
from edge_assistant.settings.search import find_entries
from edge_assistant.system.i18n import tr, tr_count
from edge_assistant.ui.plain_text import PlainLabel
from edge_assistant.ui.settings.group_list import GroupList
from edge_assistant.ui.settings.pages import SettingsPages
from edge_assistant.ui.settings.questions_page import QuestionsPage

_SEARCH_PAUSE_MS = 400
"""After so long without a letter it is said how many settings were found."""


class SettingsBrowser(QWidget):
    """The line to search, the list of the groups, and the fields of the group that is chosen or of what was found."""

    def __init__(
        self, on_preview: Callable[[], None], show_message: Callable[[str], None], questions: QuestionsPage
    ) -> None:
        """`on_preview` is called when the voice is to be heard; `show_message` shows and speaks a sentence; `questions`
        is the page of the group that has no fields.
        """
        super().__init__()
        self._show_message = show_message
        self._group: Group = next(iter(GROUPS))
        """The group that is shown, or was before the search."""
        self.search = QLineEdit()
        self.search.setAccessibleName(tr("Search"))
        self.search.setPlaceholderText(tr("A word of a setting"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._on_search_changed)
        self.pages, self.questions = SettingsPages(on_preview), questions
        self._stack = QStackedWidget()
        self._stack.addWidget(self.pages)
        self._stack.addWidget(questions)
        self.groups = GroupList(self._on_group_chosen)
        self._search_pause = QTimer(self, interval=_SEARCH_PAUSE_MS, singleShot=True)
        self._search_pause.timeout.connect(self._tell_found)
        QShortcut(QKeySequence.StandardKey.Find, self, self._start_search)
        self._build_layout()
        self.groups.choose(self._group)

    @property
    def shown_entries(self) -> tuple[SettingsEntry, ...]:
        """The settings that are shown, in their order."""
        if self._is_searching:
            return find_entries(self.search.text())
        return tuple(each for each in grouped_entries() if each.info.group == self._group)

    def copy_view(self, other: SettingsBrowser) -> None:
        """Show the group, or the search, that another browser shows."""
        self.groups.choose(other._group)
        self.search.setText(other.search.text())

    def focus_order(self) -> list[QWidget]:
        """Return the widgets that can have the focus, always in the same order."""
        fields = (each.focus_widget for each in self.pages.fields.values())
        return [self.search, self.groups, *fields, *self.questions.focus_widgets]

    def end_search(self) -> bool:
        """Show the group of before again, where there is a search; return whether there was one."""
        if not self.search.text():
            return False
        self.search.clear()
        self.search.setFocus()
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter go from the search or a group to its first field, and Down from the search."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and self.groups.hasFocus() and self._group == QUESTIONS:
            self.questions.focus_widgets[0].setFocus()
        elif (is_enter and self.groups.hasFocus()) or (
            (is_enter or event.key() == Qt.Key.Key_Down) and self.search.hasFocus()
        ):
            for entry in self.shown_entries[:1]:
                self.pages.fields[entry.name].focus_widget.setFocus()
        else:
            super().keyPressEvent(event)

    @property
    def _is_searching(self) -> bool:
        return bool(self.search.text().strip())

    def _build_layout(self) -> None:
        label = PlainLabel(tr("&Search:"))
        label.setBuddy(self.search)
        search_row = QHBoxLayout()
        search_row.addWidget(label)
        search_row.addWidget(self.search, 1)
        splitter = QSplitter()
        splitter.addWidget(self.groups)
        splitter.addWidget(self._stack)
        splitter.setStretchFactor(1, 1)
        splitter.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(search_row)
        layout.addWidget(splitter, 1)

    @Slot()
    def _start_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    @Slot(str)
    def _on_search_changed(self, _: str) -> None:
        if self._is_searching:
            self.groups.choose(None)
            self._stack.setCurrentWidget(self.pages)
            self.pages.show_found(self.shown_entries)
        elif self.groups.group is None:
            self.groups.choose(self._group)
        self._search_pause.start()

    @Slot()
    def _tell_found(self) -> None:
        """Say how many settings were found, or what is shown after the search."""
        if self._is_searching:
            count = len(self.shown_entries)
            self._show_message(tr_count("{number} setting found.", "{number} settings found.", count))
        else:
            self._show_message(tr("{group} is shown.", group=tr(GROUPS[self._group])))

    def _on_group_chosen(self, group: Group) -> None:
        """Show a group, which ends a search."""
        self._group = group
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self.groups.choose(group)
        self._stack.setCurrentWidget(self.questions if group == QUESTIONS else self.pages)
        self.pages.show_group(group)
