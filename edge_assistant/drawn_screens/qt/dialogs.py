"""Dialogs, error messages and forms."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QGroupBox,
    QLabel,
    QLineEdit,
    QRadioButton,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from edge_assistant.drawn_screens.qt.sketch import (
    Sketch,
    body,
    buttons,
    label,
    paragraph,
    place_anywhere,
    row,
    window,
)
from edge_assistant.drawn_screens.qt.survey import LABEL
from edge_assistant.drawn_screens.truth import Question
from edge_assistant.drawn_screens.values import grouped_fact

_LINE_EMS = 24  # width of a message, in widths of the letter M
_ICON_LINES = 2


def dialog(sketch: Sketch) -> None:
    """A question with two to four buttons, sometimes with a tick box."""
    title, message = sketch.rng.choice(sketch.words.dialogs)
    place_anywhere(sketch, message_box(sketch, title, message, (2, 4), QStyle.StandardPixmap.SP_MessageBoxQuestion))


def error(sketch: Sketch) -> None:
    """A message that says what went wrong, with one to three buttons."""
    title, message = sketch.rng.choice(sketch.words.errors)
    place_anywhere(sketch, message_box(sketch, title, message, (1, 3), QStyle.StandardPixmap.SP_MessageBoxCritical))


def message_box(
    sketch: Sketch, title: str, message: str, count: tuple[int, int], icon: QStyle.StandardPixmap
) -> QWidget:
    """A window with an icon, a message and buttons; adds its facts and questions."""
    words, rng = sketch.words, sketch.rng
    sketch.title = sketch.title or title
    filled = sketch.values.fill(message)
    names = sketch.some(words.buttons, *count)
    sketch.fact(title)
    sketch.key_facts += [*filled.facts, *((name,) for name in names)]
    em = QFontMetrics(sketch.root.font()).horizontalAdvance("M")
    picture = QLabel()
    side = _ICON_LINES * QFontMetrics(sketch.root.font()).height()
    picture.setPixmap(sketch.root.style().standardIcon(icon).pixmap(side, side))
    picture.setAlignment(Qt.AlignmentFlag.AlignTop)
    whole = QVBoxLayout()
    whole.addLayout(row(picture, paragraph(filled.text, _LINE_EMS * em), stretch_after=True))
    if rng.random() < 0.4:
        whole.addSpacing(6)
        whole.addLayout(row(*_tick_boxes(sketch, words.dialog_options, 1), stretch_after=True))
    whole.addSpacing(10)
    whole.addLayout(row(*buttons(names, default=rng.randrange(len(names))), stretch_before=True))
    if filled.facts:
        sketch.questions.append(Question(words.ask_message, "text", filled.facts))
    sketch.ask_number(words.ask_buttons, len(names))
    there, missing = rng.choice(names), rng.choice([each for each in words.buttons if each not in names])
    sketch.ask_yes_no(words.ask_button.format(label=there), True)
    sketch.ask_yes_no(words.ask_button.format(label=missing), False, absent=True)
    return window(sketch, title, body(whole))


def form(sketch: Sketch) -> None:
    """Fields with labels, of which one is empty and one greyed; options, tick boxes and buttons."""
    words, rng, values = sketch.words, sketch.rng, sketch.values
    sketch.title = title = rng.choice(words.form_titles)
    sketch.fact(title)
    entries = {
        words.order: values.digits(7),
        words.postcode: values.digits(5),
        words.quantity: values.count(),
        words.date: values.date(),
    }
    names = rng.sample(list(entries), rng.randint(2, 4))
    greyed = rng.choice(names)
    lines = QFormLayout()
    lines.setHorizontalSpacing(14)
    lines.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    for name in names:
        lines.addRow(label(name, "label"), _field(name, entries[name], enabled=name != greyed))
    lines.addRow(label(words.remarks, "label"), _field(words.remarks, ""))
    towns = QComboBox()
    towns.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    towns.addItem(town := values.town())
    towns.setProperty(LABEL, words.town)
    lines.addRow(label(words.town, "label"), towns)
    asked = rng.choice([each for each in names if each != words.date] or [words.town])
    value = entries.get(asked, town)
    sketch.questions.append(Question(words.ask_field.format(label=asked), "text", (grouped_fact(value),)))
    sketch.questions.append(Question(words.ask_field.format(label=words.remarks), "state", (words.empty,)))
    sketch.ask_yes_no(words.ask_greyed.format(label=greyed), True)
    sketch.key_facts += [grouped_fact(entries[name]) for name in names if name != words.date]
    sketch.fact(town)

    heading, options = rng.choice(words.groups)
    group, chosen = _choice(heading, options, rng.randrange(len(options)))
    sketch.fact(chosen)
    sketch.questions.append(
        Question(
            words.ask_chosen.format(label=heading),
            "state",
            ((chosen,),),
            tuple(each for each in options if each != chosen),
        )
    )
    boxes = _tick_boxes(sketch, words.options, rng.randint(2, 3))
    sketch.ask_number(words.ask_tick_boxes, len(boxes))
    whole = QVBoxLayout()
    whole.addLayout(lines)
    whole.addWidget(group)
    for box in boxes:
        whole.addWidget(box)
    whole.addSpacing(8)
    names = sketch.some(words.buttons, 2, 2)
    made = buttons(names, default=None)
    if rng.random() < 0.5:
        made[0].setEnabled(False)
    whole.addLayout(row(*made, stretch_before=True))
    place_anywhere(sketch, window(sketch, title, body(whole)))


def numbers(sketch: Sketch) -> None:
    """A window with numbers of 12 digits, some in groups."""
    words, rng = sketch.words, sketch.rng
    sketch.title = title = rng.choice(words.number_titles)
    sketch.fact(title)
    lines = QFormLayout()
    lines.setHorizontalSpacing(14)
    size = rng.choice((0, 0, 3, 4))
    for name in rng.sample(words.number_labels, rng.randint(2, 4)):
        number = sketch.values.long_number()
        sketch.numbers.append(number)
        sketch.key_facts.append(grouped_fact(number))
        shown = " ".join(number[at : at + size] for at in range(0, len(number), size)) if size else number
        # The digits of a number run from the left in every language.
        value = label(shown, "number")
        lines.addRow(label(name, "label"), value)
        value.setProperty(LABEL, name)
        sketch.questions.append(Question(words.ask_number.format(label=name), "number", (grouped_fact(number),)))
    sketch.absent.append(sketch.values.long_number())
    whole = QVBoxLayout()
    whole.addLayout(lines)
    whole.addSpacing(10)
    whole.addLayout(row(*buttons(sketch.some(words.buttons, 1, 2)), stretch_before=True))
    place_anywhere(sketch, window(sketch, title, body(whole)))


def _field(name: str, text: str, *, enabled: bool = True) -> QLineEdit:
    edit = QLineEdit(text)
    edit.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    edit.setProperty(LABEL, name)
    edit.setEnabled(enabled)
    edit.setMinimumWidth(QFontMetrics(edit.font()).horizontalAdvance(text + "MMM") + 10)
    return edit


def _choice(heading: str, options: tuple[str, ...], chosen: int) -> tuple[QGroupBox, str]:
    group = QGroupBox(heading)
    layout = QVBoxLayout(group)
    for number, option in enumerate(options):
        button = QRadioButton(option)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setChecked(number == chosen)
        layout.addWidget(button)
    group.setMinimumWidth(QFontMetrics(group.font()).horizontalAdvance(heading) + 30)
    return group, options[chosen]


def _tick_boxes(sketch: Sketch, labels: Sequence[str], count: int) -> list[QCheckBox]:
    made = []
    for text in sketch.some(labels, count, count, others_absent=True):
        box = QCheckBox(text)
        box.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        box.setChecked(sketch.rng.random() < 0.5)
        made.append(box)
        sketch.ask_yes_no(sketch.words.ask_ticked.format(label=text), box.isChecked())
    return made
