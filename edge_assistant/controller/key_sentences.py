"""The sentences about the three keys that everyone needs, as they are set."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from edge_assistant.hotkeys.key import Key
from edge_assistant.system.i18n import tr, tr_noop

_ACTIONS = (
    ("window", "W", tr_noop("{key} describes the window."), tr_noop("No key describes the window, but the menu does.")),
    ("read", "T", tr_noop("{key} reads its text."), tr_noop("No key reads its text, but the menu does.")),
)
"""Each action with its letter in the list of choices, and the sentences with and without a key."""


def three_keys(keys: Mapping[str, Key], name: Callable[[Key], str] = lambda key: key.spoken) -> list[str]:
    """Return how to describe the window, to read its text, to stop, and to find everything else; `keys` are those of
    the settings by action, and `name` says or writes a key.

    An action without a key is told with its letter in the list of choices, where that has a key.
    """
    palette = keys.get("palette")
    sentences = []
    for action, letter, with_key, without_key in _ACTIONS:
        if action in keys:
            sentences.append(tr(with_key, key=name(keys[action])))
        elif palette is not None:
            sentences.append(tr(with_key, key=tr("{key}, then {letter},", key=name(palette), letter=letter)))
        else:
            sentences.append(tr(without_key))
    if any(action in keys for action, *_ in _ACTIONS):
        sentences.append(tr("The same key again stops."))  # so none of the three is needed for that
    if palette is not None:
        sentences.append(tr("{key} lists everything else.", key=name(palette)))
    else:
        sentences.append(tr("Everything else is in the menu."))
    return sentences
