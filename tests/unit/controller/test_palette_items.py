"""The items that the palette offers over a frozen desktop."""

from __future__ import annotations

from PIL import Image

from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import ActiveWindow, Monitor, Shot, Snapshot
from edge_assistant.controller.palette_items import QUESTIONS, palette_items
from edge_assistant.hotkeys.actions import ACTIONS, ANSWER_ACTIONS, OVERLAY_ACTIONS, READING_ACTIONS

AREA = Rect(0, 0, 64, 48)


def snapshot(*, title: str | None = "Invoice 1042 - Writer", monitors: int = 1) -> Snapshot:
    window = None if title is None else ActiveWindow(title, AREA, AREA)
    shot = Shot(Image.new("RGB", (64, 48)), AREA, tuple(Monitor(n + 1, AREA) for n in range(monitors)))
    return Snapshot(window, shot)


def names(found: Snapshot | None) -> list[str]:
    return [each.name for each in palette_items(found)]


def test_every_action_is_a_choice_but_to_open_itself_and_to_quit() -> None:
    assert set(names(snapshot())) == {*ACTIONS, QUESTIONS} - {"palette", "quit", *READING_ACTIONS}
    assert set(names(snapshot())) >= set(ANSWER_ACTIONS) | set(OVERLAY_ACTIONS) - {"palette"}


def test_the_active_window_comes_first_with_its_title_as_it_is_said() -> None:
    assert palette_items(snapshot())[0].spoken == "Window: Invoice 1042, Writer, W"


def test_each_of_several_monitors_is_chosen_by_its_number() -> None:
    found = {each.key: each for each in palette_items(snapshot(monitors=2))}
    assert (found["2"].name, found["2"].spoken) == ("monitor-2", "Monitor 2 of 2, 2")
    assert (found["1"].name, found["s"].label) == ("monitor-1", "All monitors")
    assert not any(each.name.startswith("monitor") for each in palette_items(snapshot(monitors=1)))
    assert len([each for each in palette_items(snapshot(monitors=12)) if each.name.startswith("monitor")]) == 9


def test_where_no_window_is_known_to_be_active_the_screen_is_read() -> None:
    found = {each.key: each.label for each in palette_items(snapshot(title=None))}
    assert "w" not in found
    assert found["t"] == "Read the text on the screen"


def test_without_a_picture_of_the_screen_only_what_needs_none_is_offered() -> None:
    assert not {"window", "read", "screen", "region"} & set(names(None))
    assert {"clipboard", "camera", "repeat", "stop"} <= set(names(None))


def test_no_two_choices_have_the_same_key() -> None:
    keys = [each.key for each in palette_items(snapshot(monitors=9))]
    assert len(keys) == len(set(keys))
    assert all(len(key) == 1 for key in keys)


def test_twenty_questions_have_a_digit_or_a_letter_each() -> None:
    (found,) = (each for each in palette_items(None, [f"Question {number}" for number in range(20)]) if each.key == "p")
    assert "".join(each.key for each in found.children) == "123456789abcdefghijk"
    assert found.children[9].name == "question Question 9"
