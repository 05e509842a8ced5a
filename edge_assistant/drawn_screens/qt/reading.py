"""Pages that are hard to read in order: a chat, code, a page with columns at its sides, a grid of settings."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from edge_assistant.drawn_screens.qt.sketch import Sketch, body, fill_screen, label, paragraph, row, window

_CODE = (
    "def total(prices):",
    '    """Add the {word} up."""',
    "    result = {count}",
    "    for price in prices:",
    "        if price > {code}:",
    '            raise ValueError("{code}")',
    "        result += price * {count}",
    "    return round(result, {count})",
    "",
    "class Basket:",
    "    def __init__(self, limit={code}):",
    "        self.limit = limit",
    "        self.items = []",
    "",
    "    def add(self, item, count={count}):",
    "        self.items.append((item, count))",
    "        print(f'{code} added')",
)


def chat(sketch: Sketch) -> None:
    """People at the side, and the messages of one, theirs on the left and ours on the right."""
    rng, words, values = sketch.rng, sketch.words, sketch.values
    names = sketch.some(words.senders, 3, 5)
    sketch.title = title = names[0]
    sketch.fact(title)
    people = QVBoxLayout()
    for name in names:
        people.addWidget(label(name, "entry"))
    people.addStretch()
    em = _em(sketch)
    talk = QVBoxLayout()
    talk.addWidget(label(title, "title", bold=True, larger=1.2))
    for number in range(rng.randint(3, 5)):
        ours = number % 2 == 1
        message = QVBoxLayout()
        text = values.fill(rng.choice(words.sentences)).text
        message.addWidget(paragraph(text, 17 * em))
        message.addWidget(label(f"{values.hour()}:{values.count()}", "value", larger=0.9))
        talk.addLayout(row(_card(message, 6), stretch_before=ours, stretch_after=not ours))
    talk.addStretch()
    columns = QHBoxLayout()
    columns.addLayout(people)
    columns.addSpacing(2 * em)
    columns.addLayout(talk, 1)
    fill_screen(sketch, window(sketch, title, body(columns)))


def code(sketch: Sketch) -> None:
    """Lines of a program, with their numbers or without; lines begin at where they are indented."""
    rng, words, values = sketch.rng, sketch.words, sketch.values
    document = values.thing()
    sketch.title = title = f"{document} - {words.editor_title}"
    sketch.fact(document.rsplit(" ", 1)[-1])
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSize(sketch.root.font().pointSize())
    em = QFontMetrics(font).horizontalAdvance("M")
    lines = QGridLayout()
    lines.setHorizontalSpacing(2 * em)
    lines.setVerticalSpacing(0)
    numbered = rng.random() < 0.5
    for number, line in enumerate(_CODE):
        text = line.format(word="prices", code=values.code(), count=rng.randrange(10))
        shown = _mono(text.strip(), font, indent=(len(text) - len(text.lstrip())) * em)
        if numbered:
            lines.addWidget(_mono(str(number + 1), font), number, 0, Qt.AlignmentFlag.AlignRight)
        if text:
            lines.addWidget(shown, number, 1)
        else:
            lines.setRowMinimumHeight(number, QFontMetrics(font).height())
    whole = QVBoxLayout()
    whole.addLayout(row(*(label(name, "entry") for name in words.menus), stretch_after=True))
    across = QHBoxLayout()
    across.addLayout(lines)
    across.addStretch()
    whole.addLayout(across)
    whole.addStretch()
    fill_screen(sketch, window(sketch, title, body(whole, 6)))


def columns(sketch: Sketch) -> None:
    """A page with a row of links above, links on the left, a text in the middle and notes on the right."""
    rng, words, values = sketch.rng, sketch.words, sketch.values
    sketch.title = title = values.fill(rng.choice(words.page_titles)).text
    sketch.fact(title)
    em = _em(sketch)
    links, notes, middle = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
    for name in sketch.some(words.categories, 3, 6):
        links.addWidget(label(name, "entry"))
    links.addStretch()
    for name in sketch.some(words.icons, 2, 4):
        notes.addWidget(label(name, "entry"))
    notes.addStretch()
    middle.addWidget(label(title, "title", bold=True, larger=1.5))
    for _ in range(rng.randint(2, 4)):
        text = " ".join(values.fill(each).text for each in rng.sample(words.sentences, 2))
        middle.addWidget(paragraph(text, 22 * em))
        middle.addSpacing(em // 2)
    middle.addStretch()
    across = QHBoxLayout()
    across.setSpacing(2 * em)
    for part in (links, middle, notes):
        across.addLayout(part)
    across.addStretch()
    above = row(*(label(name, "entry") for name in words.menus), stretch_after=True)
    above.setSpacing(em)
    whole = QVBoxLayout()
    whole.addLayout(above)
    whole.addSpacing(em)
    whole.addLayout(across)
    whole.addStretch()
    shown = _card(whole, 14, sketch.root)
    fill_screen(sketch, shown)


def grid(sketch: Sketch) -> None:
    """Settings in cards, two or three beside each other: a name, and below it what it does."""
    rng, words, values = sketch.rng, sketch.words, sketch.values
    sketch.title = words.settings_title
    sketch.fact(words.settings_title)
    across = rng.choice((2, 3))
    names = sketch.some(words.categories, across * 2, len(words.categories))
    em = _em(sketch)
    cards = QGridLayout()
    cards.setSpacing(em)
    for number, name in enumerate(names):
        inside = QVBoxLayout()
        inside.addWidget(label(name, "label", bold=True))
        inside.addWidget(paragraph(values.fill(rng.choice(words.sentences)).text, 12 * em))
        inside.addStretch()
        cards.addWidget(_card(inside, 8), number // across, number % across)
    whole = QVBoxLayout()
    whole.addWidget(label(words.settings_title, "title", bold=True, larger=1.4))
    beside = QHBoxLayout()
    beside.addLayout(cards)
    beside.addStretch()
    whole.addLayout(beside)
    whole.addStretch()
    fill_screen(sketch, _card(whole, 14, sketch.root))


def _em(sketch: Sketch) -> int:
    return QFontMetrics(sketch.root.font()).horizontalAdvance("M")


def _card(layout: QVBoxLayout, margin: int, parent: QWidget | None = None) -> QFrame:
    made = QFrame(parent)
    if parent is None:
        made.setFrameShape(QFrame.Shape.Box)
    made.setAutoFillBackground(True)
    layout.setContentsMargins(*4 * [margin])
    made.setLayout(layout)
    return made


def _mono(text: str, font: QFont, indent: int = 0) -> QLabel:
    made = label(text)
    made.setFont(font)
    made.setContentsMargins(indent, 0, 0, 0)
    made.setMinimumWidth(indent + QFontMetrics(font).horizontalAdvance(text) + 2)
    return made
