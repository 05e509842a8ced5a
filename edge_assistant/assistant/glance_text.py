"""The glance before the glance: what the recognised text tells, said while the model still works."""

from __future__ import annotations

from collections.abc import Callable

from edge_assistant.assistant.picture_text import PictureText
from edge_assistant.assistant.text_choice import choose_for_glance, choose_text, said_sentence, shown_sentence

GLANCE_TEXT = "glance-text"
"""The code of the notice with recognised text."""

SECONDS = 2.0
"""The longest that it may take to say it."""

_LETTERS_PER_WORD = 5.25
"""Measured with eSpeak NG in English and German; of other voices not."""
_USUAL_RATE = 200
_PAUSE_LETTERS, _SHORT_PAUSE_LETTERS, _DIGIT_LETTERS = 5, 3, 5
"""The letters that are said in the time of a pause after a sentence, after a comma, and of a digit."""


def letters_for(rate: int | None) -> int:
    """Return how many letters are said within SECONDS; `rate` is in words a minute, None the usual one."""
    return int(SECONDS * (rate or _USUAL_RATE) * _LETTERS_PER_WORD / 60)


def letters_of(text: str) -> int:
    """Return how many letters take as long to be said as a text."""
    return sum(map(_letters_of_sign, text))


def _letters_of_sign(sign: str) -> int:
    if sign.isdigit():
        return _DIGIT_LETTERS
    return _PAUSE_LETTERS if sign in ".:?!…" else _SHORT_PAUSE_LETTERS if sign in ",;–-" else 1


class GlanceText:
    """Says the largest lines and the buttons of a picture once, unless the answer comes first, which ends it.

    All methods belong to the thread that asks.
    """

    def __init__(
        self,
        text: PictureText,
        letters: int,
        on_notice: Callable[[str, str], None],
        say: Callable[[str], None],
        is_speaking: Callable[[], bool],
        stop_speech: Callable[[], None],
    ) -> None:
        """`on_notice(code, message)` shows it and `say` says it; `stop_speech` ends all that is being said."""
        self._text = text
        self._letters = letters
        self._on_notice = on_notice
        self._say = say
        self._is_speaking = is_speaking
        self._stop_speech = stop_speech
        self._over = False
        self._is_heard = False

    def check(self) -> None:
        """Say it if the text is there, and nothing else is being said: the window's title is heard to its end.

        Of a text that takes long to read it is what was read first.
        """
        page = self._text.page_so_far
        if self._over or page is None or self._is_speaking():
            return
        self._over = True
        chosen = choose_text(page, self._text.picture)
        chosen = choose_for_glance(chosen, lambda text: letters_of(text) <= self._letters, self._text.title)
        sentence = said_sentence(chosen)
        if sentence:
            self._on_notice(GLANCE_TEXT, shown_sentence(chosen))
            self._say(sentence)
            self._is_heard = True

    def note_other(self) -> None:
        """Note that something else is said after it, which must not be silenced with it."""
        self._is_heard = False

    def end(self) -> None:
        """Silence what is left of it, and say nothing from now on: the answer begins."""
        if self._is_heard and self._is_speaking():
            self._stop_speech()
        self._over, self._is_heard = True, False
