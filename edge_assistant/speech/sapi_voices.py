"""Windows' voices, read from SAPI: one that cannot be read is left out, and harms no other.

pyttsx3's driver reads them all at once, and fails for all at the first voice of another maker that says of its
language "409;9", or nothing.
"""

from __future__ import annotations

import locale
from collections.abc import Iterable, Iterator
from typing import Any

from edge_assistant.speech.messages import SystemVoice

_FIRST_COUNTRY = 0x400  # added to the code of a language alone, it is a code that Python knows


def read(tokens: Iterable[Any]) -> list[SystemVoice]:
    """The voices behind SAPI's tokens."""
    return [voice for _, voice in _readable(tokens)]


def mend(driver: Any) -> None:
    """Let pyttsx3's driver class find a voice beside others that cannot be read; it looks for the usual one at first.

    That one may not even be among those that SAPI lists.
    """

    def token(self: Any, wanted: str) -> Any:
        speaks = self._tts.Voice
        if speaks.Id == wanted:
            return speaks
        for each, voice in _readable(self._tts.GetVoices()):
            if voice.id == wanted:
                return each
        raise ValueError(f"there is no voice {wanted}")

    driver._tokenFromId = token


def languages(attribute: str) -> tuple[str, ...]:
    """The first language of SAPI's list of hexadecimal codes, such as "409;9", that is known; () where none is."""
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


def _readable(tokens: Iterable[Any]) -> Iterator[tuple[Any, SystemVoice]]:
    for token in tokens:
        try:
            voice = SystemVoice(
                str(token.Id), str(token.GetDescription()), languages(_of(token, "Language")), _gender(token)
            )
        except Exception as error:  # noqa: BLE001 (a voice fails as its maker's registration does)
            print(f"a voice cannot be read: {error!r}", flush=True)  # leads to the parent's logger
        else:
            yield token, voice


def _gender(token: Any) -> str | None:
    gender = _of(token, "Gender").title()
    return gender if gender in ("Male", "Female") else None


def _of(token: Any, attribute: str) -> str:
    """An attribute; "" where the voice has none, which SAPI tells by an error."""
    try:
        return str(token.GetAttribute(attribute) or "")
    except Exception:  # noqa: BLE001 (comtypes' error, which cannot be imported elsewhere)
        return ""
