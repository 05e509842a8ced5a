"""The steps of the tutorial, without a window: which key is expected, and what there is to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from edge_assistant.hotkeys.actions import READING_ACTIONS, SHORTCUTS, meaning_of
from edge_assistant.hotkeys.key import Key
from edge_assistant.models.recommend import WARNING
from edge_assistant.system.i18n import tr, tr_noop

PASSED_ACTIONS = frozenset((*READING_ACTIONS, SHORTCUTS, "quit"))
"""Actions whose keys do what they always do, also during the tutorial."""

TUTORIAL_ACTIONS = ("window", "read", "stop", "palette", "repeat")
"""Actions that a step may be about."""

Phase = Literal["waiting", "running", "over"]
"""Waiting for the key of the step; doing what it does; after the last step."""

_WITH_KEY = {
    "window": tr_noop("Press {key} now. It describes the window."),
    "read": tr_noop("Press {key} now. It reads the text of the window."),
    "stop": tr_noop("Press {key} now. It stops me."),
    "palette": tr_noop("Press {key} now. It lists everything else, and Escape closes the list."),
    "repeat": tr_noop("Press {key} now. It repeats the last answer."),
}
_WITHOUT_KEY = {
    "window": tr_noop("No key describes the window here. Enter shows what it would do."),
    "read": tr_noop("No key reads the text of the window here. Enter shows what it would do."),
}
_COUNT_TO = 30


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the action, and its key; None where the desktop gives it none."""

    action: str
    key: Key | None

    def sentence(self, name: Callable[[Key], str]) -> str:
        """Return what is to be done; `name` writes the key."""
        if self.key is None:
            return tr(_WITHOUT_KEY[self.action])
        return tr(_WITH_KEY[self.action], key=name(self.key))


def steps_for(keys: Mapping[str, Key]) -> tuple[Step, ...]:
    """Return the steps for the keys that work, by action. Describing and reading come in any case."""
    last = next((action for action in ("palette", "repeat") if action in keys), None)
    with_key = [action for action in ("stop", last) if action in keys]
    return tuple(Step(action, keys.get(action)) for action in ("window", "read", *filter(None, with_key)))


class TutorialCourse:
    """Where a person is in the tutorial."""

    def __init__(self, steps: tuple[Step, ...]) -> None:
        self.steps = steps
        self.index = 0
        self.phase: Phase = "waiting"

    @property
    def step(self) -> Step:
        """The present step, or the last one after the end."""
        return self.steps[min(self.index, len(self.steps) - 1)]

    def task(self) -> list[str]:
        """Return the sentences that tell what to do now."""
        if self.phase == "over":
            return [tr("That was all. Escape closes the tutorial.")]
        sentences = [self.step.sentence(lambda key: key.spoken)]
        if self.step.action == "stop":
            sentences.append(", ".join(map(str, range(1, _COUNT_TO + 1))))  # something to stop
        return sentences

    def task_to_show(self, name: Callable[[Key], str]) -> str:
        """Return the task as it is written; `name` writes a key."""
        if self.phase == "over":
            return " ".join(self.task())
        position = tr("Step {number} of {count}", number=self.index + 1, count=len(self.steps))
        return f"{position}\n{self.step.sentence(name)}"

    def begin(self) -> list[str]:
        """Return the first sentences. That answers can be wrong is among them, as before any first answer."""
        return [
            tr("A sample picture stands for your screen, and the demo model answers."),
            tr(WARNING),
            tr("{repeat} repeats, {next} goes on, Escape ends.", repeat=repeat_letter(), next=next_letter()),
            *self.task(),
        ]

    def advance(self) -> None:
        """Go to the next step, or to the end."""
        self.index = min(self.index + 1, len(self.steps))
        self.phase = "over" if self.index == len(self.steps) else "waiting"

    def wrong_key(self, pressed: str) -> str:
        """Return what to say where something else was pressed, whose name is spoken; it may be an action's key."""
        return " ".join((tr("That was {key}.", key=pressed), *self.task()[:1]))

    def wrong_action(self, action: str, key: Key | None) -> str:
        """Return what to say where the key of another action was pressed."""
        does = meaning_of(action)
        told = tr("{key} {does}.", key=key.spoken, does=does) if key is not None else tr("That {does}.", does=does)
        return " ".join((told, *self.task()[:1]))


REPEAT_LABEL = tr_noop("&Repeat")
NEXT_LABEL = tr_noop("&Next step")


def repeat_letter() -> str:
    """Return the letter that says the task again: the access key of the button that does so."""
    return _access_key(tr(REPEAT_LABEL))


def next_letter() -> str:
    """Return the letter that goes to the next step."""
    return _access_key(tr(NEXT_LABEL))


def _access_key(label: str) -> str:
    return label[label.index("&") + 1].upper()
