"""What a kind of screen is composed with: the words and values to choose from, and the parts of windows."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from edge_assistant.drawn_screens.phrases.phrase_set import PhraseSet
from edge_assistant.drawn_screens.qt.look import Look
from edge_assistant.drawn_screens.qt.painted import WindowButtons
from edge_assistant.drawn_screens.qt.survey import COUNTED, ROLE
from edge_assistant.drawn_screens.truth import Fact, Question, Role
from edge_assistant.drawn_screens.values import Values, number_fact


@dataclass
class Sketch:
    """A screen in the making: what it is made from, and what becomes known of it that its widgets do not show."""

    rng: random.Random
    words: PhraseSet
    values: Values
    look: Look
    root: QWidget
    """The whole screen."""
    title: str = ""
    key_facts: list[Fact] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    """Plausible things; those that are shown after all are left out in the end."""
    places_asked: int = 1
    """How many of the places are asked for."""
    when_shown: list[Callable[[], None]] = field(default_factory=list)
    """What is done when everything is laid out."""

    def some(self, things: Sequence[str], low: int, high: int, *, others_absent: bool = False) -> list[str]:
        """Choose from `low` to `high` of the things.

        With `others_absent` nobody may claim what is left over: not for words that a description has anyway, as "Open".
        """
        chosen = self.rng.sample(list(things), min(len(things), self.rng.randint(low, high)))
        if others_absent:
            self.absent += [each for each in things if each not in chosen]
        return chosen

    def fact(self, *spellings: str) -> None:
        """Add a key fact, with all its spellings."""
        self.key_facts.append(tuple(spellings))

    def ask_number(self, question: str, number: int) -> None:
        """Add a question whose answer is a small number."""
        self.questions.append(Question(question, "count", (number_fact(self.words, number),)))

    def ask_yes_no(self, question: str, answer: bool, *, absent: bool = False) -> None:
        """Add a question whose answer is yes or no; `absent` is for one about a thing that is not there."""
        right, wrong = (self.words.yes, self.words.no) if answer else (self.words.no, self.words.yes)
        self.questions.append(Question(question, "absent" if absent else "state", (right,), wrong[:1]))


def label(text: str, role: Role = "text", *, bold: bool = False, larger: float = 1.0) -> QLabel:
    """A text of one line. `larger` is a factor on the size of its font."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty(ROLE, role)
    font = QFont(made.font())
    font.setBold(bold)
    font.setPointSizeF(font.pointSizeF() * larger)
    made.setFont(font)
    made.setMinimumWidth(QFontMetrics(font).horizontalAdvance(text) + 2)
    return made


def paragraph(text: str, width: int, role: Role = "text", *, justified: bool = False) -> QLabel:
    """A text that is broken into lines of a width in logical pixels."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty(ROLE, role)
    made.setWordWrap(True)
    flags = Qt.AlignmentFlag.AlignJustify if justified else Qt.AlignmentFlag.AlignLeft
    made.setAlignment(flags | Qt.AlignmentFlag.AlignTop)
    made.setFixedWidth(width)
    made.setFixedHeight(made.heightForWidth(width) + 2)
    return made


def row(*parts: QWidget | None, stretch_before: bool = False, stretch_after: bool = False) -> QHBoxLayout:
    """Widgets beside each other, in reading order."""
    layout = QHBoxLayout()
    if stretch_before:
        layout.addStretch()
    for part in parts:
        if part is not None:
            layout.addWidget(part)
    if stretch_after:
        layout.addStretch()
    return layout


def buttons(names: Sequence[str], *, default: int | None = 0) -> list[QPushButton]:
    """Push buttons, one of which is the default."""
    made = []
    for number, name in enumerate(names):
        button = QPushButton(name)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setDefault(number == default)
        button.setMinimumWidth(QFontMetrics(button.font()).horizontalAdvance(name) + 24)
        made.append(button)
    return made


def window(sketch: Sketch, title: str, body: QWidget) -> QFrame:
    """A window with a title bar around a body; it belongs to the screen, and is not placed yet."""
    frame = QFrame(sketch.root)
    frame.setFrameShape(QFrame.Shape.Box)
    frame.setFrameShadow(QFrame.Shadow.Plain)
    frame.setAutoFillBackground(True)
    frame.setProperty(COUNTED, "window")
    bar = QWidget()
    bar.setAutoFillBackground(True)
    palette = QPalette(frame.palette())
    if sketch.rng.random() < 0.5:
        palette.setColor(QPalette.ColorRole.Window, palette.color(QPalette.ColorRole.Highlight))
        palette.setColor(QPalette.ColorRole.WindowText, palette.color(QPalette.ColorRole.HighlightedText))
    else:
        palette.setColor(QPalette.ColorRole.Window, palette.color(QPalette.ColorRole.Button))
    bar.setPalette(palette)
    heading = label(title, "title", bold=sketch.rng.random() < 0.5)
    signs = WindowButtons(sketch.rng.random() < 0.4)
    line = row(heading, signs)
    line.insertStretch(1)
    line.setContentsMargins(8, 4, 8, 4)
    bar.setLayout(line)
    whole = QVBoxLayout(frame)
    whole.setContentsMargins(1, 1, 1, 1)
    whole.setSpacing(0)
    whole.addWidget(bar)
    whole.addWidget(body, 1)
    return frame


def body(layout: QVBoxLayout | QHBoxLayout, margin: int = 14) -> QWidget:
    """The inside of a window."""
    made = QWidget()
    layout.setContentsMargins(margin, margin, margin, margin)
    made.setLayout(layout)
    return made


def settle(made: QWidget) -> None:
    """Give a window, and all that is in it, the size that its contents need."""
    made.ensurePolished()
    made.adjustSize()
    layout = made.layout()
    if layout is not None:
        layout.activate()


def place_anywhere(sketch: Sketch, made: QWidget) -> None:
    """Put a window of its own size somewhere on the screen."""
    settle(made)
    spare_x = max(0, sketch.root.width() - made.width())
    spare_y = max(0, sketch.root.height() - made.height())
    made.move(int(spare_x * sketch.rng.uniform(0.1, 0.9)), int(spare_y * sketch.rng.uniform(0.1, 0.9)))


def fill_screen(sketch: Sketch, made: QWidget) -> None:
    """Let a window fill the screen; where its contents need more, it is larger than the screen, which is noticed."""
    settle(made)
    made.setGeometry(0, 0, max(made.width(), sketch.root.width()), max(made.height(), sketch.root.height()))
