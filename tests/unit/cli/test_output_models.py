from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from support.stand_in_terminal import stand_in_terminal

from edge_assistant.assistant import factory
from edge_assistant.cli.output_models import ModelsOutput
from edge_assistant.models.checksums import ChecksumError
from edge_assistant.models.progress import TransferProgress
from edge_assistant.settings.schema import Settings
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import AssistantError, NetworkError
from edge_assistant.text.passing import Passing


class FakeSpeaker:
    """A speaker that records what is said; `idle` tells whether a sentence would be spoken at once."""

    def __init__(self, **_: Any) -> None:
        self.said: list[str] = []
        self.idle = True
        self.open = False

    def start(self) -> None:
        self.open = True

    def say(self, text: str, **_: object) -> None:
        self.said.append(text)

    def stop(self) -> None:
        self.said.append("(silence)")

    def wait(self, timeout: float | None = None) -> bool:
        if timeout is None:
            self.said.append("(waited)")
        return self.idle

    def wait_unless(self, _: object, timeout: float | None = None) -> bool:
        return bool(self.wait() if timeout is None else self.wait(timeout))

    def close(self) -> None:
        self.open = False


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[ModelsOutput, FakeSpeaker, Clock]]:
    def build(*, as_json: bool = False, speak: bool = True, **options: Any) -> tuple[ModelsOutput, FakeSpeaker, Clock]:
        speaker, clock = FakeSpeaker(), Clock()
        monkeypatch.setattr(factory, "Speaker", lambda **_: speaker)
        output = ModelsOutput(Settings(), Cancellation(), speak=speak, as_json=as_json, clock=clock, **options)
        return output, speaker, clock

    return build


def at(percent: int, left: float | None = None) -> TransferProgress:
    return TransferProgress(percent * 10_000_000, 1_000_000_000, None if left is None else 1_000_000.0, left)


def test_every_tenth_is_said_aloud(make: Callable[..., Any]) -> None:
    output, speaker, clock = make()
    for percent in range(101):
        clock.now += 1
        output.progress("pull", "w.gguf", at(percent, (100 - percent) * 60.0))
    assert speaker.said[0] == "It will take about 100 minutes." or speaker.said[0].startswith("It will take about")
    assert [words.split()[0] for words in speaker.said[1:]] == [str(tenth) for tenth in range(10, 100, 10)]


def test_an_error_is_printed_before_its_words_were_spoken(make: Callable[..., Any]) -> None:
    speaker: FakeSpeaker

    def fail(error: AssistantError) -> None:
        speaker.said.append(f"(printed {error})")

    output, speaker, _ = make(fail=fail)
    with pytest.raises(NetworkError), output:
        raise NetworkError("There is no network.")
    assert speaker.said == ["There is no network.", "(printed There is no network.)", "(waited)"]


def test_a_voice_that_is_still_speaking_is_not_given_more_progress(make: Callable[..., Any]) -> None:
    output, speaker, _ = make()
    output.progress("pull", "w.gguf", at(5))
    speaker.idle = False
    output.progress("pull", "w.gguf", at(10))
    assert speaker.said == []
    speaker.idle = True
    output.progress("pull", "w.gguf", at(20))
    assert speaker.said == ["20 percent."]


def test_what_matters_more_cuts_progress_short_but_not_other_sentences(make: Callable[..., Any]) -> None:
    output, speaker, _ = make()
    output.progress("pull", "w.gguf", at(5))
    output.progress("pull", "w.gguf", at(10))
    output.notice("stalled", "The line stands still.")
    output.say("It is here.")
    output.close(wait=True)
    assert speaker.said == ["10 percent.", "(silence)", "The line stands still.", "It is here.", "(waited)"]
    assert not speaker.open


def test_of_new_attempts_one_is_heard_at_a_time_and_their_end_at_once(make: Callable[..., Any]) -> None:
    """They follow each other faster than they can be spoken, and the last sentence is the one that says what to do."""
    output, speaker, _ = make()
    output.notice("network", Passing("Not reached. Trying again in 1 second."))
    speaker.idle = False
    output.notice("network", Passing("Not reached. Trying again in 2 seconds."))
    output.error(NetworkError("Not reached. You can try again later."))
    assert speaker.said == [
        "Not reached. Trying again in 1 second.",
        "(silence)",
        "Not reached. You can try again later.",
    ]


