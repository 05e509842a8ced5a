"""The palette: a list of what can be described, chosen by letter, over the frozen desktop."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QIcon, QKeyEvent, QPainter, QPalette, QPen, QPixmap, QScreen
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QStyleFactory, QVBoxLayout

from edge_assistant.controller.palette_items import QUESTIONS, PaletteItem
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.ui import front
from edge_assistant.ui.heading import ScaledFont
from edge_assistant.ui.overlay.focus_loss import FocusLoss
from edge_assistant.ui.plain_text import PlainLabel
from edge_assistant.ui.retranslate import TranslatedLabels
from edge_assistant.ui.speaking.announcer import leave_quietly, speak_for_itself

ENTRY_PREFIX = "entry-"
"""How the names of choices begin that open a window of ours."""
_OPEN_LISTS = ("history", "spell", "help")
"""Other choices that are answered by a window alone. It may have been below this one, and is to be heard."""

_FONT_FACTOR = 1.5
"""Factor of the font's size, since the palette is read at a glance."""

_MARGIN = 20
"""Least height in pixels that is left of the screen above and below together."""


class Palette(QFrame):
    """The palette; it closes itself before it emits one of its signals."""

    HELP = (tr_noop("Enter chooses, ? reads all, Escape closes"),)

    chosen = Signal(str)
    """The name of the chosen item."""
    dismissed = Signal(bool)
    """Closed without a choice: whether the focus is to be given back."""

    def __init__(self, announce: Callable[[str, bool], None], reader_announces_focus: Callable[[], bool]) -> None:
        """`announce` is called with a text to speak, and whether it interrupts.

        `reader_announces_focus` returns whether a screen reader announces the focus by itself.
        """
        super().__init__(None, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint)
        speak_for_itself(self)
        self._announce = announce
        self._reader_announces_focus = reader_announces_focus
        self._items: tuple[PaletteItem, ...] = ()
        self._parent_items: tuple[PaletteItem, ...] = ()  # while the children of one of them are shown
        labels = TranslatedLabels(self)
        labels.add(self.setWindowTitle, tr_noop("Edge Assistant, choices"))
        self.setFrameStyle(QFrame.Shape.Box | QFrame.Shadow.Plain)
        self.setLineWidth(3)
        ScaledFont(self, _FONT_FACTOR)
        heading = PlainLabel()
        labels.add(heading.setText, tr_noop("Choose by letter"))
        ScaledFont(heading, _FONT_FACTOR, bold=True)
        self._list = QListWidget()
        self._list_style = QStyleFactory.create("fusion")
        self._list.setStyle(self._list_style)
        labels.add(self._list.setAccessibleName, tr_noop("Choices"))
        labels.add(self._list.setAccessibleDescription, self.HELP[0])
        ScaledFont(self._list, _FONT_FACTOR)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._list.installEventFilter(self)
        self._list.itemClicked.connect(self._on_clicked)
        self._list.currentRowChanged.connect(self._on_row)
        hint = PlainLabel()
        labels.add(hint.setText, self.HELP[0])
        layout = QVBoxLayout(self)
        for each in (heading, self._list, hint):
            layout.addWidget(each)
        self._focus_loss = FocusLoss(self, lambda: (self,), lambda: self._dismiss(restore_focus=False))

    def open(self, items: Sequence[PaletteItem], screen: QScreen) -> None:
        """Show the items in the middle of a screen, with the focus on the first."""
        self._parent_items = ()
        self._show_items(items, 0, screen)
        front.activate(self)
        self._list.setFocus()
        if not self._reader_announces_focus():
            hint = tr("Press its letter, or a question mark to hear all.")
            opened = tr("Choices. {first}", first=self._items[0].spoken)
            self._announce(". ".join((opened, hint)), False)

    def close_quietly(self) -> None:
        """Hide the palette and drop its items, without a signal."""
        self._focus_loss.stop()
        self.hide()
        self._items = self._parent_items = ()
        self._list.blockSignals(True)
        self._list.clear()
        self._list.blockSignals(False)

    @property
    def help(self) -> list[str]:
        """All items and keys as sentences."""
        escape = tr("Escape goes back.") if self._parent_items else tr("Escape closes.")
        return [*(f"{each.spoken}." for each in self._items), escape]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle the list's keys: a letter chooses, and where other keys lead is spoken."""
        if watched is self._list and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._on_key(event)
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        """Close the palette some time after it has lost the focus, as a menu does."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:
            self._focus_loss.note_activation()

    def _on_key(self, event: QKeyEvent) -> bool:
        key, text = event.key(), event.text().lower()
        if key == Qt.Key.Key_Escape and self._parent_items:
            self._go_back()
        elif key == Qt.Key.Key_Escape:
            self._dismiss(restore_focus=True)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self._choose(self._items[self._list.currentRow()])
        elif key == Qt.Key.Key_F1 or text == "?":
            for number, sentence in enumerate(self.help):
                self._announce(sentence, number == 0)
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            pass  # nothing else can take the focus
        elif text.strip() and text.isprintable():
            if not event.isAutoRepeat():
                self._on_letter(text)
        else:
            row = self._list.currentRow()
            QListWidget.keyPressEvent(self._list, event)
            at_end = key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and row == self._list.currentRow()
            if at_end and not event.isAutoRepeat():
                self._on_row(row)
        return True

    def _on_letter(self, letter: str) -> None:
        for item in self._items:
            if item.key == letter:
                self._choose(item)
                return
        self._announce(tr("There is no choice {key}. A question mark reads all.", key=letter.upper()), True)

    def _on_row(self, row: int) -> None:
        if 0 <= row < len(self._items) and not self._reader_announces_focus():
            self._announce(self._items[row].spoken, True)

    def _on_clicked(self, list_item: QListWidgetItem) -> None:
        self._choose(self._items[self._list.row(list_item)])

    def _choose(self, item: PaletteItem) -> None:
        if item.name == QUESTIONS:
            self._open_questions(item)
            return
        if item.name not in _OPEN_LISTS and not item.name.startswith(ENTRY_PREFIX):
            leave_quietly(self)
        self.close_quietly()
        self.chosen.emit(item.name)

    def _open_questions(self, item: PaletteItem) -> None:
        """Show the person's own questions in place of all items, or say that there is none."""
        if not item.children:
            self._announce(tr("You have no questions of your own yet. Write them in the settings."), True)
            return
        self._parent_items = self._items
        self._show_items(item.children, 0, self.screen())
        if not self._reader_announces_focus():
            self._announce(tr("Questions. {first}", first=self._items[0].spoken), True)

    def _go_back(self) -> None:
        """Show all items again, at the one whose children were shown."""
        items, self._parent_items = self._parent_items, ()
        row = next(number for number, each in enumerate(items) if each.children)
        self._show_items(items, row, self.screen())
        self._on_row(row)

    def _show_items(self, items: Sequence[PaletteItem], row: int, screen: QScreen) -> None:
        self._items = tuple(items)
        self._list.blockSignals(True)
        self._list.clear()
        self._raise_contrast()
        for item in self._items:
            self._list.addItem(self._make_list_item(item))
        self._list.setCurrentRow(row)
        self._list.blockSignals(False)
        self._fit_to_screen(screen)

    def _dismiss(self, *, restore_focus: bool) -> None:
        self.close_quietly()
        self.dismissed.emit(restore_focus)

    def _make_list_item(self, item: PaletteItem) -> QListWidgetItem:
        list_item = QListWidgetItem(self._draw_key(item.key), item.label)
        list_item.setData(Qt.ItemDataRole.AccessibleTextRole, item.spoken)
        return list_item

    def _draw_key(self, key: str) -> QIcon:
        """Draw a letter as a key of a keyboard."""
        side, ratio = self._key_size(), self.devicePixelRatioF()
        picture = QPixmap(round(side * ratio), round(side * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(Qt.GlobalColor.transparent))
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().text().color(), 2))
        painter.setBrush(self.palette().base())
        box = QRectF(2, 2, side - 4, side - 4)
        painter.drawRoundedRect(box, 5, 5)
        painter.setFont(_bold(self.font()))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, key.upper())
        painter.end()
        icon = QIcon(picture)
        icon.addPixmap(picture, QIcon.Mode.Selected)  # else the style would tint it
        return icon

    def _fit_to_screen(self, screen: QScreen) -> None:
        """Resize the palette to its content, in whole rows and no larger than the screen, and centre it."""
        key_size = self._key_size()
        self._list.setIconSize(QSize(key_size, key_size))
        available = screen.availableGeometry()
        row = max(1, self._list.sizeHintForRow(0))
        self._list.setFixedHeight(row)  # whatever it had when it was open before
        other_height = self.sizeHint().height() - row
        rows = max(1, min(self._list.count(), (available.height() - other_height - _MARGIN) // row))
        self._list.setFixedHeight(rows * row)
        widest = self._list.sizeHintForColumn(0) + 2 * self._list.verticalScrollBar().sizeHint().width()
        self._list.setMinimumWidth(min(widest, available.width() * 9 // 10))
        self.adjustSize()
        self.move(available.center() - self.rect().center())

    def _key_size(self) -> int:
        return round(self.fontMetrics().height() * 1.3)

    def _raise_contrast(self) -> None:
        """Invert the selected row's colours: themes mark it by colours with little contrast.

        The list has a style that obeys: Windows' own has colours of its own there.
        """
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Highlight, palette.color(QPalette.ColorRole.Text))
        palette.setColor(QPalette.ColorRole.HighlightedText, palette.color(QPalette.ColorRole.Base))
        self._list.setPalette(palette)


def _bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setBold(True)
    return bold
