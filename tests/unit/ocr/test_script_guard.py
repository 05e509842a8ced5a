"""What is said of a line's picture and of what was read of it: a script that cannot be recognised, or not."""

from __future__ import annotations

import numpy as np
import pytest

from edge_assistant.ocr.script_guard import Pixels, Verdict, judge


def line(width: int, *letters: int) -> Pixels:
    """The picture of a line: white, with a black letter of 18 pixels at each of the places."""
    made = np.full((48, width, 3), 255, np.uint8)
    for place in letters:
        made[10:38, max(0, place - 9) : place + 9] = 0
    return made


def read(text: str, start: int = 20, step: int = 24) -> list[tuple[str, float]]:
    return [(letter, start + number * step) for number, letter in enumerate(text)]


def drawn(text: str) -> Pixels:
    """A picture that has just the letters of a text."""
    return line(40 + 24 * len(text), *(round(place) for letter, place in read(text) if letter != " "))


@pytest.mark.parametrize("text", ["Save the file", "4711", "https://example.org/?id=7", "Größe", "保存更改", "2α + β"])
@pytest.mark.parametrize("score", [1.0, 0.85])
def test_what_was_read_well_is_readable(text: str, score: float) -> None:
    assert judge(drawn(text), read(text), score) is Verdict.TEXT


def test_ink_without_letters_is_not() -> None:
    picture = drawn("Проверьте подключение")
    assert judge(picture, [(".", 520.0)], 0.9) is Verdict.UNREADABLE
    assert judge(picture, [], 0.0) is Verdict.UNREADABLE
    assert judge(drawn("Входящие (12)"), read("(12)", 20 + 9 * 24), 0.95) is Verdict.UNREADABLE


def test_nonsense_that_is_not_sure_is_not() -> None:
    assert judge(drawn("nsvnsuu"), read("nsvnsuu"), 0.6) is Verdict.UNREADABLE
    assert judge(drawn("nsvnsuu"), read("nsvnsuu"), 0.3) is Verdict.UNREADABLE


def test_greek_words_are_not_as_letters_are_missing() -> None:
    assert judge(drawn("Αποθηκευση"), read("πεαλμνα"), 0.95) is Verdict.UNREADABLE


def test_a_picture_beside_the_text_and_a_rule_are_no_letters() -> None:
    picture = line(400, 30, *(round(place) for _, place in read("Night mode on", 80)))
    assert judge(picture, read("Night mode on", 80), 0.98) is Verdict.TEXT
    ruled = drawn("Volume")
    ruled = np.concatenate([ruled, np.full((48, 400, 3), 255, np.uint8)], axis=1)
    ruled[22:26, 200:] = 90
    assert judge(ruled, read("Volume"), 0.99) is Verdict.TEXT


def test_signs_are_no_text() -> None:
    assert judge(line(60, 30), [], 0.0) is Verdict.NOTHING
    assert judge(line(96, 24, 70), [("□", 24.0), ("×", 70.0)], 0.95) is Verdict.NOTHING
    assert judge(line(60, 30), [("×", 30.0)], 0.95) is Verdict.TEXT
    assert judge(np.full((48, 300, 3), 200, np.uint8), [], 0.0) is Verdict.NOTHING
    buttons = line(130, 28, 68, 108)
    assert judge(buttons, [("0", 28.0), ("0", 68.0), ("网", 108.0)], 0.6) is Verdict.NOTHING
