"""`describe --window` and `--screen` on a real X server: real other windows, a real window manager, real sound."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from support.describing import ROOT, Describe, check_stream, describe, done, user_environment
from support.desktops import XDesktop, environment, scene, x_desktop
from support.sound_card import SoundCard, places, references
from support.waiting import PATIENCE, until
from Xlib import XK, X
from Xlib.display import Display

from edge_assistant.capture.screen import MssScreen
from edge_assistant.capture.snapshot import take_snapshot
from edge_assistant.capture.window_x11 import X11Windows

SCENE = scene()
TITLE = "Invoice 1042, Writer"
ONE_ANSWER = ("--temperature", "0", "--seed", "1")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    yield from user_environment(tmp_path_factory.mktemp("user"))


@pytest.fixture(scope="module")
def from_file(folders: dict[str, str]) -> str:
    """What the weights answer to the scene when it comes from its file, and only then is it of use here."""
    answer: str = done(describe(SCENE.picture, *ONE_ANSWER, environment=folders))["answer"]
    assert all(fact in answer for fact in SCENE.facts)
    return answer


@pytest.fixture(scope="module")
def desktop() -> Iterator[XDesktop]:
    """A large screen with openbox, on which the scene's window is active."""
    with x_desktop((1600, 900), manager=True) as made:
        made.show(SCENE.picture, TITLE)
        made.wait_until_active(TITLE)
        yield made


def run(desktop: XDesktop, folders: dict[str, str], *arguments: str, **options: object) -> Describe:
    return describe(*arguments, environment={**desktop.environment, **folders}, **options)


def geometry(desktop: XDesktop) -> tuple[list[int], list[int]]:
    """The active window's contents (left, top, width, height) and frame (left, right, top, bottom), as X says."""
    identity = desktop.output("xdotool", "getactivewindow").strip()
    told = desktop.output("xwininfo", "-id", identity)
    names = ("Absolute upper-left X", "Absolute upper-left Y", "Width", "Height")
    contents = [int(re.search(rf"{name}: +(-?\d+)", told)[1]) for name in names]  # type: ignore[index]
    frame = desktop.output("xprop", "-id", identity, "_NET_FRAME_EXTENTS").partition("=")[2]
    return contents, [int(side) for side in frame.split(",")]


def test_the_active_window_is_taken_pixel_for_pixel_and_described_rightly(
    desktop: XDesktop, folders: dict[str, str], from_file: str
) -> None:
    seen = run(desktop, folders, "--window", *ONE_ANSWER)

    check_stream(seen, 1)
    assert done(seen)["answer"] == from_file
    assert (done(seen)["image"]["width"], done(seen)["image"]["height"]) == SCENE.size


