"""Tests of what an answer claims to have read: quotations, numbers and names of buttons, in several languages."""

from __future__ import annotations

import pytest

from edge_assistant.assistant.answer_claims import claims_of


def claimed(answer: str) -> list[str]:
    return [each.text for each in claims_of(answer)]


@pytest.mark.parametrize(
    ("answer", "texts"),
    [
        ("A dialog titled “Disk full” opens.", ["Disk full"]),
        ("It says \"Save as\", ‘Open’ and 'Close all'.", ["Save as", "Open", "Close all"]),
        ("Es steht dort „Datei ersetzen“ und »Abbrechen«, darunter ‚Hilfe‘.", ["Datei ersetzen", "Abbrechen", "Hilfe"]),
        ("On lit « Enregistrer » et ‹ Annuler ›.", ["Enregistrer", "Annuler"]),
        ("「保存」と『開く』、《报告》", ["保存", "開く", "报告"]),
        ("It’s the user's choice, isn't it?", []),
        ("A key “X” is pressed.", []),
        (
            "It says “Save your work\nbefore you go.” and „Guten\nTag“.",
            ["Save your work", "before you go", "Guten", "Tag"],
        ),
        ('Screens of 5" and 6" next to one called "Large".', ["Large"]),
        ("It begins “Dear Ms Miller … Yours, Tom”.", ["Dear Ms Miller", "Yours, Tom"]),
        ("The title is “Sales 2024,” in bold.", ["Sales 2024"]),
    ],
)
def test_quoted_text_is_claimed_in_all_usual_marks_and_an_apostrophe_is_none(answer: str, texts: list[str]) -> None:
    assert claimed(answer) == texts


@pytest.mark.parametrize(
    ("answer", "texts"),
    [
        ("The code is 4711.", ["4711"]),
        ("There are 3 buttons and 120 rows.", []),
        ("1,234.50 or 1.234,50 or 1 234,50", ["1,234.50", "1.234,50", "1 234,50"]),
        ("At 12:45, and at 9:05; 33.10 euros.", ["12:45", "9:05", "33.10"]),
        ("Call +49 30 123456 or 030/123456.", ["+49 30 123456", "030/123456"]),
        ("March 12, 2025, 12.03.2025 or 7. Januar 2026", ["2025", "12.03.2025", "2026"]),
        ("Invoice 2024-117, error 0x80070005.", ["2024-117", "0x80070005"]),
        ("The card is 1234 5678 9012 3456.", ["1234 5678 9012 3456"]),
        ("In 2024 there were 1234.", ["2024", "1234"]),
    ],
)
def test_numbers_of_four_digits_are_claimed_whole_with_their_separators_and_counts_are_not(
    answer: str, texts: list[str]
) -> None:
    assert claimed(answer) == texts


@pytest.mark.parametrize(
    ("answer", "texts"),
    [
        ("The Save and Cancel buttons are below.", ["Save", "Cancel"]),
        ("The buttons are Save, Print and Help.", ["Save", "Print", "Help"]),
        ("There is a button labelled Save as.", ["Save"]),
        ("Press the OK button.", ["OK"]),
        ("There is an OK and a Cancel button, and buttons for Help and Print.", ["OK", "Cancel", "Help", "Print"]),
        ("The button is greyed. A large blue button. Two buttons.", []),
        ("Die Schaltfläche Speichern ist aktiv, der Knopf Abbrechen nicht.", ["Speichern", "Abbrechen"]),
        ("Unten ist die Löschen-Schaltfläche. Die Schaltfläche ist grau.", ["Löschen"]),
        ("Il y a le bouton Enregistrer.", ["Enregistrer"]),
    ],
)
def test_names_of_buttons_are_claimed_without_quotation_marks_too(answer: str, texts: list[str]) -> None:
    assert claimed(answer) == texts


@pytest.mark.parametrize(
    "answer",
    ["There is no Delete button.", "There is no button called “Delete”.", "Es gibt keine Schaltfläche „Delete“."],
)
def test_what_an_answer_says_is_not_there_is_known_as_such(answer: str) -> None:
    assert [each.denied for each in claims_of(answer)] == [True]


def test_what_could_not_be_done_is_no_denial() -> None:
    (claim,) = claims_of("The message is “Report 2024-117 could not be saved”.")
    assert not claim.denied
