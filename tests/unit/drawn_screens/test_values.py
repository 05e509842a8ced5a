"""Values that make each screen another one, and the spellings of what is right."""

from __future__ import annotations

import random

from edge_assistant.drawn_screens.jobs import plan_jobs
from edge_assistant.drawn_screens.phrases import phrases
from edge_assistant.drawn_screens.truth import ScreenTruth, TextBox
from edge_assistant.drawn_screens.values import Values, grouped_fact, number_fact, price_fact


def values(seed: int = 0) -> Values:
    return Values(random.Random(seed), phrases("en"), lambda day: day.isoformat())


def test_long_numbers_have_twelve_digits_and_some_repeat_theirs() -> None:
    drawn = values()
    numbers = [drawn.long_number() for _ in range(300)]
    assert all(len(each) == 12 and each.isdigit() and each[0] != "0" for each in numbers)
    assert len(set(numbers)) == len(numbers)
    in_runs = [each for each in numbers if all(each[at] == each[at + 1] for at in range(0, 12, 2))]
    again = [each for each in numbers if each[:4] == each[4:8] == each[8:] or each[:3] == each[3:6] == each[6:9]]
    assert len(in_runs) > 30
    assert len(again) > 30
    assert any(len(set(each)) > 5 for each in numbers)


def test_a_document_and_a_count_are_not_given_twice() -> None:
    drawn = values()
    assert len({drawn.thing().rsplit(" ", 1)[-1] for _ in range(200)}) == 200
    assert len({drawn.count() for _ in range(80)}) == 80


def test_the_same_slot_of_texts_that_belong_together_has_the_same_value() -> None:
    drawn, chosen = values(), dict[str, str]()
    subject, text = drawn.fill("About {thing}", chosen), drawn.fill("We miss {thing}.", chosen)
    assert subject.text.removeprefix("About ") == text.text.removeprefix("We miss ").removesuffix(".")
    assert drawn.fill("{thing}").text not in subject.text


def test_spellings_of_numbers() -> None:
    assert number_fact(phrases("en"), 3) == ("3", "three")
    assert number_fact(phrases("pl"), 2) == ("2", "dwa", "dwie", "dwóch")
    assert number_fact(phrases("de"), 12) == ("12", "zwölf")
    assert number_fact(phrases("de"), 13) == ("13",)
    assert number_fact(phrases("de"), 1) == ("1",)
    assert price_fact("12,50") == ("12,50", "12.50")
    assert price_fact("Bremen") == ("Bremen",)
    assert grouped_fact("111122223333")[:3] == ("111122223333", "111 122 223 333", "1111 2222 3333")


def test_of_every_kind_and_language_one_is_planned_before_the_second_of_any() -> None:
    jobs = plan_jobs(("dialog", "form"), ("en", "de"), 7, 2)
    assert [job.name for job in jobs] == [
        "dialog-en-0",
        "dialog-de-0",
        "form-en-0",
        "form-de-0",
        "dialog-en-1",
        "dialog-de-1",
        "form-en-1",
        "form-de-1",
    ]
    assert len({job.seed for job in jobs}) == len(jobs)
    # A screen does not depend on what else is drawn.
    assert plan_jobs(("form",), ("de",), 7, 1) == [jobs[3]]


def test_a_reading_has_every_text_on_a_line_of_its_own() -> None:
    truth = ScreenTruth(texts=(TextBox("Music", (0, 0, 9, 9), "title"), TextBox("Play", (0, 9, 9, 18), "button")))
    assert truth.reading == "Music\nPlay"
