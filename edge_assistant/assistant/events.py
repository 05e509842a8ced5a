"""Events of a question that is being answered; the same ones feed the terminal, the JSON stream and the window."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from edge_assistant.ocr.page import Box, Cell, Line, Page, Table, Word
from edge_assistant.system import text_cleaning
from edge_assistant.system.errors import AssistantError
from edge_assistant.system.i18n import tr

Stage = Literal["load", "prepare", "encode", "prefill", "think", "answer"]


@dataclass(frozen=True, slots=True)
class StageEvent:
    """The progress of a stage, 0 to 1. `index` is the question's number from 0, here and in all events."""

    index: int
    stage: Stage
    fraction: float


@dataclass(frozen=True, slots=True)
class TokenEvent:
    """More text of the answer, or of the reasoning before it, as the model writes it; views show SentenceEvents."""

    index: int
    kind: Literal["thinking", "answer"]
    text: str


@dataclass(frozen=True, slots=True)
class SentenceEvent:
    """A complete sentence of the answer, as it is spoken and shown."""

    index: int
    text: str
    before: str = ""
    """The space or the line ends before it, for a view; not part of the JSON stream."""
    language: str | None = None
    """The code of the language it is spoken in; not part of the JSON stream."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", text_cleaning.clean(self.text))


@dataclass(frozen=True, slots=True)
class NoticeEvent:
    """A notice for the user that does not end the request."""

    index: int
    code: str
    message: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", text_cleaning.clean_message(self.message))


@dataclass(frozen=True, slots=True)
class PictureEvent:
    """The next one of several pictures that are described, before its first question, which has this `index`.

    `name` is that of its file, cleaned and shortened; `number` counts from 1, `of` is how many there are.
    """

    index: int
    name: str
    number: int
    of: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", text_cleaning.shorten(self.name))


@dataclass(frozen=True, slots=True)
class WindowEvent:
    """The active window that is described; sent at once, before the model is asked.

    `title` is cleaned and shortened; the other fields are its visible rectangle on the desktop, in the window system's
    units.
    """

    index: int
    title: str
    left: int
    top: int
    width: int
    height: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", text_cleaning.shorten(self.title))

    @property
    def shown_title(self) -> str:
        """The title as people read it: never empty."""
        return self.title if text_cleaning.has_text(self.title) else tr("Untitled window")


@dataclass(frozen=True, slots=True)
class LineEvent:
    """A line of recognised text, or what a table's cell has of one, in reading order.

    `box` and those of the words are left, top, right and bottom in pixels of the picture. `score` is how sure the
    recognition is, from 0 to 1. `cell` is its table, row and column, from 0; None outside of tables.
    """

    index: int
    text: str
    box: Box
    words: tuple[Word, ...]
    score: float
    paragraph: int
    cell: Cell | None

    @classmethod
    def from_line(cls, index: int, line: Line) -> LineEvent:
        """Make the event of a line."""
        words = tuple(Word(text_cleaning.clean(word.text), word.box) for word in line.words)
        text = text_cleaning.clean(line.text)
        return cls(index, text, line.box, words, line.score, line.paragraph, line.cell)


@dataclass(frozen=True, slots=True)
class ReadTimings:
    """Seconds from the picture to the first line (None: there was none), and to the end."""

    first_line: float | None = None
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class ReadEvent:
    """The end of a reading by text recognition: how many lines there were, and how many in scripts that it cannot read.

    `image` is the size of the picture in pixels.
    """

    index: int
    lines: int
    unreadable: int
    tables: tuple[Table, ...]
    image: dict[str, int]
    timings_s: ReadTimings
    reader: Literal["text"] = "text"
    stop: Literal["end"] = "end"

    @classmethod
    def from_page(cls, index: int, page: Page, timings: ReadTimings) -> ReadEvent:
        """Make the event of a page that was read to its end."""
        image = {"width": page.width, "height": page.height}
        return cls(index, len(page.lines), page.unreadable, page.tables, image, timings)


@dataclass(frozen=True, slots=True)
class MatchEvent:
    """A place of a text that was looked for, the best one first.

    `text` is what stands there, `place` where that is in words, `box` left, top, right and bottom in pixels of the
    picture. `number` counts from 1, `of` is how many there are.
    """

    index: int
    text: str
    place: str
    box: Box
    number: int
    of: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", text_cleaning.clean(self.text))


@dataclass(frozen=True, slots=True)
class FoundEvent:
    """The end of a search that found something: the text that was looked for, and the size of the picture in pixels."""

    index: int
    query: str
    matches: int
    image: dict[str, int]
    stop: Literal["end"] = "end"


@dataclass(frozen=True, slots=True)
class ErrorEvent:
    """The end of a question without an answer."""

    index: int
    code: str
    message: str
    kind: str
    """As AssistantError.kind; not part of the JSON stream."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", text_cleaning.clean_message(self.message))

    @classmethod
    def from_error(cls, index: int, error: AssistantError) -> ErrorEvent:
        """Make the event of a question that the error ended."""
        return cls(index, error.code, str(error), error.kind)


@dataclass(frozen=True, slots=True)
class Timings:
    """Durations in seconds. A skipped stage is 0; None means the question ended before it.

    `first_token`, `first_sentence` and `total` count from the request with a loaded engine; `load` is separate.
    `swap_to_first_token` is the time from the start of a switch to this model to the first token after it; None for
    every question but the first one after a switch.
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
    """The end of a question with an answer, or by a cancel (see Stop in engine.messages). None: does not apply.

    `prefix_tokens` counts KV cells; the peaks are bytes over the product's process tree, measured for JSON output only.
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
    text: str = ""
    """The answer as it was spoken and shown: whole sentences without markup; `answer` is as the model wrote it."""
    confirmed: tuple[str, ...] | None = None
    """What the answer says to have read and the recognised text has; None, as the next two, if nothing was checked."""
    copied: tuple[str, ...] | None = None
    """What it says to have read and was given as recognised text."""
    unconfirmed: tuple[str, ...] | None = None
    """What it says to have read and the recognised text does not have."""


def cancelled(index: int, question: str) -> DoneEvent:
    """Build the final event of a question that was cancelled before it began."""
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


Event = (
    StageEvent
    | TokenEvent
    | SentenceEvent
    | NoticeEvent
    | PictureEvent
    | WindowEvent
    | LineEvent
    | ReadEvent
    | MatchEvent
    | FoundEvent
    | ErrorEvent
    | DoneEvent
)

_NAMES: dict[type, str] = {
    StageEvent: "stage",
    TokenEvent: "token",
    SentenceEvent: "sentence",
    NoticeEvent: "notice",
    PictureEvent: "picture",
    WindowEvent: "window",
    LineEvent: "line",
    ReadEvent: "done",
    MatchEvent: "match",
    FoundEvent: "done",
    ErrorEvent: "error",
    DoneEvent: "done",
}


def to_json_object(event: Event) -> dict[str, Any]:
    """Convert an event for the command line's JSON output; times are rounded to 0.1 ms."""
    fields = asdict(event)
    if isinstance(event, ErrorEvent):
        del fields["kind"]
    if isinstance(event, SentenceEvent):
        del fields["before"], fields["language"]
    if isinstance(event, LineEvent):
        fields["score"] = round(event.score, 4)
        fields["cell"] = event.cell._asdict() if event.cell is not None else None
    if isinstance(event, DoneEvent | ReadEvent):
        fields["timings_s"] = {
            name: None if value is None else round(value, 4) for name, value in fields["timings_s"].items()
        }
    return {"event": _NAMES[type(event)], **fields}
