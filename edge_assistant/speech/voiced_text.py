"""The texts of one sentence, each with the voice that speaks it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from edge_assistant.speech.messages import Part
from edge_assistant.speech.voices import VoiceChooser

# Control characters have no sound, and half a surrogate pair cannot be encoded for the voice.
_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")
_SHORTCUT = re.compile(r"(?i)\b(?:(?:ctrl|strg|alt|shift|umschalt|super|win|cmd|option|meta)\+)+\w+")
"""A shortcut as it is written, such as Ctrl+Shift+F9: voices would say "plus" between the keys."""


@dataclass(frozen=True, slots=True)
class VoicedText:
    """A text and the id of its voice (None: the system's usual one); `language` is that of its beginning."""

    text: str
    voice: str | None
    language: str


def assign_voices(parts: Sequence[Part], chooser: VoiceChooser | None) -> list[VoicedText]:
    """Return the texts to speak; neighbours that share a voice are one text. Without a chooser all share the usual one.

    Texts without anything to speak are left out.
    """
    texts: list[VoicedText] = []
    for part in parts:
        voice = chooser.voice_for(part.language) if chooser else None
        text = _SHORTCUT.sub(lambda found: found[0].replace("+", " "), _UNSPEAKABLE.sub(" ", part.text))
        if chooser:
            text = chooser.speakable(text, voice)
        id = voice.id if voice else None
        if texts and texts[-1].voice == id:
            texts[-1] = replace(texts[-1], text=texts[-1].text + text)
        else:
            texts.append(VoicedText(text, id, part.language))
    return [each for each in texts if each.text.strip()]
