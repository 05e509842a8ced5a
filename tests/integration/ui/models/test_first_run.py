"""The first run of the application: real keys, the real voice, a real download."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.apps import AppRun
from support.desktops import XDesktop, scene, x_desktop
from support.listening import STOP, WINDOW, private_folders
from support.local_hub import LocalHub, local_hub
from support.namespaces import isolated
from support.sound_card import RATE, SoundCard, places, references, trimmed
from support.waiting import until

from edge_assistant.models.recommend import WARNING

SCENE = scene()
TITLE = "Invoice 1042, Writer"
DEMO = Path(__file__).resolve().parents[4] / "models" / "demo"
MODEL, MMPROJ = "tiny-qwen3vl-instruct-f16.gguf", "mmproj-tiny-qwen3vl-f16.gguf"
WELCOME = "Welcome to Edge Assistant"
LIST = "ctrl+shift+F12"
FIRST_SECONDS = 6.0
"""The seconds of speech after which a new person knows what is needed and what to press."""


@pytest.fixture
def desktop() -> Iterator[XDesktop]:
    with x_desktop((1600, 900), manager=True) as result:
        result.show(SCENE.picture, TITLE, "1000", "500")
        result.wait_until_active(TITLE)
        yield result


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, str]:
    return private_folders(tmp_path)


@pytest.fixture
def card(tmp_path: Path) -> Iterator[SoundCard]:
    result = SoundCard(tmp_path, speed=16)
    yield result
    result.close()


def key(desktop: XDesktop, name: str) -> None:
    desktop.output("xdotool", "key", name)


def test_after_six_seconds_of_speech_it_is_known_what_to_press_and_the_tutorial_is_walked_by_keys(
    desktop: XDesktop, folders: dict[str, str], card: SoundCard, tmp_path: Path
) -> None:
    (Path(folders["XDG_DATA_HOME"]) / "edge-assistant" / "first-run.json").unlink()
    sound = {"ALSA_CONFIG_PATH": str(card.configuration)}
    with AppRun(desktop, first_run=True, **folders, **sound) as app:
        desktop.wait_until_active(WELCOME)
        (way_on,) = references(tmp_path, ["Enter starts it, Tab has other choices."])
        card.wait_for_sound(len(way_on) / RATE)
        until(lambda: card.wait_for_silence() or places(card.samples(), way_on), "what to press")
        assert places(card.samples(), way_on)[0] + len(trimmed(way_on)) / RATE <= FIRST_SECONDS
        key(desktop, "Escape")
        key(desktop, "Return")
        desktop.wait_until_active("Tutorial")
        # The text is read in test_controller.py: what recognises it takes seconds to load.
        for pressed, step in ((WINDOW, "window"), ("n", "read"), (STOP, "stop"), (LIST, "palette")):
            until(lambda wanted=f"{step} waiting": app.ask("tutorial") == wanted, step)
            key(desktop, pressed)
        desktop.wait_until_active("Edge Assistant, choices")
        key(desktop, "Escape")
        until(lambda: app.ask("tutorial") == "palette over", "the end")
        heard = [line.partition(": ")[2] for line in app.said if line.startswith("heard: ")]
        first_answer = next(number for number, line in enumerate(heard) if SCENE.facts[0] in line)
        assert WARNING in heard[:first_answer]
        assert SCENE.facts[0] in " ".join(app.told), "the sample was described"
        key(desktop, "Escape")
        app.trigger("quit")


@pytest.fixture
def hub() -> Iterator[LocalHub]:
    with local_hub() as running:
        for name in (MODEL, MMPROJ):
            running.files["someone/pair", f"new-{name}"] = (DEMO / name).read_bytes()
        yield running


def test_what_was_downloaded_by_keyboard_answers_without_a_restart(
    desktop: XDesktop, folders: dict[str, str], hub: LocalHub
) -> None:
    data = Path(folders["XDG_DATA_HOME"]) / "edge-assistant"
    _second_catalogue(data)
    (data / "first-run.json").write_text('{"answered": true}')  # of a version that gave no warning yet
    variables = {**folders, "HF_ENDPOINT": hub.endpoint, "HF_HUB_DISABLE_XET": "1"}
    with AppRun(desktop, "--no-speak", first_run=True, **variables) as app:
        app.wait_until_told("Ready.")
        desktop.wait_until_active("Edge Assistant")
        for name in app.ask("weights keys").split():
            key(desktop, name)
        desktop.wait_until_active("Models")
        until(lambda: app.ask("rows") == "6", "the list")
        for name in ("alt+t", "alt+s", "ctrl+End", "alt+w"):  # other models, their list, its last, its download
            key(desktop, name)
        until(lambda: len(hub.asked) == 2, "the facts")
        assert not hub.gets(), "a second list is asked about first"

        def says_yes() -> bool:
            key(desktop, "alt+d")
            return bool(hub.gets())

        until(says_yes, "the answer to the question")
        app.wait_until_told("Ready.", 2)
        assert (data / "models" / "new-tiny-qwen3vl-instruct-f16.gguf").exists()
        key(desktop, "Escape")
        desktop.wait_until_active("Edge Assistant")
        app.press(WINDOW)
        app.wait_for(lambda _: any(SCENE.facts[0] in each for each in app.told), "an answer")
        assert not any("demo model" in each for each in app.told), "it answered with the old weights"
        assert next(each for each in app.told if each == WARNING or SCENE.facts[0] in each) == WARNING


def test_the_app_answers_where_there_is_no_network_at_all(desktop: XDesktop, folders: dict[str, str]) -> None:
    with AppRun(desktop, "--no-speak", prefix=tuple(isolated()), **folders) as app:
        app.wait_until_told("Ready.")
        app.press(WINDOW)
        app.wait_for(lambda _: any(SCENE.facts[0] in each for each in app.told), "an answer")


def _second_catalogue(data: Path) -> None:
    """One of the person's own, with one pair."""
    text = '[[source]]\nvariant = "instruct"\nrepository = "someone/pair"\nrevision = "main"\n'
    text += 'licence = "Apache-2.0"\nsource = "here"\n'
    for kind, name, extra in (("model", MODEL, 'name = "pair"\nram_bytes = 300_000_000\n'), ("mmproj", MMPROJ, "")):
        content = (DEMO / name).read_bytes()
        text += f'[[source.{kind}]]\n{extra}file = "new-{name}"\nquantisation = "F16"\nbytes = {len(content)}\n'
        text += f'sha256 = "{hashlib.sha256(content).hexdigest()}"\n'
    data.mkdir(exist_ok=True)
    (data / "catalog.toml").write_text(text)
