"""A whole X11 desktop: a real key over a real other window, the picture at its own size or whole, and what is heard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from demo_training.draw import write_png
from demo_training.scenes import FIRST_HELD_OUT_SEED, Scene, make_scene
from demo_training.sheet import Sheet
from support.apps import NO_TRAY, AppRun
from support.desktops import needs, scene, x_desktop
from support.listening import WINDOW, Listen, private_folders, wait_until_heard
from support.sound_card import SoundCard, places, references
from support.waiting import until

from edge_assistant.text.plain_text_stream import plain_text
from edge_assistant.text.sentences import SentenceSplitter

TITLE = "Invoice 1042, Writer"
DEMO = (
    "This is only the demo model, for sample screens. Do not trust its answers."
)  # fmt: skip
SCREEN, SENT = (1600, 900), (672, 384)
"""A screen, and the size in which it is sent at a glance (21 x 12 image tokens)."""


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, str]:
    return private_folders(tmp_path)


@pytest.fixture
def card(tmp_path: Path) -> Iterator[SoundCard]:
    result = SoundCard(tmp_path, speed=8)
    yield result
    result.close()


def screen_with_text_of(pixels: int, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A dialog on a whole screen, drawn so large that its smallest text is still so high when the screen is sent."""
    sizes: list[float] = []
    choose = Sheet.font

    def font(sheet: Any, low: int, high: int) -> tuple[str, int]:
        face, size = choose(sheet, low, high)
        sizes.append(size * SENT[0] / SCREEN[0])
        return face, size

    monkeypatch.setattr(Sheet, "font", font)
    for seed in range(FIRST_HELD_OUT_SEED, FIRST_HELD_OUT_SEED + 1000):
        sizes.clear()
        result = make_scene(seed, family="dialog", grid=(21, 12))
        if result.image.size == SCREEN and round(min(sizes)) >= pixels:
            return result
    raise AssertionError("no such scene")


def test_the_app_speaks_title_and_answer_about_the_window_under_the_key(
    folders: dict[str, str], card: SoundCard, tmp_path: Path
) -> None:
    shown = scene()
    with (
        x_desktop(SCREEN, manager=True) as desktop,
        AppRun(desktop, ALSA_CONFIG_PATH=str(card.configuration), **folders) as app,
    ):
        app.wait_until_told("Ready.")
        app.wait_until_told(NO_TRAY)
        desktop.show(shown.picture, TITLE, "1000", "400")
        desktop.wait_until_active(TITLE)
        card.wait_for_silence(1.0)
        app.press(WINDOW)
        app.wait_for(lambda _: all(fact in " ".join(app.told) for fact in shown.facts), "the answer")
        wait_until_heard(card, tmp_path, app.told[app.told.index(TITLE) :])
        assert DEMO in app.told
        until(lambda: desktop.active() == TITLE, "the window that was in front, back there")


def test_the_reasoning_is_read_aloud_by_its_key_alone_and_a_copy_is_confirmed_aloud(
    folders: dict[str, str], card: SoundCard, tmp_path: Path
) -> None:
    needs(xclip="xclip")
    shown = scene()
    with (
        x_desktop(SCREEN, manager=True) as desktop,
        AppRun(desktop, "--sampled", ALSA_CONFIG_PATH=str(card.configuration), **folders) as app,
    ):

        def press(key: str) -> None:
            desktop.output("xdotool", "key", key)

        app.wait_until_told(NO_TRAY)
        app.wait_until_told("Ready.")
        until(lambda: app.ask("front") == "Edge Assistant", "our window, in front")
        press("alt+h")
        app.wait_until_told("Think harder is on.")
        app.wait_until("ready")
        press("ctrl+o")
        until(lambda: app.ask("front") == "Open a picture", "the dialog")
        desktop.output("xdotool", "type", str(shown.picture))
        press("Return")
        app.wait_for(lambda _: any(shown.facts[0] in each for each in app.told), "the answer")
        app.wait_until("ready")
        reasoning = app.ask("reasoning").replace(" / ", "\n")
        splitter = SentenceSplitter()
        pieces = [*splitter.feed(plain_text(reasoning, task="question")), *splitter.finish()]
        sentences = [piece.strip() for piece in pieces if piece.strip()]
        assert sentences
        thought = references(tmp_path, sentences)
        card.wait_for_silence()
        assert not any(places(card.samples(), each) for each in thought), "it was said unasked"

        press("ctrl+r")
        card.wait_until_heard(*thought)
        app.wait_until("ready")
        assert not set(sentences) & set(app.told), "it is not part of the conversation"
        press("ctrl+shift+c")
        wait_until_heard(card, tmp_path, ["Copied."])
        copied = desktop.output("xclip", "-o", "-selection", "clipboard")
        assert shown.facts[0] in copied
        assert copied in app.ask("text")


def test_a_whole_screen_whose_text_keeps_14_pixels_is_read_aloud(
    folders: dict[str, str], card: SoundCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = screen_with_text_of(14, monkeypatch)
    write_png(drawn.image, tmp_path / "screen.png")
    with x_desktop(SCREEN, manager=True) as desktop:
        desktop.show(tmp_path / "screen.png", TITLE, "whole")
        desktop.wait_until_active(TITLE)
        with Listen(desktop, ALSA_CONFIG_PATH=str(card.configuration), **folders) as listen:
            listen.wait_for_line("Ready.")
            card.wait_for_silence(1.0)
            listen.press("ctrl+shift+F11")
            listen.wait_for(lambda lines: any(drawn.truth["title"] in line for line in lines), "the answer")
            answer = next(line for line in listen.said if drawn.truth["title"] in line)
            assert all(name in answer for name, _ in drawn.truth["buttons"]), (answer, drawn.truth)
            wait_until_heard(card, tmp_path, [DEMO, *(f"{each}." for each in answer.rstrip(".").split(". "))])
