"""Finding settings by the words of their labels and descriptions, in the person's language."""

from __future__ import annotations

from edge_assistant.settings.entry import GROUPS, SettingsEntry, describe_entry
from edge_assistant.settings.schema import grouped_entries
from edge_assistant.system.i18n import tr


def find_entries(text: str) -> tuple[SettingsEntry, ...]:
    """Return the settings that have every word of `text` in their label, description, group or name.

    Parts of words count, capitals do not; without a word there is none.
    """
    words = text.casefold().split()
    return tuple(each for each in grouped_entries() if words and all(word in _words(each) for word in words))


def _words(entry: SettingsEntry) -> str:
    info = entry.info
    return " ".join((entry.name, tr(info.label), describe_entry(entry), tr(GROUPS[info.group]))).casefold()
