"""Search in recognised text: which places fit, in which order, and how they are said."""

from __future__ import annotations

import pytest

from edge_assistant.assistant.text_search import find_text, place_of, spoken_match
from edge_assistant.ocr.page import Box, Line, Word

SIZE = (900, 600)


def line(text: str, left: int = 0, top: int = 0) -> Line:
    """A line whose letters are ten pixels wide and whose words have boxes."""
    words, at = [], left
    for word in text.split():
        words.append(Word(word, Box(at, top, at + 10 * len(word), top + 20)))
        at += 10 * (len(word) + 1)
    return Line(text, Box(left, top, at - 10, top + 20), tuple(words))


def texts(query: str, *lines: Line) -> list[str]:
    return [match.text for match in find_text(query, lines)]


def test_letters_are_found_at_the_start_of_words_first_then_inside_and_whole_words_before_both() -> None:
    lines = [line("Autosave"), line("Saved files", top=30), line("Save", top=60), line("Open", top=90)]
    assert texts("save", *lines) == ["Save", "Saved files", "Autosave"]
    assert texts("sa", *lines) == ["Saved files", "Save", "Autosave"]


def test_equal_ones_stay_in_reading_order() -> None:
    found = find_text("ok", [line("OK", 500, 40), line("OK", 10, 300)])
    assert [match.box.left for match in found] == [500, 10]


@pytest.mark.parametrize(
    ("query", "shown"),
    [("ABBRECHEN", "Abbrechen"), ("andern", "Ändern"), ("Ändern", "Andern"), ("I10", "l1O"), ("4711", "47II"),
     ("strasse", "Straße"), ("don't", "Don't")],
)  # fmt: skip
def test_case_accents_and_letters_that_look_the_same_are_no_difference(query: str, shown: str) -> None:
    assert texts(query, line(shown)) == [shown]


def test_the_box_is_around_the_words_that_were_found_and_not_around_the_line() -> None:
    (match,) = find_text("as copy", [line("Save as copy now")])
    assert match.box == Box(50, 0, 120, 20)
    assert match.text == "Save as copy now"


def test_of_a_long_line_the_words_around_the_match_are_said() -> None:
    (match,) = find_text("save", [line("Do you really want to save the changes that were made to this file?")])
    assert match.text == "want to save the changes"


def test_one_letter_of_four_may_be_wrong_where_nothing_fits_better() -> None:
    assert texts("file", line("Eile"), line("Edit")) == ["Eile"]
    assert texts("file", line("Eile"), line("File")) == ["File"]
    assert texts("settngs", line("Settings")) == ["Settings"]
    assert texts("cancle", line("Cancel")) == ["Cancel"]
    assert texts("fil", line("Eil")) == [], "three letters are too few"
    assert texts("save", line("Open"), line("Close")) == []


def test_what_is_nearer_comes_first() -> None:
    assert texts("printing", line("Prentang"), line("Prenting")) == ["Prenting", "Prentang"]


def test_words_in_brackets_or_after_a_sign_begin_there() -> None:
    assert find_text("all", [line("(All)")])[0].rank == find_text("all", [line("All")])[0].rank


def test_a_word_counts_once_however_often_the_letters_are_in_it() -> None:
    assert texts("a", line("banana")) == ["banana"]
    assert len(find_text("a", [line("a a a")])) == 3


def test_nothing_typed_finds_nothing() -> None:
    assert find_text("", [line("Save")]) == ()
    assert find_text("  ", [line("Save")]) == ()


def test_a_line_without_words_is_found_as_one_place() -> None:
    (match,) = find_text("as", [Line("Save as", Box(1, 2, 3, 4))])
    assert match.box == Box(1, 2, 3, 4)


def test_a_match_is_said_with_its_place_and_its_number() -> None:
    found = find_text("save", [line("Save", 820, 570), line("Save", 10, 10)])
    assert spoken_match(found, 0, SIZE) == "Save: at the bottom right, 1 of 2"
    assert spoken_match(found, 1, SIZE) == "Save: at the top left, 2 of 2"
    assert spoken_match(found[:1], 0, SIZE) == "Save: at the bottom right"


@pytest.mark.parametrize(
    ("box", "place"),
    [
        (Box(400, 290, 500, 310), "in the middle"),
        (Box(0, 290, 40, 310), "on the left"),
        (Box(400, 0, 500, 9), "at the top"),
    ],
)
def test_places_are_named_as_the_models_are(box: Box, place: str) -> None:
    assert place_of(box, SIZE) == place
