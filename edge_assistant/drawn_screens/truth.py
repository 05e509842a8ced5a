"""What is known of a drawn screen. All boxes are pixels of its picture."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
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
]
KINDS: tuple[Kind, ...] = get_args(Kind)
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
class TextBox:
    """A text as it is drawn, whole, and the box that its letters are in."""

    text: str
    box: Box
    role: Role = "text"


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
