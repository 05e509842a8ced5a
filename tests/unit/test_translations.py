"""The catalogues: no sentence missing, none guessed, nothing lost on the way, and the compiled ones are fresh."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import translations
from babel.messages import Catalog

from edge_assistant import text
from edge_assistant.text import tr, tr_count, use_language


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    use_language(None)


def test_german_is_shipped() -> None:
    assert "de" in text.languages()
    assert translations.languages() == [each for each in text.languages() if each != "en"]


@pytest.mark.parametrize("language", translations.languages())
def test_no_sentence_is_missing_or_stale(language: str) -> None:
    assert list(translations.faults(language)) == []


def test_the_check_finds_what_is_missing_guessed_left_over_or_filled_in_differently(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said, known = Catalog(locale="de"), Catalog(locale="de")
    for words in ("One {name}.", "Two.", "Three."):
        said.add(words)
    known.add("One {name}.", "Eins {nam}.")
    known.add("Two.", "Zwei.", flags=["fuzzy"])
    known.add("Four.", "Vier.")
    monkeypatch.setattr(translations, "extracted", lambda: said)
    monkeypatch.setattr(translations, "read", lambda _: known)
    found = " ".join(translations.faults("de"))
    for fault in (
        "other places to fill in: Eins",
        "only guessed: Two.",
        "not translated: Three.",
        "longer said: Four.",
    ):
        assert fault in found


def test_the_program_speaks_german_and_its_processes_too(repository: Path) -> None:
    use_language("de-AT")
    assert tr("Ready") == "Bereit"
    assert tr_count("That took {number} second.", "That took {number} seconds.", 2) == "Das dauerte 2 Sekunden."
    code = "from edge_assistant.text import tr; print(tr('Ready'))"
    run = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True)
    assert run.stdout == "Bereit\n"


def test_an_error_is_told_in_the_language_of_the_settings(capsys: pytest.CaptureFixture[str]) -> None:
    from edge_assistant import cli, settings
    from edge_assistant.settings_file import save

    save(settings.path(), settings.changed(settings.Settings(), {"language": "de"}))
    assert cli.main(["settings", "get", "dance"]) == 2
    assert "Es gibt keine Einstellung dance." in capsys.readouterr().err
