"""Reading at once: the running program on a real X server, real keys over a real other window, real text recognition
and real sound.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from support.desktops import XDesktop, x_desktop
from support.listening import STOP, Listen, private_folders
from support.pages import LINES, save_page
from support.sound_card import SoundCard, places, references
from support.waiting import until

from edge_assistant.hotkeys.defaults import default_keys
from edge_assistant.hotkeys.key import parse_key
from edge_assistant.hotkeys.x11 import X11Hotkeys

READ = "ctrl+shift+F10"
PAUSE, NEXT, PREVIOUS = "ctrl+shift+space", "ctrl+shift+Down", "ctrl+shift+Up"
TITLE = "Notes, Writer"


@pytest.fixture(scope="module")
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[XDesktop]:
    with x_desktop((1280, 800), manager=True) as desktop:
        desktop.show(save_page(tmp_path_factory.mktemp("page") / "page.png"), TITLE)
        desktop.wait_until_active(TITLE)
        yield desktop


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundCard]:
    sound_card = SoundCard(tmp_path_factory.mktemp("card"), speed=4)
    yield sound_card
    sound_card.close()


@pytest.fixture(scope="module")
def program(desktop: XDesktop, tmp_path_factory: pytest.TempPathFactory, card: SoundCard) -> Iterator[Listen]:
    folders = private_folders(tmp_path_factory.mktemp("program"))
    with Listen(desktop, ALSA_CONFIG_PATH=str(card.configuration), **folders) as listen:
        listen.wait_for_line("Ready.")
        until(lambda: len(card.samples()), "a word")
        card.wait_for_silence()
        yield listen
        pids = {child.pid for child in listen.children()}
        listen.process.terminate()
        assert listen.wait() == 0
        listen.wait_until_gone(pids)


@pytest.fixture
def running(program: Listen, desktop: XDesktop, card: SoundCard) -> Iterator[Listen]:
    """The program, idle and with another picture in mind than that of the last test."""
    program.lines.clear()
    yield program
    for key in (STOP, STOP, "ctrl+shift+F11", STOP, STOP):
        program.press(key)
    card.wait_for_silence(0.3)
    until(lambda: not is_held(desktop), "the keys are given back")
    assert not [line for line in program.said if "Traceback" in line or "in the program" in line]


class Ears:
    """What is heard of the page's lines."""

    def __init__(self, card: SoundCard, folder: Path, *others: str) -> None:
        self.card = card
        sentences = [*LINES, *others]
        self._references = dict(zip(sentences, references(folder, sentences), strict=True))
        self._since = len(card.samples())

    def listen_anew(self) -> None:
        """Forget what was heard."""
        self._since = len(self.card.samples())

    def heard(self, sentence: str) -> bool:
        """Whether a sentence was heard to its end."""
        return bool(places(self._samples(), self._references[sentence]))

    def wait_for(self, sentence: str) -> None:
        """Block until a sentence was heard."""
        self.card.wait_until_heard(self._references[sentence], since=self._since)

    def _samples(self) -> NDArray[np.float64]:
        return self.card.samples()[self._since :]


def is_held(desktop: XDesktop, key: str = default_keys("linux")["next-line"]) -> bool:
    """Whether a program has the key; asked as a second program would, which has it for a moment: so it asks seldom."""
    time.sleep(0.3)
    return X11Hotkeys(desktop.environment["DISPLAY"]).is_free(parse_key(key)) is False


def test_the_key_reads_every_line_without_a_title_and_the_same_key_then_lets_the_model_read(
    running: Listen, desktop: XDesktop, card: SoundCard, tmp_path: Path
) -> None:
    engine = max(running.children(), key=lambda child: child.memory_info().rss)
    ears = Ears(card, tmp_path, TITLE)
    engine.suspend()  # the model could answer nothing now
    try:
        running.press(READ)
        running.wait_for_line(LINES[-1])
        assert running.said[: 1 + len(LINES)] == [TITLE, *LINES]
        until(lambda: is_held(desktop), "the keys of a reading")
        ears.wait_for(LINES[-1])
        until(lambda: not is_held(desktop), "the keys are given back")
        assert all(ears.heard(line) for line in LINES)
        assert not ears.heard(TITLE)
        assert running.trigger("next-line") == (0, "Nothing is being read.\n")
        running.press(READ)
        running.wait_for_line("The model reads the same picture.")
        assert running.said.count(TITLE) == 1, "a new picture was taken"
    finally:
        engine.resume()


def test_keys_pause_and_move_while_it_is_read_and_belong_to_others_after_it(
    running: Listen, desktop: XDesktop, card: SoundCard, tmp_path: Path
) -> None:
    """One of the keys belongs to another program, which is told once; the others do their work."""
    pressed: list[str] = []
    other = X11Hotkeys(desktop.environment["DISPLAY"])
    assert other.start({"other": parse_key("ctrl+shift+right")}, pressed.append, lambda _: None) == ()
    try:
        ears = Ears(card, tmp_path)
        running.press(READ)
        until(lambda: is_held(desktop), "the keys of a reading")
        running.press(PAUSE)
        card.wait_for_silence(0.5)
        assert not ears.heard(LINES[-1])
        assert running.trigger("status") == (0, "Reading is paused.\n")
        card.wait_for_silence(0.5)
        assert is_held(desktop), "they were given back while it is paused"
        while not ears.heard(LINES[2]):
            ears.listen_anew()
            running.press(NEXT)
            card.wait_for_sound(0.3)
            card.wait_for_silence(0.4)
        ears.listen_anew()
        running.press(PREVIOUS)
        ears.wait_for(LINES[1])
        card.wait_for_silence(0.4)
        assert not ears.heard(LINES[2]), "it went on although it is paused"
        ears.listen_anew()
        running.press(PAUSE)
        ears.wait_for(LINES[2])
        assert ears.heard(LINES[1]), "it went on with another line than the one that was said"
        running.press("ctrl+shift+Right")
        until(lambda: pressed, "the other program has its key")
        running.press(READ)  # stops it
        until(lambda: not is_held(desktop), "the keys are given back")
        card.wait_for_silence(0.4)
        assert running.trigger("status")[1] == "Ready.\n"
        assert running.trigger("repeat")[0] == 0
        until(lambda: is_held(desktop), "the keys of the reading that is repeated")
    finally:
        other.close()
    (told,) = [line for line in running.said if "another program" in line]
    assert told.startswith("ctrl shift right is used by another program.")
