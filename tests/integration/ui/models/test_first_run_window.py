"""The first-run window: says what is recommended and why, and does what is chosen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets")

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from support.accessible_walk import application, nameless, until
from support.local_hub import Fault
from support.model_windows import answer, press, push, tab_order
from support.person import MMPROJ, MODEL, Place

from edge_assistant.assistant.advice import is_first_run
from edge_assistant.models import pull
from edge_assistant.models.hub import Hub
from edge_assistant.models.library import ModelLibrary
from edge_assistant.models.recommend import WARNING
from edge_assistant.ui.focus_announcer import FocusAnnouncer
from edge_assistant.ui.models.first_run import FirstRunDialog

RECOMMENDED = "Download pair, 800,640 bytes"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def window(place: Place, said: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[FirstRunDialog]:
    application()
    monkeypatch.setattr(pull, "Hub", lambda: Hub(place.hub.endpoint))
    result = FirstRunDialog(said.append)
    result.show()
    result.activateWindow()
    until(lambda: result.download.hasFocus(), "the recommendation")
    yield result
    place.hub.over.set()
    result.stop()
    result.hide()
    result.deleteLater()
    application().processEvents()


def test_it_says_what_is_recommended_why_and_what_it_is_not_for_then_the_first_choice(
    window: FirstRunDialog, said: list[str]
) -> None:
    until(lambda: said[-1] == f"{RECOMMENDED}, button.", "the first choice")
    sentences = window.sentences.text().splitlines()
    assert "gigabytes of memory" in sentences[0]
    assert sentences[1].startswith("I recommend pair, Q4_K_M, ")
    assert "It is 800,640 bytes to download" in sentences[1]
    assert sentences[-1] == WARNING
    assert said.count(WARNING) == 1
    heard = said[said.index("Welcome to Edge Assistant.") + 1 :]
    assert heard == [*sentences, "Choose with Tab, and press Enter.", f"{RECOMMENDED}, button."]
    assert "edge-assistant models" not in window.sentences.text(), "commands are for terminals"


def test_each_choice_is_said_when_it_has_the_keyboard(window: FirstRunDialog, said: list[str]) -> None:
    assert nameless(window) == []
    said.clear()
    assert tab_order(window) == [
        window.download, window.files, window.folder, window.demo, window.later, window.sentences
    ]  # fmt: skip
    assert said[:4] == [
        "Choose files, button.",
        "Choose a folder, button.",
        "Use the demo model for now, button.",
        "Not now, button.",
    ]


def test_with_a_screen_reader_the_choices_are_left_to_it(window: FirstRunDialog, said: list[str]) -> None:
    (focus,) = window.findChildren(FocusAnnouncer)
    focus.reader_announces_focus = lambda: True
    said.clear()
    press(Qt.Key.Key_Tab)
    assert window.files.hasFocus()
    assert said == []


def test_download_by_enter_fetches_the_weights_and_it_never_comes_again(
    window: FirstRunDialog, place: Place, said: list[str]
) -> None:
    changes: list[bool] = []
    window.models_changed.connect(lambda: changes.append(True))
    assert is_first_run(ModelLibrary(None))
    press(Qt.Key.Key_Return)
    until(lambda: not window.isVisible(), "the end")
    place.check_whole()
    assert said[-1] == "pair, Instruct, is installed and verified."
    assert changes == [True]
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
    press(Qt.Key.Key_Space)
    until(lambda: window.progress_panel.state == "paused", "the pause")
    push(window.progress_panel.cancel)
    until(window.download.hasFocus, "the choice")
    assert window.isVisible()
    assert is_first_run(ModelLibrary(None)), "it was no answer"

    stick = tmp_path / "stick"
    stick.mkdir()
    for name in (MODEL, MMPROJ):
        (stick / name).write_bytes(place.data[name])
    window.import_paths([stick])
    answer(window, "Copy")
    until(lambda: not window.isVisible(), "the end")
    place.check_whole()
    assert not is_first_run(ModelLibrary(None))


def test_what_went_wrong_is_said_and_the_choice_is_there_again(
    window: FirstRunDialog, place: Place, said: list[str]
) -> None:
    place.hub.faults = [Fault(flip=True)]
    press(Qt.Key.Key_Return)
    until(lambda: "does not match" in window.progress_panel.words.text(), "the refusal")
    until(window.download.hasFocus, "the choice")
    assert any("does not match" in sentence for sentence in said)
    press(Qt.Key.Key_Return)
    until(lambda: not window.isVisible(), "the end")
    place.check_whole()


@pytest.mark.parametrize("choice", ["demo", "later", "escape"])
def test_demo_not_now_and_escape_are_answers(choice: str, window: FirstRunDialog, said: list[str]) -> None:
    if choice == "escape":
        press(Qt.Key.Key_Escape)
    else:
        push(getattr(window, choice))
    until(lambda: not window.isVisible(), "the end")
    assert said[-1].endswith("at any time, in the menu under Models.")
    assert not is_first_run(ModelLibrary(None))


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
    welcomed = said.count("Welcome to Edge Assistant.")
    for name, data in place.data.items():
        (tmp_path / name).write_bytes(data)
    window.set_models_dir(tmp_path)
    until(lambda: window.download.text() == "&Download", "nothing to fetch")
    window.set_models_dir(tmp_path / "other")
    window.set_models_dir(None)  # while it still looks
    until(lambda: window.download.text() == label and window._scan_task is None, "the program's own folder")
    assert said.count("Welcome to Edge Assistant.") == welcomed