def test_a_snapshot_holds_exactly_the_pixels_that_the_window_shows(
    desktop: XDesktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", desktop.environment["DISPLAY"])
    snapshot = take_snapshot(MssScreen(), X11Windows())
    assert snapshot.window is not None
    cut = snapshot.cut(snapshot.window.contents)
    assert cut is not None
    with Image.open(SCENE.picture) as picture:
        assert cut.tobytes() == picture.convert("RGB").tobytes()


def test_the_window_is_told_before_the_model_works_and_with_its_frame(
    desktop: XDesktop, folders: dict[str, str]
) -> None:
    seen = run(desktop, folders, "--window", "--max-tokens", "1")

    (x, y, width, height), (left, right, top, bottom) = geometry(desktop)
    assert top > 0, "openbox gives no title bar, so this test shows nothing"
    assert seen.events[0] == {
        "event": "window", "index": 0, "title": TITLE, "left": x - left, "top": y - top,
        "width": width + left + right, "height": height + top + bottom,
    }  # fmt: skip


def test_the_title_is_heard_first_then_that_these_are_demo_weights_then_the_answer(
    desktop: XDesktop, folders: dict[str, str], tmp_path: Path
) -> None:
    card = SoundCard(tmp_path, speed=8)
    try:
        heard_by = {**folders, "ALSA_CONFIG_PATH": str(card.configuration)}
        seen = run(desktop, heard_by, "--window", "--speak", *ONE_ANSWER)
        card.wait_for_silence()
        heard = card.samples()
    finally:
        card.close()

    (notice,) = seen.of("notice")
    assert notice["code"] == "demo-weights"
    sentences = [TITLE, notice["message"], *[each["text"] for each in seen.of("sentence")]]
    begins = [places(heard, reference) for reference in references(tmp_path, sentences)]
    assert all(len(found) == 1 for found in begins), begins
    assert begins == sorted(begins)
    assert begins[0][0] < 0.2, "something was heard before the title"


def test_chosen_demo_weights_do_not_answer_about_a_real_screen_unannounced(
    desktop: XDesktop, folders: dict[str, str]
) -> None:
    for source in ("--window", "--screen"):
        seen = run(desktop, folders, source, "--model", "demo", "--max-tokens", "1")
        assert "demo-weights" in [each["code"] for each in seen.of("notice")]
        notice = next(place for place, each in enumerate(seen.events) if each.get("code") == "demo-weights")
        assert notice < next(place for place, each in enumerate(seen.events) if each["event"] == "token")


def test_after_a_glance_at_a_large_screen_it_is_said_once_that_small_text_was_lost(
    desktop: XDesktop, folders: dict[str, str]
) -> None:
    seen = run(desktop, folders, "--screen", "--ask", "Describe this screen.", "--ask", "Read the text.", *ONE_ANSWER)

    (notice,) = [each for each in seen.of("notice") if each["code"] == "small-text"]
    assert "--window" in notice["message"]
    assert "--mode read" in notice["message"]
    last = max(place for place, each in enumerate(seen.events) if each["event"] == "token" and each["index"] == 0)
    assert last < seen.events.index(notice) < seen.events.index(done(seen, 0))
    assert done(seen, 0)["image"]["tokens"] <= 512

    reading = run(desktop, folders, "--screen", "--mode", "read", "--max-tokens", "1")
    assert "small-text" not in [each["code"] for each in reading.of("notice")]


def test_a_delay_is_counted_down_aloud_and_gives_time_to_change_windows(
    desktop: XDesktop, folders: dict[str, str], tmp_path: Path
) -> None:
    blank = scene_of_one_colour(tmp_path)
    card = SoundCard(tmp_path, speed=8)
    variables = {**desktop.environment, **folders, "ALSA_CONFIG_PATH": str(card.configuration)}
    with Describe("--window", "--delay", "4", "--speak", environment=variables) as seen:
        seen.wait_for(lambda each: each["event"] == "notice")
        other = desktop.show(blank, "Another")
        desktop.wait_until_active("Another")
        assert seen.wait() == 4
    card.wait_for_silence()
    heard = card.samples()
    card.close()
    desktop.end(other)
    desktop.wait_until_active(TITLE)

    counted = [each["message"] for each in seen.of("notice") if each["code"] == "countdown"]
    assert counted == ["Taking the picture in 4 seconds.", "3", "2", "1"]
    begins = [places(heard, reference) for reference in references(tmp_path, [*counted, "Another"])]
    assert all(len(found) == 1 for found in begins), begins
    assert begins == sorted(begins)
    assert seen.of("window")[0]["title"] == "Another"
    assert seen.of("error")[0]["code"] == "nothing-to-see"
    assert "window" in seen.of("error")[0]["message"]


def test_a_count_down_ends_at_once_when_it_is_cancelled(desktop: XDesktop, folders: dict[str, str]) -> None:
    variables = {**desktop.environment, **folders}
    with Describe("--window", "--delay", "50", environment=variables) as seen:
        seen.wait_for(lambda each: each["event"] == "notice")
        assert seen.signal() < 5, "promised: 0.5 s"
        assert seen.wait() == 130
    assert done(seen)["stop"] == "cancelled"
    assert seen.of("window") == []


def test_a_window_partly_off_the_screen_is_clipped_and_that_is_said(desktop: XDesktop, folders: dict[str, str]) -> None:
    identity = desktop.output("xdotool", "getactivewindow").strip()
    (_, _, width, _), _ = geometry(desktop)
    desktop.output("xdotool", "windowmove", "--sync", identity, str(1600 - width // 2), "100")
    try:
        seen = run(desktop, folders, "--window", "--max-tokens", "1")
    finally:
        desktop.output("xdotool", "windowmove", "--sync", identity, "300", "300")
    assert "window-cut" in [each["code"] for each in seen.of("notice")]
    assert done(seen)["image"]["width"] < width


def test_without_an_active_window_the_whole_screen_is_taken_and_that_is_said(folders: dict[str, str]) -> None:
    with x_desktop(SCENE.size, manager=False) as desktop:
        desktop.show(SCENE.picture, TITLE, "0", "0")
        seen = run(desktop, folders, "--window")
    assert [each["code"] for each in seen.of("notice")] == ["no-active-window", "demo-weights"]
    assert (done(seen)["image"]["width"], done(seen)["image"]["height"]) == SCENE.size


def test_each_of_two_monitors_is_taken_alone_and_both_together(folders: dict[str, str], from_file: str) -> None:
    width, height = SCENE.size
    with x_desktop((2 * width, height), manager=False) as desktop:
        for number, output in ((0, "screen"), (1, "none")):
            place = f"{width}/200x{height}/200+{number * width}+0"
            desktop.output("xrandr", "--setmonitor", f"monitor-{number}", place, output)
        desktop.show(SCENE.picture, TITLE, str(width), "0")

        right = run(desktop, folders, "--screen=2", *ONE_ANSWER)
        assert done(right)["answer"] == from_file
        left = run(desktop, folders, "--screen=1")
        assert left.wait() == 4
        assert left.of("error")[0]["message"].startswith("The screen is blank")
        both = run(desktop, folders, "--screen", "--max-tokens", "1")
        assert done(both)["image"]["width"] == 2 * width
        none = run(desktop, folders, "--screen=3")
        assert none.wait() == 5
        assert none.of("error")[0]["code"] == "no-such-monitor"


@contextlib.contextmanager
def properties(desktop: XDesktop, window: str, **values: str) -> Iterator[None]:
    """Properties of a window that another program would have set: 32 bit numbers, or UTF-8."""
    where = ["-root"] if window == "root" else ["-id", window]
    for name, value in values.items():
        kind = "8u" if name == "_NET_WM_NAME" else "32c"
        desktop.output("xprop", *where, "-f", name, kind, "-set", name, value)
    try:
        yield
    finally:
        for name in values:
            desktop.output("xprop", *where, "-remove", name)


def test_a_programs_own_shadow_is_not_part_of_its_window(desktop: XDesktop) -> None:
    identity = desktop.output("xdotool", "getactivewindow").strip()
    asked = X11Windows(desktop.environment["DISPLAY"])
    whole = asked.active()
    with properties(desktop, identity, _GTK_FRAME_EXTENTS="10, 20, 30, 40"):
        inner = asked.active()
    with properties(desktop, identity, _GTK_FRAME_EXTENTS="1, 2"):
        assert asked.active() == whole
    assert whole is not None
    assert inner is not None
    assert inner.contents == whole.contents.without(10, 30, 20, 40)


@pytest.mark.parametrize("title", ["Größe – 日本 ☂", "Plain"])
def test_titles_come_in_every_script(desktop: XDesktop, title: str) -> None:
    identity = desktop.output("xdotool", "getactivewindow").strip()
    desktop.output("xdotool", "set_window", "--name", title, identity)
    try:
        window = X11Windows(desktop.environment["DISPLAY"]).active()
    finally:
        desktop.output("xdotool", "set_window", "--name", TITLE, identity)
    assert window is not None
    assert window.title == title


def test_a_hostile_title_is_told_short_and_harmless(desktop: XDesktop, folders: dict[str, str]) -> None:
    identity = desktop.output("xdotool", "getactivewindow").strip()
    title = f"\x1b]0;owned\x07\u202egpj.\x9b2J{'x' * 100_000} می\u200cخواهم"
    desktop.output("xdotool", "set_window", "--name", title, identity)
    try:
        seen = run(desktop, folders, "--window", "--max-tokens", "1")
    finally:
        desktop.output("xdotool", "set_window", "--name", TITLE, identity)
    told = seen.events[0]["title"]
    assert told.startswith("gpj.xxx")
    assert told.endswith("xxx می\u200cخواهم")
    assert len(told) == 200
    assert not {"\x1b", "\x9b", "\u202e"} & set(seen.text)


def test_a_window_that_got_the_number_of_a_closed_one_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    with x_desktop((640, 480), manager=True) as desktop:
        monkeypatch.setenv("DISPLAY", desktop.environment["DISPLAY"])
        told, server = [], []
        for _ in range(2):
            program = desktop.show(SCENE.picture, TITLE)
            desktop.wait_until_active(TITLE)
            server.append(desktop.output("xdotool", "getactivewindow"))
            active = X11Windows().active()
            assert active is not None
            told.append(active.number)
            desktop.end(program)
            until(lambda: not desktop.output("xdotool", "search", "--name", TITLE), "its end")
        assert server[0] == server[1], "the server gave it another number, so this test shows nothing"
        assert told[0] != told[1]


def test_a_window_that_closes_while_it_is_asked_about_counts_as_none() -> None:
    with x_desktop((320, 240), manager=False) as desktop:
        asked = X11Windows(desktop.environment["DISPLAY"])
        assert asked.active() is None
        with properties(desktop, "root", _NET_ACTIVE_WINDOW="7654321"):
            assert asked.active() is None


@pytest.mark.parametrize("source", ["--screen", "--window"])
def test_without_a_display_it_is_one_sentence(source: str, folders: dict[str, str]) -> None:
    for display in ("", ":4711"):
        seen = describe(source, environment={**environment(DISPLAY=display), **folders})
        assert seen.wait() == 5
        assert seen.of("error")[0]["code"] == "no-display"
        assert seen.complaints.count("\n") == 1


def test_an_odd_authority_file_leaves_standard_output_to_the_answer(
    desktop: XDesktop, folders: dict[str, str], tmp_path: Path
) -> None:
    authority = tmp_path / "Xauthority"
    authority.touch()
    seen = run(desktop, {**folders, "XAUTHORITY": str(authority)}, "--window", *ONE_ANSWER, as_json=False)
    assert seen.wait() == 0
    assert "Xlib" not in seen.text
    assert seen.text.startswith("A ")
    assert seen.text.count("\n") == 1


def test_a_display_with_too_few_colours_is_one_sentence(folders: dict[str, str]) -> None:
    with x_desktop((320, 240), manager=False, depth=16) as desktop:
        seen = run(desktop, folders, "--screen")
    assert seen.wait() == 5
    assert "not 16" in seen.of("error")[0]["message"]


def test_the_doctor_really_tries_every_capture_and_the_desktop(desktop: XDesktop, folders: dict[str, str]) -> None:
    other_program = Display(desktop.environment["DISPLAY"])
    code = other_program.keysym_to_keycode(XK.XK_F9)
    modifiers = X.ControlMask | X.ShiftMask
    other_program.screen().root.grab_key(code, modifiers, False, X.GrabModeAsync, X.GrabModeAsync)
    other_program.sync()
    doctor = subprocess.run(
        [sys.executable, "-m", "edge_assistant", "doctor", "--no-speak"],
        cwd=ROOT,
        env={**desktop.environment, **folders},
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        check=False,
    )
    *findings, verdict = doctor.stdout.splitlines()
    assert verdict == "Pictures can be described on this computer."
    found = dict(line.split(": ", 1) for line in findings)
    assert found["Screen capture"] == "works. X11: The screen of 1600 by 900 pixels on one monitor can be read."
    assert found["Window title"].startswith("works.")
    assert found["Clipboard"].startswith("works.")
    assert found["Cameras"].startswith(("works.", "none here. No camera was found."))
    other_program.close()
    assert found["Shortcuts"].startswith("does not work. ctrl shift F9 is used by another program.")
    assert found["Shortcuts"].count("is used by another program") == 1
    assert found["Tray"].startswith("none here. This desktop has no tray.")
    assert found["Screen reader"].startswith("none here.")
    assert found["Portal"] == "none here. Only Wayland needs one."
    assert doctor.returncode == 0
    assert "Traceback" not in doctor.stderr


def scene_of_one_colour(folder: Path) -> Path:
    """A picture in which there is nothing to see."""
    path = folder / "blank.png"
    Image.new("RGB", (300, 200), (30, 60, 90)).save(path)
    return path
