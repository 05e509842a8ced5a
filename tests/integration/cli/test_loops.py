"""Tests of models that repeat themselves, are cut off or compute nonsense, with the real engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
from benchmarking import random_model
from benchmarking.gguf_writer import Tensor
from support.describing import BETWEEN, DIALOG, MMPROJ, Describe, check_stream, describe, done, user_environment
from support.endless_model import write_endless_model
from support.replay_engine import Replay, pair_of_4b
from support.small_pair import SMALL

REPEATED = "The answer began to repeat itself, so it was stopped here. Use --more to hear it to its end."
CUT_OFF = "There is more. Use --more to hear it to its end."
NO_SENTENCE = "The answer was cut off before the end of its first sentence. Use --more to hear it to its end."

FIRST = "A dialog titled Music.\n"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    yield from user_environment(tmp_path_factory.mktemp("user"))


@pytest.fixture(scope="module")
def looping(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Describe:
    """Two questions to random weights, which greedily say one word for ever."""
    model, mmproj = random_model.write_pair(tmp_path_factory.mktemp("pair"), SMALL, "q4_k_m", "q8_0")
    weights = ("--model", model, "--mmproj", mmproj, "--context", "1024", "--temperature", "0")
    run = describe(DIALOG, *weights, "--mode", "read", "--ask", "What?", "--ask", "Why?", environment=environment)
    assert run.wait() == 0, run.complaints
    return run


def test_an_answer_that_repeats_itself_is_ended_and_said_to_be(looping: Describe) -> None:
    check_stream(looping, 2)
    for index in (0, 1):
        event = done(looping, index)
        assert event["stop"] == "loop"
        assert 60 <= event["generated_tokens"] < 200
        assert [(each["code"], each["message"]) for each in looping.of("notice", index)] == [("loop", REPEATED)]


def test_one_copy_is_left_and_no_more_is_handed_on(looping: Describe) -> None:
    answer = done(looping, 0)["answer"]
    assert answer
    assert len(answer.split()) == len(set(answer.split()))
    assert "".join(each["text"] for each in looping.of("token", 0)).strip() == answer
    assert " ".join(each["text"] for each in looping.of("sentence", 0)).split() == answer.split()


def test_the_next_question_finds_one_copy_in_the_conversation_which_is_not_evaluated_again(looping: Describe) -> None:
    first, second = done(looping, 0), done(looping, 1)
    between = second["reused"]["prefix_tokens"] - first["reused"]["prefix_tokens"] - first["image"]["tokens"]
    answer = len(first["answer"].split())
    drawn = first["generated_tokens"] + BETWEEN
    assert answer < between < drawn, "the question and one copy, not all that was drawn"


def test_reading_that_is_cut_off_is_said_to_be(environment: dict[str, str]) -> None:
    run = describe(DIALOG, "--mode", "read", "--max-tokens", "3", "--seed", "1", environment=environment)
    assert done(run)["stop"] == "length"
    assert done(run)["generated_tokens"] == 3
    assert run.of("notice")[-1]["code"] == "cut-off"
    assert run.of("notice")[-1]["message"] in (CUT_OFF, NO_SENTENCE)


@pytest.mark.parametrize(
    ("limit", "text", "notice"), [("4", "", NO_SENTENCE), ("5", FIRST, CUT_OFF), ("11", FIRST, CUT_OFF)]
)
def test_people_read_of_a_cut_answer_behind_its_last_whole_sentence(
    limit: str, text: str, notice: str, environment: dict[str, str]
) -> None:
    run = describe(DIALOG, "--max-tokens", limit, "--temperature", "0", as_json=False, environment=environment)
    assert run.text == text
    assert run.complaints.splitlines()[-1] == notice


def test_with_more_a_cut_answer_goes_on_to_its_end_as_one_question(environment: dict[str, str]) -> None:
    options = ("--temperature", "0", "--ask", "What is it?", "--ask", "Where is Save?")
    whole = describe(DIALOG, *options, environment=environment)
    parts = describe(DIALOG, *options, "--max-tokens", "3", "--more", environment=environment)
    check_stream(parts, 2)
    for index in (0, 1):
        expected, found = done(whole, index), done(parts, index)
        assert (found["answer"], found["text"]) == (expected["answer"], expected["text"])
        assert found["stop"] == "end"
        assert found["reused"]["image"] == expected["reused"]["image"], "the picture is encoded once"
        more = found["reused"]["prefix_tokens"] - expected["reused"]["prefix_tokens"]
        assert abs(more) in (0, BETWEEN), "all before the question is known"
        assert "".join(each["text"] for each in parts.of("token", index)).strip() == expected["answer"]
    assert not [each for each in parts.of("notice") if each["code"] == "cut-off"]


@pytest.fixture
def replay(tmp_path: Path) -> Replay:
    folder = tmp_path / "replay"
    folder.mkdir()
    return Replay(folder)


def read(replay: Replay, folder: Path, environment: dict[str, str], *arguments: str) -> Describe:
    """A reading by what the program takes for the real model."""
    program = replay.program()
    run = describe(DIALOG, "--mode", "read", *arguments, *pair_of_4b(folder), environment=environment, program=program)
    assert run.wait() == 0, run.complaints
    return run


def heard(run: Describe) -> list[str]:
    return [each["text"] for each in run.of("sentence")]


@pytest.mark.parametrize(
    ("loop", "copy"),
    [
        (["| ", "| "] * 200, None),
        ([" Save", ".", " It", " is", " grey", "."] * 100, "Save. It is grey."),
        ([token for number in range(1, 99) for token in (str(number), ".", " Save", "\n")], None),
        (["\n", " ", "\n\n"] * 200, None),
        (["…", " "] * 200, None),
    ],
    ids=["cells", "sentences", "a numbered list", "blank lines", "a character"],
)
def test_reading_goes_on_behind_a_repetition_and_says_that_one_was_left_out(
    replay: Replay, tmp_path: Path, environment: dict[str, str], loop: list[str], copy: str | None
) -> None:
    replay.says("A", " dialog", ".\n", *loop, again=[" It", " has", " buttons", "."])
    run = read(replay, tmp_path, environment)
    spoken = " ".join(heard(run))
    assert spoken.startswith("A dialog.")
    assert spoken.endswith("It has buttons.")
    if copy:
        assert spoken == f"A dialog. {copy} It has buttons."
    assert done(run)["stop"] == "end"
    assert "".join(each["text"] for each in run.of("token")).strip() == done(run)["answer"]
    assert [each["code"] for each in run.of("notice")] == ["repeated"]


def test_a_reading_that_repeats_itself_twice_is_stopped_and_may_go_on(
    replay: Replay, tmp_path: Path, environment: dict[str, str]
) -> None:
    replay.says("A", " dialog", ".\n", *(["| "] * 300), again=["No", ". "] * 100)
    run = read(replay, tmp_path, environment)
    assert done(run)["stop"] == "loop"
    assert [each["code"] for each in run.of("notice")] == ["loop"]
    assert heard(run)[-1] == "No."
    (request,) = replay.requests()
    assert (request.retries_loop, request.may_be_empty) == (True, True)


@pytest.mark.parametrize("says", [["There", " is", " no", " text", "."], ["No", " text"]])
def test_a_picture_without_text_is_said_to_have_none(
    replay: Replay, tmp_path: Path, environment: dict[str, str], says: list[str]
) -> None:
    replay.says(*says)
    run = read(replay, tmp_path, environment)
    assert [(each["code"], each["message"]) for each in run.of("notice")] == [("no-text", "There is no text.")]
    assert heard(run) == []
    assert (done(run)["stop"], done(run)["text"]) == ("end", "")
    assert run.of("error") == []


def test_people_hear_and_read_that_there_is_no_text(
    replay: Replay, tmp_path: Path, environment: dict[str, str]
) -> None:
    replay.says()
    run = describe(
        DIALOG,
        "--mode",
        "read",
        *pair_of_4b(tmp_path),
        as_json=False,
        environment=environment,
        program=replay.program(),
    )
    assert run.process.returncode == 0
    assert "There is no text." in run.text + run.complaints


def test_a_model_that_cannot_end_is_cut_at_a_sentence_and_goes_on(tmp_path: Path, environment: dict[str, str]) -> None:
    weights = ("--model", write_endless_model(tmp_path), "--mmproj", MMPROJ, "--temperature", "0")
    run = describe(DIALOG, *weights, environment=environment)
    assert done(run)["stop"] == "length"
    assert 120 <= done(run)["generated_tokens"] <= 160
    assert done(run)["answer"][-1] in ".}"
    whole = describe(DIALOG, *weights, "--more", environment=environment)
    assert done(whole)["stop"] == "loop"
    assert done(whole)["answer"].startswith(done(run)["answer"])
    assert len(done(whole)["answer"]) > len(done(run)["answer"])


def test_weights_that_compute_nothing_are_called_so(
    tmp_path: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write = random_model._write_data

    def write_broken(file: BinaryIO, tensor: Tensor) -> None:
        if tensor.name == "output_norm.weight":
            file.write(np.full(tensor.shape, np.nan, np.float32).tobytes())
        else:
            write(file, tensor)

    monkeypatch.setattr(random_model, "_write_data", write_broken)
    model, mmproj = random_model.write_pair(tmp_path, SMALL, "q4_k_m", "q8_0")
    run = describe(DIALOG, "--model", model, "--mmproj", mmproj, "--context", "1024", environment=environment)
    assert run.process.returncode == 6
    (error,) = run.of("error")
    assert error["code"] == "nothing-computed"
    assert "files are damaged" in error["message"]
    assert run.of("token") == run.of("sentence") == []
