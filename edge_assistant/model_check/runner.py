"""Makes the trials through the assistant, as an answer to a person is made, and scores what comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from edge_assistant.assistant.conversation import ConversationHandover
from edge_assistant.assistant.events import DoneEvent, ErrorEvent
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.engine.messages import Embeddings
from edge_assistant.engine.task_entries import Task
from edge_assistant.engine.task_table import TaskTable
from edge_assistant.imaging.token_budget import ResizePlan
from edge_assistant.model_check.places import score_places
from edge_assistant.model_check.results import Score, TrialResult
from edge_assistant.model_check.scoring import (
    character_error_rate,
    count_facts,
    find_claims,
    has_phrase,
    score_number,
)
from edge_assistant.model_check.style import find_flags
from edge_assistant.model_check.trials import Trial
from edge_assistant.model_check.unreadable import says_unreadable
from edge_assistant.models.resolver import ResolvedModel
from edge_assistant.system.memory import PeakMemory

_SEED = 20_261_130


class AnsweringAssistant(Protocol):
    """The part of an Assistant that a trial uses; its table of tasks and its language are set for each."""

    tasks: TaskTable
    language: str | None

    @property
    def model(self) -> ResolvedModel:
        """The model that answers."""

    @property
    def frame(self) -> ResizePlan | None:
        """How the picture lies in the one that was sent."""

    def look_at(self, capture: Callable[[], CapturedPicture], options: AnswerOptions | None = None) -> None:
        """Switch to another picture."""

    def ask(self, index: int, text: str | None = None, *, task: Task | None = None) -> DoneEvent | ErrorEvent:
        """Answer one question about it."""

    def conversation(self, successor: ResolvedModel) -> ConversationHandover:
        """Return what another assistant would go on with, with the picture's embeddings."""

    def cancel(self) -> None:
        """End the answer that is being given; may be called from any thread."""


class TrialRunner:
    """Makes trials with one assistant, whose model is called `candidate`; `tasks` is the table that trials change."""

    def __init__(self, assistant: AnsweringAssistant, candidate: str, tasks: TaskTable) -> None:
        self._assistant = assistant
        self._candidate = candidate
        self._tasks = tasks
        self._index = 0

    def run(self, trial: Trial) -> TrialResult:
        """Make one trial. An error of the product is a result, and so is a cancel, with "cancelled" for its `stop`."""
        captured = CapturedPicture(trial.screen.image, origin="file")
        self._assistant.language = trial.screen.language
        self._assistant.tasks = self._tasks.with_entries(trial.entries) if trial.entries else self._tasks
        self._assistant.look_at(
            lambda: captured, AnswerOptions(task=trial.task, image_tokens=trial.image_tokens, seed=_SEED)
        )
        question = trial.question.ask if trial.question else None
        with PeakMemory() as peak:
            outcome = self._assistant.ask(self._index, question, task=trial.task if question else None)
        self._index += 1
        result = score_outcome(trial, self._candidate, outcome, self._assistant.frame)
        return replace(result, peak_bytes=peak.pss_bytes or peak.rss_bytes)

    def embeddings(self) -> Embeddings | None:
        """Return the vision tower's output for the last trial's picture; None where there is none."""
        return self._assistant.conversation(self._assistant.model).picture.embeddings


def score_outcome(
    trial: Trial, candidate: str, outcome: DoneEvent | ErrorEvent, frame: ResizePlan | None = None
) -> TrialResult:
    """Score what a question of the product ended with; `frame` tells how the picture was sent."""
    screen = trial.screen
    result = TrialResult(
        candidate,
        trial.measure,
        trial.condition,
        screen.name,
        screen.kind,
        screen.language,
        task=trial.task,
        question=outcome.question if isinstance(outcome, DoneEvent) else "",
    )
    if isinstance(outcome, ErrorEvent):
        result = replace(result, engine_failed=outcome.kind == "engine" and outcome.code != "no-answer")
        stop = "cancelled" if outcome.kind == "cancelled" else ""
        if not screen.truth.blank:
            return replace(result, error=outcome.code, message=outcome.message, stop=stop)
        refused = outcome.kind == "nothing-to-see"
        error = ("", "") if refused else (outcome.code, outcome.message)
        return replace(result, error=error[0], message=error[1], scores={"refused": (float(refused), 1.0)}, stop=stop)
    reused = bool(outcome.reused and outcome.reused.get("image"))
    return replace(
        result,
        raw=outcome.answer,
        text=outcome.text,
        stop=outcome.stop,
        scores=_scores(trial, outcome, frame),
        flags=find_flags(screen, outcome, trial.task, trial.question.ask if trial.question else ""),
        image_tokens=outcome.image["tokens"] if outcome.image else None,
        generated_tokens=outcome.generated_tokens,
        first_token_s=None if reused else outcome.timings_s.first_token,
        total_s=None if reused else outcome.timings_s.total,
    )


def _scores(trial: Trial, outcome: DoneEvent, frame: ResizePlan | None) -> dict[str, Score]:
    """Score the text that was heard, without markup: what was cut or left out counts as not said."""
    truth, text = trial.screen.truth, outcome.text
    if truth.blank:
        return {"refused": (0.0, 1.0)}
    if not truth.readable:
        honest = says_unreadable(text) and not find_claims(text, truth.absent)
        return {"honest": (float(honest), 1.0)}
    if trial.measure == "place":
        return {"places": score_places(outcome.answer, trial.screen, frame)}
    if trial.measure == "number" and trial.question:
        return _number_scores(text, tuple(fact[0] for fact in trial.question.facts))
    if trial.measure == "reading-number":
        return _number_scores(text, truth.numbers)
    if trial.question:
        right, facts = count_facts(text, trial.question.facts)
        wrong = find_claims(text, trial.question.absent)
        return {"answers": (float(right == facts and not wrong), 1.0)}
    if trial.task == "read":
        found = sum(has_phrase(text, each.text) for each in truth.texts)
        return {
            "character-errors": (character_error_rate(truth.reading, text), 1.0),
            "texts": (float(found), float(len(truth.texts))),
        }
    return {"facts": count_facts(text, truth.key_facts)} if truth.key_facts else {}


def _number_scores(text: str, numbers: tuple[str, ...]) -> dict[str, Score]:
    if not numbers:
        return {}
    exact, right = zip(*(score_number(number, text) for number in numbers), strict=True)
    digits = sum(map(len, numbers))
    return {"numbers": (float(sum(exact)), float(len(exact))), "digits": (float(sum(right)), float(digits))}
