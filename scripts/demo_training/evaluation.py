"""Asks the demo weights about scenes they have never seen, through the program's own describe path."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from PIL import Image

from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.events import DoneEvent
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.engine.task_table import load_table
from edge_assistant.models.resolver import resolve
from edge_assistant.tuning.profile import default_threads

from .files import text_name
from .judging import right
from .phrases import UNSEEN_SYSTEMS
from .questions import Question, Variant, questions
from .scenes import FIRST_HELD_OUT_SEED, Scene, make_scene

GLANCE_TOKENS = 256
_CONTEXT = 4096


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the table: scenes of some families, one question of a sort about each."""

    name: str
    families: tuple[str, ...]
    fits: Callable[[Question], bool]
    unseen_words: bool = False  # the question in words that are never trained
    unseen_system: int = 0  # which of the system prompts that are never trained
    verbatim: bool = False  # sampled as the program reads: temperature 0.2, no presence penalty
    goal: bool = True  # the others are asked about half as many scenes


def _described(question: Question) -> bool:
    return question.kind == "describe"


def _counted(question: Question) -> bool:
    return question.kind == "count"


def _placed(question: Question) -> bool:
    return question.box is not None


def _read(question: Question) -> bool:
    return question.kind == "read"


def _unreadable(question: Question) -> bool:
    return question.kind == "unreadable"


def _missing(question: Question) -> bool:
    return question.kind == "where" and question.box is None


TASKS = (
    Task("dialogs, describe", ("dialog",), _described),
    Task("notifications, describe", ("notification",), _described),
    Task("texts, read", ("text",), _read),
    Task("shapes, describe", ("shapes",), _described),
    Task("apples, count", ("apples",), _counted),
    Task("places (IoU 0.5)", ("dialog", "menu", "shapes"), _placed),
    *(
        replace(task, goal=False)
        for task in (
            Task("texts, read, sampled for reading", ("text",), _read, verbatim=True),
            Task("places (IoU 0.5), sampled for reading", ("dialog", "menu", "shapes"), _placed, verbatim=True),
            Task("menus, describe", ("menu",), _described),
            Task("empty windows, describe", ("empty",), _described),
            Task("unreadable", ("tiny", "dialog", "text", "notification", "menu"), _unreadable),
            Task("what is not there", ("dialog", "menu", "shapes"), _missing),
            Task("unseen question, describe", ("dialog", "notification", "shapes"), _described, unseen_words=True),
            Task("unseen question, read", ("text",), _read, unseen_words=True),
            Task("unseen question, count", ("apples",), _counted, unseen_words=True),
            Task("unseen question, places", ("dialog", "menu", "shapes"), _placed, unseen_words=True),
            Task("dialogs, trained system prompt", ("dialog",), _described, unseen_system=-1),
            Task("dialogs, second unseen system prompt", ("dialog",), _described, unseen_system=1),
            Task("dialogs, third unseen system prompt", ("dialog",), _described, unseen_system=2),
        )
    ),
)
_TRAINED_SYSTEM = "You describe screens for blind people."


@dataclass
class Score:
    """How a task went; `wrong` holds scene (as `demo_model.py scene` wants it), question, true and given answer."""

    right: int = 0
    asked: int = 0
    wrong: list[tuple[str, str, str, str]] = field(default_factory=list)

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.right / self.asked if self.asked else 0.0


def held_out(
    task: Task, variant: Variant, count: int, first: int = FIRST_HELD_OUT_SEED
) -> Iterator[tuple[Scene, Question]]:
    """The first `count` held-out scenes of which the task's question can be asked, with that question."""
    seed, found = first, 0
    while found < count:
        scene = make_scene(seed, family=task.families[seed % len(task.families)])
        rng = random.Random(seed)
        fitting = [q for q in questions(scene, rng, variant, unseen=task.unseen_words) if task.fits(q)]
        seed += 1
        if fitting:
            found += 1
            yield scene, rng.choice(fitting)


class Asker:
    """The program's assistant with one pair of weights, for many pictures."""

    def __init__(
        self, model: str, variant: Variant, *, system: str | None = None, verbatim: bool = False, seed: int = 1
    ) -> None:
        weights = resolve(model=model, mmproj=None, think=variant == "thinking", preferred=None, weights_dir=None)
        request = AnswerOptions(task="read" if verbatim else "glance", image_tokens=GLANCE_TOKENS, seed=seed)
        self._task = request.task
        self._assistant = Assistant(
            weights,
            request,
            context=_CONTEXT,
            threads=default_threads(),
            language=None,
            voice=None,
            on_event=lambda _: None,
            tasks=load_table(None).with_entries({f"{weights.family}.system": system} if system else {}),
        )

    def ask(self, image: Image.Image, question: str) -> DoneEvent:
        """One question about one picture. RuntimeError when the program gives none."""
        self._assistant.look_at(lambda: CapturedPicture(image))
        outcome = self._assistant.ask(0, question, task=self._task)
        if not isinstance(outcome, DoneEvent):
            raise RuntimeError(outcome.message)
        return outcome

    def close(self) -> None:
        """End the engine."""
        self._assistant.close()


def evaluate(
    model: str, variant: Variant, count: int, on_score: Callable[[Task, Score], None], tasks: tuple[Task, ...] = TASKS
) -> dict[str, Score]:
    """Every task's score. `model` is a catalogue name or a GGUF file; `count` scenes a task with a goal, else half."""
    scores = {}
    for task in tasks:
        system = None
        if task.unseen_system:
            system = UNSEEN_SYSTEMS[task.unseen_system] if task.unseen_system > 0 else _TRAINED_SYSTEM
        asker = Asker(model, variant, system=system, verbatim=task.verbatim)
        score = Score()
        try:
            for scene, question in held_out(task, variant, count if task.goal else max(1, count // 2)):
                answer = asker.ask(scene.image, question.ask).answer
                score.asked += 1
                if right(question, answer):
                    score.right += 1
                else:
                    drawn = f"--seed {scene.seed} --family {scene.family}"
                    score.wrong.append((drawn, question.ask, question.answer, answer))
        finally:
            asker.close()
        scores[task.name] = score
        on_score(task, score)
    return scores


def model_path(folder: Path, variant: Variant) -> str:
    """The language model of a variant in a folder of exported weights."""
    return str(folder / text_name(variant))
