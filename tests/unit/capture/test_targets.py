"""From what a person wants to look at to the picture: count-down, the title's words, and what is told on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from unicodedata import category

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from edge_assistant.capture import targets
from edge_assistant.capture.backends import BACKENDS, Backend
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import ActiveWindow, Monitor, Shot, Snapshot
from edge_assistant.capture.stacking import WindowAbove
from edge_assistant.capture.targets import (
    Target,
    capture,
    capture_region,
    capture_screen,
    capture_window,
    count_down,
    spoken_title,
    take_checked_snapshot,
    take_unchecked_snapshot,
)
from edge_assistant.system.errors import AssistantError, CancelledError, InputError, NothingToSeeError
from edge_assistant.system.text_cleaning import clean

X11 = next(backend for backend in BACKENDS if backend.name == "X11")
WAYLAND = next(backend for backend in BACKENDS if backend.name == "Wayland")


class Told:
    """Keeps what is told, and lets time pass at once."""

    def __init__(self, cancelled_at: float = float("inf")) -> None:
        self.told: list[object] = []
        self.now = 0.0
        self._cancelled_at = cancelled_at

    def notice(self, code: str, message: str) -> None:
        self.told.append((self.now, code, message))

    def window(self, title: str, window: ActiveWindow) -> None:
        self.told.append((title, window.title))

    def is_cancelled(self) -> bool:
        return self.now >= self._cancelled_at

    def wait(self, seconds: float) -> None:
        self.now += seconds
        if self.is_cancelled():
            raise CancelledError


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, []),
        (1, [(0, "1")]),
        (3, [(0, "3"), (1, "2"), (2, "1")]),
        (2.5, [(0, "3"), (0.5, "2"), (1.5, "1")]),
        (10, [(0, "Taking the picture in 10 seconds."), (7, "3"), (8, "2"), (9, "1")]),
    ],
)
def test_the_last_three_seconds_are_counted_and_a_longer_wait_is_announced(
    seconds: float, words: list[tuple[float, str]]
) -> None:
    listener = Told()
    count_down(seconds, listener)
    assert listener.told == [(at, "countdown", message) for at, message in words]
    assert listener.now == seconds


def test_a_cancel_ends_the_count_down() -> None:
    listener = Told(cancelled_at=2.0)
    with pytest.raises(CancelledError):
        count_down(5, listener)
    assert listener.told == [(0, "countdown", "Taking the picture in 5 seconds.")]


@pytest.mark.parametrize(
    ("title", "spoken"),
    [
        ("Invoice 1042, Writer", "Invoice 1042, Writer"),
        ("Invoice 1042 - Writer", "Invoice 1042, Writer"),
        ("Page — Site – Browser | Profile", "Page, Site, Browser, Profile"),
        ("2024-05-01.txt", "2024-05-01.txt"),
        ("two\nlines\tand\x1b[31m colour", "two lines and colour"),
        ("icons \ue0a0 of a font", "icons of a font"),
        ("half a \ud83d pair", "half a pair"),
        ("\u202eright to left", "right to left"),
        ("Größe 日本 ☂", "Größe 日本 ☂"),
        ("", "Untitled window"),
        ("\x00", "Untitled window"),
        ("word " * 100, " ".join(["word"] * 24)),
        ("x" * 500, "x" * 120),
    ],
)
def test_a_title_is_made_fit_to_be_spoken(title: str, spoken: str) -> None:
    assert spoken_title(title) == spoken


PARTS = (
    *(
        "\x1b[31m",
        "\x1b]0;",
        "\x07",
        "\x9b2J",
        "\x00",
        "\n",
        "\u2028",
        "\u202e",
        "\u2066",
        "\u2069",
        "\ud83d",
        "\ue0a0",
    ),
    *(
        "\u200b",
        "\ufeff",
        "\u200c",
        "\u200d",
        "\u00ad",
        "\u0301",
        " - ",
        " | ",
        " – ",
        "—",
        ",",
        "word ",
        "<b>",
        "-",
        "x",
        " ",
    ),
    *("می\u200cخواهم", "👩\u200d👩\u200d👧", "日", "[[volm 0]]"),
)
TITLES = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(PARTS),
        st.tuples(st.sampled_from(PARTS), st.integers(1, 300)).map(lambda part: part[0] * part[1]),
    ),
    max_size=8,
).map("".join)


@given(TITLES)
@settings(max_examples=60)
@example("\u200c")
@example("-")
@example("\u00ad" * 200)
@example("\u0301" * 500)
@example(", ")
def test_whatever_a_title_is_it_is_spoken_clean_short_and_never_empty(title: str) -> None:
    spoken = spoken_title(title)
    assert spoken == spoken.strip()
    assert 0 < len(spoken) <= 120
    assert clean(spoken) == spoken
    assert len(spoken.splitlines()) == 1
    assert any(category(each)[0] in "LNS" for each in spoken), "something to speak"
    assert spoken_title(spoken) == spoken, "said again it is the same"


def test_the_joiners_of_words_and_emoji_stay() -> None:
    assert spoken_title("می\u200cخواهم") == "می\u200cخواهم"
    assert spoken_title("Family 👩\u200d👩\u200d👧 - Chat") == "Family 👩\u200d👩\u200d👧, Chat"


def snapshot(window: ActiveWindow | None) -> Snapshot:
    screen = Rect(0, 0, 200, 100)
    return Snapshot(window, Shot(Image.new("RGB", (200, 100)), screen, (Monitor(1, screen),)))


def window(contents: Rect) -> ActiveWindow:
    return ActiveWindow("Files - Browser", contents.grown(1, 20, 1, 1), contents, 7)


def test_the_window_is_cut_without_its_frame_and_its_title_told() -> None:
    listener = Told()
    captured = capture_window(snapshot(window(Rect(10, 30, 100, 50))), X11, listener)
    assert captured.image.size == (100, 50)
    assert captured.origin == "window"
    assert captured.notices == ()
    assert listener.told == [("Files, Browser", "Files - Browser")]


@pytest.mark.parametrize(
    ("contents", "size", "codes"),
    [
        (Rect(150, 0, 100, 50), (50, 50), ["window-cut"]),
        (Rect(-50, -20, 100, 50), (50, 30), ["window-cut"]),
        (Rect(-1, 0, 100, 50), (99, 50), []),
    ],
)
def test_what_is_off_the_screen_is_clipped_and_said(contents: Rect, size: tuple[int, int], codes: list[str]) -> None:
    captured = capture_window(snapshot(window(contents)), X11, Told())
    assert captured.image.size == size
    assert [code for code, _ in captured.notices] == codes


@pytest.mark.parametrize(
    ("above", "size", "codes", "told"),
    [
        ((), (100, 50), [], []),
        ((WindowAbove(Rect(10, 30, 50, 50)),), (100, 50), ["window-covered"], []),
        ((WindowAbove(Rect(10, 30, 50, 50), is_own=True),), (100, 50), [], []),
        ((WindowAbove(Rect(5, 40, 50, 55), is_menu=True, is_own=True),), (105, 65), [], ["open-menu"]),
        ((WindowAbove(Rect(5, 40, 50, 70), is_menu=True, is_own=True),), (105, 70), ["window-cut"], ["open-menu"]),
        ((WindowAbove(Rect(190, 0, 10, 50), is_menu=True),), (200, 100), [], ["other-menu"]),
    ],
)
def test_menus_are_in_the_picture_and_what_is_covered_is_said(
    above: tuple[WindowAbove, ...], size: tuple[int, int], codes: list[str], told: list[str]
) -> None:
    listener = Told()
    captured = capture_window(replace(snapshot(window(Rect(10, 30, 100, 50))), above=above), X11, listener)
    assert captured.image.size == size
    assert captured.front == 7
    assert [code for code, _ in captured.notices] == codes
    assert [each[1] for each in listener.told if isinstance(each, tuple) and len(each) == 3] == told


def test_a_menu_of_another_program_is_on_its_own_monitor() -> None:
    two = (Monitor(1, Rect(0, 0, 120, 100)), Monitor(2, Rect(120, 0, 80, 100)))
    shot = Shot(Image.new("RGB", (200, 100)), Rect(0, 0, 200, 100), two)
    seen = Snapshot(window(Rect(10, 30, 100, 50)), shot, above=(WindowAbove(Rect(150, 0, 10, 50), is_menu=True),))
    assert capture_window(seen, X11, Told()).image.size == (80, 100)
    away = replace(seen, above=(WindowAbove(Rect(500, 0, 10, 50), is_menu=True),))
    assert capture_window(away, X11, Told()).image.size == (200, 100)


def test_a_window_that_is_kept_out_of_pictures_is_refused_after_its_title() -> None:
    listener = Told()
    with pytest.raises(NothingToSeeError) as failure:
        capture_window(snapshot(replace(window(Rect(10, 30, 100, 50)), protected=True)), X11, listener)
    assert failure.value.code == "protected"
    assert listener.told == [("Files, Browser", "Files - Browser")]


def test_what_a_window_drew_itself_is_its_picture() -> None:
    drawn = Image.new("RGB", (100, 50), "white")
    seen = replace(snapshot(window(Rect(150, 30, 100, 50))), window_picture=drawn, blacked_out=True)
    captured = capture_window(seen, X11, Told())
    assert captured == CapturedPicture(drawn, (), "window", 7, area=Rect(150, 30, 100, 50))


def test_every_picture_of_a_black_screen_is_marked() -> None:
    seen = replace(snapshot(window(Rect(10, 30, 100, 50))), blacked_out=True)
    for captured in (
        capture_window(seen, X11, Told()),
        capture_screen(seen, None),
        capture_screen(seen, 1),
        capture_region(seen, Rect(0, 0, 9, 9)),
    ):
        assert captured.blacked_out


def test_every_picture_of_the_screen_knows_which_window_was_in_front() -> None:
    seen = snapshot(window(Rect(10, 30, 100, 50)))
    pictures = (
        capture_window(seen, X11, Told()),
        capture_screen(seen, None),
        capture_screen(seen, 1),
        capture_region(seen, Rect(0, 0, 9, 9)),
    )
    assert [each.front for each in pictures] == [7] * 4
    assert capture_screen(snapshot(None), None).front is None


def test_a_window_that_is_wholly_off_the_screen_is_an_error() -> None:
    for contents in (Rect(500, 0, 100, 50), Rect(10, 10, 0, 0)):
        with pytest.raises(InputError) as failure:
            capture_window(snapshot(window(contents)), X11, Told())
        assert failure.value.code == "off-screen"


@pytest.mark.parametrize(
    ("backend", "words"),
    [(X11, "No window is active, so"), (WAYLAND, "Wayland does not tell which window is active, so")],
)
def test_without_an_active_window_the_screen_is_taken_and_the_reason_said(backend: Backend, words: str) -> None:
    listener = Told()
    captured = capture_window(snapshot(None), backend, listener)
    assert captured.image.size == (200, 100)
    assert captured.origin == "screen"
    ((_, code, message),) = listener.told  # type: ignore[misc]
    assert code == "no-active-window"
    assert message.startswith(words)


def test_a_locked_session_is_refused_before_anything_is_captured() -> None:
    def never(**_: object) -> None:
        raise AssertionError("captured")

    backend = replace(X11, is_locked=lambda: True, make_screen=never, make_windows=never)  # type: ignore[arg-type]
    with pytest.raises(NothingToSeeError) as failure:
        take_checked_snapshot(backend, Told())
    assert failure.value.code == "locked"


@pytest.mark.parametrize(("locked", "code"), [(True, "locked"), (False, "input")])
def test_a_screen_that_cannot_be_captured_is_told_to_be_locked_where_it_is(locked: bool, code: str) -> None:
    class Screen:
        def grab(self) -> Shot:
            raise InputError("The screen cannot be captured: access is denied.")

        def check(self) -> str:
            return ""

    backend = replace(X11, is_locked=lambda: locked, make_screen=lambda **_: Screen(), make_windows=None)
    with pytest.raises(AssistantError) as failure:
        take_unchecked_snapshot(backend, Told())
    assert failure.value.code == code


@pytest.mark.parametrize(("delay", "counted"), [(None, 3), (0.0, 0), (2.0, 2)])
def test_the_camera_counts_down_once_it_gives_pictures(
    delay: float | None, counted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = Told()

    def camera(number: int | None, *, countdown: float, on_ready: Callable[[], None], **_: object) -> CapturedPicture:
        assert (number, countdown) == (2, counted)
        assert listener.told == []
        on_ready()
        return CapturedPicture(Image.new("RGB", (64, 48)))

    monkeypatch.setattr(targets.qt_subprocess, "capture_camera", camera)
    assert capture(Target("camera", 2, delay), listener).origin == "camera"
    assert [message for _, _, message in listener.told] == ["3", "2", "1"][3 - counted :]  # type: ignore[misc]
