"""The models window, by keyboard and against a real local hub: download, pause, verify, export, import, remove."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets")

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from support.accessible_walk import application, nameless, until
from support.local_hub import Fault
from support.model_windows import answer, press, push, question_of, tab_order
from support.person import MMPROJ, MODEL, REPOSITORY, Place

from edge_assistant.models import pull
from edge_assistant.models.hub import Hub
from edge_assistant.ui.models.dialog import ModelsDialog


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def dialog(place: Place, said: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelsDialog]:
    application()
    monkeypatch.setattr(pull, "Hub", lambda: Hub(place.hub.endpoint))
    result = ModelsDialog(said.append)
    result.show()
    result.activateWindow()
    until(lambda: result.table.rowCount() == 1, "the list")
    yield result
    place.hub.over.set()
    result.stop()
    result.hide()
    result.deleteLater()
    application().processEvents()


def state(dialog: ModelsDialog) -> str:
    item = dialog.table.item(0, 2)
    assert item is not None
    return item.text()


def idle(dialog: ModelsDialog) -> bool:
    return dialog.progress_panel.state == "idle"


def slowly(place: Place) -> None:
    """Slow enough to press keys while it goes on."""
    place.hub.bytes_per_s = 300_000


def downloaded(dialog: ModelsDialog) -> None:
    push(dialog.download)
    until(lambda: idle(dialog) and state(dialog) == "installed and verified", "the weights")


def test_a_set_is_shown_with_all_that_matters_and_said(dialog: ModelsDialog, said: list[str]) -> None:
    sentence = "pair, Instruct, Q4_K_M, 800,640 bytes, needs 1 byte of memory, licence Apache-2.0: not installed."
    cells = [item.text() for column in range(7) if (item := dialog.table.item(0, column)) is not None]
    assert cells == ["pair", "Instruct", "not installed", "800,640 bytes", "1 byte", "Q4_K_M", "Apache-2.0"]
    until(lambda: said and said[-1].endswith(sentence), "the sentence")
    assert dialog.details.text() == f"{sentence}\nSource: here."


def test_a_download_is_whole_and_told(dialog: ModelsDialog, place: Place, said: list[str]) -> None:
    changes: list[bool] = []
    dialog.models_changed.connect(lambda: changes.append(True))
    downloaded(dialog)
    place.check_whole()
    assert said.count("Downloading pair, Instruct.") == 1
    assert said.count("pair, Instruct, is installed and verified.") == 1
    after = said[said.index("Downloading pair, Instruct.") :]
    assert not [each for each in after if "not installed" in each], "that was before"
    assert changes == [True]
    assert dialog.path_field.text() == str(place.models)


def test_progress_is_on_screen_with_speed_and_time_and_said_every_tenth(
    dialog: ModelsDialog, place: Place, said: list[str]
) -> None:
    place.hub.bytes_per_s = 100_000  # the first seconds say nothing about a line
    push(dialog.download)
    until(lambda: "left" in dialog.progress_panel.words.text(), "the time")
    words = dialog.progress_panel.words.text()
    assert "percent" in words
    assert "kilobytes per second" in words
    assert dialog.progress_panel.bar.value() > 0
    place.hub.bytes_per_s = None
    until(lambda: idle(dialog), "the end")
    assert len([sentence for sentence in said if "0 percent" in sentence]) >= 3, said


def test_a_paused_download_goes_on_where_it_was(dialog: ModelsDialog, place: Place, said: list[str]) -> None:
    slowly(place)
    push(dialog.download)
    until(lambda: dialog.progress_panel.bar.value() > 200, "a fifth")
    assert dialog.progress_panel.pause.hasFocus(), "what one wants next is at hand"
    press(Qt.Key.Key_Space)
    until(lambda: dialog.progress_panel.state == "paused", "the pause")
    assert said[-1] == "Paused. Progress is kept."
    assert (place.models / f"{MODEL}.part").stat().st_size > 100_000
    assert MODEL not in place.files()
    assert dialog.progress_panel.pause.text() == "&Resume"
    asked = len(place.hub.gets())
    place.hub.bytes_per_s = None
    push(dialog.progress_panel.pause)
    until(lambda: idle(dialog) and state(dialog) == "installed and verified", "the weights")
    assert place.hub.gets()[asked].start > 0
    place.check_whole()


def test_a_cancelled_download_is_kept_and_may_be_thrown_away(
    dialog: ModelsDialog, place: Place, said: list[str]
) -> None:
    slowly(place)
    push(dialog.download)
    until(lambda: dialog.progress_panel.bar.value() > 200, "a fifth")
    push(dialog.progress_panel.cancel)
    until(lambda: idle(dialog) and "incomplete" in state(dialog), "what has arrived")
    assert "Cancelled. Progress is kept; you can resume later." in said
    push(dialog.remove)
    assert question_of(dialog).text() == "Remove pair, Instruct, from this computer?"
    answer(dialog, "Keep")
    assert "incomplete" in state(dialog)
    push(dialog.remove)
    answer(dialog, "Remove")
    until(lambda: idle(dialog) and state(dialog) == "not installed", "its end")
    assert place.files() == set()


def test_a_paused_download_can_be_cancelled(dialog: ModelsDialog, place: Place) -> None:
    slowly(place)
    push(dialog.download)
    until(lambda: dialog.progress_panel.bar.value() > 200, "a fifth")
    push(dialog.progress_panel.pause)
    until(lambda: dialog.progress_panel.state == "paused", "the pause")
    push(dialog.progress_panel.cancel)
    until(lambda: idle(dialog) and "incomplete" in state(dialog), "the end")


def test_a_wrong_hash_is_named_with_the_right_one_keeps_nothing_and_can_be_fetched_again(
    dialog: ModelsDialog, place: Place, said: list[str]
) -> None:
    place.hub.faults = [Fault(flip=True)]
    push(dialog.download)
    until(lambda: idle(dialog) and said and "does not match" in " ".join(said), "the refusal")
    kept = dialog.messages.toPlainText()
    assert hashlib.sha256(place.data[MODEL]).hexdigest() in kept
    assert "SHA-256 found: " in kept
    assert MODEL not in place.files()
    until(lambda: dialog.download.isEnabled(), "another attempt")
    downloaded(dialog)
    place.check_whole()


def test_where_the_hub_has_another_file_now_its_download_is_offered(
    dialog: ModelsDialog, place: Place, said: list[str]
) -> None:
    place.catalog(revision="main", pinned=False)
    dialog.refresh()
    until(lambda: "come from the first download" in dialog.details.text(), "the list")
    downloaded(dialog)
    (place.models / MODEL).unlink()
    place.data[MODEL] = place.hub.files[REPOSITORY, MODEL] = place.data[MODEL][:-100] + bytes(100)
    push(dialog.download)
    question = question_of(dialog).text()
    assert question.endswith("Update this program. Download what the hub has now?")
    assert question in said
    answer(dialog, "Cancel")
    assert idle(dialog)
    assert MODEL not in place.files()
    push(dialog.download)
    answer(dialog, "Download")
    until(lambda: idle(dialog) and said[-1] == "pair, Instruct, is installed and verified.", "the model")
    place.check_whole()


def test_a_damaged_file_is_found(dialog: ModelsDialog, place: Place, said: list[str]) -> None:
    downloaded(dialog)
    file = place.models / MMPROJ
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    push(dialog.verify)
    until(lambda: "1 file is damaged." in said, "the finding")
    assert any("it begins with" in line for line in dialog.messages.toPlainText().splitlines())


def test_weights_are_carried_out_and_brought_in(
    dialog: ModelsDialog, place: Place, said: list[str], tmp_path: Path
) -> None:
    downloaded(dialog)
    until(dialog.export.isEnabled, "the export")
    stick = tmp_path / "stick"
    dialog.export_to(stick)
    until(lambda: idle(dialog) and (stick / "SHA256SUMS").exists(), "the export")
    push(dialog.remove)
    answer(dialog, "Remove")
    until(lambda: idle(dialog) and state(dialog) == "not installed", "the removal")
    dialog.import_paths([stick])
    assert "hard link" in question_of(dialog).text()
    answer(dialog, "Copy")
    until(lambda: idle(dialog) and state(dialog) == "installed and verified", "the weights")
    place.check_whole()
    assert (place.models / MODEL).stat().st_nlink == 1
    assert "pair, Instruct, is installed and verified." in said


def test_put_away_it_goes_on_and_says_so(dialog: ModelsDialog, place: Place, said: list[str]) -> None:
    slowly(place)
    push(dialog.download)
    until(lambda: dialog.progress_panel.bar.value() > 100, "a tenth")
    press(Qt.Key.Key_Escape)
    until(lambda: not dialog.isVisible(), "the dialog gone")
    assert "Continues in the background." in said
    place.hub.bytes_per_s = None
    until(lambda: "pair, Instruct, is installed and verified." in said, "the weights")
    place.check_whole()


def test_without_a_hub_it_says_why_and_can_be_tried_again(
    dialog: ModelsDialog, place: Place, said: list[str], quick: Callable[[], list[float]]
) -> None:
    place.hub.head_faults = [Fault(status=403)] * 50
    push(dialog.download)
    until(lambda: idle(dialog) and dialog.download.isEnabled(), "the end")
    assert dialog.messages.toPlainText()
    assert any(sentence in said for sentence in dialog.messages.toPlainText().splitlines())
    assert quick() is not None
    place.hub.head_faults = []
    downloaded(dialog)


def test_everything_has_a_name_and_tab_reaches_it_in_reading_order(dialog: ModelsDialog) -> None:
    assert nameless(dialog) == []
    until(dialog.download.isEnabled, "the buttons")
    dialog.table.setFocus()
    assert tab_order(dialog) == [
        dialog.table, dialog.path_field, dialog.download, dialog.import_files, dialog.import_folder,
        dialog.progress_panel.words, dialog.messages, dialog.close_button,
    ]  # fmt: skip


def test_no_two_things_share_an_access_key(dialog: ModelsDialog) -> None:
    labels = [each.text() for kind in (QPushButton, QLabel) for each in dialog.findChildren(kind)]
    keys = [text[text.index("&") + 1].lower() for text in [*labels, "&Resume"] if "&" in text]
    assert len(keys) >= 10
    assert len(keys) == len(set(keys)), sorted(keys)


@pytest.mark.usefixtures("place")
def test_what_it_says_by_itself_is_not_cut_off_but_moving_on_is_quick() -> None:
    heard: list[str] = []
    dialog = ModelsDialog(heard.append, silence=lambda: heard.append("(hush)"))
    dialog.show()
    dialog.activateWindow()
    try:
        until(lambda: dialog.table.rowCount() == 1 and dialog.table.hasFocus(), "the list")
        dialog.verify.setEnabled(True)
        push(dialog.verify)
        until(
            lambda: dialog.progress_panel.state == "idle" and any("nothing to verify" in each for each in heard),
            "the end",
        )
        since = heard.index("Checking pair, Instruct.")
        assert "(hush)" not in heard[since:]
        press(Qt.Key.Key_Tab)
        assert "(hush)" in heard[since:]
    finally:
        dialog.stop()
        dialog.hide()
        dialog.deleteLater()


def test_weights_in_another_folder_of_the_settings_are_listed_at_once(
    dialog: ModelsDialog, place: Place, tmp_path: Path
) -> None:
    assert state(dialog) == "not installed"
    stick = folder_with_pair(place, tmp_path)
    dialog.set_models_dir(stick)
    until(lambda: state(dialog) == "installed, verified before its first use", "the new folder")
    assert dialog.path_field.text() == str(stick)
    dialog.set_models_dir(None)
    until(lambda: state(dialog) == "not installed", "the program's own folder")


def test_a_download_goes_on_where_it_began_when_the_settings_name_another_folder(
    dialog: ModelsDialog, place: Place, tmp_path: Path
) -> None:
    slowly(place)
    push(dialog.download)
    until(lambda: dialog.progress_panel.bar.value() > 100, "a tenth")
    dialog.set_models_dir(folder_with_pair(place, tmp_path))
    until(lambda: state(dialog) == "installed, verified before its first use", "the new folder")
    assert dialog.progress_panel.state == "running"
    place.hub.bytes_per_s = None
    until(lambda: idle(dialog), "the end")
    place.check_whole()


def folder_with_pair(place: Place, tmp_path: Path) -> Path:
    stick = tmp_path / "stick"
    stick.mkdir()
    for name, data in place.data.items():
        (stick / name).write_bytes(data)
    return stick
