"""Answer generation ends whatever the model samples: repetitions and blank answers."""

from __future__ import annotations

import pytest
from support.fake_llama_model import END, Emitted, FakeModel, FakeSampler, ask

from edge_assistant.engine.messages import Done, Sampling, TextDelta, ThinkingBudget
from edge_assistant.engine.session import ModelSession
from edge_assistant.system.errors import EngineError

END_OF_THINKING = ThinkingBudget(1, 1.0).closing

FOR_EVER = 200
BETWEEN = "<|im_end|>\n<|im_start|>user\n"
SPECIAL = 0x10FFFE  # a token without text
BUDGET = ThinkingBudget(5000, 90.0)


class CyclingModel(FakeModel):
    """Samples `cycle` again and again, whatever is forbidden: its logits are of no use."""

    def __init__(self, *cycle: int) -> None:
        super().__init__()
        self.pieces = {SPECIAL: b""}
        self.cycle = cycle
        self.sampled = 0

    def sampler(self, sampling: Sampling, seed: int, grammar: str = "") -> FakeSampler:  # noqa: ARG002 (as the real)
        return CyclingSampler(self)


class CyclingSampler(FakeSampler):
    def __init__(self, model: CyclingModel) -> None:
        super().__init__(model)
        self._cycling = model

    def sample(self, *, in_answer: bool = True) -> int:  # noqa: ARG002 (as the real one)
        self._cycling.sampled += 1
        return self._cycling.cycle[self._cycling.sampled % len(self._cycling.cycle)]


def answered(model: FakeModel, emitted: Emitted | None = None, **details: object) -> Done:
    emit = (emitted if emitted is not None else Emitted()).append
    return ModelSession(model, emit).answer(ask(max_tokens=None, **details))  # type: ignore[arg-type]


def emitted_text(emitted: Emitted, kind: str = "answer") -> str:
    return "".join(piece.text for piece in emitted.of(TextDelta) if piece.kind == kind)


@pytest.mark.parametrize("copy", ["/", "| ", "No. Yes. ", "A dialog titled Music with two buttons. "])
def test_of_an_answer_that_repeats_itself_one_copy_is_left(copy: str) -> None:
    model, emitted = FakeModel(), Emitted()
    model.says("See: " + copy * FOR_EVER)
    done = answered(model, emitted)
    assert (done.answer, done.stop) == (f"See: {copy}".strip(), "loop")
    assert done.generated_tokens <= len("See: ") + max(4 * len(copy), 60)
    assert emitted_text(emitted).strip() == done.answer, "no copy is handed on"


@pytest.mark.parametrize("copy", ["/", "| ", "No. Yes. ", "1. Save\n", "A dialog titled Music with two buttons. "])
def test_reading_goes_on_once_from_before_the_copies(copy: str) -> None:
    model, emitted = FakeModel(), Emitted()
    model.says("See: " + copy * FOR_EVER)
    model.seconds = [*map(ord, "Or Cancel."), END]
    done = answered(model, emitted, retries_loop=True)
    assert (done.answer, done.stop, done.loops) == (f"See: {copy}Or Cancel.", "end", 1)
    assert emitted_text(emitted) == done.answer
    (first, seed, _), (second, other_seed, _) = model.samplers
    assert (second.presence_penalty, second.temperature, other_seed) == (0.5, first.temperature, seed + 1)
    assert model.accepted[-1].strip() == f"See: {copy}".strip(), "the penalty is for what was said, too"


def test_what_began_the_next_copy_must_not_come_next() -> None:
    model, emitted = FakeModel(), Emitted()
    model.says("See: " + "It is red. " * FOR_EVER)
    model.seconds = [*map(ord, "I say so."), END]
    assert answered(model, emitted, retries_loop=True).answer == "See: It is red.  say so."
    model.says("See: " + "It is red. " * FOR_EVER)
    session = ModelSession(model, emitted.append)  # type: ignore[arg-type]
    first = session.answer(ask(max_tokens=None))
    model.says("IIt.")
    rest = session.answer(ask("", turns=[("What?", first.answer)], continues=True))
    assert rest.answer == "t."


def test_it_goes_on_behind_one_copy_in_the_cache() -> None:
    model = FakeModel()
    model.says("See: " + "It is red. " * FOR_EVER)
    model.seconds = [*map(ord, "So."), END]
    session = ModelSession(model, Emitted().append)  # type: ignore[arg-type]
    done = session.answer(ask(max_tokens=None, retries_loop=True))
    assert done.answer == "See: It is red. So."
    cached: dict[int, str] = {}
    for position, text in model.evaluated:
        if text != "<picture>":
            cached |= {position + place: character for place, character in enumerate(text)}
    start = next(position for position, text in model.evaluated if text == "S" and position > 0)
    assert "".join(cached[start + place] for place in range(len(done.answer))) == done.answer
    model.evaluated.clear()
    model.says("Yes.")
    again = session.answer(ask("Why?", turns=[("What?", done.answer)]))
    assert model.evaluated[0][1].startswith("<|im_end|>")
    assert again.answer == "Yes."


def test_a_second_loop_ends_the_answer_and_what_was_said_is_not_said_again() -> None:
    model, emitted = FakeModel(), Emitted()
    model.says("It is red. " * FOR_EVER)
    model.seconds = [*map(ord, "No. " + "It is red. " * FOR_EVER)]
    done = answered(model, emitted, retries_loop=True)
    assert (done.answer, done.stop, done.loops) == ("It is red. No. It is red.", "loop", 2)
    assert emitted_text(emitted).strip() == done.answer


