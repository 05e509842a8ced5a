"""The grammars in llama.cpp: what they allow, and that a model held to one gives what it promises."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from support.describing import DIALOG, MMPROJ, MODEL

from edge_assistant.capture.file import read_picture
from edge_assistant.engine.grammars import MAX_LABEL, MAX_OBJECTS, PLACES, grammar_for
from edge_assistant.engine.llama_model import LlamaModel
from edge_assistant.engine.messages import AskQuestion, Sampling
from edge_assistant.engine.sampler import _Grammar
from edge_assistant.engine.session import ModelSession
from edge_assistant.imaging.token_budget import fit
from edge_assistant.text.places_stream import PlacesStream

OBJECT = '{"bbox_2d": [0, 20, 300, 1000], "label": "Save \\"as\\" …"}'


@pytest.fixture(scope="module")
def model() -> Iterator[LlamaModel]:
    loaded = LlamaModel(
        str(MODEL),
        str(MMPROJ),
        context=2048,
        threads=2,
        vision_layers=0,
        interrupted=lambda: False,
        on_load=lambda _: None,
    )
    yield loaded
    loaded.free()


def allows(model: LlamaModel, text: str, *, whole: bool = True) -> bool:
    """Whether the grammar of places allows a text, and its end there."""
    grammar = _Grammar(model._vocab, PLACES)
    try:
        taken = all(map(grammar.accept, model.tokenize(text, special=False)))
        return taken and (not whole or grammar._allows(grammar._end))
    finally:
        grammar.free()


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        f"[{OBJECT}]",
        f"[\n\t{OBJECT},\n\t{OBJECT}\n]",
        f"```json\n[\n\t{OBJECT}\n]\n```",
        "[" + ", ".join([OBJECT] * MAX_OBJECTS) + "]",
    ],
)
def test_lists_are_allowed(model: LlamaModel, text: str) -> None:
    assert allows(model, text)


@pytest.mark.parametrize(
    "text",
    [
        "There is",
        "{",
        OBJECT,
        f"[{OBJECT}",
        f"[{OBJECT},]",
        f"[{OBJECT}] and",
        f"```json\n[{OBJECT}]",
        OBJECT.replace("300", "1001").join("[]"),
        OBJECT.replace("300", "030").join("[]"),
        OBJECT.replace("300", "3.5").join("[]"),
        OBJECT.replace("300", "-3").join("[]"),
        OBJECT.replace(", 1000", "").join("[]"),
        OBJECT.replace("…", "a\nb").join("[]"),
        OBJECT.replace("…", MAX_LABEL * "x").join("[]"),
        '[{"bbox_2d": [1, 2, 3, 4], "label": ""}]',
        "[" + ", ".join([OBJECT] * (MAX_OBJECTS + 1)) + "]",
    ],
)
def test_everything_else_is_not(model: LlamaModel, text: str) -> None:
    assert not allows(model, text)


def test_only_lists_have_a_grammar() -> None:
    assert [grammar_for(task) for task in ("glance", "detail", "read", "question", "more")] == [""] * 5
    assert grammar_for("places") == PLACES


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_model_that_knows_no_lists_gives_a_valid_one_that_is_told(model: LlamaModel, temperature: float) -> None:
    picture = fit(read_picture(str(DIALOG)).image, max_tokens=256)
    request = AskQuestion(
        id=1,
        rgb=picture.tobytes(),
        width=picture.width,
        height=picture.height,
        system="",
        turns=(),
        question="Where is the Save button?",
        sampling=Sampling(temperature),
        seed=3,
        max_tokens=400,
        thinking=None,
        grammar=PLACES,
    )
    done = ModelSession(model, lambda _: None).answer(request)
    stream = PlacesStream(language="en")
    told = stream.feed(done.answer) + stream.finish(cut=done.stop != "end")
    heard = "".join(piece.text for piece in told)
    if done.stop == "end":
        for item in json.loads(done.answer.removeprefix("```json").removesuffix("```")):
            assert set(item) == {"bbox_2d", "label"}
            assert all(0 <= number <= 1000 for number in item["bbox_2d"])
    assert heard.strip()
    assert "bbox_2d" not in heard
