"""Real failures that the program survives: killed processes, suspension, lost sound or display, any order of keys."""

from __future__ import annotations

import contextlib
import functools
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from support.apps import AppRun
from support.describing import named, wait_until_at_rest
from support.desktops import XDesktop, scene, x_desktop
from support.listening import STOP, WINDOW, Listen, private_folders
from support.sound_card import NO_CARD, SoundCard, places, references
from support.waiting import until
from Xlib import XK, X, display
from Xlib.ext import xtest

from edge_assistant.hotkeys.actions import ACTIONS
from edge_assistant.system.errors import EngineError, NotRunningError

SCENE = scene()
TITLE = "Invoice 1042, Writer"
RESTARTED = "The engine had stopped and is restarting."
REPLACED = "The engine had stopped. It is restarting, and the answer follows."


@pytest.fixture(scope="module")
def desktop() -> Iterator[XDesktop]:
    with x_desktop((1600, 900), manager=True) as result:
        result.show(SCENE.picture, TITLE, "1000", "400")
        result.wait_until_active(TITLE)
        yield result


@pytest.fixture
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return private_folders(tmp_path_factory.mktemp("user"))


@pytest.fixture
def card(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[SoundCard]:
    """Four times faster than real hardware, or as fast as a test wants it."""
    result = SoundCard(tmp_path, speed=getattr(request, "param", 4.0))
    yield result
    result.close()


@pytest.fixture
def silent(desktop: XDesktop, folders: dict[str, str]) -> Iterator[Listen]:
    """A program without a voice, so that the engine is its only worker."""
    with Listen(desktop, "--no-speak", **folders) as listen:
        listen.wait_for_line("Ready.")
        yield listen
    check_end(listen)


@pytest.fixture
def speaking(desktop: XDesktop, folders: dict[str, str], card: SoundCard) -> Iterator[Listen]:
    with Listen(desktop, ALSA_CONFIG_PATH=str(card.configuration), **folders) as listen:
        wait_until_greeted(listen, card)
        yield listen
    check_end(listen)


def wait_until_greeted(listen: Listen, card: SoundCard) -> None:
    """Block until it is ready and has said so."""
    listen.wait_for_line("Ready.")
    until(lambda: len(card.samples()), "a word")
    card.wait_for_silence()


def check_end(listen: Listen) -> None:
    """It ended well, and with no bug on the way."""
    assert listen.wait() == 0, listen.said[-40:]
    assert not [line for line in listen.said if "Traceback" in line or "in the program" in line]


def status(listen: Listen, action: str = "status") -> str:
    """What a trigger is answered, without starting a program for it."""
    return listen.tell(action)


def workers(listen: Listen) -> list[psutil.Process]:
    """Its engine and its voice, as far as they live."""
    found = []
    for child in psutil.Process(listen.process.pid).children():
        with contextlib.suppress(psutil.Error):
            if child.name() in ("edge-engine", "edge-speech") and child.status() != psutil.STATUS_ZOMBIE:
                found.append(child)
    return found


def engine_of(listen: Listen) -> psutil.Process:
    """The engine of a program without a voice."""
    until(lambda: workers(listen), "the engine")
    return workers(listen)[0]


def answers(listen: Listen) -> list[str]:
    return [line for line in listen.said if SCENE.facts[0] in line]


def ask(listen: Listen, press: Callable[[str], object] | None = None) -> None:
    """A new picture of the window is described; `press` is given the actions in place of their keys."""
    status(listen, "stop")
    status(listen, "stop")
    until(lambda: status(listen) == "Ready.", "peace")
    count = len(answers(listen))
    for _ in range(2):  # the first may be for the detail of the last picture
        for key, action in (("ctrl+shift+F11", "screen"), (WINDOW, "window")):
            press(action) if press else listen.press(key)
    listen.wait_for(lambda _: len(answers(listen)) > count, "an answer")


def killed_at(listen: Listen, engine: psutil.Process, wanted: str) -> bool:
    """Kill the engine while a window's answer is at a stage, going on in slices of a millisecond; False: too late."""
    engine.suspend()
    listen.press(WINDOW)
    until(lambda: status(listen) != "Ready.", "the work")
    for _ in range(2000):
        told = status(listen)
        if told.startswith(wanted):
            wait_until_at_rest(listen.process.pid)  # what the engine had sent before may end the stage
            if status(listen).startswith(wanted):
                engine.kill()
                return True
        if told in ("Ready.", "Speaking."):
            break
        engine.resume()
        time.sleep(0.001)
        engine.suspend()
        wait_until_at_rest(listen.process.pid)
    engine.resume()
    return False


@pytest.mark.parametrize("stage", ["Reading the picture", "Answering"])
def test_an_engine_that_is_killed_at_work_is_told_in_one_sentence_and_the_answer_comes(
    silent: Listen, stage: str
) -> None:
    def was_told() -> bool:
        return REPLACED in silent.said

    for _ in range(10):
        count, restarts = len(answers(silent)), silent.said.count(RESTARTED)
        was_killed = killed_at(silent, engine_of(silent), stage)
        until(lambda: status(silent) == "Ready.", "peace")
        if was_told():
            break
        # All of the answer may have been there, and only what follows an answer was still at work.
        assert not was_killed or len(answers(silent)) > count, f"an answer was lost without a word: {silent.said}"
        time.sleep(0.1)
        ask(silent)  # an engine that was killed behind its answer is told as one that died in idleness
    else:
        pytest.skip("the engine could never be stopped there")
    assert silent.said.count(REPLACED) == 1
    assert len(answers(silent)) > count, "the question was lost"
    ask(silent)
    assert silent.said.count(RESTARTED) == restarts, "it was told twice"


def test_an_engine_that_is_killed_in_idleness_is_started_again_by_the_next_press(silent: Listen) -> None:
    engine_of(silent).kill()
    ask(silent)
    assert silent.said.count(RESTARTED) == 1


def test_an_engine_that_is_killed_while_it_loads_is_told_and_the_next_press_loads_it(
    desktop: XDesktop, folders: dict[str, str]
) -> None:
    with Listen(desktop, "--no-speak", **folders) as listen:
        engine = engine_of(listen)
        engine.suspend()
        until(lambda: status(listen).startswith("Loading"), "the loading")
        engine.kill()
        listen.wait_for(lambda lines: any("was stopped while loading" in line for line in lines), "the sentence")
        ask(listen)
    check_end(listen)


@pytest.mark.parametrize("card", [2.0], indirect=True)  # so that it is still the beginning when it is killed
def test_a_voice_that_is_killed_in_mid_sentence_is_told_and_goes_on(
    speaking: Listen, card: SoundCard, tmp_path: Path
) -> None:
    speaking.press(WINDOW)
    card.wait_for_sound(0.3)
    until(speaking.has_player, "a player")
    voices = [each for each in workers(speaking) if named("aplay", each.children())]
    for voice in voices:
        voice.kill()
    told = "Speech stopped and was restarted. Something may have been left out."
    speaking.wait_for_line(told)
    card.speed = 8.0
    speaking.wait_for(lambda _: answers(speaking), "the answer")
    last = f"Buttons: {SCENE.facts[1]}, {SCENE.facts[2]}."  # printed it may be in two pieces, with the notice between
    (reference,) = references(tmp_path, [last])
    speaking.wait_for(lambda lines: any(line.endswith(last[-20:]) for line in lines), "the end of the answer")
    card.wait_for_silence(2.0)  # whoever asks for the status meanwhile has it said, too
    assert places(card.samples(), reference)
    assert speaking.said.count(told) == 1


def test_sound_that_vanishes_is_told_once_and_speech_is_back_with_it(
    speaking: Listen, card: SoundCard, tmp_path: Path
) -> None:
    working = card.configuration.read_text()
    card.configuration.write_text(NO_CARD)
    speaking.press(WINDOW)
    speaking.wait_for(lambda lines: any(line.startswith("There is no sound") for line in lines), "the reason")
    speaking.wait_for(lambda _: answers(speaking), "the answer as text")
    until(lambda: status(speaking) == "Ready.", "peace")
    assert len([line for line in speaking.said if line.startswith("There is no sound")]) == 1
    card.configuration.write_text(working)
    ask(speaking)
    (title,) = references(tmp_path, [TITLE])
    card.wait_until_heard(title)


def test_after_a_sleep_of_the_whole_machine_it_goes_on_and_nothing_is_called_broken(
    desktop: XDesktop, tmp_path: Path
) -> None:
    """Three programs go to sleep at once: one with nothing to do, one that speaks and one that works."""
    with contextlib.ExitStack() as stack:
        programs, cards = list[Listen](), list[SoundCard]()
        for name in ("idle", "speaking", "working"):
            (tmp_path / name).mkdir()
            cards.append(card := SoundCard(tmp_path / name, speed=4.0))
            stack.callback(card.close)
            folders = private_folders(tmp_path / name)
            programs.append(stack.enter_context(Listen(desktop, ALSA_CONFIG_PATH=str(card.configuration), **folders)))
        for listen, card in zip(programs, cards, strict=True):
            listen.wait_for_line("Ready.")
            status(listen, "stop")  # the second and third say at length that another program has their keys
            status(listen)  # so that there is a word to be heard
            wait_until_greeted(listen, card)
        _, speaking, working = programs
        status(speaking, "window")
        speaking.wait_for(lambda _: answers(speaking), "the answer")
        until(speaking.has_player, "a player")
        status(working, "window")
        before = [len(each.said) for each in programs]
        with contextlib.ExitStack() as sleep:
            for listen, card in zip(programs, cards, strict=True):
                sleep.enter_context(asleep(listen, card))
            time.sleep(12.0)  # longer than a player may take for these sentences and be called stuck
        for listen, card in zip(programs, cards, strict=True):
            ask(listen, press=functools.partial(status, listen))
            card.speed = 8.0
        for card in cards:
            card.wait_for_silence(1.0)
        new = [line for listen, old in zip(programs, before, strict=True) for line in listen.said[old:]]
        wrong = ("no sound", "Speech stopped", "had stopped", "engine stopped", "does not")
        assert not [line for line in new if any(words in line for words in wrong)], new
    for listen in programs:
        check_end(listen)


@contextlib.contextmanager
def asleep(listen: Listen, card: SoundCard) -> Iterator[None]:
    """All its processes are stopped, but for players: they stand still because their card does.

    ALSA's file device, which stands for the sound card, breaks a player that was stopped in the middle of writing.
    """
    tree = [psutil.Process(listen.process.pid), *listen.children()]
    tree = [each for each in tree if each.name() != "aplay"]
    speed, card.speed = card.speed, 0.0
    for process in tree:
        with contextlib.suppress(psutil.Error):
            process.suspend()
    yield
    card.speed = speed
    for process in reversed(tree):
        with contextlib.suppress(psutil.Error):
            process.resume()


def test_without_its_display_it_does_not_work_for_nothing(folders: dict[str, str]) -> None:
    with x_desktop((320, 240), manager=False) as desktop, Listen(desktop, "--no-speak", **folders) as listen:
        listen.wait_for_line("Ready.")
        server = next(
            process
            for process in psutil.Process().children()
            if process.status() != psutil.STATUS_ZOMBIE and "320x240x24" in process.cmdline()
        )
        server.kill()
        listen.wait_for(lambda lines: any(line.startswith("The display is gone") for line in lines), "the sentence")
        assert idle_cpu(listen, 3.0) < 0.3
        assert status(listen) == "Ready."


def test_the_app_obeys_a_signal_also_where_the_display_answers_no_more(folders: dict[str, str]) -> None:
    with (
        x_desktop((320, 240), manager=False) as desktop,
        AppRun(desktop, "--no-speak", "--leaves-soon", **folders) as app,
    ):
        app.wait_until_told("Ready.")
        server = next(
            process
            for process in psutil.Process().children()
            if process.status() != psutil.STATUS_ZOMBIE and "320x240x24" in process.cmdline()
        )
        server.suspend()
        try:
            app.process.terminate()
            assert app.process.wait(10) in (0, 1)
        finally:
            server.resume()


def test_it_sleeps_while_nothing_happens(silent: Listen) -> None:
    assert idle_cpu(silent, 3.0) < 0.15


def idle_cpu(listen: Listen, seconds: float) -> float:
    """Processor seconds that it and its children take in so many seconds of rest."""

    def used() -> float:
        times = [each.cpu_times() for each in [psutil.Process(listen.process.pid), *listen.children()]]
        return float(sum(each.user + each.system for each in times))

    before = used()
    time.sleep(seconds)
    return used() - before


def test_of_two_presses_at_once_only_the_later_is_answered(silent: Listen, desktop: XDesktop) -> None:
    both = threading.Barrier(2)

    def trigger(action: str) -> None:
        both.wait()
        status(silent, action)

    threads = [threading.Thread(target=trigger, args=(action,)) for action in ("window", "read")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    silent.wait_for(lambda _: answers(silent), "an answer")
    until(lambda: status(silent) == "Ready.", "peace")
    assert len(answers(silent)) == 1
    assert desktop.output("xdotool", "getactivewindow", "getwindowname").strip() == TITLE


class Keyboard:
    """Presses keys faster than a program that is started for each."""

    def __init__(self, desktop: XDesktop) -> None:
        self._display = display.Display(desktop.environment["DISPLAY"])

    def press(self, key: str) -> None:
        """A function key with Ctrl and Shift."""
        names = ("Control_L", "Shift_L", key)
        down = [self._display.keysym_to_keycode(XK.string_to_keysym(name)) for name in names]
        for kind, codes in ((X.KeyPress, down), (X.KeyRelease, down[::-1])):
            for code in codes:
                xtest.fake_input(self._display, kind, code)
        self._display.sync()

    def close(self) -> None:
        self._display.close()


@pytest.mark.parametrize(("start", "seed"), [(Listen, 20), (AppRun, 21)])
def test_sixty_keys_and_triggers_in_any_order_never_hang_it_and_only_one_voice_speaks(
    start: Callable[..., Listen], seed: int, desktop: XDesktop, folders: dict[str, str], card: SoundCard
) -> None:
    chance = random.Random(seed)
    actions = [each for each in ACTIONS if each not in ("quit", "camera", "shortcuts")]  # the last ends the keys
    most_voices, over = 0, threading.Event()

    with start(desktop, ALSA_CONFIG_PATH=str(card.configuration), **folders) as running:
        running.wait_for(lambda lines: any("Ready." in line for line in lines), "readiness")

        def watch() -> None:
            nonlocal most_voices
            while not over.wait(0.02):
                with contextlib.suppress(psutil.Error):
                    speak = [each for each in named("aplay", running.children()) if is_alive(each)]
                    most_voices = max(most_voices, len(speak))

        watcher = threading.Thread(target=watch)
        watcher.start()
        keyboard, unanswered = Keyboard(desktop), 0
        try:
            for _ in range(60):  # a number, not a time: in that a slow machine does less
                if chance.random() < 0.6:
                    keyboard.press(chance.choice(["F6", "F7", "F8", "F9", "F9", "F10", "F11"]))
                else:
                    unanswered += status(running, chance.choice(actions)) == "Edge Assistant is busy. Try again."
                time.sleep(chance.choice([0.0, 0.01, 0.05, 0.1, 0.25]))
        finally:
            keyboard.close()
            over.set()
            watcher.join()
        assert unanswered == 0
        assert most_voices <= 1
        if desktop.active() == "Key help":  # which says what keys and triggers would do
            desktop.output("xdotool", "key", "Escape", "Escape")
            until(lambda: desktop.active() != "Key help", "the end of the key help")
        status(running, "stop")
        status(running, "stop")
        until(lambda: status(running) == "Ready.", "a status afterwards")
        until(lambda: len(workers(running)) <= 2, "engine and voice alone")
        assert running.process.poll() is None
    check_end(running)


def is_alive(process: psutil.Process) -> bool:
    return process.status() != psutil.STATUS_ZOMBIE


def test_the_app_killed_in_mid_sentence_leaves_nothing_behind(
    desktop: XDesktop, folders: dict[str, str], card: SoundCard
) -> None:
    with AppRun(desktop, ALSA_CONFIG_PATH=str(card.configuration), **folders) as app:
        app.wait_until_told("Ready.")
        card.wait_for_silence(1.0)
        app.press(WINDOW)
        until(app.has_player, "a player")
        pids = {child.pid for child in app.children()}
        assert len(pids) >= 3, "engine, voice and player"
        os.kill(app.process.pid, signal.SIGKILL)
        assert app.process.wait(10) == -signal.SIGKILL
        app.wait_until_gone(pids)
        with pytest.raises((NotRunningError, EngineError)):
            status(app)


def test_stop_silences_at_once_also_after_all_that(speaking: Listen, card: SoundCard) -> None:
    speaking.press(WINDOW)
    card.wait_for_sound(0.5)
    speaking.press(STOP)
    speaking.press(STOP)
    card.wait_for_silence(0.5)
    until(lambda: status(speaking) == "Ready.", "peace")
