"""The rows of a list that is opened anew each time."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QListWidget, QListWidgetItem


def show_rows(rows: QListWidget, items: Iterable[QListWidgetItem]) -> None:
    """Show these items in place of those before, the first as the current one, without a signal of the list."""
    rows.blockSignals(True)
    rows.clear()
    for item in items:
        rows.addItem(item)
    rows.setCurrentRow(0)
    rows.blockSignals(False)
