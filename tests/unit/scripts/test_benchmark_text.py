"""How the benchmark counts what was read, and what it says of it."""

from __future__ import annotations

from benchmarking.measurements import Measurements
from benchmarking.text_readers import _split
from benchmarking.text_report import tables
from benchmarking.text_scores import Score

KNOWN = [
    {"button": True, "words": [["Save", [10, 10, 50, 25]], ["as", [55, 10, 70, 25]]]},
    {"button": False, "words": [["Größe:", [10, 40, 60, 60]]]},
]


def score(*found: tuple[str, list[float]]) -> Score:
    counted = Score()
    counted.add(KNOWN, found)
    return counted


def test_what_is_read_in_its_place_counts() -> None:
    whole = score(("Save", [11, 11, 49, 24]), ("as", [55, 11, 71, 24]), ("Größe:", [9, 41, 61, 59]))
    assert (whole.words, whole.missed, whole.small, whole.small_missed) == (3, 0, 2, 0)
    assert (whole.buttons, whole.buttons_found) == (1, 1)
    assert (whole.letters, whole.wrong_letters) == (13, 0)


def test_what_is_read_elsewhere_or_otherwise_is_missed() -> None:
    elsewhere = score(("Save", [211, 11, 249, 24]), ("as", [55, 11, 71, 24]), ("Grosse:", [9, 41, 61, 59]))
    assert (elsewhere.missed, elsewhere.small_missed, elsewhere.buttons_found) == (2, 1, 0)
    assert elsewhere.wrong_letters == len("Save ") + len("öß") + 1
    assert score().wrong_letters == score().letters == 13


def test_a_line_of_rapidocr_is_split_into_words() -> None:
    assert _split("To be", [0, 50, 50, 0], [0, 0, 9, 9]) == [("To", [0, 0, 20, 9]), ("be", [30, 0, 50, 9])]


def test_the_report_says_which_goals_are_met() -> None:
    figures: dict[str, list[float]] = {"words": [1000.0], "small": [9.0], "buttons": [34.0]}
    for reader, cpu in (("product", 0.9), ("rapidocr", 1.8)):
        figures |= {f"{reader}.screen.cpu": [cpu], f"{reader}.missed": [cpu * 10], f"{reader}.buttons": [33.0]}
    beside = {f"{size}.{when}.first_token": [time] for size in ("window", "screen") for when, time in TIMES.items()}
    results = {"parts": {"text": {"figures": figures}, "beside-text": {"figures": beside}}}
    lines = list(tables(Measurements(results)))
    assert "| words missed, of 1000 | 9 | 18 | not measured |" in lines
    assert "| processor time, 1920 x 1080, to rapidocr | at most 0.7 | 0.5 | met |" in lines
    assert "| buttons not found | at most 0 | 1 | missed |" in lines
    assert "| 900 x 600 | 5.00 s | 5.60 s | 10% | 12.0% | missed |" in lines
    assert "| 1920 x 1080 | 5.00 s | 5.60 s | 15% | 12.0% | met |" in lines
    assert not list(tables(Measurements({"parts": {}})))


TIMES = {"alone": 5.0, "beside": 5.6}