def test_what_only_counts_is_kept_and_goes_on() -> None:
    model, emitted = FakeModel(), Emitted()
    model.says("".join(f"Row {number}: empty. " for number in range(1, 500)))
    model.seconds = [*map(ord, "That is all."), END]
    done = answered(model, emitted, retries_loop=True)
    assert (done.stop, done.loops) == ("end", 1)
    assert done.answer.startswith("Row 1: empty. Row 2: empty. ")
    assert done.answer.endswith("That is all.")
    assert emitted_text(emitted) == done.answer


def test_text_that_comes_twice_is_told_whole_when_something_else_follows() -> None:
    model, emitted = FakeModel(), Emitted()
    model.says("Save is grey. Save is green.\n" * 2, "0" * 40)
    done = answered(model, emitted)
    assert done.stop == "end"
    assert done.answer == emitted_text(emitted) == "Save is grey. Save is green.\n" * 2 + "0" * 40


def test_what_was_held_back_comes_with_the_end_and_with_a_limit() -> None:
    for most in (12, None):
        model, emitted = FakeModel(), Emitted()
        model.says("0123456789" * 2)
        done = ModelSession(model, emitted.append).answer(ask(max_tokens=most))  # type: ignore[arg-type]
        assert emitted_text(emitted) == done.answer == ("0123456789" * 2)[:most]


def test_the_question_after_a_loop_finds_one_copy_in_the_conversation_and_in_the_cache() -> None:
    model = FakeModel()
    session = ModelSession(model, Emitted().append)  # type: ignore[arg-type]
    model.says("Well. " + "It is red. " * FOR_EVER)
    done = session.answer(ask(max_tokens=None))
    assert done.answer == "Well. It is red."
    position = model.cuts[-1]
    model.evaluated.clear()
    session.prepare_follow_up()
    assert model.evaluated == [(position, BETWEEN)]
    model.says("Because.")
    after = session.answer(ask("Why?", turns=[("What?", done.answer)]))
    assert (after.answer, after.stop) == ("Because.", "end")
    assert model.evaluated[1] == (position + len(BETWEEN), "Why?<|im_end|>\n<|im_start|>assistant\n")


def test_reasoning_that_repeats_itself_ends_and_the_answer_does_not_see_the_copies() -> None:
    thought = "Hm:\nWait, no. "
    model, emitted = FakeModel(), Emitted()
    model.says("Hm:\n" + "Wait, no. " * 6, "Six.")
    done = answered(model, emitted, thinking=BUDGET)
    assert (done.answer, done.stop) == ("Six.", "budget")
    assert done.reasoning == f"{thought}{END_OF_THINKING}".partition("</think>")[0].strip()
    (start,) = [position for position, text in model.evaluated if text == "H"]
    assert (start + len(thought), END_OF_THINKING) in model.evaluated
    assert emitted_text(emitted, "thinking").count("Wait, no.") == 1


@pytest.mark.parametrize("most", [6, 5000])
def test_reasoning_that_is_cut_within_a_character_has_no_broken_one(most: int) -> None:
    """As it repeats itself, and at its limit; many a character has several tokens."""
    model, emitted = FakeModel(), Emitted()
    halves = [1000, 1001, 1002, 1003]
    model.pieces = {token: bytes([byte]) for token, byte in zip(halves, "😀".encode(), strict=True)}
    model.script = halves * FOR_EVER
    answered(model, emitted, thinking=ThinkingBudget(most, 90.0))
    assert emitted_text(emitted, "thinking").startswith("😀")
    assert "\ufffd" not in emitted_text(emitted, "thinking")


def test_an_answer_that_repeats_itself_after_reasoning_is_ended_too() -> None:
    model = FakeModel()
    model.says("Hm.</think>", "Six. " * FOR_EVER)
    done = answered(model, thinking=BUDGET)
    assert (done.reasoning, done.answer, done.stop) == ("Hm.", "Six.", "loop")


@pytest.mark.parametrize(
    "thought", ["Hm. ", "1. Look. ", "Wait, that is not right. Let me look again at the picture. "]
)
def test_reasoning_that_repeats_itself_is_not_tried_again(thought: str) -> None:
    model, emitted = FakeModel(), Emitted()
    model.says(thought * FOR_EVER)
    done = answered(model, emitted, thinking=BUDGET)
    assert done.reasoning.count(thought.strip()) == emitted_text(emitted, "thinking").count(thought.strip()) == 1
    assert len(model.samplers) == 1


@pytest.mark.parametrize("cycle", [(END,), (SPECIAL,), (10, 32, 9), (SPECIAL, 10)])
@pytest.mark.parametrize("thinking", [None, BUDGET])
def test_weights_that_draw_no_text_for_ever_give_no_answer_soon(
    cycle: tuple[int, ...], thinking: ThinkingBudget | None
) -> None:
    model = CyclingModel(*cycle)
    assert answered(model, thinking=thinking).answer == ""
    assert model.sampled < 200


def test_an_answer_that_is_followed_by_nothing_for_ever_is_ended() -> None:
    model = FakeModel()
    model.script = [*map(ord, "Six."), *(SPECIAL, 10, 32) * FOR_EVER]
    model.pieces[SPECIAL] = b""
    done = answered(model)
    assert (done.answer, done.stop) == ("Six.", "loop")
    assert done.generated_tokens < 70


def test_weights_that_compute_nothing_are_called_so_and_nothing_is_drawn() -> None:
    model = CyclingModel(ord("/"))
    model.computes = False
    session = ModelSession(model, Emitted().append)  # type: ignore[arg-type]
    with pytest.raises(EngineError, match="computed nothing") as refusal:
        session.answer(ask())
    assert refusal.value.code == "nothing-computed"
    assert model.sampled == 0
    model.computes = True
    model.cycle = (ord("a"), ord("b"), END)
    assert session.answer(ask()).answer == "b"
