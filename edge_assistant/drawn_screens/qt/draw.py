"""Draws one screen: chooses its look, composes it, makes it roomier until everything fits, and reads its truth."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date

from PIL import Image
from PySide6.QtCore import QDate, QEvent, QLocale, QPoint, Qt
from PySide6.QtGui import QFont, QImage, QRegion
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from edge_assistant.drawn_screens.jobs import Job
from edge_assistant.drawn_screens.photograph import photograph, unreadable
from edge_assistant.drawn_screens.phrases import RIGHT_TO_LEFT, phrases
from edge_assistant.drawn_screens.phrases.phrase_set import PhraseSet
from edge_assistant.drawn_screens.qt import dialogs, programs, reading, scenes
from edge_assistant.drawn_screens.qt.look import MOST_PIXELS, Look, choose_look
from edge_assistant.drawn_screens.qt.painted import Plain
from edge_assistant.drawn_screens.qt.painted_text import painted_texts, with_lines
from edge_assistant.drawn_screens.qt.sketch import Sketch
from edge_assistant.drawn_screens.qt.survey import Survey, Surveyor
from edge_assistant.drawn_screens.truth import (
    PHOTOGRAPHS,
    DrawnScreen,
    Kind,
    Question,
    ScreenTruth,
    boxes_of,
    with_boxes,
)
from edge_assistant.drawn_screens.values import Values

_COMPOSERS: dict[Kind, Callable[[Sketch], None]] = {
    "dialog": dialogs.dialog,
    "error": dialogs.error,
    "form": dialogs.form,
    "table": programs.table,
    "mail": programs.mail,
    "settings": programs.settings,
    "chart": programs.chart,
    "menu": programs.menu,
    "page": scenes.page,
    "letter": scenes.letter,
    "receipt": scenes.receipt,
    "numbers": dialogs.numbers,
    "counting": scenes.counting,
    "places": scenes.places,
    "desktop": programs.desktop,
    "unreadable": scenes.page,
    "blank": scenes.blank,
    "chat": reading.chat,
    "code": reading.code,
    "columns": reading.columns,
    "grid": reading.grid,
}
_PAPER = ("#fcfcf7", "#16161a", "#ffffff", "#eeeeea")
_PHOTOGRAPH_SCALE = 2.0
_LEAST_MARGIN = 0.05
"""Share of the picture's sides that is kept around what is photographed."""
_MOST_ABSENT = 12
_LATIN_DIGITS = {first + digit: str(digit) for first in (0x660, 0x6F0) for digit in range(10)}


def draw(application: QApplication, job: Job, families: list[str]) -> DrawnScreen:
    """Draw a screen in one of the families. Raises RuntimeError where its contents fit no screen at all."""
    kind, language, seed, name = job.kind, job.language, job.seed, job.name
    rng = random.Random(f"{seed} look")
    look: Look | None = choose_look(rng, families, job.scale)
    assert look is not None
    if kind in PHOTOGRAPHS:
        look = replace(look, dark=False, colours=_PAPER, scale=_PHOTOGRAPH_SCALE, keep_scale=False)
    words = phrases(language)
    while look is not None:
        _use(application, look, language)
        sketch = _compose(application, kind, words, look, language, seed)
        surveyor = Surveyor(sketch.root, look.scale)
        surveyor.read(sketch.root)
        found = surveyor.found
        found.texts = with_lines(found.texts, painted_texts(sketch.root), look.scale)
        if language not in RIGHT_TO_LEFT:  # there a text is painted in parts
            found.cut += [each.text for each in found.texts if not each.lines]
        if not found.cut and (kind not in PHOTOGRAPHS or _is_in_view(found, sketch)):
            try:
                return _finish(sketch, found, kind, language, seed, name)
            finally:
                _discard(application, sketch.root)
        cut = found.cut
        _discard(application, sketch.root)
        look = look.roomier()
    raise RuntimeError(f"{name} does not fit: {cut}")


def drawn_letters(language: str) -> str:
    """Return every letter that screens of a language may show."""
    words = phrases(language)
    texts: list[str] = []

    def collect(value: object) -> None:
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, tuple):
            for each in value:
                collect(each)

    for each in fields(words):
        if not each.name.startswith("ask_") and each.name not in ("yes", "no", "empty", "numbers", "date_format"):
            collect(getattr(words, each.name))
    texts += [_date_writer(words, language)(date(2025, month, 1)) for month in range(1, 13)]
    return "".join(sorted(set("".join(texts)) - set("{}_"))) + "0123456789%-+CtrlNOSEPWQ"


def _use(application: QApplication, look: Look, language: str) -> None:
    """Make the application look so; widgets take it over when they are made."""
    if application.style().name().casefold() != look.style.casefold():
        application.setStyle(QStyleFactory.create(look.style))
    application.setPalette(look.palette())
    application.setFont(QFont(look.family, look.points))
    right = language in RIGHT_TO_LEFT
    application.setLayoutDirection(Qt.LayoutDirection.RightToLeft if right else Qt.LayoutDirection.LeftToRight)


