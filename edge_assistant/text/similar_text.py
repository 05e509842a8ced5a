"""Likeness of two texts where a text recogniser, or a person who types, may have been wrong in a letter or two."""

from __future__ import annotations

import unicodedata

_CONFUSED = str.maketrans(dict.fromkeys("1iıl|", "l") | dict.fromkeys("0o", "o"))
"""Letters that look the same in many fonts, each as one of them: I, l, 1 and the bar; O and 0. For small ones."""


def fold(text: str) -> str:
    """Return the text as it is compared: small letters without accents, I as l as 1, O as 0, and single spaces."""
    return " ".join("".join(map(fold_letter, text)).split())


def fold_letter(letter: str) -> str:
    """Return one character as it is compared; "ß" becomes two, and an accent by itself none."""
    decomposed = unicodedata.normalize("NFKD", letter.casefold())
    bare = "".join(each for each in decomposed if not unicodedata.combining(each))
    return bare.casefold().translate(_CONFUSED)


def edit_distance(a: str, b: str, limit: int | None = None) -> int:
    """Return how many letters are to be inserted, left out, replaced, or swapped with the next one to make `b` of `a`.

    The texts are taken as they are: see `fold`. Where the distance is above `limit`, any number above it is returned.
    """
    return distances_to_starts(a, b, limit)[-1]


def distances_to_starts(a: str, b: str, limit: int | None = None) -> list[int]:
    """Return the edit distances of `a` to each start of `b`: to "", to its first letter … and to all of it.

    `limit` is as for `edit_distance`.
    """
    if limit is not None and not b:
        return [len(a)]
    two_back: list[int] = []
    last = list(range(len(b) + 1))
    for i, letter in enumerate(a, start=1):
        row = [i]
        for j, other in enumerate(b, start=1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                best = min(best, two_back[j - 2] + 1)
            row.append(best)
        two_back, last = last, row
        if limit is not None and min(row) > limit:
            return [limit + 1] * (len(b) + 1)
    return last


def similar(a: str, b: str) -> float:
    """Return how alike two texts are, from 0 to 1; 1 is the same but for case, accents and I, l, 1, O, 0."""
    a, b = fold(a), fold(b)
    longest = max(len(a), len(b))
    return 1.0 if a == b else 1.0 - edit_distance(a, b) / longest