def test_after_a_cancel_nothing_is_waited_for(make: Callable[..., Any]) -> None:
    output, speaker, _ = make()
    output.say("It is here.")
    output.close(wait=False)
    assert "(waited)" not in speaker.said
    assert not speaker.open


def test_a_cancel_ends_the_waiting_for_the_voice(make: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    output, speaker, _ = make()

    def wait() -> None:
        output._cancellation.set()
        assert not speaker.open, "it speaks on"

    monkeypatch.setattr(speaker, "wait", wait)
    output.close(wait=True)


def test_without_speech_there_is_no_speaker(make: Callable[..., Any]) -> None:
    output, speaker, _ = make(speak=False)
    output.say("It is here.")
    output.close(wait=True)
    assert speaker.said == []
    assert not speaker.open


def test_a_terminal_gets_one_line_that_redraws_itself(
    make: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = stand_in_terminal(monkeypatch)
    output, _, clock = make()
    for percent in (10, 11, 12):
        clock.now += 1
        output.progress("pull", "w.gguf", at(percent, 480.0))
    output.progress("pull", "w.gguf", at(13))  # too soon after the last
    output.say("It is here.")
    assert capsys.readouterr().out == "It is here.\n"
    *lines, cleared = terminal.getvalue().split("\r\x1b[K")[1:]
    assert [line.partition("|")[0] for line in lines] == [f"w.gguf:  {percent}%" for percent in (10, 11, 12)]
    assert lines[0].endswith("| 100M/1.00G 1.00MB/s 15:00")
    assert cleared == ""
    assert {len(line) for line in lines} == {79}
    assert "\n" not in terminal.getvalue()


def test_a_terminal_gets_plain_lines_where_that_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = stand_in_terminal(monkeypatch)
    output = ModelsOutput(Settings(), Cancellation(), speak=False, as_json=False, progress=False)
    output.progress("pull", "w.gguf", at(5))
    output.progress("pull", "w.gguf", at(10))
    assert terminal.getvalue() == "w.gguf: 10 percent, 100 megabytes of 1.0 gigabytes\n"


def test_elsewhere_there_is_a_plain_line_at_every_tenth(
    make: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    output, _, clock = make()
    for percent in range(0, 31):
        clock.now += 1
        output.progress("pull", "w.gguf", at(percent))
    assert capsys.readouterr().err.splitlines() == [
        "w.gguf: 10 percent, 100 megabytes of 1.0 gigabytes",
        "w.gguf: 20 percent, 200 megabytes of 1.0 gigabytes",
        "w.gguf: 30 percent, 300 megabytes of 1.0 gigabytes",
    ]


def test_programs_get_json_at_most_twice_a_second_and_always_the_end(
    make: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    output, _, clock = make(as_json=True)
    for percent in range(101):
        clock.now += 0.1
        output.progress("pull", "w.gguf", at(percent, 60.0))
    out, err = capsys.readouterr()
    events = [json.loads(line) for line in out.splitlines()]
    assert 18 <= len(events) <= 22
    assert events[-1]["fraction"] == 1.0
    assert events[0] == {
        "event": "progress",
        "action": "pull",
        "file": "w.gguf",
        "done_bytes": 0,
        "total_bytes": 1_000_000_000,
        "fraction": 0.0,
        "bytes_per_s": 1_000_000,
        "seconds_left": 60.0,
    }
    assert err == ""


def test_wrong_checksums_are_shown_whole_and_said_short(
    make: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    output, speaker, _ = make()
    output.error(ChecksumError("It is damaged.", expected="a" * 64, found="b" * 64))
    assert speaker.said == ["It is damaged."]
    err = capsys.readouterr().err
    assert "a" * 64 in err
    assert "b" * 64 in err
