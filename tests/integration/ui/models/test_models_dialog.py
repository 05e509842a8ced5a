"""The models window, by keyboard and against a real local hub: download, pause, verify, export, import, remove."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets")

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QScrollArea, QWidget
from support.accessible_walk import application, nameless, until
from support.heard_focus import heard_focus
from support.local_hub import Fault
from support.model_windows import answer, press, push, question_of, tab_order
from support.person import MMPROJ, MODEL, REPOSITORY, Place

from edge_assistant.models import pull
from edge_assistant.models.hub import Hub
from edge_assistant.ui import front
from edge_assistant.ui.models.dialog import ModelsDialog


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def dialog(place: Place, said: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelsDialog]:
    application()
    monkeypatch.setattr(pull, "Hub", lambda: Hub(place.hub.endpoint))
    result = ModelsDialog(said.append)
    with heard_focus(said):
        result.show()
        result.activateWindow()
        until(lambda: result.others.table.rowCount() == 1, "the list")
        result.others_button.click()
        yield result
    place.hub.over.set()
    result.stop()
    result.hide()
    result.deleteLater()
    application().processEvents()


def state(dialog: ModelsDialog) -> str:
    row = dialog.others.row
    assert row is not None
    return row.words


def idle(dialog: ModelsDialog) -> bool:
    return dialog.progress_panel.state == "idle"


def slowly(place: Place) -> None:
    """Slow enough to press keys while it goes on."""
    place.hub.bytes_per_s = 300_000


def downloaded(dialog: ModelsDialog) -> None:
    push(dialog.others.download)
    until(lambda: idle(dialog) and state(dialog) == "installed and verified", "the weights")


def test_a_model_is_told_in_plain_words_first_and_with_its_terms_in_the_details(
    dialog: ModelsDialog, said: list[str]
) -> None:
    table = dialog.others.table
    cells = [item.text() for column in range(4) if (item := table.item(0, column)) is not None]
    assert cells == ["The best for this computer", "not installed", "800,640 bytes", "pair"]
    table.setFocus()
    until(lambda: said and said[-1].endswith("not installed, 800,640 bytes. pair, row 1 of 1."), "the sentence")
    assert dialog.others.details.text().splitlines() == [
        "pair, Instruct. It needs 1 byte of memory.",
        "Quantisation: Q4_K_M.",
        "Licence: Apache-2.0.",
        "Files: not installed.",
        "Source: here.",
    ]


def test_the_card_downloads_the_recommended_model_and_then_says_that_it_is_used(
    dialog: ModelsDialog, place: Place, said: list[str]
) -> None:
    dialog.others_button.click()
    card = dialog.card
    assert card.text.text() == "The best for this computer.\n800,640 bytes to download."
    until(lambda: "800,640 bytes to download." in "\n".join(said), "its sentences")
    assert "\n".join(said).count("800,640 bytes to download.") == 1
    assert not dialog.progress_panel.bar.isVisible()
    slowly(place)
    card.button.setFocus()
    press(Qt.Key.Key_Return)
    until(lambda: dialog.progress_panel.bar.value() > 200, "a fifth")
    assert dialog.progress_panel.pause.hasFocus()
    assert dialog.progress_panel.bar.isVisible()
    assert not card.button.isVisible(), "while it is downloaded there are Pause and Cancel"
    assert all(each.verticalScrollBar().maximum() == 0 for each in dialog.findChildren(QScrollArea)), "all is seen"
    push(dialog.progress_panel.cancel)
    until(lambda: card.button.isVisible() and card.button.text() == "Resume the &download", "another attempt")
    assert "still to download." in card.text.text()
    place.hub.bytes_per_s = None
    push(card.button)
    until(lambda: card.text.text() == "The best for this computer.\nInstalled and in use.", "the model")
    assert not card.button.isVisible()
    assert card.text.hasFocus(), "it is read there, and nothing is pressed by mistake"
    assert said[-1] == "pair, Instruct, is installed and verified."
    place.check_whole()


def test_another_model_that_is_used_is_named_and_the_recommended_one_can_be_used(
    dialog: ModelsDialog, place: Place
) -> None:
    place.models.mkdir(parents=True, exist_ok=True)
    for name in (MODEL, MMPROJ):
        (place.models / name).write_bytes(place.data[name])
    own = place.models.parent / "catalog.toml"
    entries = ["[[source]]", 'variant = "instruct"', 'licence = "Apache-2.0"', 'source = "mine"']
    for kind in ("model", "mmproj"):
        entries += [f"[[source.{kind}]]", f'file = "own-{kind}.gguf"', 'quantisation = "F16"', "bytes = 4"]
        entries += ['name = "own"', "ram_bytes = 2"] if kind == "model" else []
        (place.models / f"own-{kind}.gguf").write_bytes(b"GGUF")
    own.write_text("\n".join(entries), encoding="utf-8")
    asked: list[str] = []
    dialog.use_requested.connect(asked.append)
    dialog.set_preferred("own")
    card = dialog.card
    until(lambda: card.button.text() == "&Use it", "the choice")
    assert card.text.text() == "The best for this computer.\nInstalled.\nIn use now is own: your own model."
    push(card.button)
    assert asked == ["pair"]
    dialog.set_preferred("pair")
    until(lambda: card.text.text() == "The best for this computer.\nInstalled and in use.", "the choice")
    dialog.others.table.selectRow(1)
    assert dialog.others.use.isEnabled()
    push(dialog.others.use)
    assert asked == ["pair", "own"]


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
    assert dialog.others.path_field.text() == str(place.models)


def test_progress_is_on_screen_with_speed_and_time_and_said_every_tenth(
    dialog: ModelsDialog, place: Place, said: list[str]
) -> None:
    place.hub.bytes_per_s = 100_000  # the first seconds say nothing about a line
    push(dialog.others.download)
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
    push(dialog.others.download)
    until(lambda: dialog.progress_panel.bar.value() > 200, "a fifth")
    assert dialog.progress_panel.pause.hasFocus(), "what one wants next is at hand"
    press(Qt.Key.Key_Space)
    until(lambda: dialog.progress_panel.state == "paused", "the pause")
    assert said[-1] == "Paused. Progress is kept. The button Resume goes on."
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
    push(dialog.others.download)
    until(lambda: dialog.progress_panel.bar.value() > 200, "a fifth")
    push(dialog.progress_panel.cancel)
    until(lambda: idle(dialog) and "incomplete" in state(dialog), "what has arrived")
    assert "Cancelled. Progress is kept; you can resume later." in said
    released: list[str] = []
    dialog.removing.connect(lambda: released.append(state(dialog)))
    push(dialog.others.remove)
    assert question_of(dialog).text() == "Remove pair, Instruct, from this computer?"
    answer(dialog, "Keep")
    assert "incomplete" in state(dialog)
    assert released == []
    push(dialog.others.remove)
    answer(dialog, "Remove")
    assert len(released) == 1, "the program closes the files that it has open"
    until(lambda: idle(dialog) and state(dialog) == "not installed", "its end")
    assert place.files() == set()


def test_a_paused_download_can_be_cancelled(dialog: ModelsDialog, place: Place) -> None:
    slowly(place)
    push(dialog.others.download)
    until(lambda: dialog.progress_panel.bar.value() > 200, "a fifth")
    push(dialog.progress_panel.pause)
    until(lambda: dialog.progress_panel.state == "paused", "the pause")
    push(dialog.progress_panel.cancel)
    until(lambda: idle(dialog) and "incomplete" in state(dialog), "the end")


def test_a_wrong_hash_is_named_with_the_right_one_keeps_nothing_and_can_be_fetched_again(
    dialog: ModelsDialog, place: Place, said: list[str]
) -> None:
    place.hub.faults = [Fault(flip=True)]
    push(dialog.others.download)
    heard = "The model is damaged. The download was deleted. Download it again."
    until(lambda: idle(dialog) and heard in said, "the refusal")
    kept = dialog.others.messages.toPlainText()
    assert hashlib.sha256(place.data[MODEL]).hexdigest() in kept
    assert "SHA-256 found: " in kept
    assert MODEL not in place.files()
    until(lambda: dialog.others.download.isEnabled(), "another attempt")
    downloaded(dialog)
    place.check_whole()


def test_a_checksum_on_first_sight_and_a_change_are_asked_about_aloud_and_enter_means_no(
    dialog: ModelsDialog, place: Place, said: list[str]
) -> None:
    place.catalog(revision="main", pinned=False)
    dialog.refresh()
    until(lambda: "come from the first download" in dialog.others.details.text(), "the list")
    push(dialog.others.download)
    question = question_of(dialog).text()
    assert question.startswith("This program has no checksum of its own for pair, Instruct, so only its source")
    owner = REPOSITORY.partition("/")[0]
    told = f"{REPOSITORY} on 127.0.0.1. {MODEL}, {len(place.data[MODEL]):,} bytes, has a checksum that begins with"
    assert told in question
    heard = f"Only its source vouches for pair, Instruct: {owner} on 127.0.0.1. Download it?"
    until(lambda: any(each.startswith(heard) for each in said), "the question, without repository, files and digits")
    press(Qt.Key.Key_Tab)
    until(lambda: any(told in each for each in said), "all of it")
    press(Qt.Key.Key_Return)
    until(lambda: idle(dialog) and "It was not downloaded." in said, "the end")
    assert place.hub.gets() == []
    push(dialog.others.download)
    answer(dialog, "Download")
    until(lambda: idle(dialog) and said[-1] == "pair, Instruct, is installed and verified.", "the model")
    (place.models / MODEL).unlink()
    place.data[MODEL] = place.hub.files[REPOSITORY, MODEL] = place.data[MODEL][:-100] + bytes(100)
    push(dialog.others.download)
    assert f"The hub now has a different {MODEL} than the one that was accepted" in question_of(dialog).text()
    answer(dialog, "Cancel")
    until(lambda: idle(dialog), "the end")
    assert MODEL not in place.files()


def test_a_question_comes_to_the_front_though_another_program_is_there(
    dialog: ModelsDialog, place: Place, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[QWidget] = []
    monkeypatch.setattr(front, "bring_to_front", lambda window, _: fetched.append(window))
    place.catalog(revision="main", pinned=False)
    place.hub.head_faults = [Fault(status=503)]  # tried again a second later
    dialog.refresh()
    until(lambda: "come from the first download" in dialog.others.details.text(), "the list")
    push(dialog.others.download)
    until(lambda: any("Trying again" in each for each in said), "the first attempt")
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(QApplication, "activeWindow", lambda: None)
        question = question_of(dialog)
    assert fetched == [question]
    question.reject()
    until(lambda: idle(dialog), "the end")


def test_a_question_comes_to_the_front_though_the_window_was_put_away(
    dialog: ModelsDialog, place: Place, said: list[str]
) -> None:
    place.catalog(revision="main", pinned=False)
    place.hub.head_faults = [Fault(status=503)]  # tried again a second later
    dialog.refresh()
    until(lambda: "come from the first download" in dialog.others.details.text(), "the list")
    push(dialog.others.download)
    until(lambda: any("Trying again" in each for each in said), "the first attempt")
    press(Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    question_of(dialog)
    until(lambda: any(each.startswith("Only its source vouches for pair") for each in said), "the question")
    answer(dialog, "Download")
    until(lambda: idle(dialog), "the model")
    place.check_whole()


def test_a_damaged_file_is_found(dialog: ModelsDialog, place: Place, said: list[str]) -> None:
    downloaded(dialog)
    file = place.models / MMPROJ
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    push(dialog.others.verify)
    until(lambda: "1 file is damaged." in said, "the finding")
    assert any("it begins with" in line for line in dialog.others.messages.toPlainText().splitlines())


def test_weights_are_carried_out_and_brought_in(
    dialog: ModelsDialog, place: Place, said: list[str], tmp_path: Path
) -> None:
    downloaded(dialog)
    until(dialog.others.export.isEnabled, "the export")
    stick = tmp_path / "stick"
    dialog.export_to(stick)
    until(lambda: idle(dialog) and (stick / "SHA256SUMS").exists(), "the export")
    push(dialog.others.remove)
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
    push(dialog.others.download)
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
    push(dialog.others.download)
    until(lambda: idle(dialog) and dialog.others.download.isEnabled(), "the end")
    assert dialog.others.messages.toPlainText()
    assert "The hub denied access. Accept the model's licence on its web page, and set HF_TOKEN to a token." in said
    assert quick() is not None
    place.hub.head_faults = []
    downloaded(dialog)


def test_everything_has_a_name_and_tab_reaches_it_in_reading_order(dialog: ModelsDialog) -> None:
    assert nameless(dialog) == []
    until(dialog.others.download.isEnabled, "the buttons")
    dialog.card.text.setFocus()
    others = dialog.others
    assert tab_order(dialog) == [
        dialog.card.text, dialog.card.button, dialog.others_button, others.table, others.details, others.path_field,
        others.download, others.import_files, others.import_folder, dialog.close_button,
    ]  # fmt: skip


def test_no_two_things_share_an_access_key(dialog: ModelsDialog) -> None:
    labels = [each.text() for kind in (QAbstractButton, QLabel) for each in dialog.findChildren(kind)]
    keys = [text[text.index("&") + 1].lower() for text in [*labels, "&Resume"] if "&" in text]
    assert len(keys) >= 10
    assert len(keys) == len(set(keys)), sorted(keys)


@pytest.mark.usefixtures("place")
def test_what_it_says_by_itself_is_not_cut_off_but_moving_on_is_quick() -> None:
    with heard_focus() as heard:
        dialog = ModelsDialog(heard.said.append)
        dialog.show()
        dialog.activateWindow()
        until(lambda: dialog.others.table.rowCount() == 1, "the list")
        dialog.others_button.click()
        until(lambda: any("expanded" in each for each in heard.said), "what the button did")
        dialog.others.verify.setEnabled(True)
        push(dialog.others.verify)
        until(
            lambda: dialog.progress_panel.state == "idle" and any("nothing to verify" in each for each in heard.said),
            "the end",
        )
        before = list(heard.interruptions)
        since = heard.said.index("Checking pair, Instruct.")
        assert not set(before) & set(heard.said[since:]), heard.said
        press(Qt.Key.Key_Tab)
        until(lambda: len(heard.interruptions) > len(before), "what has the keyboard now")
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
    assert dialog.others.path_field.text() == str(stick)
    dialog.set_models_dir(None)
    until(lambda: state(dialog) == "not installed", "the program's own folder")


def test_a_download_goes_on_where_it_began_when_the_settings_name_another_folder(
    dialog: ModelsDialog, place: Place, tmp_path: Path
) -> None:
    slowly(place)
    push(dialog.others.download)
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
