"""Tests of the outputs of events: text for people, JSON for programs."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import replace

import pytest
from support.stand_in_terminal import stand_in_terminal

from edge_assistant.assistant.events import (
    ErrorEvent,
    Event,
    NoticeEvent,
    SentenceEvent,
    StageEvent,
    TokenEvent,
    WindowEvent,
    cancelled,
)
from edge_assistant.cli.output import JsonOutput, TextOutput
from edge_assistant.system.terminal import print_error

CONVERSATION: list[Event] = [
    NoticeEvent(0, "demo-weights", "A notice."),
    StageEvent(0, "encode", 0.5),
    StageEvent(0, "think", 0.0),
    TokenEvent(0, "thinking", "Let me"),
    TokenEvent(0, "thinking", " see."),
    TokenEvent(0, "answer", "An"),
    SentenceEvent(0, "An apple."),
    TokenEvent(0, "answer", " apple."),
    cancelled(0, "What?"),
    ErrorEvent(1, "engine-died", "The engine is gone.", "engine"),
]


def test_text_shows_answers_and_keeps_reasoning_and_progress_away(capsys: pytest.CaptureFixture[str]) -> None:
    output = TextOutput()
    for event in CONVERSATION:
        output.show(event)
    shown = capsys.readouterr()
    assert shown.out == "An apple.\n"
    assert shown.err == "A notice.\nThe engine is gone.\n"


def test_a_terminal_sees_progress_and_dimmed_reasoning(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = stand_in_terminal(monkeypatch)
    output = TextOutput()
    for event in CONVERSATION:
        output.show(event)
    assert capsys.readouterr().out == "An apple.\n"
    assert "\r\x1b[KReading the picture:  50%|" in terminal.getvalue()
    assert "\x1b[2mLet me see.\x1b[0m\n" in terminal.getvalue()


def test_without_colours_reasoning_is_not_dimmed(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = stand_in_terminal(monkeypatch)
    monkeypatch.setenv("NO_COLOR", "1")
    output = TextOutput()
    for event in CONVERSATION:
        output.show(event)
    assert "Let me see.\n" in terminal.getvalue()
    assert "\x1b[2m" not in terminal.getvalue()


def test_a_dumb_terminal_gets_no_escape_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = stand_in_terminal(monkeypatch)
    monkeypatch.setenv("TERM", "dumb")
    output = TextOutput()
    for event in CONVERSATION:
        output.show(event)
    assert terminal.getvalue() == "A notice.\nLet me see.\nThe engine is gone.\n"


def test_people_see_the_sentences_and_programs_what_was_written(capsys: pytest.CaptureFixture[str]) -> None:
    events: list[Event] = [
        TokenEvent(0, "answer", "A **dialog**."),
        TokenEvent(0, "answer", " Two but"),
        SentenceEvent(0, "A dialog."),
        NoticeEvent(0, "cut-off", "There is more."),
        replace(cancelled(0, "What?"), stop="length"),
    ]
    for output in (TextOutput(), JsonOutput()):
        for event in events:
            output.show(event)
    shown = capsys.readouterr()
    sentence, *lines = shown.out.splitlines()
    assert (sentence, shown.err) == ("A dialog.", "There is more.\n")
    written = [json.loads(line) for line in lines]
    assert "".join(each["text"] for each in written if each["event"] == "token") == "A **dialog**. Two but"


def test_the_space_before_an_answer_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    output = TextOutput()
    for event in (SentenceEvent(0, "One.", "\n"), SentenceEvent(0, "Two.", " "), cancelled(0, "?")):
        output.show(event)
    for event in (SentenceEvent(1, "Three.", "\n"), cancelled(1, "?")):
        output.show(event)
    assert capsys.readouterr().out == "One. Two.\nThree.\n"


def test_a_notice_or_an_error_in_the_middle_of_an_answer_stands_on_its_own_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr", sys.stdout)
    output = TextOutput()
    for event in (
        SentenceEvent(0, "A dialog."),
        NoticeEvent(0, "small-text", "Look again."),
        SentenceEvent(0, "Two buttons.", " "),
        CONVERSATION[-1],
    ):
        output.show(event)
    assert capsys.readouterr().out.splitlines() == ["A dialog.", "Look again.", "Two buttons.", "The engine is gone."]


@pytest.mark.parametrize(("title", "shown"), [("Invoice\x1b[2J 1042\n", "Invoice 1042 "), ("", "Untitled window"),
                                              ("\u00ad\u200c", "Untitled window"), ("x" * 10**6, None)])  # fmt: skip
def test_a_title_is_shown_clean_short_and_never_as_an_empty_line(
    title: str, shown: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    TextOutput().show(WindowEvent(0, title, 0, 0, 9, 9))
    line = capsys.readouterr().err
    assert line == f"{shown}\n" if shown else len(line) <= 201


def test_json_is_one_object_a_line_and_errors_are_said_twice(capsys: pytest.CaptureFixture[str]) -> None:
    output = JsonOutput()
    for event in [*CONVERSATION, TokenEvent(2, "answer", 'ä "quoted"\n\u2028')]:
        output.show(event)
    shown = capsys.readouterr()
    objects = [json.loads(line) for line in shown.out.removesuffix("\n").split("\n")]
    assert len(objects) == len(CONVERSATION) + 1
    assert all({"event", "index"} <= set(each) for each in objects)
    assert objects[-1]["text"] == 'ä "quoted"\n\u2028'
    assert shown.err == "The engine is gone.\n"


def test_a_full_or_closed_standard_error_is_no_reason_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed(io.StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr("sys.stderr", Closed())
    print_error("Nobody hears this.")


def test_control_characters_in_an_answer_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    TextOutput().show(SentenceEvent(0, "A\x1b[2J\x07 B\tC\nD"))
    assert capsys.readouterr().out == "A B\tC\nD"
