"""What is said of a text cursor that moves, as screen readers say it: the character, the word or the line there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from edge_assistant.system.i18n import tr
from edge_assistant.ui.speaking.description import RECORDS_KEYS


@dataclass(frozen=True, slots=True)
class Caret:
    """A text and the cursor in it. `selected` is the selected text; a password has no `text`."""

    text: str
    position: int
    selected: str = ""
    is_secret: bool = False

    def move(self, before: Caret, *, by_line: bool = False) -> str:
        """Return what is said of a move of the cursor from `before`, perhaps by lines; "" where nothing is."""
        if self.is_secret:
            return tr("star") if self.position != before.position and self.text == before.text else ""
        if self.text != before.text:
            return self._deleted(before)
        if self.selected != before.selected:
            return tr("{text}, selected", text=self.selected) if self.selected else tr("Nothing is selected.")
        if self.position == before.position:
            return ""
        if abs(self.position - before.position) == 1 and not by_line:
            return self._character()
        if by_line or self._line() != before._line():
            start, end = self._line()
            return self.text[start:end].strip() or tr("empty line")
        at_edge = self.position in self._line()
        return self._character() if at_edge else self._word()

    def _deleted(self, before: Caret) -> str:
        """Return the text that was deleted; what is typed is not said, also where it takes the place of a selection."""
        count = len(before.text) - len(self.text)
        gone = before.text[self.position : self.position + count]
        is_deletion = (
            count > 0
            and before.selected in ("", gone)
            and self.text == before.text[: self.position] + before.text[self.position + count :]
        )
        return tr("{text}, deleted", text=_spoken(gone)) if is_deletion else ""

    def _line(self) -> tuple[int, int]:
        start = self.text.rfind("\n", 0, self.position) + 1
        end = self.text.find("\n", self.position)
        return start, len(self.text) if end < 0 else end

    def _character(self) -> str:
        return _spoken(self.text[self.position : self.position + 1])

    def _word(self) -> str:
        found = re.compile(r"\w+|[^\w\s]+|\s").match(self.text, self.position)
        return _spoken(found[0]) if found else ""


def caret_of(widget: QWidget) -> Caret | None:
    """Return the text cursor of a widget, None where it has none, and in a field that shows which keys are pressed."""
    if widget.property(RECORDS_KEYS):
        return None
    if isinstance(widget, QLineEdit):
        is_secret = widget.echoMode() != QLineEdit.EchoMode.Normal
        text = "*" * len(widget.text()) if is_secret else widget.text()
        return Caret(text, widget.cursorPosition(), "" if is_secret else widget.selectedText(), is_secret)
    if isinstance(widget, QPlainTextEdit | QTextEdit):
        cursor = widget.textCursor()
        return Caret(widget.toPlainText(), cursor.position(), cursor.selectedText().replace("\u2029", "\n"))
    return None


def _spoken(text: str) -> str:
    """Return a text so that it is heard: a blank and an end of line have names."""
    return {"": tr("end"), " ": tr("space"), "\n": tr("end of line")}.get(text, text)
