"""Windows' voices, read from SAPI's tokens: those that cannot be read are left out."""

from __future__ import annotations

import locale
from collections.abc import Iterator
from typing import Any

from edge_assistant.speech.messages import SystemVoice

_FIRST_COUNTRY = 0x400  # added to the code of a language without a country, it gives a code that Python knows


def readable_voices(tokens: Any) -> Iterator[tuple[Any, SystemVoice]]:
    """Yield those of SAPI's tokens that can be read, each with its voice.

    They are taken by their number: some voices' makers list theirs in a way that does not bear iteration.
    """
    for number in range(int(tokens.Count)):
        try:
            token = tokens.Item(number)
            languages = parse_languages(_attribute(token, "Language"))
            name = str(token.GetDescription())
            voice = SystemVoice(str(token.Id), name, languages, _gender(token), "espeak" in name.lower())
        except Exception as error:  # noqa: BLE001 (third-party registrations fail in many ways)
            print(f"a voice cannot be read: {error!r}", flush=True)  # the speaker logs the worker's output
        else:
            yield token, voice


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


def _gender(token: Any) -> str | None:
    gender = _attribute(token, "Gender").title()
    return gender if gender in ("Male", "Female") else None


def _attribute(token: Any, attribute: str) -> str:
    """Return an attribute; "" where the voice has none, which SAPI reports by an error."""
    try:
        return str(token.GetAttribute(attribute) or "")
    except Exception:  # noqa: BLE001 (comtypes' error, which cannot be imported elsewhere)
        return ""
