"""Tests of the comparison of an answer with the recognised text of its picture."""

from __future__ import annotations

import pytest

from edge_assistant.assistant.answer_checks import AnswerChecks, check_with_lines, unconfirmed_sentence
from edge_assistant.ocr.page import Box, Line


def check(answer: str, *lines: str, **options: object) -> AnswerChecks | None:
    return check_with_lines(answer, [Line(text, Box(0, 0, 9, 9)) for text in lines], **options)  # type: ignore[arg-type]


def doubted(answer: str, *lines: str, **options: object) -> tuple[str, ...]:
    checks = check(answer, *lines, **options)
    assert checks is not None
    return checks.unconfirmed


@pytest.mark.parametrize(
    ("answer", "lines"),
    [
        ("“Do you want to delete the file?”", ["Do you want to de1ete", "à", "the fi1e?"]),
        ("The OK button.", ["0K"]),
        ("The Save button.", ["OpenSave"]),
        ("„Straße öffnen“", ["STRASSE OFFNEN"]),
        ("It says “Illegal instruction”.", ["lllegal instruct1on"]),
        ("It is 4711.", ["Code 4711."]),
        ("It is 1,234.50.", ["1.234,50 EUR"]),
        ("It is 1234.50.", ["1 234.50"]),
        ("Call +49 30 123456.", ["+49 (30) 12 34 56"]),
        ("It is 1010.", ["IO1O"]),
        ("It is 2025.", ["12.03.2025"]),
        ("“OK”", ["OK"]),
    ],
)
def test_what_is_in_the_picture_is_confirmed_though_a_letter_was_misread(answer: str, lines: list[str]) -> None:
    checks = check(answer, *lines)
    assert checks is not None
    assert (len(checks.confirmed), checks.unconfirmed) == (1, ())


@pytest.mark.parametrize(
    ("answer", "lines"),
    [
        ("It is 4712.", ["Code 4711"]),
        ("It is 4711.", ["Code 14711"]),
        ("It is 4711.", ["Code 47110"]),
        ("“Invoice 2024-118 could not be opened”", ["Invoice 2024-117 could not be opened"]),
        ("“94 megabytes are missing”", ["93 megabytes are missing"]),
        ("“93 megabytes are missing”", ["933 megabytes are missing"]),
        ("The time is 12:46.", ["12:45"]),
        ("The OK button.", ["Book", "Token"]),
        (
            "“The walk takes 1 hours from the old town to the lake”",
            ["The walk takes 8 long hours from the old town to the lake"],
        ),
        ("The Cancel button.", ["Save"]),
        ("“Print all pages”", ["Paint the walls"]),
    ],
)
def test_a_changed_digit_or_another_text_is_not_confirmed(answer: str, lines: list[str]) -> None:
    assert len(doubted(answer, *lines)) == 1


def test_what_stood_in_the_prompt_is_copied_and_no_more_than_that() -> None:
    checks = check("“Save” and “Open”, 4711.", "Save", "Open", "4711", given=["Save", "No. 4711"])
    assert checks == AnswerChecks(confirmed=("Open",), copied=("Save", "4711"))


def test_nothing_is_doubted_while_the_text_is_not_whole_or_cannot_be_read() -> None:
    assert check("It is 4711.") is None
    assert doubted("It is 4711.", "Save", complete=False) == ()
    assert doubted("It says “Файл”.", "Save") == ()
    assert doubted("It is 4711.", "Save", unreadable=1) == ()
    assert doubted("It says “Cancel”.", "Save", unreadable=1) == ("Cancel",)
    assert doubted("There is no Cancel button.", "Save") == ()


def test_on_a_page_that_is_hard_to_read_only_what_its_text_contradicts_is_doubted() -> None:
    box = Box(0, 0, 9, 9)
    lines = [Line("Contract 2024-117 is ready", box), Line("Mit frundichen Güße", box, score=0.7)]
    for answer, texts in (
        ("“Sehr geehrte Damen und Herren”", ()),
        ("“Contract 2024-118 is ready”", ("Contract 2024-118 is ready",)),
        ("The number is 2024-119.", ("2024-119",)),
    ):
        checks = check_with_lines(answer, lines)
        assert checks is not None
        assert checks.unconfirmed == texts


def test_one_short_sentence_names_what_could_not_be_confirmed() -> None:
    assert unconfirmed_sentence(["4711"]) == "I could not confirm: 4711"
    assert unconfirmed_sentence(["1", "2", "3", "4", "5"]) == "I could not confirm: 1, 2, 3 and 2 more"
    assert len(unconfirmed_sentence(["word " * 100])) < 100
