"""What a person may have meant by a name that there is not."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from edge_assistant.system.i18n import tr

_LEAST_LIKENESS = 0.6
"""From 0 to 1, as difflib counts; below, a guess would rather surprise than help."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the question whether the most similar one of the `known` words is meant; "" where none is similar."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=_LEAST_LIKENESS)
    return tr("Did you mean {word}?", word=found[0]) if found else ""
