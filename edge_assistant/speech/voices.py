"""Selection of a voice by name or language."""

from __future__ import annotations

from collections.abc import Sequence

from edge_assistant.speech.messages import SystemVoice

# Languages whose first voice in espeak-ng's list is a rare accent, or which have other codes there.
_OTHER_CODES = {"en": ("en-gb", "en-us"), "zh": ("cmn", "yue"), "no": ("nb",), "iw": ("he",), "in": ("id",)}


def choose_voice(voices: Sequence[SystemVoice], name: str | None, language: str | None) -> SystemVoice | None:
    """Return the voice with the id or name `name`; else the first that speaks `language`, exactly or nearly."""
    if name is not None:
        for voice in voices:
            if name.lower() in (voice.id.lower(), voice.name.lower()):
                return voice
    if language is None:
        return None
    code = _normalize(language)
    base = code.split("-")[0]
    for candidate in (code, base, f"{base}-{base}", *_OTHER_CODES.get(base, ())):
        for voice in voices:
            if candidate in map(_normalize, voice.languages):
                return voice
    for voice in voices:
        if any(_normalize(language_code).split("-")[0] == base for language_code in voice.languages):
            return voice
    return None


def _normalize(code: str) -> str:
    """Normalize a language code: Windows and macOS write en_GB, espeak-ng en-gb."""
    return code.replace("_", "-").lower()
