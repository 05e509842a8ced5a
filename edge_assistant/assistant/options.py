"""Options of one question, and the settings that they are made from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from edge_assistant.assistant.glance_text import letters_for
from edge_assistant.assistant.picture_checks import UNSPOKEN_IF_BRIEF
from edge_assistant.engine.task_entries import Task
from edge_assistant.system.i18n import tr_count, tr_noop


@dataclass(frozen=True, slots=True)
class AnswerOptions:
    """How to look at the picture and answer one question. None means the default, often that of the task table.

    `task` is what the picture is taken for, and what is asked without a question. `image_tokens` is an upper limit.
    With `only_answers` only answers are spoken, and what is needed to judge them (picture_checks.UNSPOKEN_IF_BRIEF).
    `small_text_advice` is the advice for a screen that had to be made too small for its small text. `whole`: an answer
    that is cut off goes on by itself, until it is whole. Before a glance, recognised text of up to `glance_letters` is
    said; with `text_in_glance` the model is given some.
    """

    task: Task = "glance"
    image_tokens: int | None = None
    max_tokens: int | None = None
    thinking_tokens: int | None = None
    thinking_seconds: float | None = None
    temperature: float | None = None
    seed: int | None = None
    only_answers: bool = False
    whole: bool = False
    glance_letters: int = 0
    text_in_glance: bool = False
    small_text_advice: str = tr_noop("Describe the window instead, or read the text.")


Verbosity = Literal["brief", "normal", "full"]

Reader = Literal["auto", "text", "model"]
"""Who reads: text recognition first and the model where that cannot; only text recognition; only the model."""


@dataclass(frozen=True, slots=True)
class RequestSettings:
    """The settings that a request is answered with; a running request keeps those it started with.

    `monitor` counts from 1, None is all as one; `camera` is a name or a number, None the default one.
    `rate` is the voice's, in words a minute; `glance_text` and `text_in_glance` are as in the settings.
    """

    glance_tokens: int | None = None
    detail_tokens: int | None = None
    read_tokens: int | None = None
    thinking_tokens: int | None = None
    thinking_seconds: float | None = None
    verbosity: Verbosity = "normal"
    reader: Reader = "auto"
    monitor: int | None = None
    camera: str | None = None
    glance_text: bool = True
    text_in_glance: bool = False
    rate: int | None = None

    def answer_options(self, base: AnswerOptions, task: Task) -> AnswerOptions:
        """Make the options of a `task`; the values that `base` sets override the settings."""
        modes: dict[Task, int | None] = {
            "glance": self.glance_tokens,
            "detail": self.detail_tokens,
            "read": self.read_tokens,
        }
        return replace(
            base,
            task=task,
            image_tokens=base.image_tokens or modes.get(task),
            thinking_tokens=base.thinking_tokens or self.thinking_tokens,
            thinking_seconds=base.thinking_seconds or self.thinking_seconds,
            only_answers=self.verbosity == "brief",
            glance_letters=letters_for(self.rate) if task == "glance" and self._says_glance_text else 0,
            text_in_glance=self.text_in_glance,
        )

    @property
    def _says_glance_text(self) -> bool:
        return self.glance_text and self.verbosity != "brief"

    def speaks(self, code: str) -> bool:
        """Return whether notices with this code are spoken; they are always shown."""
        return self.verbosity != "brief" or code not in UNSPOKEN_IF_BRIEF

    def duration_sentence(self, seconds: float) -> str:
        """Return the sentence that tells how long an answer took; "" unless the verbosity is "full"."""
        if self.verbosity != "full":
            return ""
        return tr_count("This took {number} second.", "This took {number} seconds.", round(seconds))
