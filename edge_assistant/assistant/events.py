"""What a question tells while it is answered; the same events feed the terminal, the JSON stream and the window."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from edge_assistant.system import outside_text

Stage = Literal["load", "prepare", "encode", "prefill", "think", "answer"]


@dataclass(frozen=True, slots=True)
class StageEvent:
    """How far a stage is, 0 to 1. `index` is the question's number from 0, here and in all events."""

    index: int
    stage: Stage
    fraction: float


@dataclass(frozen=True, slots=True)
class TokenEvent:
    """Some more text of the answer or of the reasoning before it.

    Where an answer repeated itself, the last few may be no part of the answer that is left (see DoneEvent).
    """

    index: int
    kind: Literal["thinking", "answer"]
    text: str


@dataclass(frozen=True, slots=True)
class SentenceEvent:
    """A sentence is complete and handed to speech."""

    index: int
    text: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", outside_text.clean(self.text))


@dataclass(frozen=True, slots=True)
class NoticeEvent:
    """Something the person should know that does not end the request."""

    index: int
    code: str
    message: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", outside_text.message(self.message))


AFTER_THE_ANSWER = frozenset(("cut-off", "loop", "small-text"))
"""Codes of notices that come when all of an answer was told: what is still held back of it is shown before them."""


@dataclass(frozen=True, slots=True)
class WindowEvent:
    """The active window is what is looked at; told at once, before the model works.

    `title` is the window's own, but clean and short; the others say where it is seen on the desktop, in the window
    system's units.
    """

    index: int
    title: str
    left: int
    top: int
    width: int
    height: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", outside_text.short(self.title))


@dataclass(frozen=True, slots=True)
class ErrorEvent:
    """The question ended without an answer."""

    index: int
    code: str
    message: str
    exit_code: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", outside_text.message(self.message))


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds. A skipped stage is 0; None means the question ended before it.

    `first_token`, `first_sentence` and `total` count from the request with a loaded engine; `load` stands apart.
    `swap_to_first_token` is what changing to these weights cost: the change itself and the first token after it; None
    for every question but the first one after a change.
    """

    load: float = 0.0
    prepare: float = 0.0
    encode: float | None = 0.0
    prefill: float | None = 0.0
    first_token: float | None = None
    first_sentence: float | None = None
    total: float = 0.0
    swap_to_first_token: float | None = None


@dataclass(frozen=True, slots=True)
class DoneEvent:
    """The question ended with an answer, or was cancelled (see Stop in engine.messages). None is what does not apply.

    `prefix_tokens` counts KV cells; the peaks are bytes over the product's process tree.
    """

    index: int
    question: str
    answer: str
    reasoning: str | None
    model: str | None
    variant: str | None
    seed: int | None
    image: dict[str, int] | None
    reused: dict[str, int | bool] | None
    timings_s: Timings
    generated_tokens: int
    tokens_per_s: float | None
    peak_pss_bytes: int | None
    peak_rss_bytes: int | None
    stop: Literal["end", "length", "loop", "budget", "cancelled"]


def cancelled(index: int, question: str) -> DoneEvent:
    """The end of a question that was cancelled before it began."""
    return DoneEvent(
        index=index,
        question=question,
        answer="",
        reasoning=None,
        model=None,
        variant=None,
        seed=None,
        image=None,
        reused=None,
        timings_s=Timings(encode=None, prefill=None),
        generated_tokens=0,
        tokens_per_s=None,
        peak_pss_bytes=None,
        peak_rss_bytes=None,
        stop="cancelled",
    )


Event = StageEvent | TokenEvent | SentenceEvent | NoticeEvent | WindowEvent | ErrorEvent | DoneEvent

_NAMES: dict[type, str] = {
    StageEvent: "stage",
    TokenEvent: "token",
    SentenceEvent: "sentence",
    NoticeEvent: "notice",
    WindowEvent: "window",
    ErrorEvent: "error",
    DoneEvent: "done",
}


def as_json_object(event: Event) -> dict[str, Any]:
    """The event as the command line's JSON has it; times to a tenth of a millisecond."""
    fields = asdict(event)
    if isinstance(event, ErrorEvent):
        del fields["exit_code"]
    if isinstance(event, DoneEvent):
        fields["timings_s"] = {
            name: None if value is None else round(value, 4) for name, value in fields["timings_s"].items()
        }
    return {"event": _NAMES[type(event)], **fields}
