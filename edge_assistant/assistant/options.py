"""How a picture is to be looked at and talked about, and a conversation about it that goes on with other weights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from edge_assistant.assistant.picture_checks import BESIDES
from edge_assistant.engine import prompts
from edge_assistant.engine.prompts import Mode
from edge_assistant.system.i18n import later, tr_count


@dataclass(frozen=True, slots=True)
class AnswerOptions:
    """How to look and answer. `None` takes the usual value, often the mode's; `image_tokens` is a ceiling.

    With `skip_blank` the language model does not get the insides of areas of one colour (imaging/blank_cells.py).
    With `only_answers` nothing is spoken but them and what must be known to judge them (see remarks.BESIDES).
    `small_text_advice` is said where a whole screen had to be made so small that its small text could not be read.
    """

    mode: prompts.Mode = "glance"
    image_tokens: int | None = None
    max_tokens: int | None = None
    thinking_tokens: int | None = None
    thinking_seconds: float | None = None
    temperature: float | None = None
    seed: int | None = None
    only_answers: bool = False
    skip_blank: bool = False
    small_text_advice: str = later("Describe the window instead, or read the text.")


Verbosity = Literal["brief", "normal", "full"]


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """It holds for whole requests: a running one keeps the manner it began with.

    `monitor` counts from 1, None is all as one; `camera` is a name or a number, None the usual one.
    """

    glance_tokens: int | None = None
    detail_tokens: int | None = None
    read_tokens: int | None = None
    thinking_tokens: int | None = None
    thinking_seconds: float | None = None
    skip_blank: bool = False
    verbosity: Verbosity = "normal"
    monitor: int | None = None
    camera: str | None = None

    def request(self, base: AnswerOptions, mode: Mode) -> AnswerOptions:
        """What is asked in `mode`; what `base` asks for itself holds."""
        tokens = {"glance": self.glance_tokens, "detail": self.detail_tokens, "read": self.read_tokens}[mode]
        return replace(
            base,
            mode=mode,
            image_tokens=base.image_tokens or tokens,
            thinking_tokens=base.thinking_tokens or self.thinking_tokens,
            thinking_seconds=base.thinking_seconds or self.thinking_seconds,
            skip_blank=self.skip_blank,
            only_answers=self.verbosity == "brief",
        )

    def says(self, code: str) -> bool:
        """Whether a notice is spoken; it is always shown."""
        return self.verbosity != "brief" or code not in BESIDES

    def duration(self, seconds: float) -> str:
        """The sentence that tells how long an answer took; "" where it is not wanted."""
        if self.verbosity != "full":
            return ""
        return tr_count("This took {number} second.", "This took {number} seconds.", round(seconds))
