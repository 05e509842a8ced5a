"""The conversation as the main window shows it: each paragraph begins with its kind, in words and with an icon."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF
from PySide6.QtGui import (
    QFont,
    QPainter,
    QPaintEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from edge_assistant.assistant.events import (
    DoneEvent,
    ErrorEvent,
    Event,
    NoticeEvent,
    ReadEvent,
    SentenceEvent,
    WindowEvent,
)
from edge_assistant.system.i18n import tr
from edge_assistant.system.text_cleaning import Unshortened, clean
from edge_assistant.ui.contrast import outline_colour
from edge_assistant.ui.icons.drawn import draw_icon
from edge_assistant.ui.read_only_text import ReadOnlyText
from edge_assistant.ui.style import LARGE_SPACE, SMALL_SPACE, SPACE

MOST_PARAGRAPHS = 400
"""So many paragraphs are shown, some hundred questions; more would take memory without end, 3 KB each. With the oldest
ones goes what belongs to them."""

_DROPPED_AT_ONCE = 40
"""Paragraphs that are over before the oldest are dropped, so that the text moves seldom."""

_GUTTER = 1.75
"""Width in line heights of the room for the icons."""

_ANSWER_SIZE = 1.2
"""How much larger answers are than other text."""


class Kind(IntEnum):
    """The kind of a paragraph, kept in its first block's user state."""

    QUESTION = 0
    ANSWER = 1
    WINDOW = 2
    NOTE = 3
    ERROR = 4


_ICONS = {
    Kind.QUESTION: "question",
    Kind.ANSWER: "answer",
    Kind.WINDOW: "window",
    Kind.NOTE: "note",
    Kind.ERROR: "error",
}


def _prefixed(kind: Kind, text: str) -> str:
    """Return a paragraph's text as it is shown and heard: its kind first."""
    shown = Unshortened(clean(text))
    match kind:
        case Kind.QUESTION:
            return tr("You: {question}", question=shown)
        case Kind.ANSWER:
            return tr("Answer: {text}", text=shown)
        case Kind.WINDOW:
            return tr("Window: {title}", title=shown)
        case Kind.NOTE:
            return tr("Note: {text}", text=shown)
        case Kind.ERROR:
            return tr("Error: {text}", text=shown)


def _look(kind: Kind) -> QTextCharFormat:
    """Return the look of a paragraph's text: questions are bold, answers larger."""
    look = QTextCharFormat()
    if kind == Kind.ANSWER:
        look.setProperty(QTextFormat.Property.FontSizeAdjustment, 1)  # a step of the document's sizes: _ANSWER_SIZE
    elif kind in (Kind.QUESTION, Kind.ERROR):
        look.setFontWeight(QFont.Weight.Bold)
    return look


def _begins_topic(block: QTextBlock) -> bool:
    """Return whether a question begins here, or an answer to none, such as that about a file."""
    kind = block.userState()
    if kind in (Kind.ANSWER, Kind.ERROR):
        return block.previous().userState() not in (Kind.QUESTION, Kind.WINDOW)
    return kind in (Kind.QUESTION, Kind.WINDOW)


def _next_block(block: QTextBlock, is_wanted: Callable[[QTextBlock], bool]) -> QTextBlock:
    """Return this block or the next one that is wanted, an invalid one where there is none."""
    while block.isValid() and not is_wanted(block):
        block = block.next()
    return block


def _paragraph(kind: Kind) -> QTextBlockFormat:
    paragraph = QTextBlockFormat()
    paragraph.setIndent(1)
    paragraph.setTopMargin(LARGE_SPACE if kind in (Kind.QUESTION, Kind.WINDOW) else SMALL_SPACE)
    paragraph.setBottomMargin(SMALL_SPACE)
    return paragraph


