"""What is known of a drawn screen. All boxes are pixels of its picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, get_args

from PIL import Image

Kind = Literal[
    "dialog",
    "error",
    "form",
    "table",
    "mail",
    "settings",
    "chart",
    "menu",
    "page",
    "letter",
    "receipt",
    "numbers",
    "counting",
    "places",
    "desktop",
    "unreadable",
    "blank",
    "chat",
    "code",
    "columns",
    "grid",
]
READING_KINDS: tuple[Kind, ...] = ("chat", "code", "columns", "grid")
"""The kinds that try the order in which recognised text is read; models are not asked about them."""
KINDS: tuple[Kind, ...] = tuple(each for each in get_args(Kind) if each not in READING_KINDS)
"""The kinds that models are asked about."""
PHOTOGRAPHS: tuple[Kind, ...] = ("letter", "receipt")
"""The kinds that show paper as a camera does."""

Box = tuple[int, int, int, int]
"""Left, top, right, bottom; right and bottom are the first pixels outside."""

Fact = tuple[str, ...]
"""Spellings of one fact, of which a right answer has at least one. Upper and lower case mean the same."""

Role = Literal["title", "text", "label", "button", "field", "option", "header", "cell", "entry", "value", "number"]
State = Literal["ticked", "not ticked", "selected", "not selected", "greyed", "default", "unread", "empty"]
About = Literal["text", "number", "count", "state", "place", "absent"]


@dataclass(frozen=True, slots=True)
class WordBox:
    """A word and its box, from the font's ascent to its descent."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class TextLine:
    """What stands on one line of a text."""

    text: str
    box: Box
    words: tuple[WordBox, ...]


@dataclass(frozen=True, slots=True)
class TextBox:
    """A text as it is drawn, whole, and the box that its letters are in.

    `lines` are known where the text is painted in one piece, so in all languages that are written from the left. `cell`
    is the place in a table: the table's number on the screen, row and column, from 0; the header is row 0.
    """

    text: str
    box: Box
    role: Role = "text"
    lines: tuple[TextLine, ...] = ()
    cell: tuple[int, int, int] | None = None


def boxes_of(text: TextBox) -> Iterator[Box]:
    """Yield all boxes of a text: its own, and those of its lines and words."""
    yield text.box
    for line in text.lines:
        yield line.box
        for word in line.words:
            yield word.box


def with_boxes(text: TextBox, boxes: Iterator[Box]) -> TextBox:
    """Return the text with other boxes, taken in the order of `boxes_of`."""
    box = next(boxes)
    lines = []
    for line in text.lines:
        around = next(boxes)
        lines.append(replace(line, box=around, words=tuple(replace(word, box=next(boxes)) for word in line.words)))
    return replace(text, box=box, lines=tuple(lines))


@dataclass(frozen=True, slots=True)
class Question:
    """A question in the screen's language. A right answer has a spelling of each of `facts`, and none of `absent`.

    Both are to be looked for as whole words, in Chinese and Japanese anywhere. `box` is where the thing is that is
    asked for (`about` is "place"); all else is None.
    """

    ask: str
    about: About
    facts: tuple[Fact, ...] = ()
    absent: tuple[str, ...] = ()
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class ScreenTruth:
    """Everything that is known of a screen."""

    title: str = ""
    """Of the window in front, or of the page; "" where there is none."""
    texts: tuple[TextBox, ...] = ()
    """Every text that can be read, in reading order: column after column, row after row. Empty where nothing can."""
    key_facts: tuple[Fact, ...] = ()
    """What matters most: a good description has all of these."""
    counts: dict[str, int] = field(default_factory=dict)
    """How many there are of things: keys are English ("button", "tick box", "circle", "row"), whatever the language."""
    places: dict[str, Box] = field(default_factory=dict)
    """Things that can be asked for by their label, each label once, and where they are."""
    numbers: tuple[str, ...] = ()
    """Numbers of 12 digits that are shown, without spaces."""
    states: dict[str, tuple[State, ...]] = field(default_factory=dict)
    """The states of things, by label."""
    absent: tuple[str, ...] = ()
    """Labels, names and numbers that could be on a screen and are nowhere on this one: who says one has invented it.

    Words that a description may have anyway, as "Open", are not among them.
    """
    questions: tuple[Question, ...] = ()
    readable: bool = True
    """False where there is text that nobody could read."""
    blank: bool = False
    """True where the picture has one colour and nothing else."""

    @property
    def lines(self) -> tuple[TextLine, ...]:
        """Every line in reading order."""
        return tuple(line for text in self.texts for line in text.lines)

    @property
    def reading(self) -> str:
        """Every text in reading order, each on a line of its own: what an exact reading says."""
        return "\n".join(each.text for each in self.texts)


@dataclass(frozen=True, slots=True)
class DrawnScreen:
    """A picture, how it was drawn, and all that is known of it."""

    name: str
    """Unique among those of one seed, and fit for a file's name, such as "dialog-de-0"."""
    kind: Kind
    image: Image.Image
    """RGB."""
    language: str
    """The code of the language of its texts and questions, such as "de"."""
    style: str
    """Qt's style of the widgets, such as "Fusion"."""
    dark: bool
    truth: ScreenTruth
    font: str = ""
    """The font's family."""
    points: int = 0
    """The font's size, in logical points: `scale` enlarges it further."""
    scale: float = 1.0
    """Pixels of the picture for each logical pixel."""

    def as_json(self) -> dict[str, Any]:
        """All but the picture, fit for JSON."""
        entry = {name: getattr(self, name) for name in self.__slots__ if name not in ("image", "truth")}
        return {**entry, "width": self.image.width, "height": self.image.height, "truth": asdict(self.truth)}


@dataclass(frozen=True, slots=True)
class SkippedLanguage:
    """A language that no screen can be drawn in here, and a sentence that says why, to follow the language's name."""

    language: str
    reason: str
