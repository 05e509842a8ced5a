"""Makes the trials through the assistant, as an answer to a person is made, and scores what comes out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from edge_assistant.assistant.events import DoneEvent, ErrorEvent
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.drawn_screens.truth import DrawnScreen
from edge_assistant.engine.messages import Turn
from edge_assistant.engine.task_entries import Task
from edge_assistant.engine.task_table import TaskTable
from edge_assistant.model_check.places import score_places
from edge_assistant.model_check.results import Score, TrialResult
from edge_assistant.model_check.scoring import (
    character_error_rate,
    count_facts,
    find_claims,
    score_number,
)
from edge_assistant.model_check.trials import Trial
from edge_assistant.system.memory import PeakMemory
from edge_assistant.text.language_evidence import sure_language
from edge_assistant.text.languages import split_by_language

# What nobody should hear, as the model wrote it: headings, emphasis, lists, tables, code, HTML, LaTeX, emoji.
_MARKUP = re.compile(
    r"^\s{0,3}#{1,6}\s|\*\*|__\w|^\s*[-*+•]\s+\w|^\s*\d{1,2}\.\s+\*\*|^\s*\|.*\||```|~~~|</?[a-z][a-z0-9]*[\s/>]"
    r"|\$[^$\n]+\$|\\(?:frac|boxed|text|leq|times)|[\U0001f300-\U0001faff\u2600-\u27bf]",
    re.MULTILINE | re.IGNORECASE,
)
_SEED = 20_261_130


class AnsweringAssistant(Protocol):
    """The part of an Assistant that a trial uses."""

    tasks: TaskTable

    def look_at(
        self, capture: Callable[[], CapturedPicture], options: AnswerOptions | None = None, turns: tuple[Turn, ...] = ()
    ) -> None:
        """Switch to another picture."""

    def ask(self, index: int, text: str | None = None, *, task: Task | None = None) -> DoneEvent | ErrorEvent:
        """Answer one question about it."""


class TrialRunner:
    """Makes trials with one assistant, whose model is called `candidate`; `tasks` is the table that trials change."""

    def __init__(self, assistant: AnsweringAssistant, candidate: str, tasks: TaskTable) -> None:
        self._assistant = assistant
        self._candidate = candidate
        self._tasks = tasks
        self._index = 0

    def run(self, trial: Trial) -> TrialResult:
        """Make one trial. An error of the product is a result; only a cancel is raised (CancelledError)."""
        captured = CapturedPicture(trial.screen.image, origin="file")
        self._assistant.tasks = self._tasks.with_entries(trial.entries) if trial.entries else self._tasks
        self._assistant.look_at(
            lambda: captured, AnswerOptions(task=trial.task, image_tokens=trial.image_tokens, seed=_SEED)
        )
        question = trial.question.ask if trial.question else None
        with PeakMemory() as peak:
            outcome = self._assistant.ask(self._index, question, task=trial.task if question else None)
        self._index += 1
        result = score_outcome(trial, self._candidate, outcome)
        return replace(result, peak_bytes=peak.pss_bytes or peak.rss_bytes)


def score_outcome(trial: Trial, candidate: str, outcome: DoneEvent | ErrorEvent) -> TrialResult:
    """Score what a question of the product ended with."""
    screen = trial.screen
    result = TrialResult(candidate, trial.measure, trial.condition, screen.name, screen.kind, screen.language)
    if isinstance(outcome, ErrorEvent):
        refused = screen.truth.blank and outcome.kind == "nothing-to-see"
        return replace(
            result, error=outcome.code, scores={"refused": (float(refused), 1.0)} if screen.truth.blank else {}
        )
    return replace(
        result,
        raw=outcome.answer,
        text=outcome.text,
        stop=outcome.stop,
        scores=_scores(trial, outcome),
        flags=find_flags(screen, outcome, reading=trial.task == "read"),
        image_tokens=outcome.image["tokens"] if outcome.image else None,
        generated_tokens=outcome.generated_tokens,
        first_token_s=outcome.timings_s.first_token,
        total_s=outcome.timings_s.total,
    )


def _scores(trial: Trial, outcome: DoneEvent) -> dict[str, Score]:
    truth, text = trial.screen.truth, outcome.text
    if truth.blank:
        return {"refused": (0.0, 1.0)}
    if trial.measure in ("glance", "detail"):
        return {"facts": count_facts(text, truth.key_facts)} if truth.key_facts else {}
    if trial.measure == "read":
        return {"character errors": (character_error_rate(truth.reading, text), 1.0)}
    if trial.measure == "place":
        tokens = trial.image_tokens or 1
        return {"places": score_places(outcome.answer, trial.screen, max_tokens=tokens, min_tokens=min(tokens, 1024))}
    if trial.question is None:
        return {}
    if trial.measure == "number":
        exact, right = zip(*(score_number(number, text) for number in _asked_numbers(trial)), strict=True)
        digits = sum(len(number) for number in _asked_numbers(trial))
        return {"numbers": (float(sum(exact)), float(len(exact))), "digits": (float(sum(right)), float(digits))}
    right_facts, facts = count_facts(text, trial.question.facts)
    wrong = find_claims(text, trial.question.absent)
    return {"answers": (float(right_facts == facts and not wrong), 1.0)}


def _asked_numbers(trial: Trial) -> tuple[str, ...]:
    assert trial.question is not None
    asked = tuple(fact[0] for fact in trial.question.facts if fact[0] in trial.screen.truth.numbers)
    return asked or trial.screen.truth.numbers


def find_flags(screen: DrawnScreen, outcome: DoneEvent, *, reading: bool) -> frozenset[str]:
    """Return what is wrong with the answer whatever was asked, by name."""
    raw, text = outcome.answer, outcome.text
    found = {
        "markup": bool(_MARKUP.search(raw)),
        "cut": outcome.stop == "length",
        "loop": outcome.stop == "loop",
        "claim": bool(find_claims(text, screen.truth.absent)),
        "language": not reading and is_other_language(text, screen.language),
    }
    return frozenset(name for name, wrong in found.items() if wrong)


def is_other_language(text: str, language: str) -> bool:
    """Return whether most of the text is in another script than this language's, or surely in another language."""
    foreign = sum(len(run) for run, code in split_by_language(text, language) if code != language)
    return foreign > len(text) / 2 or sure_language(text, language) is not None