def _compose(application: QApplication, kind: Kind, words: PhraseSet, look: Look, language: str, seed: str) -> Sketch:
    """Make the widgets, show them (on no screen), and wait until they are laid out."""
    rng = random.Random(f"{seed} contents")
    root = Plain(look.backdrop, 150)
    root.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    root.setFixedSize(*look.size)
    sketch = Sketch(rng, words, Values(rng, words, _date_writer(words, language)), look, root)
    _COMPOSERS[kind](sketch)
    root.show()
    _work_off(application)
    for adjust in sketch.when_shown:
        adjust()
    _work_off(application)
    return sketch


def _finish(sketch: Sketch, found: Survey, kind: Kind, language: str, seed: str, name: str) -> DrawnScreen:
    look = sketch.look
    image = _picture(sketch.root, look)
    rng = random.Random(f"{seed} finish")
    if kind == "unreadable":
        highest = max(each.box[3] - each.box[1] for each in found.texts if each.role == "title")
        image = unreadable(image, highest, rng)
        truth = ScreenTruth(readable=False, absent=_absent(sketch, found, rng))
    elif kind == "blank":
        truth = ScreenTruth(blank=True, absent=_absent(sketch, found, rng))
    else:
        if kind in PHOTOGRAPHS:
            boxes = [*(box for each in found.texts for box in boxes_of(each)), *found.places.values()]
            image, moved = photograph(image, boxes, rng)
            rest = iter(moved)
            found.texts = [with_boxes(each, rest) for each in found.texts]
            found.places = dict(zip(found.places, rest, strict=True))
        truth = ScreenTruth(
            title=sketch.title,
            texts=tuple(found.texts),
            key_facts=tuple(dict.fromkeys(sketch.key_facts)),
            counts=found.counts,
            places=found.places,
            numbers=tuple(sketch.numbers),
            states=found.states,
            absent=_absent(sketch, found, rng),
            questions=(*sketch.questions, *_places_asked(sketch, found, rng)),
        )
    return DrawnScreen(name, kind, image, language, look.style, look.dark, truth, look.family, look.points, look.scale)


def _places_asked(sketch: Sketch, found: Survey, rng: random.Random) -> list[Question]:
    labels = sorted(found.places)
    return [
        Question(sketch.words.ask_where.format(label=label), "place", box=found.places[label])
        for label in rng.sample(labels, min(len(labels), sketch.places_asked))
    ]


def _absent(sketch: Sketch, found: Survey, rng: random.Random) -> tuple[str, ...]:
    """What is nowhere in the texts, not even as a part of a word: of the same sort, then names of other screens."""
    shown = "\n".join(each.text for each in found.texts).casefold()
    words = sketch.words
    alike = dict.fromkeys(rng.sample(sketch.absent, len(sketch.absent)))
    others = [sketch.values.thing().rsplit(" ", 1)[-1] for _ in range(2)]
    for names in (words.towns, words.products, words.senders, [title for title, _ in words.dialogs]):
        others += rng.sample(names, 3)
    absent = [each for each in (*list(alike)[: _MOST_ABSENT // 2], *others) if each.casefold() not in shown]
    return tuple(dict.fromkeys(absent))[:_MOST_ABSENT]


def _is_in_view(found: Survey, sketch: Sketch) -> bool:
    """Whether a photograph is not too large, and there is a margin around everything."""
    width, height = _pixels(sketch.root, sketch.look)
    across, down = width * _LEAST_MARGIN, height * _LEAST_MARGIN
    return (width <= MOST_PIXELS[0] and height <= MOST_PIXELS[1]) and all(
        each.box[0] >= across and each.box[1] >= down and each.box[2] <= width - across and each.box[3] <= height - down
        for each in found.texts
    )


def _pixels(root: QWidget, look: Look) -> tuple[int, int]:
    """Return the width and height of the picture of a widget."""
    return int(root.width() * look.scale), int(root.height() * look.scale)


def _picture(root: QWidget, look: Look) -> Image.Image:
    width, height = _pixels(root, look)
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(look.scale)
    root.render(
        image,
        QPoint(),
        QRegion(),
        QWidget.RenderFlag.DrawWindowBackground | QWidget.RenderFlag.DrawChildren,
    )
    # Each pixel is a number of 32 bits, the blue in the lowest eight.
    order = "BGRX" if sys.byteorder == "little" else "XRGB"
    return Image.frombytes("RGB", (width, height), bytes(image.constBits()), "raw", order, image.bytesPerLine())


def _date_writer(words: PhraseSet, language: str) -> Callable[[date], str]:
    locale = QLocale(language)

    def write(day: date) -> str:
        text = locale.toString(QDate(day.year, day.month, day.day), words.date_format)
        return text.translate(_LATIN_DIGITS)

    return write


def _work_off(application: QApplication) -> None:
    application.sendPostedEvents()
    application.processEvents()


def _discard(application: QApplication, root: QWidget) -> None:
    root.close()
    root.deleteLater()
    application.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
