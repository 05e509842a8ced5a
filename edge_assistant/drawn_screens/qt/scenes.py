"""Screens without programs: shapes to count, icons in places, pages of text, paper, and those that show nothing."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from edge_assistant.drawn_screens.qt.painted import SHAPES, Icon, Shape
from edge_assistant.drawn_screens.qt.sketch import Sketch, fill_screen, label, paragraph, row, settle
from edge_assistant.drawn_screens.qt.survey import COUNTED
from edge_assistant.drawn_screens.truth import Question
from edge_assistant.drawn_screens.values import price_fact

COLOURS = ("#c0392b", "#2471a3", "#1e8449", "#b7950b", "#7d3c98", "#d35400")
_MOST_OF_A_SHAPE = 12
_PAPER_MARGIN = 26
_GROUND_AROUND_PAPER = (1.2, 1.6)
"""Sides of a photograph, in sides of the sheet: from, to."""
_HEADING = 1.5


def counting(sketch: Sketch) -> None:
    """From two to twelve equal shapes, and among them sometimes some of another shape."""
    rng, words = sketch.rng, sketch.words
    shapes = rng.sample(SHAPES, rng.choice((1, 1, 2)))
    counts = {shape: rng.randint(2, _MOST_OF_A_SHAPE) for shape in shapes}
    ground = _ground(sketch)
    width, height = sketch.root.width(), sketch.root.height()
    columns, rows = 6, 4
    cell = min(width // columns, height // rows)
    side = int(cell * rng.uniform(0.45, 0.75))
    spots = rng.sample([(column, line) for line in range(rows) for column in range(columns)], sum(counts.values()))
    colours = dict(zip(shapes, rng.sample(COLOURS, len(shapes)), strict=True))
    for shape, count in counts.items():
        for _ in range(count):
            column, line = spots.pop()
            made = Shape(shape, colours[shape], side, ground)
            made.setProperty(COUNTED, shape)
            spare_x, spare_y = width // columns - side, height // rows - side
            made.move(
                column * width // columns + rng.randint(0, spare_x), line * height // rows + rng.randint(0, spare_y)
            )
    for shape, question in zip(SHAPES, words.ask_shapes, strict=True):
        if shape in counts:
            sketch.ask_number(question, counts[shape])


def places(sketch: Sketch) -> None:
    """Icons with labels, each somewhere on the screen."""
    rng, words = sketch.rng, sketch.words
    names = sketch.some(words.icons, 3, 7, others_absent=True)
    taken: list[QRect] = []
    for name in names:
        icon = Icon(name, rng.choice(SHAPES), rng.choice(COLOURS), sketch.root)
        icon.setProperty(COUNTED, "icon")
        for _ in range(300):
            icon.move(
                rng.randint(0, max(0, sketch.root.width() - icon.width())),
                rng.randint(0, max(0, sketch.root.height() - icon.height())),
            )
            if not any(icon.geometry().adjusted(-8, -8, 8, 8).intersects(other) for other in taken):
                break
        taken.append(icon.geometry())
        sketch.fact(name)
    missing = rng.choice([each for each in words.icons if each not in names])
    sketch.ask_yes_no(words.ask_icon.format(label=missing), False, absent=True)
    sketch.places_asked = 3


def page(sketch: Sketch) -> None:
    """A heading and paragraphs in one or two columns."""
    rng, words, values = sketch.rng, sketch.words, sketch.values
    sketch.title = title = values.fill(rng.choice(words.page_titles)).text
    sketch.fact(title)
    columns = rng.choice((1, 2, 2))
    em = QFontMetrics(sketch.root.font()).horizontalAdvance("M")
    width = (36 if columns == 1 else 18) * em
    sentences = rng.sample(words.sentences, rng.randint(3, 6) * columns)
    across = QHBoxLayout()
    across.setSpacing(2 * em)
    for number in range(columns):
        down = QVBoxLayout()
        half = len(sentences) // columns
        mine = sentences[number * half : (number + 1) * half]
        for at in range(0, len(mine), 2):
            filled = [values.fill(each) for each in mine[at : at + 2]]
            sketch.key_facts += [fact for each in filled for fact in each.facts]
            down.addWidget(paragraph(" ".join(each.text for each in filled), width))
        down.addStretch()
        across.addLayout(down)
    across.addStretch()
    whole = QVBoxLayout()
    whole.addWidget(label(title, "title", bold=True, larger=_HEADING))
    whole.addLayout(across)
    whole.addStretch()
    shown = _ground(sketch)
    shown.setLayout(whole)
    fill_screen(sketch, shown)


def letter(sketch: Sketch) -> None:
    """A letter on paper."""
    rng, words, values = sketch.rng, sketch.words, sketch.values
    sender = rng.choice(words.senders)
    subject, text = rng.choice(words.mails)
    chosen: dict[str, str] = {}
    about, filled = values.fill(subject, chosen), values.fill(text, chosen)
    sketch.title = about.text
    sketch.fact(about.text)
    sketch.fact(sender)
    sketch.key_facts += [*about.facts, *filled.facts]
    em = QFontMetrics(sketch.root.font()).horizontalAdvance("M")
    width = 22 * em
    whole = QVBoxLayout()
    whole.addWidget(label(sender, "text", bold=True, larger=1.2))
    whole.addWidget(label(f"{rng.choice(words.towns)}, {values.date()}"))
    whole.addSpacing(16)
    whole.addWidget(paragraph(about.text, width, "title"))
    whole.addSpacing(8)
    whole.addWidget(label(words.greeting))
    whole.addWidget(paragraph(filled.text, width))
    sentence = values.fill(rng.choice(words.sentences))
    whole.addWidget(paragraph(sentence.text, width))
    whole.addSpacing(8)
    whole.addWidget(label(words.closing))
    whole.addStretch()
    if filled.facts:
        sketch.questions.append(Question(words.ask_message, "text", filled.facts))
    _paper(sketch, whole)


def receipt(sketch: Sketch) -> None:
    """A receipt with its goods, prices and total."""
    rng, words, values = sketch.rng, sketch.words, sketch.values
    sketch.title = words.receipt_title
    sketch.fact(words.receipt_title)
    goods = QGridLayout()
    total = 0
    for number, product in enumerate(sketch.some(words.products, 3, 6, others_absent=True)):
        hundredths = rng.randrange(101, 1999)
        total += hundredths
        goods.addWidget(label(product, "label"), number, 0)
        goods.addWidget(label(values.amount(hundredths), "value"), number, 1, Qt.AlignmentFlag.AlignRight)
        sketch.fact(product)
    goods.setColumnMinimumWidth(0, 9 * QFontMetrics(sketch.root.font()).horizontalAdvance("M"))
    amount = values.amount(total)
    sketch.key_facts.append(price_fact(amount))
    sketch.questions.append(Question(words.ask_total, "number", (price_fact(amount),)))
    whole = QVBoxLayout()
    whole.addWidget(label(words.receipt_title, "title", bold=True, larger=1.3), 0, Qt.AlignmentFlag.AlignHCenter)
    whole.addWidget(label(f"{rng.choice(words.senders)}, {values.town()}"), 0, Qt.AlignmentFlag.AlignHCenter)
    whole.addWidget(label(values.date()), 0, Qt.AlignmentFlag.AlignHCenter)
    whole.addSpacing(8)
    whole.addLayout(goods)
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    whole.addWidget(line)
    last = row(label(words.total, "label", bold=True), label(amount, "value", bold=True))
    last.insertStretch(1)
    whole.addLayout(last)
    whole.addSpacing(8)
    whole.addWidget(label(words.thanks), 0, Qt.AlignmentFlag.AlignHCenter)
    _paper(sketch, whole)


def blank(sketch: Sketch) -> None:
    """One colour."""
    _ground(sketch)


def _ground(sketch: Sketch) -> QWidget:
    """A plain ground over the whole screen, in the palette's colour of windows."""
    ground = QFrame(sketch.root)
    ground.setAutoFillBackground(True)
    ground.setGeometry(sketch.root.rect())
    return ground


def _paper(sketch: Sketch, layout: QVBoxLayout) -> None:
    """A sheet of paper in the middle of the picture, which is not much larger than the sheet.

    The photograph is made of it afterwards.
    """
    root = sketch.root
    sheet = QFrame(root)
    sheet.setAutoFillBackground(True)
    layout.setContentsMargins(*4 * [_PAPER_MARGIN])
    sheet.setLayout(layout)
    settle(sheet)
    width, height = (
        min(whole, int(side * sketch.rng.uniform(*_GROUND_AROUND_PAPER)))
        for whole, side in ((root.width(), sheet.width()), (root.height(), sheet.height()))
    )
    root.setFixedSize(width, height)
    sheet.move((width - sheet.width()) // 2, (height - sheet.height()) // 2)
