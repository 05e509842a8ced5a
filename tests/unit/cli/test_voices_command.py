"""The voices by language."""

from __future__ import annotations

import json

import pytest

from edge_assistant.cli import main
from edge_assistant.cli.voices import by_language
from edge_assistant.speech import probe
from edge_assistant.speech.messages import SystemVoice

VOICES = [
    SystemVoice("nl", "Frank", ("nl-NL",), None),
    SystemVoice("gb", "Kate", ("en_GB",), None),
    SystemVoice("de", "Anna", ("de-DE",), None),
    SystemVoice("two", "Max", ("fr-FR", "de-CH"), None),
    SystemVoice("odd", "Noise", (), None),
    SystemVoice("us", "Joe", ("en-us",), None),
]


def test_the_persons_language_comes_first_and_none_last() -> None:
    groups = {code: [voice.id for voice in voices] for code, voices in by_language(VOICES, "de").items()}
    assert list(groups.items()) == [("de", ["de", "two"]), ("nl", ["nl"]), ("en", ["gb", "us"]), ("", ["odd"])]


def test_they_are_listed_below_their_language(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(probe, "list_voices", lambda: VOICES)
    assert main.main(["voices"]) == 0
    assert capsys.readouterr().out == (
        "English (en)\n  gb: Kate (en_GB)\n  us: Joe (en-us)\nDutch (nl)\n  nl: Frank (nl-NL)\n"
        "French (fr)\n  two: Max (fr-FR, de-CH)\nGerman (de)\n  de: Anna (de-DE)\nWithout a language\n  odd: Noise\n"
    )
    assert main.main(["voices", "-l", "fr"]) == 0
    assert capsys.readouterr().out == "French (fr)\n  two: Max (fr-FR, de-CH)\n"


def test_programs_get_an_object_for_each(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(probe, "list_voices", lambda: VOICES)
    assert main.main(["voices", "--language", "de", "--json"]) == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {"event": "voice", "id": "de", "name": "Anna", "language": "de", "languages": ["de-DE"]},
        {"event": "voice", "id": "two", "name": "Max", "language": "de", "languages": ["fr-FR", "de-CH"]},
    ]
