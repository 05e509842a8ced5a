"""The window with the lines and tables of a picture's text, walked through by keyboard."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QApplication, QDialog, QListWidget, QTableWidget, QVBoxLayout, QWidget

from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.controller.lines import LinesSource
from edge_assistant.ocr.page import Box
from edge_assistant.system.i18n import catalogue_language, tr, tr_noop
from edge_assistant.text.languages import Sentence
from edge_assistant.ui import front
from edge_assistant.ui.lines.cursor import TextCursor, is_right_to_left
from edge_assistant.ui.lines.entries import Entries, Entry, TableEntry
from edge_assistant.ui.lines.feed import LinesFeed
from edge_assistant.ui.lines.line_announcer import LineAnnouncer
from edge_assistant.ui.lines.table_view import TextTable
from edge_assistant.ui.plain_text import PlainLabel
from edge_assistant.ui.retranslate import TranslatedLabels
from edge_assistant.ui.speaking.announcer import tell_when_closed
from edge_assistant.ui.style import invert_selection

_LATER_MS = 100
"""Time between two looks at the lines that came."""

_CONTROL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_MOVES = (
    *(Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right),
    *(Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown),
)


class LinesWindow(QDialog):
    """A list with one item a line, and a table where the item is one. The mouse pointer is never moved.

    Its speech follows that of a LineAnnouncer: with a screen reader, that alone speaks of lines and cells.
    """

    HELP = (
        tr_noop("Up and down go by line, in a table the arrows go by cell."),
        tr_noop("Control with left and right goes by word, shift with them by letter."),
        tr_noop("A letter goes to the next line that begins with it. Space says the line again."),
        tr_noop("Tab enters a table, Escape leaves it."),
        tr_noop("Control C copies the line or the cell, control shift C copies everything."),
        tr_noop("Escape closes."),
    )

    closed = Signal(bool)
    """The person closed the window: whether it had the focus."""
    hidden = Signal()
    """The window was hidden, by the person or for a picture."""
    place_changed = Signal(object, object)
    """The LinesSource that is shown and the place (ocr.page.Box) of what has the focus in it, or None and None."""

    def __init__(
        self,
        say: Callable[[str], None],
        silence: Callable[[], None],
        reader_announces_focus: Callable[[], bool],
        language: Callable[[], str | None],
    ) -> None:
        """`say` speaks a text (which may be a Sentence with its language) after those before it, `silence` ends these;
        `language` returns the code of the answers' language. See LineAnnouncer for `reader_announces_focus`.
        """
        super().__init__()
        tell_when_closed(self)
        self._say = say
        self._silence = silence
        self._language = language
        self._focus = LineAnnouncer(self, say, reader_announces_focus, silence, self._describe)
        self._source: LinesSource | None = None
        self._feed: LinesFeed | None = None
        self._entries = Entries()
        self._complete = False
        self._is_placed = False  # until the line is there at which the walk begins; Qt chooses the first one meanwhile
        self._table_explained = False
        self._end_said = False
        self._cursor: TextCursor | None = None
        self._typed_at = QElapsedTimer()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._take_lines)
        labels = TranslatedLabels(self)
        labels.add(self.setWindowTitle, tr_noop("Lines of the picture"))
        self.heading = PlainLabel()
        self.heading.setWordWrap(True)
        self.heading.setMinimumWidth(1)  # one very long word must not widen the window
        self.list = QListWidget()
        self.list.setUniformItemSizes(True)  # else ten thousand lines are measured one by one
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setSelectionMode(QListWidget.SelectionMode.ContiguousSelection)
        labels.add(self.list.setAccessibleName, tr_noop("Lines of the picture"))
        self.table = TextTable()
        for view in (self.list, self.table):
            invert_selection(view)
        labels.add(self.table.setAccessibleName, tr_noop("Table"))
        self.table.hide()
        self.status = PlainLabel()
        self.status.setWordWrap(True)
        hint = PlainLabel()
        hint.setWordWrap(True)
        labels.add(hint.setText, tr_noop("F1 reads the keys, Tab enters a table, Escape closes"))
        layout = QVBoxLayout(self)
        layout.addWidget(self.heading)
        layout.addWidget(self.list, 2)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.status)
        layout.addWidget(hint)
        for each in (self.list, self.table):
            each.installEventFilter(self)
        self.list.currentRowChanged.connect(self._on_row)
        self.list.itemDoubleClicked.connect(lambda _: self._say_again())
        self.table.currentCellChanged.connect(self._on_cell)
        self.finished.connect(self._on_finished)
        line_height, available = self.fontMetrics().height(), self.screen().availableSize()
        self.resize(
            min(36 * line_height, available.width() * 9 // 10), min(24 * line_height, available.height() * 8 // 10)
        )

    @property
    def source(self) -> LinesSource | None:
        """What is shown, None while there is nothing."""
        return self._source

    @Slot(object)
    def open_lines(self, source: LinesSource) -> None:
        """Show the lines of a text in front, each as it comes; a text that is shown already stays where it is, unless
        its reading was stopped at another line since then.
        """
        if self._source is None or self._source.text is not source.text:
            self._clear()
            self._source = source
            self.heading.setText(source.title)
            self.heading.setVisible(bool(source.title))
            self.status.setText(tr("Reading the text"))
            self._feed = LinesFeed(self._expected_language())
            self._feed.changed.connect(self._on_feed, Qt.ConnectionType.QueuedConnection)
            self._feed.start(source.text)
        elif self._source.start != source.start:
            self._source = source
            self._go_to_start()
        is_new_here = self.isActiveWindow()  # else the focus announces itself
        front.bring_to_front(self, self._say)
        self._focus.move_to(self.list, quietly=is_new_here)
        if is_new_here:
            self._announce(*self._describe(self.list))

    @Slot()
    def forget(self) -> None:
        """Close the window and drop the text; say so where it was open."""
        was_open = self.isVisible()
        self.hide()
        self._clear()
        if was_open:
            self._say(tr("The lines are closed."))
            self.closed.emit(False)

    @Slot(object, object, str)
    def show_picture(self, captured: CapturedPicture | None, *_: object) -> None:
        """Forget the text when its picture is forgotten (`captured` is None), or another takes its place."""
        if self._source is not None and (captured is None or captured.image is not self._source.captured.image):
            self.forget()

    def showEvent(self, event: QShowEvent) -> None:
        """Tell the place of the line once more: what marks it on the screen was hidden."""
        super().showEvent(event)
        self._tell_place()

    def hideEvent(self, event: QHideEvent) -> None:
        """Tell that there is no place to mark now."""
        super().hideEvent(event)
        self.hidden.emit()
        self.place_changed.emit(None, None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle the keys of list and table."""
        if isinstance(event, QKeyEvent) and watched in (self.list, self.table):
            if event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                assert isinstance(watched, QWidget)
                return self._on_key(watched, event)
        return super().eventFilter(watched, event)

    def _on_key(self, widget: QWidget, event: QKeyEvent) -> bool:
        key, modifiers = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        in_table = widget is self.table
        self._is_placed = self._is_placed or self.list.count() > 0
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and modifiers in (_CONTROL, _SHIFT):
            forward = (key == Qt.Key.Key_Right) != is_right_to_left(self._text)
            self._step(1 if forward else -1, by_word=modifiers == _CONTROL)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not in_table and self._table_entry is not None:
            self._enter_table()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and not modifiers:
            if not event.isAutoRepeat():
                self._say_again()
        elif key == Qt.Key.Key_Tab and not in_table and self._table_entry is not None:
            self._enter_table()
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab) or (key == Qt.Key.Key_Escape and in_table):
            self._leave_table() if in_table else self._say_again()
        elif key == Qt.Key.Key_C and modifiers == _CONTROL | _SHIFT:
            self._copy("\n".join(entry.copied for entry in self._entries))
        elif event.matches(QKeySequence.StandardKey.Copy):
            self._copy(self.table.selected_text() if in_table else self._selected_lines())
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.table.selectAll() if in_table else self.list.selectAll()
            self._announce(Sentence(tr("Everything is selected."), None))
        elif key == Qt.Key.Key_F1:
            self._silence()
            for sentence in self.HELP:
                self._say(tr(sentence))
        else:
            return self._on_other_key(widget, event)
        return True

    def _on_other_key(self, widget: QWidget, event: QKeyEvent) -> bool:
        """Let the widget handle the key; where it leads nowhere, say that, or again what has the focus."""
        if event.text().strip().isprintable() and event.text().strip() and not event.modifiers() & _CONTROL:
            return self._on_letter(event.text())
        if event.key() not in _MOVES or event.isAutoRepeat():
            return False
        before = self._focus_place()
        if widget is self.table:
            QTableWidget.keyPressEvent(self.table, event)
        else:
            QListWidget.keyPressEvent(self.list, event)
        if self._focus_place() == before:
            self._say_again()
        return True

    def _on_letter(self, letter: str) -> bool:
        """Say where nothing begins with a letter, unless it goes on with a word; the widget looks for it."""
        goes_on = self._typed_at.isValid() and self._typed_at.elapsed() < QApplication.keyboardInputInterval()
        self._typed_at.start()
        view = self.table if self.table.hasFocus() else self.list
        first = view.model().index(0, max(0, view.currentIndex().column()))
        role, flag = Qt.ItemDataRole.DisplayRole, Qt.MatchFlag.MatchStartsWith
        if not goes_on and not view.model().match(first, role, letter, 1, flag):
            self._silence()
            self._say(tr("Nothing begins with {letter}.", letter=letter))
        return False

    @Slot()
    def _on_feed(self) -> None:
        """Take the first lines at once, and later ones ten times a second: a large table is shown anew each time."""
        if not self._entries.lines:
            self._take_lines()
        elif not self._later.isActive():
            self._later.start(_LATER_MS)

    @Slot()
    def _take_lines(self) -> None:
        if self._feed is None or self._source is None:
            return
        lines, page, failure = self._feed.take()
        for line, language in lines:
            self._entries.add(line, language)
        if page is not None:
            self._entries = self._entries.finished(page, self._expected_language())
        self._complete = page is not None or failure is not None
        self._show_entries()
        if failure is not None:
            self._end_with(str(failure))
        elif page is not None:
            unreadable = tr("Some of the text is in a script that I cannot read here.") if page.unreadable else ""
            self._end_with(unreadable or ("" if page.lines else tr("No text was found.")))

    def _end_with(self, sentence: str) -> None:
        self.status.setText(sentence)
        self.status.setVisible(bool(sentence))
        if sentence and not self._end_said and (self.isActiveWindow() or self._focus.reader_announces_focus()):
            self._end_said = True  # more than one message from the reading's thread may find it at its end
            self._say(sentence)  # else it is said with the list, once that has the focus

    def _show_entries(self) -> None:
        """Show the entries in the list; what has the focus keeps it."""
        shown = self.list.count()
        labels = [entry.label for entry in self._entries]
        for row, label in enumerate(labels[:shown]):
            item = self.list.item(row)
            if item.text() != label:
                item.setText(label)
        self.list.addItems(labels[shown:])
        while self.list.count() > len(labels):
            self.list.takeItem(self.list.count() - 1)
        if not self._is_placed:
            self._go_to_start()
        elif self._table_entry is not None or self.table.isVisible():
            self._show_table()

    def _go_to_start(self) -> None:
        """Go to the line at which the walk begins, once it is there."""
        assert self._source is not None
        rows = self._entries.rows
        if rows and (self._source.start < len(rows) or self._complete):
            self._cursor = None
            self._is_placed = True
            self._go_quietly(rows[min(self._source.start, len(rows) - 1)])
            if self.list.hasFocus() and not self._focus.reader_announces_focus():
                for sentence in self._line_sentences():  # after the name of the list, which may still be spoken
                    self._say(sentence)

    def _clear(self) -> None:
        if self._feed is not None:
            self._feed.stop()
        self._later.stop()
        self._feed = self._source = self._cursor = None
        self._complete = self._is_placed = self._table_explained = self._end_said = False
        self._entries = Entries()
        self.list.blockSignals(True)
        self.list.clear()
        self.list.blockSignals(False)
        self._show_table()
        self.heading.clear()
        self.status.clear()
        self.status.show()

    def _expected_language(self) -> str:
        return self._language() or catalogue_language()

    @property
    def _entry(self) -> Entry | None:
        row = self.list.currentRow() if self._is_placed else -1
        return self._entries.entries[row] if 0 <= row < len(self._entries.entries) else None

    @property
    def _table_entry(self) -> TableEntry | None:
        entry = self._entry
        return entry if isinstance(entry, TableEntry) else None

    @property
    def _text(self) -> Sentence:
        """The text that has the focus: a line's, or a cell's."""
        if self.table.hasFocus():
            return self.table.text
        entry = self._entry
        if entry is None:
            return Sentence("", None)
        return entry.spoken if isinstance(entry, TableEntry) else entry.text

    def _focus_place(self) -> tuple[bool, int, int, int]:
        return self.table.hasFocus(), self.list.currentRow(), self.table.currentRow(), self.table.currentColumn()

    def _show_table(self) -> None:
        entry = self._table_entry
        had_focus = self.table.hasFocus()
        if entry is None and had_focus:
            self._focus.move_to(self.list, quietly=True)
        self.table.show_table(entry)
        self.table.setVisible(entry is not None)

    def _enter_table(self) -> None:
        self._focus.move_to(self.table, quietly=True)
        self._cursor = None
        self._announce(*self._cell_sentences(row=True, column=True))
        self._tell_place()

    def _leave_table(self) -> None:
        self._focus.move_to(self.list, quietly=True)
        self._cursor = None
        self._announce(*self._line_sentences())
        self._tell_place()

    @Slot(int)
    def _on_row(self, _: int) -> None:
        self._cursor = None
        self._show_table()
        self._announce(*self._line_sentences())
        self._tell_place()

    @Slot(int, int, int, int)
    def _on_cell(self, row: int, column: int, row_before: int, column_before: int) -> None:
        self._cursor = None
        self._announce(*self._cell_sentences(row=row != row_before, column=column != column_before))
        self._tell_place()

    def _describe(self, widget: QWidget) -> list[Sentence]:
        """What is said of list or table when they get the focus."""
        if widget is self.table:
            return self._cell_sentences(row=True, column=True)
        end = [Sentence(self.status.text(), None)] if self._complete and self.status.text() else []
        self._end_said = self._end_said or bool(end)
        return [Sentence(tr("Lines."), None), *self._line_sentences(), *end]

    def _line_sentences(self) -> list[Sentence]:
        """What is said of the line that has the focus: its text, and its number, of how many once that is known."""
        entry = self._entry
        if entry is None:
            return []
        said = [entry.spoken]
        if isinstance(entry, TableEntry) and not self._table_explained:
            self._table_explained = True
            said.append(Sentence(tr("Tab enters it."), None))
        number, count = self.list.currentRow() + 1, self.list.count()
        if self._complete:
            said.append(Sentence(tr("{number} of {count}", number=number, count=count), None))
        return said

    def _cell_sentences(self, *, row: bool, column: bool) -> list[Sentence]:
        """What is said of the cell that has the focus: what changed of its place, and its text."""
        place = self.table.place_name(row=row, column=column)
        text = self.table.text
        return [*place, text if text else Sentence(tr("empty"), None)]

    def _say_again(self) -> None:
        """Say the line or the cell again, also where a screen reader speaks: the person asked for it."""
        self._cursor = None
        self._silence()
        for sentence in self._cell_sentences(row=False, column=False) if self.table.hasFocus() else [self._text]:
            self._say(sentence)

    def _step(self, step: int, *, by_word: bool) -> None:
        """Go by word or by letter, from the end of a line into the next, and say what is there."""
        self._cursor = self._cursor or TextCursor(self._text)
        said = self._next(step, by_word)
        row = self.list.currentRow() + step
        if said is None and not self.table.hasFocus() and 0 <= row < self.list.count():
            self._go_quietly(row)
            self._cursor = TextCursor(self._text, at_end=step < 0)
            said = self._next(step, by_word)
        self._silence()
        if said is not None:
            self._say(said)
        else:
            self._say(tr("Start of the text.") if step < 0 else tr("End of the text."))

    def _next(self, step: int, by_word: bool) -> str | None:
        assert self._cursor is not None
        return self._cursor.word(step) if by_word else self._cursor.letter(step, self._expected_language())

    def _go_quietly(self, row: int) -> None:
        self.list.blockSignals(True)
        self.list.setCurrentRow(row)
        self.list.blockSignals(False)
        self._show_table()
        self._tell_place()

    def _announce(self, *sentences: Sentence) -> None:
        """Say where the focus is, in place of earlier speech, unless a screen reader does."""
        if sentences and self.isVisible():
            self._focus.announce(sentences[0])
            if not self._focus.reader_announces_focus():
                for sentence in sentences[1:]:
                    self._say(sentence)

    def _selected_lines(self) -> str:
        rows = sorted(index.row() for index in self.list.selectedIndexes())
        return "\n".join(self._entries.entries[row].copied for row in rows)

    def _copy(self, text: str) -> None:
        if text:
            QGuiApplication.clipboard().setText(text)
        self._silence()
        self._say(tr("Copied.") if text else tr("There is nothing to copy."))

    def _tell_place(self) -> None:
        entry = self._entry
        box: Box | None = None
        if entry is not None and self.isVisible():
            cell = self.table.cell if self.table.hasFocus() else None
            box = cell.box if cell is not None else entry.box
        self.place_changed.emit(self._source if box is not None else None, box)

    @Slot(int)
    def _on_finished(self, _: int) -> None:
        """Leave the text where it is, to be opened again there, until the picture is forgotten."""
        self.closed.emit(QApplication.activeWindow() in (self, None))
