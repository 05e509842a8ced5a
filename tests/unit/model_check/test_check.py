"""The check as a whole, with screens, assistants and a clock of the test's own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from support.model_checks import FakeAssistant, candidate, done, screen

from edge_assistant.assistant.events import DoneEvent, ErrorEvent
from edge_assistant.drawn_screens.truth import DrawnScreen, Kind, SkippedLanguage
from edge_assistant.engine.messages import Embeddings
from edge_assistant.engine.task_entries import Task
from edge_assistant.engine.task_table import load_table
from edge_assistant.model_check import check, runner
from edge_assistant.model_check.candidates import Candidate
from edge_assistant.model_check.check import CheckPlan, ModelCheck
from edge_assistant.model_check.results import TrialResult
from edge_assistant.model_check.trials import Trial
from edge_assistant.system.errors import AssistantError, CancelledError, DoesNotFitError, EngineError, InputError


class Bench:
    """A check whose answers take `seconds` each."""

    def __init__(self) -> None:
        self.now = 0.0
        self.seconds: Callable[[Task], float] = lambda _: 10.0
        self.answer: Callable[[Task, str | None], DoneEvent | ErrorEvent] = lambda *_: done("Save or Cancel.")
        self.cannot_open: dict[str, AssistantError] = {}
        self.opened: list[FakeAssistant] = []
        self.closed = 0
        self.is_cancelled: Callable[[], bool] = lambda: False
        self.told: list[str] = []
        self.asked: list[Trial] = []
        self.check: ModelCheck | None = None

    def run(
        self, *candidates: Candidate, minutes: float = 10.0, languages: tuple[str, ...] = ("en",), **plan: Any
    ) -> list[TrialResult]:
        made = ModelCheck(
            candidates or (candidate(),),
            CheckPlan(minutes, languages, 1, **plan),
            load_table(None),
            self.open,
            self,
            lambda: self.is_cancelled(),
            lambda: self.now,
        )
        self.check = made
        made.run()
        return made.results

    @contextmanager
    def open(self, candidate: Candidate) -> Iterator[FakeAssistant]:
        if candidate.name in self.cannot_open:
            raise self.cannot_open[candidate.name]
        assistant = FakeAssistant(candidate.model, self._answer)
        self.opened.append(assistant)
        try:
            yield assistant
        finally:
            self.closed += 1

    def _answer(self, task: Task, question: str | None) -> DoneEvent | ErrorEvent:
        self.now += self.seconds(task)
        return self.answer(task, question)

    def candidate(self, candidate: Candidate) -> None:
        self.told.append(f"candidate {candidate.name}")

    def trial(self, candidate: Candidate, trial: Trial) -> None:  # noqa: ARG002
        self.asked.append(trial)

    def result(self, result: TrialResult) -> None:
        pass

    def skipped(self, skipped: SkippedLanguage) -> None:
        self.told.append(f"skipped {skipped.language}")

    def failed(self, candidate: Candidate, error: AssistantError) -> None:
        self.told.append(f"failed {candidate.name}: {error}")


@pytest.fixture
def bench() -> Bench:
    return Bench()


class NoMemory:
    """Stands for PeakMemory, whose samples take longer than everything else here."""

    pss_bytes, rss_bytes = 1, 1

    def __enter__(self) -> NoMemory:
        return self

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture(autouse=True)
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, tuple[str, ...]]]:
    """The seeds and languages that were drawn; "xx" cannot be."""
    calls = []

    def draw(
        kinds: Sequence[Kind],
        *,
        seed: int,
        languages: tuple[str, ...],
        on_skip: Callable[[SkippedLanguage], None],
        is_cancelled: Callable[[], bool],  # noqa: ARG001
    ) -> Iterator[DrawnScreen]:
        calls.append((seed, languages))
        for language in languages:
            if language == "xx":
                on_skip(SkippedLanguage("xx", "has no phrases."))
            else:
                yield from (screen(kind, language) for kind in kinds)

    monkeypatch.setattr(check, "draw_screens", draw)
    monkeypatch.setattr(runner, "PeakMemory", NoMemory)
    return calls


def test_the_minutes_are_kept_and_every_measure_of_the_order_comes_in_its_turn(bench: Bench) -> None:
    results = bench.run(minutes=2)
    assert len(results) == 12
    assert [result.measure for result in results[:8]] == ["glance", *["number"] * 3, *["place"] * 4]
    assert bench.now == 120


def test_more_minutes_make_more_rounds_of_other_screens_in_all_languages(
    bench: Bench, drawn: list[tuple[int, tuple[str, ...]]]
) -> None:
    results = bench.run(minutes=20, languages=("en", "de"))
    assert len(results) == 120
    assert drawn[:3] == [(1, ("en",)), (2, ("de",)), (3, ("en",))]
    assert {result.language for result in results} == {"en", "de"}
    assert len(bench.opened) == 1, "the model is loaded once for all languages"


def test_a_trial_that_would_end_too_late_is_left_out_but_the_first_of_its_kind_is_made(bench: Bench) -> None:
    bench.seconds = lambda task: 100.0 if task == "places" else 10.0
    results = bench.run(minutes=9)
    places = [result for result in results if result.measure == "place"]
    assert len(places) == 4, "each of the first round, under each condition"
    assert bench.now <= 9 * 60
    assert results[-1].measure != "place"


def test_even_no_time_at_all_makes_one_trial_of_each_candidate(bench: Bench) -> None:
    bench.seconds = lambda _: 1000.0
    results = bench.run(candidate("a, F16"), candidate("b, F16"), minutes=1)
    assert [result.candidate for result in results] == ["a, F16", "b, F16"]


def test_the_first_candidate_has_half_of_the_time_and_every_condition(bench: Bench) -> None:
    results = bench.run(candidate("a, F16"), candidate("b, F16"), candidate("c, F16"), minutes=20)
    made = [sum(result.candidate == name for result in results) for name in ("a, F16", "b, F16", "c, F16")]
    assert made == [60, 30, 30]
    assert {result.condition for result in results if result.candidate != "a, F16"} == {
        "",
        "presence-0.5",
        "image-tokens-1024",
    }
    assert bench.closed == 3


def test_a_candidate_that_cannot_be_loaded_is_told_and_the_others_are_checked(bench: Bench) -> None:
    bench.cannot_open["a, F16"] = DoesNotFitError("It needs 5 GB.")
    results = bench.run(candidate("a, F16"), candidate("b, F16"), minutes=2)
    assert {result.candidate for result in results} == {"b, F16"}
    assert len(results) == 12, "it gets the time of the other"
    assert bench.told == ["candidate a, F16", "failed a, F16: It needs 5 GB.", "candidate b, F16"]


def test_if_none_can_be_loaded_the_last_reason_is_the_commands(bench: Bench) -> None:
    bench.cannot_open = {name: DoesNotFitError(f"No {name}.") for name in ("a, F16", "b, F16")}
    with pytest.raises(DoesNotFitError, match="No b"):
        bench.run(candidate("a, F16"), candidate("b, F16"))


def test_an_engine_that_fails_again_and_again_is_given_up(bench: Bench) -> None:
    bench.answer = lambda *_: ErrorEvent(0, "engine-died", "The engine died.", "engine")
    with pytest.raises(EngineError, match="The engine died"):
        bench.run()
    assert len(bench.asked) == 3
    assert "failed m, F16: The engine died." in bench.told


@pytest.mark.parametrize(("code", "kind"), [("no-answer", "engine"), ("context", "does-not-fit")])
def test_errors_that_other_questions_may_not_have_do_not_end_the_check(bench: Bench, code: str, kind: str) -> None:
    bench.answer = lambda *_: ErrorEvent(0, code, "It did not work.", kind)
    results = bench.run(minutes=2)
    assert len(results) == 12
    assert all(result.error == code for result in results)


def test_a_single_failure_between_answers_does_not_either(bench: Bench) -> None:
    turns = itertools.cycle([True, True, False])
    bench.answer = lambda *_: (
        ErrorEvent(0, "engine-died", "It died.", "engine") if next(turns) else done("Save or Cancel.")
    )
    assert len(bench.run(minutes=2)) == 12


def test_a_cancel_keeps_what_was_found(bench: Bench) -> None:
    bench.is_cancelled = lambda: bench.now >= 55
    with pytest.raises(CancelledError):
        bench.run()
    assert bench.check is not None
    assert len(bench.check.results) == 5
    assert bench.closed == 1


def test_an_answer_that_the_time_limit_ended_is_no_result(bench: Bench) -> None:
    answers = iter([done("Save or Cancel."), done("Save", stop="cancelled")])
    bench.answer = lambda *_: next(answers)
    assert [result.stop for result in bench.run()] == ["end"]
    assert bench.told[-1].startswith("failed m, F16: An answer took too long")


def test_a_model_that_never_answers_in_time_is_an_error(bench: Bench) -> None:
    bench.answer = lambda *_: done("", stop="cancelled")
    with pytest.raises(EngineError, match="--minutes"):
        bench.run()


def test_a_language_that_cannot_be_drawn_is_told_once_and_the_others_go_on(bench: Bench) -> None:
    results = bench.run(minutes=20, languages=("xx", "de"))
    assert {result.language for result in results} == {"de"}
    assert bench.told.count("skipped xx") == 1


def test_without_any_language_there_is_nothing(bench: Bench) -> None:
    assert bench.run(languages=("xx",)) == []


def test_screens_that_cannot_be_drawn_at_all_end_the_check(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def draw(*_: object, **__: object) -> Iterator[DrawnScreen]:
        raise InputError("No font.", code="no-fonts")
        yield

    monkeypatch.setattr(check, "draw_screens", draw)
    with pytest.raises(InputError, match="No font"):
        bench.run(candidate("a, F16"), candidate("b, F16"))
    assert bench.told == ["candidate a, F16"]


def test_the_expected_number_of_trials_follows_the_speed(bench: Bench) -> None:
    seen = []
    bench.result = lambda _: seen.append((bench.check.expected_trials(), bench.check.seconds_left))  # type: ignore[method-assign, union-attr]
    bench.run(minutes=2)
    assert seen[0] == (12, 110)
    assert seen[-1] == (12, 0)


def test_outputs_of_the_encoders_are_kept_of_a_few_glances_only_where_they_are_compared(bench: Bench) -> None:
    taken = []

    class Outputs:
        def wants(self, each: Candidate) -> bool:
            return each.name == "a, F16" and len(taken) < 2

        def add(self, each: Candidate, tokens: int, embeddings: Embeddings) -> None:
            taken.append((each.name, tokens, embeddings.data))

    original = bench.open

    @contextmanager
    def open_with_output(each: Candidate) -> Iterator[FakeAssistant]:
        with original(each) as assistant:
            assistant.embeddings = Embeddings(b"1", b"data")
            yield assistant

    made = ModelCheck(
        (candidate("a, F16"), candidate("b, F16")),
        CheckPlan(4, ("en",), 1),
        load_table(None),
        open_with_output,
        bench,
        lambda: False,
        lambda: bench.now,
    )
    made.towers = Outputs()  # type: ignore[assignment]
    made.run()
    assert taken == [("a, F16", 400, b"data")] * 2
