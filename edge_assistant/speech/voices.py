"""Which of the system's voices speaks a language."""

from __future__ import annotations

from collections.abc import Sequence

from edge_assistant.speech.messages import SystemVoice

# Where espeak-ng's list begins with a rare accent, or has another code than people ask for.
_OTHER_CODES = {"en": ("en-gb", "en-us"), "zh": ("cmn", "yue"), "no": ("nb",), "iw": ("he",), "in": ("id",)}


def choose(voices: Sequence[SystemVoice], wanted: str | None, language: str | None) -> SystemVoice | None:
    """The voice with the id or name `wanted`; else the first that speaks `language`, exactly or at least nearly."""
    if wanted is not None:
        for voice in voices:
            if wanted.lower() in (voice.id.lower(), voice.name.lower()):
                return voice
    if language is None:
        return None
    code = _normal(language)
    base = code.split("-")[0]
    for candidate in (code, base, f"{base}-{base}", *_OTHER_CODES.get(base, ())):
        for voice in voices:
            if candidate in map(_normal, voice.languages):
                return voice
    for voice in voices:
        if any(_normal(each).split("-")[0] == base for each in voice.languages):
            return voice
    return None


def _normal(code: str) -> str:
    """Windows and macOS write en_GB, espeak-ng en-gb."""
    return code.replace("_", "-").lower()
