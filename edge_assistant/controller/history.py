"""The last answers, in memory only: what was asked, what it was about, and what was said."""

from __future__ import annotations

import collections
from collections.abc import Sequence
from dataclasses import dataclass, replace

from edge_assistant.capture.decode import Origin
from edge_assistant.capture.targets import origin_name, spoken_title
from edge_assistant.system.i18n import tr, tr_count

MOST_ANSWERS = 20
"""So many answers are kept; the oldest ones go."""

_MINUTE_S, _HOUR_S = 60, 3600


@dataclass(frozen=True, slots=True)
class PastAnswer:
    """One answer. `sentences` are what was said, `at` is when, in monotonic seconds.

    `question` is "" for a description; `title` is the window's or the file's, "" where there is none.
    """

    sentences: tuple[str, ...]
    at: float
    question: str = ""
    title: str = ""
    origin: Origin | None = None

    @property
    def text(self) -> str:
        """The whole answer as one text."""
        return " ".join(self.sentences)

    def about(self, now: float) -> str:
        """Return what it was about and how long ago, such as "Which seat is free?, Tickets, 2 minutes ago"."""
        kind = origin_name(self.origin) if self.origin is not None else ""
        place = spoken_title(self.title) if self.title else kind
        return ", ".join(filter(None, (self.question, place, _age(now - self.at))))


class History:
    """The last answers, the newest first, and the place at which the person walks through them.

    It belongs to the event loop's thread.
    """

    def __init__(self) -> None:
        self._answers: collections.deque[PastAnswer] = collections.deque(maxlen=MOST_ANSWERS)
        self._place = -1  # before the newest

    @property
    def answers(self) -> tuple[PastAnswer, ...]:
        """The answers, the newest first."""
        return tuple(self._answers)

    def add(self, answer: PastAnswer) -> None:
        """Keep another answer, the newest."""
        self._answers.appendleft(answer)
        self._place = -1

    def extend(self, sentences: Sequence[str]) -> None:
        """Add to the newest answer, which went on."""
        if self._answers:
            newest = self._answers[0]
            self._answers[0] = replace(newest, sentences=(*newest.sentences, *sentences))
        self._place = -1

    def walk(self, step: int) -> tuple[int, PastAnswer] | None:
        """Go to an earlier answer (1) or to a later one (-1); return its number, 1 for the newest, and the answer.

        Return None where there is none, and stay.
        """
        place = self._place + step
        if not 0 <= place < len(self._answers):
            return None
        self._place = place
        return place + 1, self._answers[place]

    def forget(self) -> None:
        """Drop all answers."""
        self._answers.clear()
        self._place = -1


def _age(seconds: float) -> str:
    """Return how long ago something was, in words."""
    if seconds < _MINUTE_S:
        return tr("just now")
    if seconds < _HOUR_S:
        return tr_count("{number} minute ago", "{number} minutes ago", int(seconds // _MINUTE_S))
    return tr_count("{number} hour ago", "{number} hours ago", int(seconds // _HOUR_S))
