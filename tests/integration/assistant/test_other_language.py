"""An answer that begins in another language than wanted is not heard: the model is reminded and asked once more."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support.describing import DIALOG, Describe, describe, user_environment
from support.replay_engine import Replay, pair_of_4b, pieces

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="written for POSIX")

CHINESE = "这是一个对话框。它有两个按钮。"
ENGLISH = "A dialog with two buttons. It asks whether to save."
GERMAN = "Das ist ein Dialog mit zwei Schaltflächen. Er fragt nach dem Speichern."
FOREIGN = "The model answers in another language."


def ask(folder: Path, replay: Replay, *arguments: str) -> Describe:
    run = describe(
        *(DIALOG, *pair_of_4b(folder), "--language", "en", "--no-speak", "--json", *arguments),
        environment=next(user_environment(folder)), program=replay.program(),
    )  # fmt: skip
    assert run.wait() == 0, run.complaints
    return run


@pytest.mark.parametrize("first", [CHINESE, GERMAN, "一个对话框。", CHINESE + " " + ENGLISH])
@pytest.mark.parametrize("question", [(), ("--ask", "What is this?"), ("--mode", "detail")])
def test_it_is_asked_again_with_a_reminder(tmp_path: Path, first: str, question: tuple[str, ...]) -> None:
    replay = Replay(tmp_path)
    replay.says(*pieces(first, seed=1))
    replay.says(*pieces(ENGLISH, seed=2))
    run = ask(tmp_path, replay, *question)
    assert [each["text"] for each in run.of("sentence")] == [
        "A dialog with two buttons.",
        "It asks whether to save.",
    ]
    (done,) = run.of("done")
    assert (done["answer"], done["text"], done["stop"]) == (ENGLISH, ENGLISH, "end")
    before, again = replay.requests()
    assert again.question == f"{before.question}\nApart from such text, answer only in English."
    assert not run.of("error")
    assert FOREIGN not in [each["message"] for each in run.of("notice")]


def test_what_is_in_another_language_again_is_heard_and_said_to_be(tmp_path: Path) -> None:
    replay = Replay(tmp_path)
    replay.says(*pieces(CHINESE, seed=1))
    replay.says(*pieces(CHINESE, seed=2))
    run = ask(tmp_path, replay)
    assert "".join(each["text"] for each in run.of("sentence")) == CHINESE
    (notice,) = [each for each in run.of("notice") if each["code"] == "other-language"]
    assert notice["message"] == FOREIGN
    assert run.events.index(notice) < run.events.index(run.of("sentence")[0])


@pytest.mark.parametrize("text", [f"„{CHINESE}“ it says, and below it there is a button.", "Ein Dialog.", "画"])
def test_quotations_and_what_is_too_short_to_tell_are_heard_as_they_are(tmp_path: Path, text: str) -> None:
    replay = Replay(tmp_path)
    replay.says(*pieces(text, seed=1))
    run = ask(tmp_path, replay)
    assert run.of("done")[0]["answer"] == text


def test_a_reading_keeps_the_language_of_the_text(tmp_path: Path) -> None:
    replay = Replay(tmp_path)
    replay.says(*pieces(GERMAN, seed=1))
    run = ask(tmp_path, replay, "--mode", "read")
    assert run.of("done")[0]["answer"] == GERMAN
