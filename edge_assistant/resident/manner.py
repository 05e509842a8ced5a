"""How requests are answered, as the settings say: what is looked at, how finely, and what is said besides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from edge_assistant.engine.prompts import Mode
from edge_assistant.remarks import BESIDES
from edge_assistant.request import Request
from edge_assistant.settings import Settings

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
        """What is asked in `mode`; `base` says the rest."""
        tokens = {"glance": self.glance_tokens, "detail": self.detail_tokens, "read": self.read_tokens}[mode]
        return replace(
            base,
            mode=mode,
            image_tokens=tokens or base.image_tokens,
            thinking_tokens=self.thinking_tokens or base.thinking_tokens,
            thinking_seconds=self.thinking_seconds or base.thinking_seconds,
            skip_blank=self.skip_blank,
            only_answers=self.verbosity == "brief",
        )

    def says(self, code: str) -> bool:
        """Whether a notice is spoken; it is always shown."""
        return self.verbosity != "brief" or code not in BESIDES


def manner_of(settings: Settings) -> Manner:
    """What the settings say of it."""
    verbosity: Verbosity = settings.verbosity  # type: ignore[assignment]  # the schema has its choices
    return Manner(
        glance_tokens=settings.glance_tokens,
        detail_tokens=settings.detail_tokens,
        read_tokens=settings.read_tokens,
        thinking_tokens=settings.thinking_tokens,
        thinking_seconds=settings.thinking_seconds,
        skip_blank=settings.skip_blank,
        verbosity=verbosity,
        monitor=settings.monitor,
        camera=settings.camera,
    )
