"""Selection of a voice by name or language."""

from __future__ import annotations

import pytest

from edge_assistant.speech.messages import SystemVoice
from edge_assistant.speech.voices import choose_voice

_VOICES = [
    SystemVoice("gmw/en-029", "English (Caribbean)", ("en-029",), "Male"),
    SystemVoice("gmw/en", "English (Great Britain)", ("en-gb",), "Male"),
    SystemVoice("gmw/en-us", "English (America)", ("en-us",), "Male"),
    SystemVoice("gmw/de", "German", ("de",), "Male"),
    SystemVoice("sit/cmn", "Chinese (Mandarin)", ("cmn",), "Male"),
    SystemVoice("roa/fr-be", "French (Belgium)", ("fr-be",), "Male"),
    SystemVoice("roa/fr", "French (France)", ("fr-fr",), "Male"),
    SystemVoice("roa/pt-br", "Portuguese (Brazil)", ("pt-br",), "Male"),
    SystemVoice("win/ja", "Haruka", ("ja_JP",), "Female"),
    SystemVoice("mute", "No language", (), None),
]


@pytest.mark.parametrize(
    ("wanted", "language", "chosen"),
    [
        (None, None, None),
        ("German", None, "gmw/de"),
        ("GMW/DE", None, "gmw/de"),
        ("German", "fr", "gmw/de"),
        ("nobody", None, None),
        ("nobody", "fr", "roa/fr"),
        ("No language", "de", "mute"),
        (None, "de", "gmw/de"),
        (None, "de-AT", "gmw/de"),
        (None, "DE_de", "gmw/de"),
        (None, "en", "gmw/en"),
        (None, "en-us", "gmw/en-us"),
        (None, "en_US", "gmw/en-us"),
        (None, "zh", "sit/cmn"),
        (None, "zh-CN", "sit/cmn"),
        (None, "fr", "roa/fr"),
        (None, "fr-BE", "roa/fr-be"),
        (None, "pt", "roa/pt-br"),
        (None, "ja", "win/ja"),
        (None, "ja-JP", "win/ja"),
        (None, "xx", None),
        (None, "", None),
    ],
)
def test_a_chosen_voice_goes_before_the_language_and_the_nearest_accent_speaks(
    wanted: str | None, language: str | None, chosen: str | None
) -> None:
    voice = choose_voice(_VOICES, wanted, language)

    assert (voice.id if voice else None) == chosen


def test_without_any_voice_none_is_chosen() -> None:
    assert choose_voice([], "German", "de") is None
