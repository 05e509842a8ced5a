"""Tests of PlaceList: each object once, equal ones counted, what could not be read told."""

from __future__ import annotations

from edge_assistant.imaging.token_budget import ResizePlan
from edge_assistant.text.place_list import TOLD_ONE_BY_ONE, PlaceList


def told(places: PlaceList, *objects: tuple[str, list[float]], unfinished: bool = False) -> list[str]:
    """The lines for objects with a label and numbers, and those of the end."""
    lines = [line for label, numbers in objects for line in places.add({"label": label}, numbers).splitlines()]
    return lines + places.end(unfinished=unfinished).splitlines()


def test_equal_objects_are_counted_by_where_they_are() -> None:
    objects = [("Delete", [10, 10]), ("Delete", [900, 20]), ("delete", [900, 30]), ("Yes", [500, 500])]
    assert told(PlaceList(None, "en"), *objects, ("Delete", [10, 900])) == [
        "Delete: at the top left.",
        "Yes: in the middle.",
        "Delete: 3 more, 2 at the top right, 1 at the bottom left.",
    ]


def test_equal_objects_in_many_places_are_all_over_the_picture() -> None:
    grid = [("apple", [100.0 + 300 * column, 100.0 + 300 * row]) for row in range(3) for column in range(3)]
    assert told(PlaceList(None, "en"), *grid) == ["apple: at the top left.", "apple: 8 more, all over the picture."]
    assert told(PlaceList(None, "fr"), *grid) == ["apple: x 20 %, y 20 %.", "apple × 9."]


def test_objects_without_a_name_and_without_a_place_are_counted_too() -> None:
    objects = [("", [10.0, 10.0]), ("", [20.0, 20.0]), ("x", []), ("x", []), ("", []), ("", [])]
    assert told(PlaceList(None, "en"), *objects) == [
        "It is at the top left.",
        "x: place unknown.",
        "1 more without a name, at the top left.",
        "x: 1 more, 1 place unknown.",
        "Of 2 objects neither name nor place could be read.",
    ]


def test_a_long_list_ends_with_names_by_place() -> None:
    objects = [(f"Item {number}", [10.0, 10.0]) for number in range(TOLD_ONE_BY_ONE + 3)]
    lines = told(PlaceList(None, "en"), *objects, ("Last", [900.0, 900.0]), ("Item 22", [900.0, 900.0]))
    assert lines[TOLD_ONE_BY_ONE - 1 :] == [
        "Item 19: at the top left.",
        "Item 20, Item 21, Item 22: at the top left.",
        "Last: at the bottom right.",
        "Item 22: 1 more, at the bottom right.",
    ]


def test_a_list_that_breaks_off_says_so() -> None:
    places = PlaceList(None, "en")
    assert told(places, ("a", [1, 1]), unfinished=True)[-1] == "The list breaks off here."
    assert told(places, unfinished=True) == ["The answer breaks off before the first place."]
    assert told(places) == []


def test_a_change_to_pixels_warns_of_the_places_before() -> None:
    frame = ResizePlan((1280, 832), (1280, 832))
    lines = told(PlaceList(frame, "en"), ("a", [100, 100]), ("b", [1200, 100]), ("c", [640, 416]))
    assert lines[1] == "The places before this one may be wrong: the model has changed its measure."
    assert lines[3] == "c: in the middle, 50 percent from the left and 50 percent from the top."
    assert len(told(PlaceList(frame, "en"), ("b", [1200, 100]))) == 1


def test_names_are_not_shortened_and_cannot_do_harm() -> None:
    long = "word " * 100
    assert told(PlaceList(None, "en"), (long, [1, 1])) == [f"{long.strip()}: at the top left."]
    assert told(PlaceList(None, "fr"), ("a\x1b]0;x\x07b", [1, 1])) == ["ab: x 20 %, y 20 %."]
