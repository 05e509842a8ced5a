"""Windows' voices, read from SAPI: those that cannot be read are left out.

pyttsx3's driver reads them all at once, and fails for all at the first third-party voice whose language attribute is
"409;9", or missing.
"""

from __future__ import annotations

import locale
from collections.abc import Iterable, Iterator
from typing import Any

from edge_assistant.speech.messages import SystemVoice

_FIRST_COUNTRY = 0x400  # added to the code of a language without a country, it gives a code that Python knows


def read_voices(tokens: Iterable[Any]) -> list[SystemVoice]:
    """Return the voices of SAPI's tokens."""
    return [voice for _, voice in _readable_voices(tokens)]


def patch_driver(driver: Any) -> None:
    """Patch pyttsx3's driver class to find a voice although others cannot be read.

    The driver first looks for the default voice, which may not even be among those that SAPI lists.
    """

    def token_from_id(self: Any, voice_id: str) -> Any:
        current = self._tts.Voice
        if current.Id == voice_id:
            return current
        for token, voice in _readable_voices(self._tts.GetVoices()):
            if voice.id == voice_id:
                return token
        raise ValueError(f"there is no voice {voice_id}")

    driver._tokenFromId = token_from_id


def parse_languages(attribute: str) -> tuple[str, ...]:
    """Return the first known language of SAPI's list of hexadecimal codes, such as "409;9"; () where none is."""
    for code in attribute.split(";"):
        try:
            number = int(code, 16)
        except ValueError:
            continue
        if number in locale.windows_locale:
            return (locale.windows_locale[number].replace("_", "-"),)
        if number < _FIRST_COUNTRY and number + _FIRST_COUNTRY in locale.windows_locale:
            return (locale.windows_locale[number + _FIRST_COUNTRY].split("_")[0],)
    return ()


def _readable_voices(tokens: Iterable[Any]) -> Iterator[tuple[Any, SystemVoice]]:
    for token in tokens:
        try:
            languages = parse_languages(_attribute(token, "Language"))
            name = str(token.GetDescription())
            voice = SystemVoice(str(token.Id), name, languages, _gender(token), "espeak" in name.lower())
        except Exception as error:  # noqa: BLE001 (third-party registrations fail in many ways)
            print(f"a voice cannot be read: {error!r}", flush=True)  # the speaker logs the worker's output
        else:
            yield token, voice


def _gender(token: Any) -> str | None:
    gender = _attribute(token, "Gender").title()
    return gender if gender in ("Male", "Female") else None


def _attribute(token: Any, attribute: str) -> str:
    """Return an attribute; "" where the voice has none, which SAPI reports by an error."""
    try:
        return str(token.GetAttribute(attribute) or "")
    except Exception:  # noqa: BLE001 (comtypes' error, which cannot be imported elsewhere)
        return ""
