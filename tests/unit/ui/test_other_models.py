"""The list of all models: each once, in two groups, which are seen above their rows and heard with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QPushButton
from rendering.fixed_machine import fixed_machine, show_filled
from rendering.windows import other_models
from support.own_look import look_of_pictures

from edge_assistant.models.operations import Operation, VerifyOperation
from edge_assistant.ui.contrast import contrast
from edge_assistant.ui.heading_delegate import HEADING
from edge_assistant.ui.models.dialog import ModelsDialog
from edge_assistant.ui.models.other_models import OtherModels
from edge_assistant.ui.theme import Theme, theme_palette


@pytest.fixture
def desk() -> Iterator[QApplication]:
    with look_of_pictures() as qt:
        yield qt


@pytest.fixture
def dialog(desk: QApplication) -> Iterator[ModelsDialog]:
    with fixed_machine():
        made = show_filled(other_models)
    assert isinstance(made, ModelsDialog)
    desk.processEvents()
    yield made
    made.stop()
    made.hide()
    made.deleteLater()


def column(others: OtherModels, number: int, role: int = Qt.ItemDataRole.DisplayRole) -> list[object]:
    model = others.table.model()
    return [model.index(row, number).data(role) for row in range(model.rowCount())]


def test_each_model_is_listed_once_what_is_here_first(dialog: ModelsDialog) -> None:
    names, words = column(dialog.others, 3), column(dialog.others, 0)
    assert names == ["demo", "qwen3-vl-4b-q4_k_m", "qwen3-vl-4b-q8_0", "qwen3-vl-4b-q4_k_m", "qwen3-vl-4b-q8_0"]
    assert len(set(zip(names, words, strict=True))) == len(names), "what has the same name is told apart"


def test_the_recommended_model_is_selected_at_first(dialog: ModelsDialog) -> None:
    assert dialog.others.row is not None
    assert dialog.others.row.model.name == "qwen3-vl-4b-q8_0"
    assert dialog.others.table.currentRow() == 2


def test_each_group_is_seen_above_its_first_row_and_heard_with_each(dialog: ModelsDialog) -> None:
    others = dialog.others
    assert column(others, 0, HEADING) == ["On this computer", "Available", None, None, None]
    assert column(others, 1, HEADING) == ["", "", None, None, None]
    assert column(others, 0, Qt.ItemDataRole.AccessibleDescriptionRole)[:2] == [
        "Only for trying out, knows only sample screens; On this computer: in use, 10 megabytes. demo.",
        "Quicker, smaller, less exact; Available: not installed, 3.0 gigabytes. qwen3-vl-4b-q4_k_m.",
    ]
    heights = [others.table.rowHeight(row) for row in range(3)]
    line = others.table.fontMetrics().lineSpacing()
    assert heights[0] >= heights[2] + line
    assert heights[1] >= heights[2] + 2 * line


@pytest.mark.parametrize("theme", get_args(Theme))
def test_a_heading_is_read_also_above_the_selected_row(desk: QApplication, dialog: ModelsDialog, theme: Theme) -> None:
    desk.setPalette(theme_palette(theme))
    desk.processEvents()
    table = dialog.others.table
    table.setCurrentCell(0, 0)
    cell = table.visualItemRect(table.item(0, 0))
    part = QRect(cell.left() + 2, cell.top(), 200, table.fontMetrics().lineSpacing())
    picture = table.viewport().grab(part).toImage()
    base = table.palette().color(QPalette.ColorRole.Base)
    colours = [picture.pixelColor(x, y) for x in range(picture.width()) for y in range(picture.height())]
    assert picture.pixelColor(1, 1) == base
    assert max(contrast(each, base) for each in colours) >= 4.5


def test_a_model_stays_selected_where_it_moves_to_the_other_group(dialog: ModelsDialog) -> None:
    overview, others = dialog._overview, dialog.others
    assert overview is not None
    others.table.setCurrentCell(3, 0)
    selected = others.row
    assert selected is not None
    assert selected.model.key == ("qwen3-vl-4b-q4_k_m", "thinking")
    rows = tuple(replace(each, state="verified") if each == selected else each for each in overview.rows)
    others.show_overview(replace(overview, rows=rows))
    assert others.row is not None
    assert others.row.model == selected.model
    assert others.table.currentRow() == 0


def test_both_halves_of_a_model_that_comes_along_are_verified(
    dialog: ModelsDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Operation] = []
    monkeypatch.setattr(dialog, "_start", started.append)
    dialog.others.table.setCurrentCell(0, 0)
    button: QPushButton = dialog.others.verify
    assert button.isEnabled()
    button.click()
    (operation,) = started
    assert isinstance(operation, VerifyOperation)
    assert [each.key for each in operation.models] == [("demo", "instruct"), ("demo", "thinking")]
