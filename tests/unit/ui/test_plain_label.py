"""Text from outside in the windows: shown as it is, never as HTML, harmless and short."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocumentFragment
from PySide6.QtWidgets import QLabel, QWidget
from support.accessible_walk import application, until
from support.recording_service import RecordingService

from edge_assistant.assistant.events import SentenceEvent, TokenEvent, WindowEvent
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.models.library import ModelLibrary
from edge_assistant.settings.schema import find_entry
from edge_assistant.ui.commands import Commands
from edge_assistant.ui.controller_signals import thumbnail
from edge_assistant.ui.main_window import MainWindow
from edge_assistant.ui.models.dialog import ModelsDialog
from edge_assistant.ui.settings.fields import FieldOption, make_field

HTML = '<b>bold</b> & <img src="x.png">'
HOSTILE = f"{HTML} \x9b31m\u202etxt.exe\u2028two"
SHOWN = f"{HTML} txt.exe two"
LISTED = "<b>bold & <img src=x>\u200b"
"""What a catalog may contain; control characters, and names with slashes, are refused."""
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def labels_are_plain(window: QWidget) -> bool:
    return all(label.textFormat() == Qt.TextFormat.PlainText for label in window.findChildren(QLabel) if label.text())


@pytest.fixture
def window() -> Iterator[MainWindow]:
    application()
    service: Any = RecordingService()
    result = MainWindow(Commands(lambda _: None, lambda: None, {}, []), service, lambda: True)
    yield result
    result.hide()
    result.deleteLater()


def test_a_title_is_no_markup_in_the_main_window(window: MainWindow) -> None:
    window.show_event(WindowEvent(0, HOSTILE, 0, 0, 1, 1))
    assert window.text == f"Window: {SHOWN}"
    captured = CapturedPicture(Image.new("RGB", (8, 8)), origin="window")
    window.show_picture(captured, thumbnail(captured.image), HOSTILE)
    (name,) = [label for label in window.findChildren(QLabel) if "8 by 8" in label.text()]
    assert name.text() == f"Window {SHOWN}, 8 by 8 pixels"
    assert labels_are_plain(window)


def test_an_answer_in_the_main_window_is_harmless_piece_by_piece(window: MainWindow) -> None:
    for piece in ("A \x1b", "[31m\x9b", "dog\u2028", HTML):
        window.show_event(TokenEvent(0, "thinking", piece))
    window.show_event(SentenceEvent(0, f"A \x1b[31mdog\u2028{HTML}"))
    assert window.reasoning.toPlainText() == f"A [31mdog\n{HTML}"
    assert window.text == f"Answer: A dog\n{HTML}"


@pytest.fixture
def models() -> Iterator[tuple[ModelsDialog, list[str]]]:
    """The models window, with a model whose texts look like HTML wherever they may; and what it says."""
    path = ModelLibrary(None).own_catalog
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(LISTED)
    path.write_text(
        f'[[source]]\nvariant = "instruct"\nlicence = {text}\nsource = {text}\n'
        f'[[source.model]]\nname = {text}\nfile = "a"\nquantisation = {text}\nbytes = 1\nram_bytes = 1\n'
        f'[[source.mmproj]]\nfile = "b"\nquantisation = {text}\nbytes = 1\n'
    )
    application()
    said: list[str] = []
    result = ModelsDialog(said.append)
    result.show()
    until(lambda: result.others.table.rowCount() > 0, "the list")
    yield result, said
    result.stop()
    result.hide()
    result.deleteLater()


def test_names_of_weights_are_no_markup_and_harmless(models: tuple[ModelsDialog, list[str]]) -> None:
    dialog, said = models
    shown = LISTED.replace("\u200b", "")
    (item,) = dialog.others.table.findItems("bold", Qt.MatchFlag.MatchContains)
    dialog.others.table.setCurrentItem(item)
    assert item.text() == shown
    assert QTextDocumentFragment.fromHtml(item.toolTip()).toPlainText().startswith(f"{shown}, Instruct")
    assert item.data(Qt.ItemDataRole.AccessibleDescriptionRole).endswith(f"{shown}.")
    assert dialog.others.details.text().endswith(f"Source: {shown}.")
    assert (dialog.others.mmproj.currentText(), dialog.others.mmproj.currentData()) == (shown, LISTED)
    assert labels_are_plain(dialog)
    assert not [sentence for sentence in said if RAW.search(sentence)]


def test_offered_names_are_harmless_and_mean_what_they_meant() -> None:
    application()
    field: Any = make_field(find_entry("camera"))
    field.set_options([FieldOption(HOSTILE, HOSTILE)])
    field.show("\x9b" + "x" * 1_000_000)
    texts = [field.widget.itemText(number) for number in range(field.widget.count())]
    assert SHOWN in texts
    assert not RAW.search("".join(texts))
    assert max(map(len, texts)) <= 200
    assert field.value() == "\x9b" + "x" * 1_000_000, "what is set stays set"
