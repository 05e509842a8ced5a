"""The palette: a list of choices by letter, over a moment of the desktop. It has the keyboard while it is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QIcon, QKeyEvent, QPainter, QPalette, QPen, QPixmap, QScreen
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QVBoxLayout

from edge_assistant.controller.palette_items import PaletteItem
from edge_assistant.system.i18n import later, tr
from edge_assistant.ui.plain_text import PlainLabel
from edge_assistant.ui.retranslate import TranslatedLabels

_LARGER = 1.5
"""Times the desktop's own font: it is read at a glance, if at all."""

_MARGIN = 20
"""Pixels of the desktop that are left above and below it together, at least."""

_AWAY_MS = 300
"""So long another window must have the keyboard: a global key that is held down borrows it, too."""


class Palette(QFrame):
    """`chosen` tells a choice's name, `dismissed` whether the focus is to be given back. It is hidden by then.

    `utter` is called with what is to be heard, and whether in place of what is being said. Where
    `leaves_focus_to_reader` says so, a screen reader says by itself what has the keyboard.
    """

    chosen = Signal(str)
    dismissed = Signal(bool)

    def __init__(self, utter: Callable[[str, bool], None], leaves_focus_to_reader: Callable[[], bool]) -> None:
        super().__init__(None, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint)
        self._utter = utter
        self._leaves_focus_to_reader = leaves_focus_to_reader
        self._choices: tuple[PaletteItem, ...] = ()
        self.labels = TranslatedLabels()
        self.labels.put(self.setWindowTitle, later("Edge Assistant, choices"))
        self.setFrameStyle(QFrame.Shape.Box | QFrame.Shadow.Plain)
        self.setLineWidth(3)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * _LARGER)
        self.setFont(font)
        heading = PlainLabel()
        self.labels.put(heading.setText, later("Choose by letter"))
        heading.setFont(_bold(font))
        self._list = QListWidget()
        self.labels.put(self._list.setAccessibleName, later("Choices"))
        self._list.setFont(font)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._list.installEventFilter(self)
        self._list.itemClicked.connect(self._on_clicked)
        self._list.currentRowChanged.connect(self._on_row)
        hint = PlainLabel()
        self.labels.put(hint.setText, later("Enter chooses, ? reads all, Escape closes"))
        layout = QVBoxLayout(self)
        for each in (heading, self._list, hint):
            layout.addWidget(each)
        self._left = QTimer(self)
        self._left.setSingleShot(True)
        self._left.setInterval(_AWAY_MS)
        self._left.timeout.connect(self._on_left)

    def open(self, choices: Sequence[PaletteItem], screen: QScreen) -> None:
        """Show the choices in the middle of a screen, the first of them with the focus."""
        self._choices = tuple(choices)
        self._list.blockSignals(True)
        self._list.clear()
        self._strengthen()
        for choice in self._choices:
            self._list.addItem(self._item(choice))
        self._list.setCurrentRow(0)
        self._list.blockSignals(False)
        self._fit(screen)
        self.show()
        self.raise_()
        self.activateWindow()
        self._list.setFocus()
        if not self._leaves_focus_to_reader():
            self._utter(tr("Choices. {first}", first=self._choices[0].spoken), False)

    def close_quietly(self) -> None:
        """Hide it and forget what it showed, whoever wanted that."""
        self._left.stop()
        self.hide()
        self._choices = ()
        self._list.blockSignals(True)
        self._list.clear()
        self._list.blockSignals(False)

    @property
    def help(self) -> list[str]:
        """All choices as sentences."""
        return [*(f"{each.spoken}." for each in self._choices), tr("Escape closes.")]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The list's keys: each letter chooses, and what the list does with others is heard."""
        if watched is self._list and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._on_key(event)
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        """A palette that is left is closed, as a menu is."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:
            if self.isActiveWindow():
                self._left.stop()
            elif self.isVisible():
                self._left.start()

    def _on_key(self, event: QKeyEvent) -> bool:
        key, text = event.key(), event.text().lower()
        if key == Qt.Key.Key_Escape:
            self._dismiss(give_back=True)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self._choose(self._choices[self._list.currentRow()])
        elif key == Qt.Key.Key_F1 or text == "?":
            for number, sentence in enumerate(self.help):
                self._utter(sentence, number == 0)
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            pass  # there is nowhere else to go
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
        for choice in self._choices:
            if choice.key == letter:
                self._choose(choice)
                return
        self._utter(tr("There is no choice {key}. A question mark reads all.", key=letter.upper()), True)

    def _on_row(self, row: int) -> None:
        if 0 <= row < len(self._choices) and not self._leaves_focus_to_reader():
            self._utter(self._choices[row].spoken, True)

    def _on_clicked(self, item: QListWidgetItem) -> None:
        self._choose(self._choices[self._list.row(item)])

    def _choose(self, choice: PaletteItem) -> None:
        self.close_quietly()
        self.chosen.emit(choice.name)

    def _on_left(self) -> None:
        if self.isVisible() and not self.isActiveWindow():
            self._dismiss(give_back=False)

    def _dismiss(self, *, give_back: bool) -> None:
        self.close_quietly()
        self.dismissed.emit(give_back)

    def _item(self, choice: PaletteItem) -> QListWidgetItem:
        item = QListWidgetItem(self._key_cap(choice.key), choice.label)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, choice.spoken)
        return item

    def _key_cap(self, key: str) -> QIcon:
        """The key as it is seen on a keyboard."""
        side, ratio = self._cap_side(), self.devicePixelRatioF()
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
        icon.addPixmap(picture, QIcon.Mode.Selected)  # or the style would tint it
        return icon

    def _fit(self, screen: QScreen) -> None:
        """As large as its contents, as far as the screen goes, in the middle; whole rows only."""
        cap = self._cap_side()
        self._list.setIconSize(QSize(cap, cap))
        space = screen.availableGeometry()
        row = max(1, self._list.sizeHintForRow(0))
        others = self.sizeHint().height() - self._list.sizeHint().height()
        rows = max(1, min(self._list.count(), (space.height() - others - _MARGIN) // row))
        self._list.setFixedHeight(rows * row)
        widest = self._list.sizeHintForColumn(0) + 2 * self._list.verticalScrollBar().sizeHint().width()
        self._list.setMinimumWidth(min(widest, space.width() * 9 // 10))
        self.adjustSize()
        self.move(space.center() - self.rect().center())

    def _cap_side(self) -> int:
        return round(self.fontMetrics().height() * 1.3)

    def _strengthen(self) -> None:
        """The chosen row is the others' opposite: themes mark it by a colour that is hard to read on."""
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Highlight, palette.color(QPalette.ColorRole.Text))
        palette.setColor(QPalette.ColorRole.HighlightedText, palette.color(QPalette.ColorRole.Base))
        self._list.setPalette(palette)


def _bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setBold(True)
    return bold
