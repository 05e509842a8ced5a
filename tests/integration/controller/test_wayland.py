"""A whole Wayland desktop: a key that sway binds, a picture of the portal, the real engine, and what is heard."""

from __future__ import annotations

import shlex
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.apps import AppRun
from support.describing import ROOT
from support.desktops import Programs, needs, scene, wayland_desktop
from support.listening import Listen, private_folders, wait_until_heard
from support.sound_card import SoundCard
from support.waiting import until

from edge_assistant.hotkeys import unsupported

SCENE = scene()
DEMO = (
    "This is only the demo model, for sample screens. Do not trust its answers."
)  # fmt: skip
_TRIGGER = shlex.join([sys.executable, "-m", "edge_assistant", "trigger"])


@pytest.fixture(scope="module")
def sway() -> Iterator[Programs]:
    needs(wtype="wtype")
    bound = {
        "Ctrl+Shift+F11": f"cd {shlex.quote(str(ROOT))} && {_TRIGGER} screen",
        "Ctrl+Shift+F6": f"cd {shlex.quote(str(ROOT))} && {_TRIGGER} status",
    }
    # In a place that another user may enter, as the folders of pytest are not.
    with tempfile.TemporaryDirectory(prefix="sway-") as outer:
        Path(outer).chmod(0o755)
        with wayland_desktop(Path(outer) / "run", SCENE.picture, SCENE.size, monitors=1, bound=bound) as programs:
            yield programs


@pytest.fixture
def card(tmp_path: Path) -> Iterator[SoundCard]:
    sound_card = SoundCard(tmp_path, speed=8)
    yield sound_card
    sound_card.close()


@pytest.fixture
def folders(tmp_path: Path, sway: Programs) -> dict[str, str]:
    return {**private_folders(tmp_path), "XDG_RUNTIME_DIR": sway.environment["XDG_RUNTIME_DIR"]}


def press(sway: Programs, key: str) -> None:
    """Press a key with Ctrl and Shift, as a keyboard does."""
    sway.output("wtype", "-M", "ctrl", "-M", "shift", "-k", key, "-m", "shift", "-m", "ctrl")


def answers(lines: list[str]) -> list[str]:
    """Return the answers among the printed lines."""
    return [line for line in lines if SCENE.facts[0] in line]


def sentences_of(answer: str) -> list[str]:
    return [f"{each}." for each in answer.rstrip(".").split(". ")]


def test_a_key_that_the_desktop_binds_to_trigger_is_answered_aloud_about_the_portals_picture(
    sway: Programs, folders: dict[str, str], card: SoundCard, tmp_path: Path
) -> None:
    with Listen(sway, ALSA_CONFIG_PATH=str(card.configuration), **folders) as listen:
        listen.wait_for_line("Ready.")
        listen.wait_for_line(unsupported.WAYLAND)  # sway's portal has no keys to give
        card.wait_for_silence(1.0)
        press(sway, "F11")
        listen.wait_for(answers, "the answer")
        (answer,) = answers(listen.said)
        assert all(fact in answer for fact in SCENE.facts), answer
        wait_until_heard(card, tmp_path, ["Ready.", DEMO, *sentences_of(answer)])
        press(sway, "F6")
        listen.wait_for_line("Ready.", 2)


def test_the_app_answers_it_too_and_is_not_in_its_own_picture(
    sway: Programs, folders: dict[str, str], card: SoundCard, tmp_path: Path
) -> None:
    variables = {**folders, "ALSA_CONFIG_PATH": str(card.configuration), "QT_QPA_PLATFORM": "wayland"}
    with AppRun(sway, **variables) as app:
        app.wait_until_told("Ready.")
        app.wait_until_told("There is no system tray, so the window of Edge Assistant stays.")
        until(lambda: app.ask("visible") == "True", "the window, which fills the screen")
        card.wait_for_silence(1.0)
        press(sway, "F11")
        app.wait_for(lambda _: all(fact in " ".join(app.told) for fact in SCENE.facts), "the answer")
        wait_until_heard(card, tmp_path, app.told[app.told.index(DEMO) :])
