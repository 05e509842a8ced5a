"""`edge-assistant listen` on a real X server: real keys over a real other window, real engine, real sound."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray
from support.describing import ROOT
from support.desktops import XDesktop, environment, scene, x_desktop
from support.listening import REPEAT, STATUS, STOP, WINDOW, Listen, private_folders
from support.processes import almost_still, kill_workers
from support.sound_card import SoundCard, places, references
from support.waiting import PATIENCE, until
from Xlib import XK, X, display
from Xlib.ext import xtest

from edge_assistant.hotkeys.actions import ACTIONS
from edge_assistant.speech import tones
from edge_assistant.speech.messages import Tone

SCENE = scene()
TITLE = "Invoice 1042, Writer"
DEMO = (
    "This is only the demo model, for sample screens. Do not trust its answers."
)  # fmt: skip
DETAIL = "The same picture in detail."


def tone(name: Tone) -> NDArray[np.float64]:
    return np.array(tones.generate_samples(name), dtype=np.float64)


def starts(heard: NDArray[np.float64], name: Tone) -> list[float]:
    """Return the times at which a tone starts, in seconds."""
    return places(heard, tone(name))


def answers(lines: list[str]) -> list[str]:
    """Return the answers among the printed lines."""
    return [line for line in lines if SCENE.facts[0] in line]


@pytest.fixture(scope="module")
def desktop() -> Iterator[XDesktop]:
    with x_desktop((1600, 900), manager=True) as desktop:
        desktop.show(SCENE.picture, TITLE)
        desktop.wait_until_active(TITLE)
        yield desktop


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, str]:
    return private_folders(tmp_path)


@pytest.fixture
def card(tmp_path: Path) -> Iterator[SoundCard]:
    sound_card = SoundCard(tmp_path, speed=4)
    yield sound_card
    sound_card.close()


@pytest.fixture
def running(desktop: XDesktop, folders: dict[str, str], card: SoundCard) -> Iterator[Listen]:
    """A running program that is ready, and that must end without an error."""
    with Listen(desktop, ALSA_CONFIG_PATH=str(card.configuration), **folders) as listen:
        listen.wait_for_line("Ready.")
        until(lambda: len(card.samples()), "a word")
        card.wait_for_silence()
        yield listen
        check_end(listen)


@pytest.fixture
def silent(desktop: XDesktop, folders: dict[str, str]) -> Iterator[Listen]:
    """One that only prints."""
    with Listen(desktop, "--no-speak", **folders) as listen:
        listen.wait_for_line("Ready.")
        yield listen
        check_end(listen)


def check_end(listen: Listen) -> None:
    """It ends, or has ended, without an error."""
    if listen.process.poll() is None:
        listen.process.terminate()
    assert listen.wait() == 0
    assert not [line for line in listen.said if "Traceback" in line or "in the program" in line]


def test_a_key_gives_the_tone_the_title_and_the_answer_and_takes_no_focus(
    running: Listen, desktop: XDesktop, card: SoundCard, tmp_path: Path
) -> None:
    running.press(WINDOW)
    running.wait_for(answers, "the answer")
    card.wait_until_heard(tone("end"))
    assert desktop.output("xdotool", "getactivewindow", "getwindowname").strip() == TITLE
    (answer,) = answers(running.said)
    heard = card.samples()

    assert all(fact in answer for fact in SCENE.facts)
    assert running.said == ["Ready.", TITLE, DEMO, answer]
    sentences = ["Ready.", TITLE, DEMO, *(f"{each}." for each in answer.rstrip(".").split(". "))]
    ready, title, demo, *rest = [places(heard, each) for each in references(tmp_path, sentences)]
    starts_at = [ready, starts(heard, "heard"), title, demo, *rest, starts(heard, "end")]
    assert all(len(found) == 1 for found in starts_at), starts_at
    assert starts_at == sorted(starts_at)


def test_the_tone_comes_within_a_tenth_of_a_second(running: Listen, desktop: XDesktop, card: SoundCard) -> None:
    """The best of some presses counts, because whatever else this machine does only makes it later."""
    keyboard = display.Display(desktop.environment["DISPLAY"])  # starting xdotool takes as long as all the rest

    def codes(key: str) -> list[int]:
        return [keyboard.keysym_to_keycode(XK.string_to_keysym(name)) for name in ("Control_L", "Shift_L", key)]

    def loud(since: int) -> list[float]:
        return [each.at for each in card._heard[since:] if np.any(np.frombuffer(each.samples, "<i2"))]

    seconds = []
    for key in ("F9", "F11") * 3:  # another key each time, so that each takes a new picture before the tone
        running.press(STOP)
        running.press(STOP)
        card.wait_for_silence(0.2)
        down = codes(key)
        count, at = len(card._heard), time.monotonic()
        for kind, pressed in ((X.KeyPress, down), (X.KeyRelease, down[::-1])):
            for code in pressed:
                xtest.fake_input(keyboard, kind, code)
        keyboard.sync()
        until(lambda since=count: loud(since), "a tone")  # type: ignore[misc]
        seconds.append(loud(count)[0] - at)
    keyboard.close()
    print("from the press to the tone:", " ".join(f"{each:.3f}" for each in seconds), "s")
    assert min(seconds) < 0.1


def test_the_same_key_stops_then_gives_the_detail_and_another_key_a_new_picture(
    running: Listen, card: SoundCard
) -> None:
    running.press(WINDOW)
    running.wait_for(answers, "the answer")
    card.wait_for_sound(0.3)
    at = running.press(WINDOW)
    card.wait_for_silence(0.4)
    assert card.silent_since - at < 1.0, "it went on speaking"  # promised: 0.1 s
    assert running.said == ["Ready.", TITLE, DEMO, answers(running.said)[0]], "it did something else than stop"

    running.press(WINDOW)
    running.wait_for(lambda lines: len(answers(lines)) == 2, "the detail")
    assert running.said.count(DETAIL) == 1
    assert running.said.count(TITLE) == 1, "a new picture was taken"

    running.press(WINDOW)
    card.wait_for_silence(0.4)
    running.press(WINDOW)
    running.wait_for(lambda lines: lines.count(TITLE) == 2, "a new picture after the detail")


def test_it_ticks_while_it_works_tells_how_long_and_obeys_both_stops(running: Listen, card: SoundCard) -> None:
    (engine,) = [child for child in running.children() if child.memory_info().rss == max_rss(running)]
    with almost_still(engine):
        running.press(WINDOW)
        running.wait_for_line(DEMO)
        card.wait_for_silence(0.5)
        before = len(card.samples())
        until(lambda: len(starts(card.samples()[before:], "tick")) >= 2, "two ticks", meanwhile=lambda: time.sleep(0.2))
        code, output = running.trigger("status")
        assert code == 0
        words, seconds = output.strip().removesuffix(" seconds so far.").rsplit(", ", 1)
        assert words in ("Reading the picture", "Reading the question", "Answering")
        assert int(seconds) >= 4
        running.press(STOP)
        card.wait_for_silence(2.5)
        assert engine.is_running(), "the first stop cancelled the work"
        running.press(STOP)
        until(lambda: running.tell("status") == "Ready.", "the cancel")
    running.press(WINDOW)
    running.wait_for(answers, "an answer of the same engine")
    assert engine.is_running()


def max_rss(listen: Listen) -> int:
    """Return the memory of the largest child: once loaded, that is the engine."""
    return int(max(child.memory_info().rss for child in listen.children()))


def test_it_survives_the_death_of_its_engine_and_of_its_voice(running: Listen, card: SoundCard, tmp_path: Path) -> None:
    kill_workers(running.children())
    running.press(WINDOW)
    running.wait_for(answers, "the answer")
    assert "The engine had stopped and is restarting." in running.said
    (title,) = references(tmp_path, [TITLE])
    card.wait_until_heard(title)  # by a new voice


def test_keys_pressed_fast_and_at_the_wrong_time_leave_it_whole(running: Listen, card: SoundCard) -> None:
    chance = random.Random(7)
    for _ in range(30):
        running.press(chance.choice([WINDOW, WINDOW, STOP, REPEAT, STATUS, "ctrl+shift+F10", "ctrl+shift+F11"]))
    running.press(STOP)
    running.press(STOP)
    card.wait_for_silence(0.5)
    count = running.said.count(TITLE)
    running.press("ctrl+shift+F11")
    running.press(WINDOW)
    running.wait_for_line(TITLE, count + 1)
    before = len(answers(running.said))
    running.wait_for(lambda lines: len(answers(lines)) > before, "an answer")
    # Besides them multiprocessing has a process that watches for what was left behind.
    assert len(running.children()) <= 5, "engine, text worker, voice and player are all there may be"


def test_lock_keys_change_nothing(silent: Listen, desktop: XDesktop) -> None:
    for count, lock in enumerate(("Num_Lock", "Caps_Lock"), start=1):
        desktop.output("xdotool", "key", lock)
        try:
            silent.press(STATUS)
            silent.wait_for_line("Ready.", 1 + count)
        finally:
            desktop.output("xdotool", "key", lock)


def test_a_second_one_says_that_it_is_running_and_the_first_goes_on(
    silent: Listen, desktop: XDesktop, folders: dict[str, str]
) -> None:
    def start(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "edge_assistant", *arguments],
            cwd=ROOT,
            env={**desktop.environment, **folders},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    no_window = "It has no windows. To get them, quit it with edge-assistant trigger quit, and start it again."
    assert start("listen") == (0, "Edge Assistant is already running.\n")
    assert start() == (0, f"Edge Assistant is already running.\n{no_window}\n")
    silent.wait_for_line(no_window)
    assert silent.trigger("status") == (0, "Ready.\n")
    assert silent.trigger("quit") == (0, "")
    assert silent.wait() == 0
    code, output = silent.trigger("status")
    assert (code, output.count("\n")) == (9, 1)
    assert output.startswith("Edge Assistant is not running.")


def test_triggers_do_what_keys_do(silent: Listen, desktop: XDesktop) -> None:
    desktop.start("xclip", "-quiet", "-selection", "clipboard", "-t", "image/png", "-i", SCENE.picture)
    until(lambda: "image/png" in desktop.output("xclip", "-selection", "clipboard", "-t", "TARGETS", "-o"), "xclip")
    assert silent.trigger("clipboard") == (0, "")
    silent.wait_for(answers, "the answer about the clipboard")
    assert silent.tell("read") == ""
    silent.wait_for_line(TITLE)
    assert silent.tell("stop") == ""
    assert set(ACTIONS) >= {"clipboard", "read", "stop"}


def test_a_key_that_another_program_has_is_named_and_its_action_can_be_triggered(
    desktop: XDesktop, folders: dict[str, str]
) -> None:
    other = display.Display(desktop.environment["DISPLAY"])
    try:
        code = other.keysym_to_keycode(XK.string_to_keysym("F9"))
        state = X.ControlMask | X.ShiftMask
        other.screen().root.grab_key(code, state, False, X.GrabModeAsync, X.GrabModeAsync)
        other.sync()
        with Listen(desktop, "--no-speak", **folders) as listen:
            listen.wait_for_line("Ready.")
            (notice,) = [line for line in listen.said if "is used by another program" in line]
            assert notice.startswith("ctrl shift F9 is used by another program. Here it describes the active window.")
            assert "edge-assistant trigger window" in notice
            listen.press(STATUS)
            listen.wait_for_line("Ready.", 2)
            assert listen.tell("window") == ""
            listen.wait_for(answers, "the answer")
    finally:
        other.close()


def test_keys_and_their_actions_are_those_of_the_settings(desktop: XDesktop, folders: dict[str, str]) -> None:
    folder = Path(folders["XDG_CONFIG_HOME"]) / "edge-assistant"
    folder.mkdir()
    (folder / "settings.toml").write_text('speak = false\n[hotkeys]\nstatus = "super+shift+F3"\nwindow = ""\n')
    with Listen(desktop, **folders) as listen:
        listen.wait_for_line("Ready.")
        listen.press(WINDOW)
        listen.press("super+shift+F3")
        listen.wait_for_line("Ready.", 2)
        assert listen.said == ["Ready.", "Ready."]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_when_it_dies_nothing_of_it_is_left_within_a_second(
    number: signal.Signals, desktop: XDesktop, folders: dict[str, str], card: SoundCard
) -> None:
    with Listen(desktop, ALSA_CONFIG_PATH=str(card.configuration), **folders) as listen:
        listen.wait_for_line("Ready.")
        listen.press(WINDOW)
        listen.wait_for(answers, "the answer")
        until(listen.has_player, "a player")
        pids = {child.pid for child in listen.children()}
        assert len(pids) >= 3, "engine, voice and player"
        os.kill(listen.process.pid, number)
        code = listen.process.wait(PATIENCE)
        listen.wait_until_gone(pids)
        assert code == (0 if number == signal.SIGINT else -number)


def test_when_the_display_goes_it_says_so_and_goes_on_for_triggers(folders: dict[str, str]) -> None:
    with x_desktop((320, 240), manager=False) as desktop, Listen(desktop, "--no-speak", **folders) as listen:
        listen.wait_for_line("Ready.")
        server = next(
            process
            for process in psutil.Process().children()
            if process.status() != psutil.STATUS_ZOMBIE and "320x240x24" in process.cmdline()
        )
        server.kill()
        gone = "The display is gone, so shortcuts do not work. The command edge-assistant trigger still works."
        listen.wait_for_line(gone)
        assert listen.tell("status") == "Ready."
        listen.tell("window")
        listen.wait_for(lambda lines: any("no X display answers" in line for line in lines), "why not")
        listen.tell("status")


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"WAYLAND_DISPLAY": "wayland-7"}, "On Wayland, programs cannot set shortcuts."),
        ({"DISPLAY": ":4711"}, "Shortcuts do not work, because no X display answers."),
    ],
)
def test_where_there_are_no_keys_it_says_so_once_and_triggers_work(
    variables: dict[str, str], words: str, folders: dict[str, str]
) -> None:
    with XDesktop(environment(**variables)) as nowhere, Listen(nowhere, "--no-speak", **folders) as listen:
        listen.wait_for_line("Ready.")
        listen.wait_for(lambda lines: any(line.startswith(words) for line in lines), words)
        assert len([line for line in listen.said if line.startswith(words)]) == 1
        assert listen.tell("status") == "Ready."


def test_holding_a_key_down_is_one_press(silent: Listen, desktop: XDesktop) -> None:
    for key in ("Control_L", "Shift_L", "F6"):
        desktop.output("xdotool", "keydown", key)
    time.sleep(1.0)  # the server repeats after 0.66 s, 25 times a second
    for key in ("F6", "Shift_L", "Control_L"):
        desktop.output("xdotool", "keyup", key)
    assert silent.trigger("status") == (0, "Ready.\n")
    assert silent.said.count("Ready.") == 3
