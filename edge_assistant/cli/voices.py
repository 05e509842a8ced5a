"""The voices command: the voices of this computer, by language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from edge_assistant.speech import probe
from edge_assistant.speech.language_names import language_name
from edge_assistant.speech.messages import SystemVoice
from edge_assistant.speech.voices import is_for
from edge_assistant.system.i18n import catalogue_language, tr
from edge_assistant.system.terminal import print_event, print_heading, print_line
from edge_assistant.system.text_cleaning import shorten
from edge_assistant.text.scripts import base_of


def run(language: str | None, *, as_json: bool) -> int:
    """Print the voices, with a `language` only its own; return 0. Raises AssistantError."""
    found = [each for each in probe.list_voices() if language is None or is_for(each, language)]
    for code, voices in by_language(found, base_of(language or catalogue_language())).items():
        if not as_json:
            print_heading(_heading(code))
        for voice in voices:
            if as_json:
                print_event("voice", id=voice.id, name=voice.name, language=code, languages=list(voice.languages))
            else:
                languages = shorten(", ".join(voice.languages))
                words = f"  {shorten(voice.id)}: {shorten(voice.name)}"
                print_line(f"{words} ({languages})" if languages else words)
    return 0


def by_language(voices: Sequence[SystemVoice], first: str) -> Mapping[str, Sequence[SystemVoice]]:
    """Return the voices by the code of their language without its country, "" for none; each voice once.

    A voice of several languages is among those of the language `first`, if that is one of them, which come first. The
    other languages follow by their names.
    """
    groups: dict[str, list[SystemVoice]] = {}
    for voice in voices:
        codes = [base_of(each) for each in voice.languages] or [""]
        groups.setdefault(first if first in codes else codes[0], []).append(voice)
    return {code: groups[code] for code in sorted(groups, key=lambda code: (code != first, not code, _name(code)))}


def _name(code: str) -> str:
    return language_name(code).casefold()


def _heading(code: str) -> str:
    name = shorten(language_name(code))
    if not code:
        return tr("Without a language")
    return name if name == code else f"{name} ({code})"
