"""Tests that every command speaks as the settings say, in the language of the user."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.describing import DIALOG
from support.recording import Voice, finished, languages_said, loads, quiet_player, read, said, voices

from edge_assistant.settings import schema
from edge_assistant.settings.schema import Settings
from edge_assistant.settings.store import save

CHOSEN = Settings(language="de", voice="English (America)", rate=180, volume=60, tone_volume=20)
# A piece of what each says, in German.
SAYS = {
    ("describe", str(DIALOG)): "Demomodell",
    ("doctor",): "Diese funktionieren: Modell,",
    ("models", "recommend"): "Dieser Computer hat",
    ("models", "recommend", "--json"): "Dieser Computer hat",
    ("check-model", "--model", "demo", "--minutes", "0.1"): "Es wird keine Änderung vorgeschlagen.",
    ("tune", "--reset"): "wurden gelöscht",
    ("tune", "--reset", "--json"): "wurden gelöscht",
}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    save(schema.path(), CHOSEN)
    return quiet_player(tmp_path / "player")


@pytest.mark.parametrize("arguments", list(SAYS), ids=" ".join)
def test_it_speaks_as_the_settings_say(arguments: tuple[str, ...], environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "records"
    finished(file, environment, *arguments)
    assert voices(read(file)) == [Voice("English (America)", "de", 180, 60, 20)]
    assert any(SAYS[arguments] in sentence for sentence in said(read(file))), said(read(file))


@pytest.mark.parametrize(
    ("locale", "arguments", "languages"),
    [
        ("tr_TR.UTF-8", (), ("tr", "en")),
        ("C", ("--language", "fr"), ("fr", "en")),
        ("de_DE.UTF-8", ("--language", "fr"), ("fr", "de")),
        ("de_DE.UTF-8", (), ("de", "de")),
    ],
)
def test_our_own_sentences_have_the_voice_of_the_language_they_are_in(
    locale: str, arguments: tuple[str, ...], languages: tuple[str, str], environment: dict[str, str], tmp_path: Path
) -> None:
    answer, own = languages
    save(schema.path(), Settings())
    file = tmp_path / "records"
    finished(file, {**environment, "LC_ALL": locale, "LANGUAGE": ""}, "describe", str(DIALOG), *arguments)
    records = read(file)
    assert [each.language for each in voices(records)] == [answer]
    notices = [code for text, code in languages_said(records) if "demo model" in text or "Demomodell" in text]
    assert notices == [own]


def test_a_language_without_a_voice_is_said_aloud_once(environment: dict[str, str], tmp_path: Path) -> None:
    save(schema.path(), Settings())
    file = tmp_path / "records"
    asks = ("--ask", "What is this?", "--ask", "What else?")
    done = finished(file, environment, "describe", str(DIALOG), "--language", "tl", *asks)
    words = "There is no voice for tl on this computer"
    assert [words in sentence for sentence in said(read(file))].count(True) == 1
    assert done.stderr.count(words) == 1


@pytest.mark.parametrize("arguments", [("doctor",), ("models", "recommend"), ("tune", "--reset")], ids=" ".join)
def test_it_is_silent_where_the_settings_say_so(
    arguments: tuple[str, ...], environment: dict[str, str], tmp_path: Path
) -> None:
    save(schema.path(), Settings(speak=False))
    file = tmp_path / "records"
    finished(file, environment, *arguments)
    assert voices(read(file)) == []


@pytest.mark.parametrize("broken", [False, True])
def test_a_key_for_a_program_that_does_not_run_is_answered_aloud(
    broken: bool, environment: dict[str, str], tmp_path: Path
) -> None:
    if broken:
        schema.path().write_text("language =", encoding="utf-8")
    file = tmp_path / "records"
    done = finished(file, environment, "trigger", "window")
    told = "Edge Assistant is not running." if broken else "Edge Assistant läuft nicht."
    assert done.returncode == 9
    assert [done.stderr.count(told), "".join(said(read(file))).count(told)] == [1, 1]
    silent = tmp_path / "silent"
    assert finished(silent, environment, "trigger", "window", "--no-speak").returncode == 9
    assert voices(read(silent)) == []


@pytest.mark.parametrize("action", ["list", "path"])
def test_what_is_only_to_be_read_is_not_spoken(action: str, environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "records"
    finished(file, environment, "models", action)
    assert voices(read(file)) == []


def test_the_doctor_loads_the_engine_as_an_answer_does_and_tells_of_a_voice_that_is_not_there(
    environment: dict[str, str], tmp_path: Path
) -> None:
    save(schema.path(), Settings(language="de", voice="Nobody", context=1024, threads=1, gpu_layers=0))
    files = tmp_path / "doctor", tmp_path / "describe"
    examined = finished(files[0], environment, "doctor")
    finished(files[1], environment, "describe", str(DIALOG))
    one, other = (loads(read(file)) for file in files)
    assert one == other
    assert "Answer in German" in one[0].system
    assert "Nobody" in examined.stderr
