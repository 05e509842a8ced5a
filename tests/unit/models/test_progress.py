from __future__ import annotations

import pytest

from edge_assistant.models.progress import ProgressAnnouncements, ProgressMeter, TransferProgress, format_duration


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def feed(meter: ProgressMeter, clock: Clock, bytes_per_s: int, seconds: float) -> None:
    for _ in range(int(seconds * 10)):
        clock.now += 0.1
        meter.received(bytes_per_s // 10)


def test_speed_and_time_left_come_from_the_last_seconds() -> None:
    clock = Clock()
    meter = ProgressMeter(100_000_000, clock)
    feed(meter, clock, 1_000_000, 20)
    assert meter.progress().bytes_per_s == pytest.approx(1_000_000, rel=0.05)
    feed(meter, clock, 3_000_000, 20)
    progress = meter.progress()
    assert progress.done == 80_000_000
    assert progress.bytes_per_s == pytest.approx(3_000_000, rel=0.05)
    assert progress.seconds_left == pytest.approx(20 / 3, rel=0.05)


def test_the_first_bytes_tell_no_speed() -> None:
    clock = Clock()
    meter = ProgressMeter(100, clock)
    meter.received(50)
    clock.now += 1
    assert meter.progress() == TransferProgress(50, 100, None, None)


def test_bytes_that_were_here_before_count_as_done_and_not_as_speed() -> None:
    clock = Clock()
    meter = ProgressMeter(100_000_000, clock)
    meter.checked(50_000_000)
    assert meter.progress().bytes_per_s is None
    feed(meter, clock, 1_000_000, 10)
    assert meter.progress().done == 60_000_000
    assert meter.progress().bytes_per_s == pytest.approx(1_000_000, rel=0.05)


def test_bytes_that_are_taken_back_do_not_spoil_the_speed() -> None:
    clock = Clock()
    meter = ProgressMeter(100_000_000, clock)
    feed(meter, clock, 1_000_000, 10)
    meter.received(-10_000_000)
    feed(meter, clock, 1_000_000, 10)
    assert meter.progress().done == 10_000_000
    assert meter.progress().bytes_per_s == pytest.approx(1_000_000, rel=0.05)


def test_a_line_that_stands_still_has_no_time_left() -> None:
    clock = Clock()
    meter = ProgressMeter(1000, clock)
    meter.received(1)
    clock.now += 60
    meter.received(0)
    assert meter.progress().seconds_left is None


def test_the_words_on_screen_are_plain() -> None:
    assert TransferProgress(360_000_000, 3_000_000_000, 5_100_000, 517).words() == (
        "12 percent, 360 megabytes of 3.0 gigabytes, 5.1 megabytes per second, about 9 minutes left"
    )
    assert TransferProgress(0, 3_000_000_000, None, None).words() == "0 percent, 0 bytes of 3.0 gigabytes"
    assert "40 kilobytes per second" in TransferProgress(0, 10, 40_000, 1).words()


def test_more_bytes_than_were_expected_are_not_more_than_everything() -> None:
    assert TransferProgress(11, 10, None, None).fraction == 1.0
    assert TransferProgress(0, 0, None, None).fraction == 1.0


def test_every_tenth_is_said_once_and_the_time_as_soon_as_it_is_known() -> None:
    tenths = ProgressAnnouncements()
    said = []
    for percent in range(101):
        left = None if percent < 4 else (100 - percent) * 60.0
        said.append(tenths.words(TransferProgress(percent, 100, None, left)))
    spoken = [words for words in said if words]
    assert spoken[0] == "It will take about 96 minutes."
    assert spoken[1] == "10 percent, about 90 minutes left."
    assert len(spoken) == 10
    assert spoken[-1] == "90 percent, about 10 minutes left."


def test_what_was_here_before_is_not_said() -> None:
    tenths = ProgressAnnouncements()
    assert tenths.words(TransferProgress(55, 100, None, None)) is None
    assert tenths.words(TransferProgress(60, 100, None, None)) == "60 percent."


def test_tenths_are_not_said_backwards() -> None:
    tenths = ProgressAnnouncements()
    assert tenths.words(TransferProgress(25, 100, None, None)) is None
    assert tenths.words(TransferProgress(31, 100, None, None)) == "30 percent."
    assert tenths.words(TransferProgress(0, 100, None, None)) is None
    assert tenths.words(TransferProgress(31, 100, None, None)) is None
    assert tenths.words(TransferProgress(40, 100, None, None)) == "40 percent."


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3, "a few seconds"),
        (70, "about a minute"),
        (480, "about 8 minutes"),
        (5900, "about 98 minutes"),
        (7200, "about 2 hours"),
        (10**7, "more than 3 days"),
    ],
)
def test_durations_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert format_duration(seconds) == words