class ConversationView(ReadOnlyText):
    """The conversation as text, made from events."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = ""
        """The latest answer, as far as it has arrived."""
        self._open_request: int | None = None
        self._answer_request: int | None = None
        self._part_request: int | None = None
        self._part_start = 0  # where the answer, or its newest part, begins in the document
        self._fit_gutter()

    def show_question(self, text: str) -> None:
        """Add the user's question."""
        self._append(Kind.QUESTION, text)

    def show_more(self, id: int, *, continues: bool) -> None:
        """Add that the user asked for more; with `continues`, what comes in request `id` is a part of the answer."""
        self.show_question(tr("More"))
        if continues and self.answer:
            self.answer += "\n"
            self._answer_request = id

    def show_event(self, event: Event) -> None:
        """Add an event's text: an answer sentence by sentence, everything else as a paragraph."""
        if isinstance(event, SentenceEvent):
            self._append_sentence(event)
        elif isinstance(event, WindowEvent):
            self._append(Kind.WINDOW, event.shown_title)
        elif isinstance(event, NoticeEvent):
            self._append(Kind.NOTE, event.message)
        elif isinstance(event, ErrorEvent):
            self._append(Kind.ERROR, event.message)
        elif isinstance(event, ReadEvent):
            self._open_request = None
        elif isinstance(event, DoneEvent):
            if self._part_request == event.index:
                self._mark(event.unconfirmed or ())
            if event.stop == "cancelled" and self._open_request == event.index:
                self._append(Kind.NOTE, tr("Stopped."))
            self._open_request = None

    def forget(self) -> None:
        """Clear the conversation and the answer."""
        self.clear()
        self.answer = ""
        self._open_request = self._answer_request = self._part_request = None

    def changeEvent(self, event: QEvent) -> None:
        """Give the icons as much room as letters of another size need."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange):
            self._fit_gutter()

    def line_width(self) -> int:
        """Return the width of the longest line, in the letters of answers, and of the icons beside it."""
        return round(self._gutter + _ANSWER_SIZE * super().line_width())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the text, the icons beside it, and a line above each question."""
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        block, bottom = self.cursorForPosition(QPoint(0, 0)).block(), self.viewport().height()
        while block.isValid() and (top := self._top(block)) < bottom:
            if block.userState() >= 0:
                self._paint_kind(painter, Kind(block.userState()), block, top)
            block = block.next()
        painter.end()

    def _paint_kind(self, painter: QPainter, kind: Kind, block: QTextBlock, top: float) -> None:
        height = self.fontMetrics().height()
        line = block.layout().lineAt(0)
        middle = top + line.y() + line.height() / 2
        rect = QRectF((self._gutter - height) / 2 + SMALL_SPACE, middle - height / 2, height, height)
        draw_icon(_ICONS[kind], painter, rect, self.palette().text().color())
        if kind == Kind.QUESTION and block.blockNumber() > 0:
            painter.setPen(outline_colour(self.palette()))
            right = self.lineWrapColumnOrWidth() - SPACE
            painter.drawLine(QPointF(SPACE, top - SPACE), QPointF(right, top - SPACE))

    def _top(self, block: QTextBlock) -> float:
        """Return where a block's first line begins in the viewport, without the margin above it."""
        return block.layout().position().y() - self.verticalScrollBar().value()

    def _fit_gutter(self) -> None:
        self._gutter = _GUTTER * self.fontMetrics().height()
        self.document().setIndentWidth(self._gutter)
        self.fit_lines()

    def _append_sentence(self, sentence: SentenceEvent) -> None:
        continues = self._open_request == sentence.index
        if self._part_request != sentence.index:
            self._part_request, self._part_start = sentence.index, self.document().characterCount() - 1
        spaced = f"{sentence.before}{sentence.text}"
        self.answer = self.answer + spaced if self._answer_request == sentence.index else sentence.text
        if continues:
            self.add(spaced, _look(Kind.ANSWER))
        else:
            self._append(Kind.ANSWER, sentence.text)
        self._open_request = self._answer_request = sentence.index

    def _mark(self, unconfirmed: Sequence[str]) -> None:
        """Mark what could not be confirmed in the newest answer, by words, weight and a line.

        A copy of the answer has no marks.
        """
        look = QTextCharFormat()
        look.setFontWeight(QFont.Weight.Bold)
        look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        for text in unconfirmed:
            cursor = self.document().find(text, self._part_start, QTextDocument.FindFlag.FindCaseSensitively)
            if not cursor.isNull():
                cursor.mergeCharFormat(look)
                cursor.setPosition(cursor.selectionEnd())
                cursor.insertText(" " + tr("(not confirmed)"), _look(Kind.ANSWER))

    def _append(self, kind: Kind, text: str) -> None:
        self._open_request = None
        self.add("", paragraph=_paragraph(kind))
        self.document().lastBlock().setUserState(kind)
        self.add(_prefixed(kind, text), _look(kind))
        if self.document().blockCount() > MOST_PARAGRAPHS + _DROPPED_AT_ONCE:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        """Drop the oldest questions with all that belongs to them, unless somebody reads there, and say so there."""
        oldest_kept = self.document().findBlockByNumber(self.document().blockCount() - MOST_PARAGRAPHS)
        first = _next_block(oldest_kept, _begins_topic)
        if not first.isValid():  # such as many notes
            first = _next_block(oldest_kept, lambda block: block.userState() >= 0)
        own_cursor = self.textCursor()
        is_read = self.hasFocus() and min(own_cursor.anchor(), own_cursor.position()) < first.position()
        left = self.document().blockCount() - first.blockNumber()
        if is_read or not first.isValid() or left < MOST_PARAGRAPHS // 2:  # a long answer stays for a while
            return
        scroll_bar = self.verticalScrollBar()
        was_scrolled_down, below = scroll_bar.value() == scroll_bar.maximum(), scroll_bar.maximum() - scroll_bar.value()
        length = self.document().characterCount()
        oldest = QTextCursor(self.document())
        oldest.setPosition(first.position() - 1, QTextCursor.MoveMode.KeepAnchor)  # the first block stays, empty
        oldest.removeSelectedText()
        oldest.setBlockFormat(_paragraph(Kind.NOTE))
        oldest.block().setUserState(Kind.NOTE)
        oldest.insertText(_prefixed(Kind.NOTE, tr("What was before this is no longer shown.")), _look(Kind.NOTE))
        self._part_start += self.document().characterCount() - length
        scroll_bar.setValue(scroll_bar.maximum() - (0 if was_scrolled_down else below))
