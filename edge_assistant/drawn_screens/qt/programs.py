"""Windows of programs: tables, charts, settings, mail, an open menu, a desktop with two windows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QFont, QFontMetrics, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QMenuBar,
    QSizePolicy,
    QSlider,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from edge_assistant.drawn_screens.qt.dialogs import message_box
from edge_assistant.drawn_screens.qt.painted import BarChart, paint_shape
from edge_assistant.drawn_screens.qt.sketch import (
    Sketch,
    body,
    buttons,
    fill_screen,
    label,
    paragraph,
    place_anywhere,
    row,
    settle,
    window,
)
from edge_assistant.drawn_screens.qt.survey import HIGHLIGHTED_ROW
from edge_assistant.drawn_screens.truth import Question
from edge_assistant.drawn_screens.values import FilledText, price_fact

_BAR_COLOURS = ("#3b6fb5", "#c2572b", "#3f8f4f", "#8a4fa0", "#b58a1f", "#2f8f8f")
_CHART_SIZE = QSize(300, 180)
_LINE_EMS = 20


def table(sketch: Sketch) -> None:
    """A table with a header, from three to seven rows and one empty cell."""
    words, rng, values = sketch.words, sketch.rng, sketch.values
    sketch.title = title = f"{rng.choice(words.table_titles)} {rng.randrange(2021, 2028)}"
    sketch.fact(title)
    header = [words.item, words.quantity, words.price, words.town]
    rows = [
        [product, values.count(), values.price(), values.town()]
        for product in sketch.some(words.products, 3, 7, others_absent=True)
    ]
    empty = rng.randrange(len(rows)), rng.randrange(1, len(header))
    rows[empty[0]][empty[1]] = ""
    asked, column = rng.choice([(line, column) for line in rows for column in range(1, len(header)) if line[column]])
    about = words.ask_cell.format(row=asked[0], column=header[column])
    sketch.questions.append(Question(about, "text", (price_fact(asked[column]),)))
    about = words.ask_cell.format(row=rows[empty[0]][0], column=header[empty[1]])
    sketch.questions.append(Question(about, "state", (words.empty,)))
    sketch.ask_number(words.ask_rows, len(rows))
    sketch.key_facts += [(line[0],) for line in rows]

    made = QTableWidget(len(rows), len(header))
    made.setHorizontalHeaderLabels(header)
    made.verticalHeader().hide()
    _quiet(made)
    made.setAlternatingRowColors(rng.random() < 0.5)
    made.setShowGrid(rng.random() < 0.7)
    for number, line in enumerate(rows):
        for at, text in enumerate(line):
            item = QTableWidgetItem(text)
            side = Qt.AlignmentFlag.AlignRight if at in (1, 2) else Qt.AlignmentFlag.AlignLeft
            item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            made.setItem(number, at, item)
    made.resizeColumnsToContents()
    made.resizeRowsToContents()
    for at in range(len(header)):
        made.setColumnWidth(at, made.columnWidth(at) + 16)
    made.setFixedSize(
        sum(made.columnWidth(at) for at in range(len(header))) + 2 * made.frameWidth(),
        sum(made.rowHeight(at) for at in range(len(rows)))
        + made.horizontalHeader().sizeHint().height()
        + 2 * made.frameWidth(),
    )
    whole = QVBoxLayout()
    whole.addLayout(row(made, stretch_after=True))
    whole.addLayout(row(*buttons(sketch.some(words.buttons, 1, 3)), stretch_before=True))
    whole.addStretch()
    shown = window(sketch, title, body(whole))
    (fill_screen if rng.random() < 0.4 else place_anywhere)(sketch, shown)


def chart(sketch: Sketch) -> None:
    """A bar chart with three to six bars of different heights."""
    words, rng = sketch.words, sketch.rng
    titles, names = rng.choice(((words.town_charts, words.towns), (words.product_charts, words.products)))
    sketch.title = title = rng.choice(titles).format(year=rng.randrange(2015, 2027))
    sketch.fact(title)
    names = tuple(rng.sample(names, rng.randint(3, 6)))
    step = rng.choice((1, 2, 5))
    heights = [step * each for each in rng.sample(range(13, 98), len(names))]
    bars = BarChart(list(names), heights, 100 * step, rng.sample(_BAR_COLOURS, len(names)), _CHART_SIZE)
    highest = names[heights.index(max(heights))]
    asked = rng.randrange(len(names))
    sketch.questions.append(Question(words.ask_value.format(label=names[asked]), "number", ((str(heights[asked]),),)))
    sketch.questions.append(
        Question(words.ask_highest, "text", ((highest,),), tuple(each for each in names if each != highest))
    )
    sketch.key_facts += [(name,) for name in names] + [(str(each),) for each in heights]
    whole = QVBoxLayout()
    heading = label(title, "title", bold=True, larger=1.3)
    whole.addLayout(row(heading, stretch_before=True, stretch_after=True))
    whole.addWidget(bars, 1)
    shown = QFrame(sketch.root)
    shown.setAutoFillBackground(True)
    shown.setLayout(whole)
    fill_screen(sketch, shown)


def settings(sketch: Sketch) -> None:
    """Categories at the side, with switches and sliders of the chosen one."""
    words, rng = sketch.words, sketch.rng
    sketch.title = words.settings_title
    sketch.fact(words.settings_title)
    categories = sketch.some(words.categories, 3, 6)
    side = _list([(each, False) for each in categories])
    side.setCurrentRow(rng.randrange(len(categories)))
    chosen = categories[side.currentRow()]
    sketch.fact(chosen)
    right = QVBoxLayout()
    right.addWidget(label(chosen, "title", bold=True, larger=1.3))
    for text in sketch.some(words.switches, 2, 4, others_absent=True):
        switch = QCheckBox(text)
        switch.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        switch.setChecked(rng.random() < 0.5)
        right.addWidget(switch)
        sketch.fact(text)
        sketch.ask_yes_no(words.ask_ticked.format(label=text), switch.isChecked())
    grid = QGridLayout()
    names = sketch.some(words.sliders, 1, 3, others_absent=True)
    for number, name in enumerate(names):
        value = int(sketch.values.count())
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, 100)
        slider.setValue(value)
        slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        slider.setMinimumWidth(140)
        grid.addWidget(label(name, "label"), number, 0)
        grid.addWidget(slider, number, 1)
        grid.addWidget(label(f"{value} %", "value"), number, 2)
        sketch.fact(str(value))
        sketch.questions.append(Question(words.ask_value.format(label=name), "number", ((str(value),),)))
    right.addLayout(grid)
    right.addStretch()
    columns = QHBoxLayout()
    columns.addWidget(side)
    columns.addLayout(right, 1)
    shown = window(sketch, words.settings_title, body(columns))
    (fill_screen if rng.random() < 0.6 else place_anywhere)(sketch, shown)


def mail(sketch: Sketch) -> None:
    """Folders, a list of messages of which some are unread, and the open message."""
    words, rng, values = sketch.words, sketch.rng, sketch.values
    sketch.title = words.mail_title
    messages: list[tuple[str, str, FilledText]] = []
    subjects = rng.sample(words.mails, len(words.mails))
    for sender, (subject, text) in zip(sketch.some(words.senders, 3, 4, others_absent=True), subjects, strict=False):
        chosen: dict[str, str] = {}
        messages.append((sender, values.fill(subject, chosen).text, values.fill(text, chosen)))
    opened = rng.randrange(len(messages))
    unread = rng.sample([at for at in range(len(messages)) if at != opened], rng.randint(1, len(messages) - 1))
    sketch.ask_number(words.ask_unread, len(unread))
    sender, subject, filled = messages[opened]
    sketch.fact(subject)
    sketch.fact(sender)
    sketch.key_facts += [*filled.facts]
    sketch.questions.append(
        Question(
            words.ask_subject,
            "text",
            ((subject,),),
            tuple(other for at, (_, other, _) in enumerate(messages) if at != opened and other not in subject),
        )
    )
    folders = _list([(each, False) for each in words.folders])
    folders.setCurrentRow(0)
    listed = _list([(f"{one}\n{about}", at in unread) for at, (one, about, _) in enumerate(messages)])
    listed.setCurrentRow(opened)
    em = QFontMetrics(sketch.root.font()).horizontalAdvance("M")
    message = QVBoxLayout()
    message.addWidget(label(subject, "title", bold=True, larger=1.2))
    message.addWidget(label(sender, "label"))
    message.addSpacing(6)
    message.addWidget(paragraph(filled.text, _LINE_EMS * em))
    message.addStretch()
    message.addLayout(row(*buttons(sketch.some(words.buttons, 1, 2), default=None), stretch_after=True))
    columns = QHBoxLayout()
    columns.addWidget(folders)
    columns.addWidget(listed)
    columns.addLayout(message, 1)
    fill_screen(sketch, window(sketch, words.mail_title, body(columns, 6)))


def menu(sketch: Sketch) -> None:
    """A window of an editor whose menu is open; one entry is greyed, one may be ticked."""
    words, rng, values = sketch.words, sketch.rng, sketch.values
    document = values.thing()
    sketch.title = title = f"{document} - {words.editor_title}"
    sketch.fact(document.rsplit(" ", 1)[-1])
    bar = QMenuBar()
    bar.setNativeMenuBar(False)
    for name in words.menus:
        bar.addAction(name)
    entries = sketch.some(words.entries, 4, 7)
    opened = rng.randrange(len(words.menus))
    greyed, ticked = rng.sample(entries, 2)
    shortcuts = iter(rng.sample([f"Ctrl+{letter}" for letter in "NOSEPWQ"], 7))
    whole = QVBoxLayout()
    whole.addWidget(bar)
    text = QVBoxLayout()
    em = QFontMetrics(sketch.root.font()).horizontalAdvance("M")
    shown_menu = QMenu(sketch.root)
    for entry in entries:
        action = QAction(entry, shown_menu)
        if rng.random() < 0.4 and sketch.root.layoutDirection() == Qt.LayoutDirection.LeftToRight:
            action.setText(f"{entry}\t{next(shortcuts)}")
        action.setEnabled(entry != greyed)
        if entry == ticked:
            action.setCheckable(True)
            action.setChecked(True)
        shown_menu.addAction(action)
    shown_menu.setWindowFlags(Qt.WindowType.Widget)
    shown_menu.setAutoFillBackground(True)
    shown_menu.setFont(sketch.root.font())
    shown_menu.show()
    settle(shown_menu)
    shown_menu.resize(shown_menu.sizeHint())
    # The text begins below the menu, so that all of it can be seen.
    text.addSpacing(shown_menu.height() + 10)
    for _ in range(rng.randint(1, 2)):
        filled = values.fill(rng.choice(words.sentences))
        text.addWidget(paragraph(filled.text, 22 * em))
    text.addStretch()
    whole.addLayout(text, 1)
    frame = window(sketch, title, body(whole, 6))
    (fill_screen if rng.random() < 0.5 else place_anywhere)(sketch, frame)

    def open_menu() -> None:
        rect = bar.actionGeometry(bar.actions()[opened])
        corner = bar.mapTo(sketch.root, rect.bottomLeft())
        if sketch.root.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            corner = bar.mapTo(sketch.root, rect.bottomRight()) - QPoint(shown_menu.width(), 0)
        shown_menu.move(max(0, min(corner.x(), sketch.root.width() - shown_menu.width())), corner.y() + 1)
        shown_menu.raise_()

    sketch.when_shown.append(open_menu)
    sketch.key_facts += [(each,) for each in entries]
    sketch.ask_yes_no(words.ask_greyed.format(label=greyed), True)
    missing = rng.choice([each for each in words.entries if each not in entries])
    sketch.ask_yes_no(words.ask_entry.format(label=missing), False, absent=True)
    sketch.ask_yes_no(words.ask_entry.format(label=rng.choice(entries)), True)


def desktop(sketch: Sketch) -> None:
    """Two windows beside each other: a message, and a short text."""
    words, rng, values = sketch.words, sketch.rng, sketch.values
    title, message = rng.choice(words.dialogs)
    first = message_box(sketch, title, message, (2, 3), sketch.root.style().StandardPixmap.SP_MessageBoxInformation)
    em = QFontMetrics(sketch.root.font()).horizontalAdvance("M")
    document = values.thing()
    heading = f"{document} - {words.editor_title}"
    number = document.rsplit(" ", 1)[-1]
    sketch.fact(number)
    text = QVBoxLayout()
    for template in rng.sample(words.sentences, 2):
        text.addWidget(paragraph(values.fill(template).text, 16 * em))
    second = window(sketch, heading, body(text))
    sketch.questions.append(Question(words.ask_windows, "text", ((title,), (number,))))
    settle(first)
    settle(second)
    shown = [first, second] if rng.random() < 0.5 else [second, first]
    across = first.width() + second.width() + 20 <= sketch.root.width()
    if across:
        spare = sketch.root.width() - first.width() - second.width() - 20
        at = rng.randint(0, spare)
        for each in shown:
            each.move(at, rng.randint(0, max(0, sketch.root.height() - each.height())))
            at += each.width() + 20
    else:
        spare = max(0, sketch.root.height() - first.height() - second.height() - 10)
        at = rng.randint(0, spare)
        for each in shown:
            each.move(rng.randint(0, max(0, sketch.root.width() - each.width())), at)
            at += each.height() + 10


def _quiet(view: QAbstractItemView) -> None:
    """Leave out scroll bars and the focus, which would hide or change something."""
    view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setFocusPolicy(Qt.FocusPolicy.NoFocus)


def _list(entries: Sequence[tuple[str, bool]]) -> QListWidget:
    """A list whose entries are all seen; those that are unread are bold, and have a dot where there are any."""
    made = QListWidget()
    _quiet(made)
    side = QFontMetrics(made.font()).height() // 2 if any(unread for _, unread in entries) else 0
    made.setIconSize(QSize(side, side))
    made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
    widest = 0
    for text, unread in entries:
        item = QListWidgetItem(text)
        font = QFont(made.font())
        font.setBold(unread)
        item.setFont(font)
        if unread:
            item.setData(HIGHLIGHTED_ROW, "unread")
        if side:
            item.setIcon(_dot(side, made.palette().highlight().color() if unread else QColor(0, 0, 0, 0)))
        made.addItem(item)
        widest = max(widest, *(QFontMetrics(font).horizontalAdvance(line) for line in text.split("\n")))
    made.setFixedWidth(widest + side + 30)
    height = sum(made.sizeHintForRow(at) for at in range(made.count())) + 2 * made.frameWidth()
    made.setMinimumHeight(height + 4)
    return made


def _dot(side: int, colour: QColor) -> QIcon:
    """A filled circle; four times as large as it is shown at most, for screens with more pixels."""
    pixmap = QPixmap(4 * side, 4 * side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_shape(painter, "circle", QRectF(pixmap.rect()), colour)
    painter.end()
    return QIcon(pixmap)
