"""The list of the groups of settings: the basic ones first, the advanced ones apart from them under a heading."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from edge_assistant.settings.entry import BASIC_GROUPS, GROUPS, Group
from edge_assistant.system.i18n import tr
from edge_assistant.ui.heading_delegate import HEADING, HeadingDelegate

_Role = Qt.ItemDataRole
_FIRST_ADVANCED = next(each for each in GROUPS if each not in BASIC_GROUPS)


class GroupList(QListWidget):
    """The groups, of which one is chosen, or none while a search is shown."""

    def __init__(self, on_chosen: Callable[[Group], None]) -> None:
        """`on_chosen` is called with a group when it is chosen, by the person or by `choose`."""
        super().__init__()
        self._on_chosen = on_chosen
        self.setAccessibleName(tr("Categories"))
        self.setItemDelegate(HeadingDelegate(self))
        for group in GROUPS:
            self._add_group(group)
        self.setMinimumWidth(self.sizeHintForColumn(0) + 2 * self.fontMetrics().height())
        self.currentItemChanged.connect(self._on_current_changed)

    @property
    def group(self) -> Group | None:
        """The group that is chosen."""
        item = self.currentItem()
        return None if item is None else cast(Group, item.data(_Role.UserRole))

    def choose(self, group: Group | None) -> None:
        """Choose a group. With None no group is, and Tab leaves the list out: what was found comes next."""
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus if group is None else Qt.FocusPolicy.StrongFocus)
        rows = [row for row in range(self.count()) if self.item(row).data(_Role.UserRole) == group]
        if group is None:
            self.setCurrentRow(-1)
        else:
            self.setCurrentRow(rows[0])

    def _add_group(self, group: Group) -> None:
        title = tr(GROUPS[group])
        item = QListWidgetItem(title, self)
        item.setData(_Role.UserRole, group)
        if group not in BASIC_GROUPS:  # heard without the heading, which is only painted
            item.setData(_Role.AccessibleTextRole, tr("{group}, advanced", group=title))
        if group == _FIRST_ADVANCED:
            item.setData(HEADING, tr("Advanced"))

    def _on_current_changed(self, item: QListWidgetItem | None, _: QListWidgetItem | None) -> None:
        if item is not None:
            self._on_chosen(item.data(_Role.UserRole))
