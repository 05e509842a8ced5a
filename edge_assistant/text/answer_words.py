"""The few words that we put into an answer in place of a sign, in the answer's language where we speak it.

In other languages a sign that has no words is kept.
"""

from __future__ import annotations

from edge_assistant.system.i18n import tr_noop, tr_noop_count, translator
from edge_assistant.text.scripts import base_of

TICKED, NOT_TICKED = tr_noop("ticked"), tr_noop("not ticked")
SELECTED, NOT_SELECTED = tr_noop("selected"), tr_noop("not selected")
EMPTY, EMPTY_ROW = tr_noop("empty"), tr_noop("empty row")
CROSSED_OUT = tr_noop("crossed out")
LINK = tr_noop("link to {host}")
STARS = tr_noop("{number} of {most} stars")
ALL_STARS = tr_noop_count("{number} star", "{number} stars")
LEFT, RIGHT, UP, DOWN = (tr_noop("left arrow"), tr_noop("right arrow"), tr_noop("up arrow"), tr_noop("down arrow"))

_SIGNS = {
    TICKED: "☑",
    NOT_TICKED: "☐",
    SELECTED: "◉",
    NOT_SELECTED: "○",
    EMPTY: "–",
    EMPTY_ROW: "–",
    LEFT: "←",
    RIGHT: "→",
    UP: "↑",
    DOWN: "↓",
}
_PAUSES = {"zh": "，", "ja": "、", "ar": "،", "fa": "،", "ur": "،"}


class AnswerWords:
    """Words and marks for one answer; a `language` of None is the person's own."""

    def __init__(self, language: str | None) -> None:
        self.language = language
        self._translate = translator(language)
        self._pause = _PAUSES.get(base_of(language or ""), ",")

    @property
    def pause(self) -> str:
        """A mark at which a voice pauses, with the space after it."""
        return self._pause if self._pause in "，、" else f"{self._pause} "

    def word(self, name: str) -> str:
        """Return the word for one of the constants above, or its sign."""
        return self._translate(name) if self._translate else _SIGNS[name]

    def crossed_out(self) -> tuple[str, str]:
        """Return what stands before and behind text that is crossed out, as an old price is."""
        return (f"{self._translate(CROSSED_OUT)}: ", "") if self._translate else ("(", ")")

    def link(self, host: str) -> str:
        """Return what is said for an address on the net."""
        return self._translate(LINK, host=host) if self._translate else host

    def stars(self, number: int, most: int) -> str:
        """Return what is said for a rating drawn with stars; without empty ones it may be out of more."""
        if number == most and self._translate:
            return self._translate.count(ALL_STARS, number)
        return self._translate(STARS, number=number, most=most) if self._translate else f"{number}/{most}"
