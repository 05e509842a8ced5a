"""Files on Windows: names outside the code page, output into files, and what another program has open."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from support.describing import MMPROJ, MODEL
from support.desktops import scene
from support.on_windows import Person, held_open, needs_windows

pytestmark = needs_windows


@pytest.fixture(scope="module")
def picture(person: Person) -> Path:
    """A picture in that person's folder, whose name needs letters of several code pages."""
    return Path(shutil.copy(scene().picture, person.place / "Žluťoučký кот 猫.png"))


def test_a_picture_and_a_model_with_any_name_are_read(person: Person, picture: Path) -> None:
    models = person.place / "モデル"
    models.mkdir()
    pair = [Path(shutil.copy(file, models / f"é文 {file.name}")) for file in (MODEL, MMPROJ)]
    options = ("--model", pair[0], "--mmproj", pair[1], "--temperature", "0", "--no-speak", "--json")
    done = person.run("describe", picture, *options)
    assert done.returncode == 0, done.stdout
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(fact in events[-1]["answer"] for fact in scene().facts)
    assert not any(each["event"] == "error" for each in events)


def test_output_into_a_file_is_utf8_without_escape_codes(person: Person, picture: Path) -> None:
    missing = picture.with_name("zniknął 消えた.png")
    target = person.place / "output.txt"
    with target.open("wb") as file:
        done = person.run("describe", missing, "--no-speak", stdout=file)
    text = target.read_bytes().decode("utf-8")
    assert done.returncode == 5
    assert missing.name in text
    assert "\x1b" not in text
    assert "Traceback" not in text


def test_a_picture_that_another_program_has_open_is_said_to_be_in_use(person: Person, picture: Path) -> None:
    with held_open(picture):
        done = person.run("describe", picture, "--no-speak")
    assert done.returncode == 5
    sentence = f"The file {picture.name} is in use by another program. Close that program and try again."
    assert done.stdout.splitlines()[-1] == sentence
    assert person.run("describe", picture, "--no-speak").returncode == 0


def test_settings_that_another_program_has_open_are_told_so_and_kept(person: Person) -> None:
    before = person.settings.read_bytes()
    with held_open(person.settings):
        done = person.run("settings", "set", "verbosity", "brief")
    assert done.returncode != 0
    assert done.stdout.splitlines()[-1].startswith(f"The file {person.settings} is in use by another program.")
    assert person.settings.read_bytes() == before
    assert person.run("settings", "set", "verbosity", "brief").returncode == 0
    assert b"brief" in person.settings.read_bytes()
