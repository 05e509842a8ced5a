"""The objects that an answer lists with their places, told one by one as they come; equal ones are counted."""

from __future__ import annotations

from collections import Counter
from typing import Any

from edge_assistant.imaging.token_budget import ResizePlan
from edge_assistant.system.i18n import Translator, tr_noop, tr_noop_count, translator
from edge_assistant.system.text_cleaning import Unshortened
from edge_assistant.text.grounding import Coordinates, ninth_words, place_words
from edge_assistant.text.object_names import object_name

TOLD_ONE_BY_ONE = 20
"""Different objects told by a sentence each; those that follow are told together, ninth by ninth of the picture."""

_MOST_GROUPS = 4  # ninths that are counted one by one; equal objects in more of them are all over the picture
_Ninth = tuple[int, int]

_UNNAMED = tr_noop_count("{number} more without a name, {where}.", "{number} more without a name, {where}.")
_PLACED = tr_noop("{label}: {where}.")
_IT_IS = tr_noop("It is {where}.")
_PLACE_UNKNOWN = tr_noop("{label}: place unknown.")
_ALL_OVER = tr_noop("all over the picture")
_MORE = tr_noop_count("{name}: {number} more, {where}.", "{name}: {number} more, {where}.")
_PLACES_UNKNOWN = tr_noop_count("{number} place unknown", "{number} places unknown")
_UNREADABLE = tr_noop_count(
    "Of {number} object neither name nor place could be read.",
    "Of {number} objects neither name nor place could be read.",
)
_CUT = tr_noop("The list breaks off here.")
_CUT_AT_ONCE = tr_noop("The answer breaks off before the first place.")
_IMPRECISE = tr_noop("The places before this one may be wrong: the model has changed its measure.")


class PlaceList:
    """The objects of one answer. `language` is the answer's, such as "de"; None is the person's own.

    Our words are in it where we have them; else places are told by numbers.
    """

    def __init__(self, frame: ResizePlan | None, language: str | None) -> None:
        self._coordinates = Coordinates(frame)
        self._language = language
        self._words = translator(language)
        self._names: set[str] = set()
        self._told = 0
        self._repeated: dict[str, tuple[str, Counter[_Ninth | None]]] = {}
        self._late: dict[_Ninth | None, list[str]] = {}
        self._unreadable = 0

    @property
    def is_open(self) -> bool:
        """Whether there are objects since the last list's end."""
        return self._told > 0 or self._unreadable > 0

    def add_unreadable(self) -> None:
        """Count an object that cannot be read."""
        self._unreadable += 1

    def add(self, item: dict[str, Any], numbers: list[float]) -> str:
        """Add an object with the numbers of its place, [] for none; return the sentences to say now, often one."""
        name = object_name(item, self._words, self._language)
        in_pixels = self._coordinates.in_pixels
        place = self._coordinates.place(numbers)
        ninth = place.ninth if place else None
        if not name and place is None:
            self._unreadable += 1
            return ""
        key = name.casefold()
        if key in self._names:
            self._repeated.setdefault(key, (name, Counter()))[1][ninth] += 1
            return ""
        self._names.add(key)
        if self._told >= TOLD_ONE_BY_ONE:
            self._late.setdefault(ninth, []).append(name)
            return ""
        changed = self._coordinates.in_pixels and not in_pixels and self._told > 0
        self._told += 1
        where = place_words(place, self._words, exact=self._coordinates.exact) if place else ""
        return (own_words(self._language)(_IMPRECISE) + "\n" if changed else "") + self._sentence(name, where)

    def point(self, numbers: list[float]) -> str:
        """Return the words for a place in running text; "" where it is none in the picture."""
        place = self._coordinates.place(numbers)
        return place_words(place, self._words, exact=self._coordinates.exact) if place else ""

    def end(self, *, unfinished: bool = False) -> str:
        """Return the sentences that end the list, a line each; another list may follow.

        `unfinished`: the answer breaks off inside it.
        """
        lines = []
        for ninth, names in self._late.items():
            where = ninth_words(ninth, self._words) if ninth else ""
            lines.append(self._sentence(Unshortened(", ".join(name for name in names if name)), where))
        lines += [self._count_sentence(name, counts) for name, counts in self._repeated.values()]
        if self._unreadable:
            lines.append(own_words(self._language).count(_UNREADABLE, self._unreadable))
        if unfinished:
            lines.append(own_words(self._language)(_CUT if self._names else _CUT_AT_ONCE))
        self._names, self._told, self._repeated, self._late, self._unreadable = set(), 0, {}, {}, 0
        return "\n".join(lines)

    def _sentence(self, name: str, where: str) -> str:
        if self._words is None:
            return f"{': '.join(filter(None, (name, where)))}."
        if not where:
            return self._words(_PLACE_UNKNOWN, label=Unshortened(name))
        if not name:
            return self._words(_IT_IS, where=where)
        return self._words(_PLACED, label=Unshortened(name), where=where)

    def _count_sentence(self, name: str, counts: Counter[_Ninth | None]) -> str:
        total = counts.total()
        if self._words is None:
            return f"{name} × {total + 1}.".strip()
        where = self._spread(counts, self._words)
        return self._words.count(_MORE if name else _UNNAMED, total, name=Unshortened(name), where=where)

    @staticmethod
    def _spread(counts: Counter[_Ninth | None], words: Translator) -> str:
        """Tell in which ninths of the picture so many equal objects are."""
        unknown = counts[None]
        known = [(ninth, number) for ninth, number in counts.items() if ninth is not None]
        if len(known) > _MOST_GROUPS:
            parts = [words(_ALL_OVER)]
        elif len(known) == 1 and not unknown:
            return ninth_words(known[0][0], words)
        else:
            parts = [f"{number} {ninth_words(ninth, words)}" for ninth, number in sorted(known)]
        if unknown:
            parts.append(words.count(_PLACES_UNKNOWN, unknown))
        return Unshortened(", ".join(parts))


def own_words(language: str | None) -> Translator:
    """Return what translates our own sentences: into the answer's language, or else into the person's."""
    words = translator(language) or translator(None)
    assert words is not None, "the person's language"
    return words
