"""The languages of Windows' voices, as their makers write them; the voices themselves are in test_sapi_speech.py."""

from __future__ import annotations

import pytest

from edge_assistant.speech import sapi_voices


@pytest.mark.parametrize(
    ("attribute", "languages"),
    [
        ("409", ("en-US",)),
        ("0409", ("en-US",)),
        ("409;9", ("en-US",)),
        ("9;409", ("en",)),
        ("c0a;40a", ("es-ES",)),
        ("FFFF;407", ("de-DE",)),
        ("x; 40c", ("fr-FR",)),
        ("FFFF", ()),
        ("", ()),
        (";", ()),
        ("en-US", ()),
    ],
)
def test_the_first_known_code_of_a_list_is_the_language(attribute: str, languages: tuple[str, ...]) -> None:
    assert sapi_voices.parse_languages(attribute) == languages
