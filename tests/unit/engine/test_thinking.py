"""The stream of a Thinking model is split the same wherever it is chunked."""

from __future__ import annotations

import random

import pytest

from edge_assistant.engine.thinking import ThinkingParser

STREAM = "I see 2 < 3 and </thin air.\n</think>\n\nSix apples. <b>"


def parts(pieces: list[str], *, thinking: bool = True) -> tuple[str, str]:
    parser = ThinkingParser(thinking=thinking)
    out = [part for piece in pieces for part in parser.feed(piece)] + parser.finish()
    assert all(text for _, text in out)
    return (
        "".join(text for kind, text in out if kind == "thinking"),
        "".join(text for kind, text in out if kind == "answer"),
    )


@pytest.mark.parametrize("seed", range(50))
def test_reasoning_and_answer_do_not_depend_on_how_the_stream_is_cut(seed: int) -> None:
    chance = random.Random(seed)
    cuts = sorted(chance.sample(range(len(STREAM)), chance.randint(0, len(STREAM) - 1)))
    pieces = [STREAM[a:b] for a, b in zip([0, *cuts], [*cuts, len(STREAM)], strict=True)]
    assert parts(pieces) == ("I see 2 < 3 and </thin air.\n", "Six apples. <b>")


def test_without_a_closing_tag_everything_is_reasoning() -> None:
    assert parts(["Hm. ", "</thi"]) == ("Hm. </thi", "")


def test_an_instruct_stream_is_all_answer() -> None:
    assert parts([" Six", " apples."], thinking=False) == ("", "Six apples.")


def test_reasoning_is_told_as_soon_as_it_cannot_be_the_tag() -> None:
    parser = ThinkingParser(thinking=True)
    assert parser.feed("Hm</") == [("thinking", "Hm")]
    assert parser.feed("b>") == [("thinking", "</b>")]


MARKED = [
    ("<think>Hm.</think>\n\nSix.", "Hm.", "Six."),
    ("<think>\n\n</think>\n\nSix.", "\n\n", "Six."),
    (" \n<think>Hm.</think><think>Oh.</think>Six.", "Hm.Oh.", "Six."),
    ("Six.</think>", "", "Six."),
    ("Six <think>apples</think>.", "", "Six apples."),
    ("</think>Six.", "", "Six."),
    ("Six.<|im_end|>\n<|endoftext|>", "", "Six.\n"),
    ("<|im_start|>Six<|vision_pad|>.", "", "Six."),
    ("<think/>Six</thinking>.</THINK>", "", "Six."),
    ("Si<<think>think>x.", "", "Six."),
    ("Six <|> or <| or |> or <b> or <thin> or 2<3.", "", "Six <|> or <| or |> or <b> or <thin> or 2<3."),
    ("Six <", "", "Six <"),
    ("Six </think", "", "Six </think"),
]


@pytest.mark.parametrize(("stream", "reasoning", "answer"), MARKED)
def test_marks_are_never_text_and_a_leading_one_begins_reasoning(stream: str, reasoning: str, answer: str) -> None:
    cuts = [[stream], list(stream), *([stream[:place], stream[place:]] for place in range(1, len(stream)))]
    for pieces in cuts:
        assert parts(pieces, thinking=False) == (reasoning, answer), pieces


def test_a_thinking_model_may_write_the_opener_that_the_prompt_ends_with() -> None:
    assert parts(["<think>", "\nHm.", "</think>", "\n\n", "Six.", "</think>"]) == ("\nHm.", "Six.")


def test_an_answer_that_goes_on_keeps_its_first_space() -> None:
    parser = ThinkingParser(thinking=False, continued=True)
    assert parser.feed(" and") == [("answer", " and")]
    assert parser.feed(" <think>so</think>") == [("answer", " so")]
