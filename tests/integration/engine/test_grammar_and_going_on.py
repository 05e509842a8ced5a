"""Grammars, and answers that are cut and go on, with the real engine and the demo model."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from support.describing import APPLES, DIALOG, MMPROJ, MODEL
from support.endless_model import write_endless_model

from edge_assistant.engine.client import Engine
from edge_assistant.engine.grammars import PLACES
from edge_assistant.engine.messages import AskQuestion, Done, EngineConfig, Sampling, TextDelta, ThinkingBudget, Turn
from edge_assistant.engine.task_table import load_table
from edge_assistant.system.errors import EngineError

SYSTEM = load_table(None).settings("demo", "question", "instruct", None).system
QUESTION = "Describe this picture in one or two sentences."
GREEDY, WARM = Sampling(0.0), Sampling(0.7, 0.8, 20, 1.5)
THREE = re.sub(r'object \("," space object\)\{0,\d+\}', 'object "," space object "," space object', PLACES)
THREE = re.sub(r"root ::= .*", "root ::= list", THREE)
THINKING = MODEL.with_name("tiny-qwen3vl-thinking-f16.gguf")


class Asking:
    """One engine, and what it says."""

    def __init__(self, model: Path) -> None:
        self.engine = Engine(EngineConfig(model, MMPROJ, 2048, 2, 4, SYSTEM))
        self.texts: list[str] = []

    def __call__(self, picture: Path = DIALOG, **fields: object) -> Done:
        with Image.open(picture) as image:
            rgb = image.convert("RGB")

        def make(id: int) -> AskQuestion:
            asked: dict[str, object] = {"question": QUESTION, "turns": (), "sampling": GREEDY, "max_tokens": None}
            asked |= {"seed": 3, "thinking": None, "system": SYSTEM} | fields
            return AskQuestion(id=id, rgb=rgb.tobytes(), width=rgb.width, height=rgb.height, **asked)  # type: ignore[arg-type]

        self.engine.load(lambda _: None)
        self.texts.clear()
        done = self.engine.ask(make, lambda each: self.texts.append(each.text) if isinstance(each, TextDelta) else None)
        assert "".join(self.texts).strip() == (done.reasoning + done.answer).strip() or done.reasoning
        return done

    def go_on(self, before: str, **fields: object) -> Done:
        turns = (Turn(QUESTION, before),)
        return self(question="", turns=turns, continues=True, **fields)


@pytest.fixture(scope="module")
def ask() -> Iterator[Asking]:
    asking = Asking(MODEL)
    yield asking
    asking.engine.close()


@pytest.fixture(scope="module")
def thinker() -> Iterator[Asking]:
    asking = Asking(THINKING)
    yield asking
    asking.engine.close()


@pytest.fixture(scope="module")
def endless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    asking = Asking(write_endless_model(tmp_path_factory.mktemp("endless")))
    yield asking
    asking.engine.close()


@pytest.mark.parametrize("sampling", [GREEDY, WARM])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_grammar_makes_a_valid_list_of_a_model_that_writes_none(ask: Asking, sampling: Sampling, seed: int) -> None:
    done = ask(sampling=sampling, seed=seed, grammar=THREE)
    places = json.loads(done.answer)
    assert len(places) == 3
    for place in places:
        assert set(place) == {"bbox_2d", "label"}
        assert len(place["bbox_2d"]) == 4
        assert all(isinstance(each, int) and 0 <= each <= 1000 for each in place["bbox_2d"])
    assert done.stop == "end"
    assert not ask().answer.startswith("["), "the next question has no grammar"


def test_the_list_of_places_may_be_empty_and_ends_behind_an_object(ask: Asking) -> None:
    done = ask(grammar=PLACES, max_tokens=40, grace_tokens=60, sampling=WARM)
    assert done.stop == "length"
    assert json.loads(done.answer.removeprefix("```json").rstrip(",\n\t ") + "]")
    assert ask(grammar='root ::= "[" "]"').answer == "[]"


def test_a_grammar_that_allows_no_text_ends_the_answer(ask: Asking) -> None:
    for may_be_empty in (False, True):
        assert ask(grammar='root ::= ""', may_be_empty=may_be_empty).answer == ""
    assert ask(grammar='root ::= "yes"?', may_be_empty=False).answer == "yes"


@pytest.mark.parametrize(
    "grammar",
    [
        "root",
        "list ::= [a-z]",
        'root ::= root "a"',
        'root ::= "a',
        "root ::= [",
        "root ::= x",
        "\0",
        "é",
        "(",
        " ",
    ],
)
def test_an_invalid_grammar_is_an_error_and_the_engine_goes_on(ask: Asking, grammar: str) -> None:
    pid = ask.engine.pid
    with pytest.raises(EngineError, match="grammar of the answer is not valid"):
        ask(grammar=grammar)
    assert ask().stop == "end"
    assert ask.engine.pid == pid


def test_a_grammar_holds_for_the_answer_and_not_for_reasoning(thinker: Asking) -> None:
    sampling = Sampling(1.0, 0.95, 20)
    done = thinker(APPLES, grammar=THREE, thinking=ThinkingBudget(200, 90.0), sampling=sampling)
    assert done.reasoning
    assert not done.reasoning.startswith("[")
    assert len(json.loads(done.answer)) == 3
    short = thinker(APPLES, grammar=THREE, thinking=ThinkingBudget(3, 90.0), sampling=sampling)
    assert (short.stop, len(json.loads(short.answer))) == ("budget", 3)


def whole_in_parts(ask: Asking, most: int, **fields: object) -> tuple[str, list[Done]]:
    """An answer that is cut again and again, and the reports of its parts."""
    parts = [ask(max_tokens=most, **fields)]
    said = "".join(ask.texts)
    while parts[-1].stop == "length":
        parts.append(ask.go_on(said, max_tokens=most, **fields))
        said += "".join(ask.texts)
    return said, parts


@pytest.mark.parametrize("most", [1, 3, 8])
def test_an_answer_in_parts_is_the_answer(ask: Asking, most: int) -> None:
    whole = ask()
    said, parts = whole_in_parts(ask, most)
    assert said == whole.answer
    assert len(parts) == -(-whole.generated_tokens // most)
    assert sum(part.generated_tokens for part in parts) == whole.generated_tokens
    for before, part in itertools.pairwise(parts):
        assert (part.reused_image, part.encode) == (True, 0.0)
        assert part.reused_cells > before.reused_cells
    asked = ask(question="How many buttons are there?", turns=(Turn(QUESTION, said),))
    assert asked.reused_cells > parts[-1].reused_cells, "the next question finds all parts in the cache"


def test_an_answer_goes_on_after_the_engine_was_started_again(ask: Asking) -> None:
    whole = ask().answer
    ask(max_tokens=5)
    said = "".join(ask.texts)
    ask.engine.unload()
    rest = ask.go_on(said)
    assert said + rest.answer == whole
    assert not rest.reused_image


def test_an_answer_goes_on_after_another_picture(ask: Asking) -> None:
    whole = ask().answer
    ask(max_tokens=5)
    said = "".join(ask.texts)
    ask(APPLES)
    assert said + ask.go_on(said).answer == whole


def test_a_list_goes_on_within_its_grammar(ask: Asking) -> None:
    said, parts = whole_in_parts(ask, 25, grammar=THREE)
    assert len(json.loads(said)) == 3
    assert len(parts) > 1


def test_what_a_thinking_model_says_goes_on_without_reasoning(thinker: Asking) -> None:
    fields = {"thinking": ThinkingBudget(200, 90.0), "sampling": Sampling(1.0, 0.95, 20)}
    first = thinker(APPLES, max_tokens=2, **fields)
    assert (first.stop, bool(first.reasoning)) == ("length", True)
    rest = thinker.go_on(first.answer, picture=APPLES, **fields)
    assert (rest.stop, rest.reasoning) == ("end", "")
    assert rest.reused_cells > first.reused_cells + 2
    assert len((first.answer + rest.answer).split()) > 2


def test_of_a_model_that_cannot_end_every_answer_ends(endless: Asking) -> None:
    done = endless(max_tokens=2000)
    assert done.stop == "loop"
    assert done.generated_tokens < 1000
    cut = endless(max_tokens=17, grace_tokens=40)
    assert (cut.stop, cut.answer[-1]) == ("length", ".")
    assert 17 <= cut.generated_tokens <= 57


def test_a_model_that_cannot_end_is_tried_once_more_and_goes_on_from_before_the_copies(endless: Asking) -> None:
    question = "Describe this picture in detail."
    once, twice = endless(question=question), endless(question=question, retries_loop=True, max_tokens=200)
    assert (once.loops, once.stop) == (1, "loop")
    assert twice.answer.startswith(once.answer)
    assert len(twice.answer) > len(once.answer)
    assert "".join(endless.texts).strip() == twice.answer
    again = endless(question=question, retries_loop=True, max_tokens=200)
    assert again.answer == twice.answer, "the other seed comes from the first"


def test_after_a_loop_the_conversation_has_one_copy_and_the_answer_may_go_on(endless: Asking) -> None:
    first = endless(max_tokens=2000)
    said = "".join(endless.texts)
    more = endless.go_on(said, max_tokens=20)
    assert more.reused_image
    assert more.answer.strip()
    after = endless(question="Why?", turns=(Turn(QUESTION, said + "".join(endless.texts)),), max_tokens=5)
    assert after.reused_cells > more.reused_cells
    assert first.generated_tokens > len(said.split())
