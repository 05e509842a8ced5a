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
