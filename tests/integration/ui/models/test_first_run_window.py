"""The first-run window: says what is recommended and why, and does what is chosen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets")

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from support.accessible_walk import application, nameless, until
from support.heard_focus import HeardFocus, heard_focus
from support.local_hub import Fault
from support.model_windows import answer, press, push, tab_order
from support.person import MMPROJ, MODEL, Place

from edge_assistant.assistant.advice import is_first_run
from edge_assistant.assistant.glance_text import SECONDS, letters_for, letters_of
from edge_assistant.controller.key_sentences import three_keys
from edge_assistant.models import pull
from edge_assistant.models.hub import Hub
from edge_assistant.models.library import ModelLibrary
from edge_assistant.models.recommend import WARNING, plain_size
from edge_assistant.settings.schema import Settings
from edge_assistant.system.errors import CancelledError, DoesNotFitError
from edge_assistant.ui.models.first_run import FirstRunDialog

RECOMMENDED = "Download 800,640 bytes"
NEED = "Edge Assistant needs one download of 800,640 bytes."
WAY_ON = "Enter starts it, Tab has other choices."
THREE_KEYS = [
    "Remember three keys.",
    *three_keys(Settings().hotkeys.keys_by_action()),
    "Enter starts a tutorial of one minute, Escape closes this window.",
]
LETTERS_A_SECOND = letters_for(None) / SECONDS


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def heard(said: list[str]) -> Iterator[HeardFocus]:
    with heard_focus(said) as result:
        yield result


@pytest.fixture
def window(place: Place, heard: HeardFocus, monkeypatch: pytest.MonkeyPatch) -> Iterator[FirstRunDialog]:
    application()
    monkeypatch.setattr(pull, "Hub", lambda: Hub(place.hub.endpoint))
    result = FirstRunDialog(heard.said.append)
    result.show()
    result.activateWindow()
    until(lambda: result.download.hasFocus(), "the recommendation")
    yield result
    place.hub.over.set()
    result.stop()
    result.hide()
    result.deleteLater()
    application().processEvents()


def test_it_says_in_two_sentences_what_is_needed_and_what_to_press(window: FirstRunDialog, said: list[str]) -> None:
    until(window.isActiveWindow, "the keyboard")
    application().processEvents()
    assert said == [NEED, WAY_ON]
    assert window.sentences.text() == f"{NEED}\n{WAY_ON}"
    real = NEED.replace("800,640 bytes", plain_size(3_000_000_000))
    assert letters_of(f"{real} {WAY_ON}") <= 6 * LETTERS_A_SECOND, "six seconds of speech"
    assert not window.details_text.isVisible()
    assert WARNING in [each.text() for each in window.findChildren(QLabel)], "it is seen here, and heard later"


def test_the_details_are_shown_and_said_when_they_are_asked_for(window: FirstRunDialog, said: list[str]) -> None:
    said.clear()
    push(window.details)
    told = window.details_text.text().splitlines()
    assert window.details_text.isVisible()
    assert said[-len(told) :] == told
    assert "gigabytes of memory" in told[0]
    assert told[1].startswith("I recommend pair, ")
    assert told[-1] == "Its licence is Apache-2.0."
    assert "edge-assistant models" not in window.details_text.text(), "commands are for terminals"


def test_each_choice_is_said_when_it_has_the_keyboard(window: FirstRunDialog, said: list[str]) -> None:
    assert nameless(window) == []
    said.clear()
    assert tab_order(window) == [
        window.download, window.details, window.files, window.folder, window.demo, window.tutorial, window.later,
        window.sentences,
    ]  # fmt: skip
    assert said[:6] == [
        "Details of the download, button.",
        "Choose files of a model, button.",
        "Choose a folder with models, button.",
        "Use the demo model for now, button.",
        "Tutorial, one minute, button.",
        "Not now, button.",
    ]


def test_with_a_screen_reader_the_choices_are_left_to_it(window: FirstRunDialog, heard: HeardFocus) -> None:
    heard.reader = True
    heard.take()
    press(Qt.Key.Key_Tab)
    assert window.details.hasFocus()
    assert heard.take() == []


def test_download_by_enter_fetches_the_weights_and_it_never_comes_again(
    window: FirstRunDialog, place: Place, said: list[str]
) -> None:
    changes: list[bool] = []
    window.models_changed.connect(lambda: changes.append(True))
    assert is_first_run(ModelLibrary(None))
    press(Qt.Key.Key_Return)
    assert "Enter pauses, Tab has Cancel and a tutorial, Escape only hides this window." in said
    until(lambda: said[-1] == THREE_KEYS[-1], "the end")
    place.check_whole()
    assert said[-len(THREE_KEYS) - 1 :] == ["pair, Instruct, is installed and verified.", *THREE_KEYS]
    assert [each.lower().replace("+", " ") for each in window.sentences.text().splitlines()] == [
        each.lower() for each in THREE_KEYS[:-1]
    ]
    assert window.tutorial.hasFocus()
    assert tab_order(window) == [window.tutorial, window.close_button, window.sentences]
    press(Qt.Key.Key_Escape)
    assert not window.isVisible()
    assert changes == [True]
    assert not is_first_run(ModelLibrary(None))


def test_escape_while_it_downloads_hides_the_window_and_the_keys_are_said_at_the_end(
    window: FirstRunDialog, place: Place, said: list[str]
) -> None:
    place.hub.bytes_per_s = 200_000
    press(Qt.Key.Key_Return)
    until(lambda: window.progress_panel.bar.value() > 100, "a tenth")
    press(Qt.Key.Key_Escape)
    assert not window.isVisible()
    assert "The download goes on. Models in the menu brings this window back." in said
    assert is_first_run(ModelLibrary(None)), "it was no answer"
    place.hub.bytes_per_s = None
    until(lambda: said[-1] == THREE_KEYS[-2], "the keys")
    assert not is_first_run(ModelLibrary(None))


def test_minutes_are_said_after_the_first_seconds(window: FirstRunDialog, place: Place, said: list[str]) -> None:
    place.hub.bytes_per_s = 20_000
    press(Qt.Key.Key_Return, window.download)
    until(lambda: any(each.startswith("It will take") or "left." in each for each in said), "how long it takes")


def test_a_download_can_be_paused_cancelled_and_another_choice_made(
    window: FirstRunDialog, place: Place, tmp_path: Path
) -> None:
    place.hub.bytes_per_s = 200_000
    press(Qt.Key.Key_Return)
    until(lambda: window.progress_panel.bar.value() > 100, "a tenth")
    assert QApplication.focusWidget() is window.progress_panel.pause
    choices = (window.download, window.files, window.folder, window.demo, window.later)
    assert not any(each.isVisible() for each in choices), "nothing is there that cannot be chosen"
    assert WAY_ON not in window.sentences.text(), "Enter pauses now"
    press(Qt.Key.Key_Space)
    until(lambda: window.progress_panel.state == "paused", "the pause")
    assert window.sentences.text() == NEED
    push(window.progress_panel.cancel)
    until(window.download.hasFocus, "the choice")
    assert all(each.isVisible() for each in choices)
    assert window.sentences.text() == f"{NEED}\n{WAY_ON}"
    assert window.isVisible()
    assert is_first_run(ModelLibrary(None)), "it was no answer"

    stick = tmp_path / "stick"
    stick.mkdir()
    for name in (MODEL, MMPROJ):
        (stick / name).write_bytes(place.data[name])
    window.import_paths([stick])
    answer(window, "Copy")
    until(window.close_button.isVisible, "the end")
    place.check_whole()
    assert not is_first_run(ModelLibrary(None))


def test_what_went_wrong_is_said_and_the_choice_is_there_again(
    window: FirstRunDialog, place: Place, said: list[str]
) -> None:
    place.hub.faults = [Fault(flip=True)]
    press(Qt.Key.Key_Return)
    until(lambda: "does not match" in window.progress_panel.words.text(), "the refusal")
    until(window.download.hasFocus, "the choice")
    assert "The model is damaged. The download was deleted. Download it again." in said
    press(Qt.Key.Key_Return)
    until(window.close_button.isVisible, "the end")
    place.check_whole()


def test_where_nothing_can_be_downloaded_enter_is_not_said_to_start_it(window: FirstRunDialog, said: list[str]) -> None:
    window._show_recommendation(None, DoesNotFitError("No model fits into this computer."))
    window.progress_panel.ended.emit(CancelledError())  # of models that were to be copied
    assert said[-1] == "Tab has the choices."


@pytest.mark.parametrize("choice", ["demo", "later", "escape", "close"])
def test_each_other_answer_ends_with_the_three_keys_too(choice: str, window: FirstRunDialog, said: list[str]) -> None:
    if choice == "escape":
        press(Qt.Key.Key_Escape)
    elif choice == "close":
        window.close()
    else:
        push(getattr(window, choice))
    until(lambda: said[-1] == THREE_KEYS[-1], "the keys")
    assert "menu" in said[-len(THREE_KEYS) - 1], "how to get a model later"
    assert said[-len(THREE_KEYS) :] == THREE_KEYS
    assert window.isVisible() == (choice != "close")
    assert not is_first_run(ModelLibrary(None))


def test_the_tutorial_is_a_choice_before_and_after_the_answer(window: FirstRunDialog) -> None:
    wanted: list[bool] = []
    window.tutorial_requested.connect(lambda: wanted.append(True))
    push(window.tutorial)
    window.close_for_tutorial()
    assert window.isVisible(), "nothing was answered yet"
    press(Qt.Key.Key_Escape)
    press(Qt.Key.Key_Return)
    assert wanted == [True, True]
    assert window.isVisible(), "it has the keyboard until the tutorial is there"
    window.close_for_tutorial()
    assert not window.isVisible()


def test_whoever_has_weights_is_not_asked(place: Place) -> None:
    place.models.mkdir(parents=True)
    for name, data in place.data.items():
        (place.models / name).write_bytes(data)
    assert not is_first_run(ModelLibrary(None))


def test_half_of_the_weights_are_none(place: Place) -> None:
    place.models.mkdir(parents=True)
    (place.models / MODEL).write_bytes(place.data[MODEL])
    assert is_first_run(ModelLibrary(None))


def test_the_recommendation_counts_what_is_in_another_folder_of_the_settings(
    window: FirstRunDialog, place: Place, said: list[str], tmp_path: Path
) -> None:
    label = f"&{RECOMMENDED}"
    assert window.download.text() == label
    for name, data in place.data.items():
        (tmp_path / name).write_bytes(data)
    window.set_models_dir(tmp_path)
    until(lambda: window.download.text() == "&Download", "nothing to fetch")
    window.set_models_dir(tmp_path / "other")
    window.set_models_dir(None)  # while it still looks
    until(lambda: window.download.text() == label and window._scan_task is None, "the program's own folder")
    assert said.count(NEED) == 1
