"""How requests are answered: what is looked at, how finely, and what is said besides. factory.py makes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from edge_assistant.engine.prompts import Mode
from edge_assistant.remarks import BESIDES
from edge_assistant.request import Request
from edge_assistant.text import tr_count

Verbosity = Literal["brief", "normal", "full"]


@dataclass(frozen=True, slots=True)
class Manner:
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

    def request(self, base: Request, mode: Mode) -> Request:
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
        return tr_count("That took {number} second.", "That took {number} seconds.", round(seconds))
