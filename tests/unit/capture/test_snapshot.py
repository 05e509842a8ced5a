"""One moment of a desktop: what is cut from it, in which order it is taken, and monitors with scales of their own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from edge_assistant.capture.geometry import Rect, enclosing
from edge_assistant.capture.snapshot import ActiveWindow, Monitor, Shot, Snapshot, take_snapshot
from edge_assistant.capture.stacking import WindowAbove
from edge_assistant.system.errors import InputError


def quarters(size: tuple[int, int]) -> Image.Image:
    """A picture whose left upper, right upper, left lower and right lower quarters are red, green, blue and white."""
    small = Image.new("RGB", (2, 2))
    for at, colour in enumerate([(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]):
        small.putpixel((at % 2, at // 2), colour)
    return small.resize(size, Image.Resampling.NEAREST)


def colours(image: Image.Image) -> set[object]:
    found = image.getcolors()
    assert found is not None
    return {colour for _, colour in found}


def test_a_monitor_left_of_the_first_is_cut_from_its_own_place() -> None:
    monitors = (Monitor(1, Rect(0, 0, 100, 100)), Monitor(2, Rect(-100, 0, 100, 100)))
    snapshot = Snapshot(None, Shot(quarters((200, 100)), enclosing([each.bounds for each in monitors]), monitors))
    assert colours(snapshot.monitor(2)) == {(255, 0, 0), (0, 0, 255)}
    assert colours(snapshot.monitor(1)) == {(0, 255, 0), (255, 255, 255)}


def test_a_picture_with_more_pixels_than_the_desktop_has_units_is_cut_by_pixels() -> None:
    monitors = (Monitor(1, Rect(0, 0, 800, 600)), Monitor(2, Rect(800, 0, 800, 600)))
    snapshot = Snapshot(None, Shot(quarters((3200, 1200)), Rect(0, 0, 1600, 600), monitors))
    assert snapshot.monitor(2).size == (1600, 1200)
    cut = snapshot.cut(Rect(790, 290, 20, 20))
    assert cut is not None
    assert cut.size == (40, 40)
    assert len(colours(cut)) == 4


def test_what_lies_outside_is_clipped_and_nothing_is_none() -> None:
    snapshot = Snapshot(None, Shot(quarters((100, 100)), Rect(0, 0, 100, 100), (Monitor(1, Rect(0, 0, 100, 100)),)))
    part = snapshot.cut(Rect(-50, -50, 80, 90))
    assert part is not None
    assert part.size == (30, 40)
    for outside in (Rect(100, 0, 10, 10), Rect(0, -10, 10, 10), Rect(10, 10, 0, 5)):
        assert snapshot.cut(outside) is None


@pytest.mark.parametrize(("count", "words"), [(1, "There is one monitor,"), (2, "There are 2 monitors,")])
def test_a_monitor_that_is_not_there_is_named(count: int, words: str) -> None:
    monitors = tuple(Monitor(number, Rect(0, 0, 10, 10)) for number in range(1, count + 1))
    snapshot = Snapshot(None, Shot(quarters((10, 10)), Rect(0, 0, 10, 10), monitors))
    with pytest.raises(InputError, match=f"{words} and number 7") as failure:
        snapshot.monitor(7)
    assert failure.value.code == "no-such-monitor"


def test_the_window_is_asked_for_before_the_picture_is_taken() -> None:
    order = []

    class Screen:
        def grab(self) -> Shot:
            order.append("picture")
            return Shot(quarters((10, 10)), Rect(0, 0, 10, 10), ())

        def check(self) -> str:
            return ""

    class Windows:
        def active(self) -> ActiveWindow | None:
            order.append("window")
            return ActiveWindow("Title", Rect(1, 1, 5, 5), Rect(2, 2, 3, 3))

    snapshot = take_snapshot(Screen(), Windows())
    assert order == ["window", "picture"]
    assert snapshot.window is not None
    assert snapshot.window.title == "Title"
    assert take_snapshot(Screen(), None).window is None


def fixed(picture: Image.Image, window: ActiveWindow | None) -> tuple[Any, Any]:
    shot = Shot(picture, Rect(0, 0, *picture.size), ())
    return SimpleNamespace(grab=lambda: shot), SimpleNamespace(active=lambda: window)


def test_a_window_that_is_black_on_the_screen_is_drawn_without_it() -> None:
    window = ActiveWindow("Title", Rect(1, 1, 5, 5), Rect(2, 2, 3, 3))
    drawn = Image.new("RGB", (3, 3), "white")
    lit = Image.new("RGB", (10, 10))
    lit.putpixel((9, 9), (0, 0, 1))
    asked: list[ActiveWindow] = []

    def draw(which: ActiveWindow) -> Image.Image:
        asked.append(which)
        return drawn

    for picture, blacked_out in ((Image.new("RGB", (10, 10)), True), (lit, False)):
        snapshot = take_snapshot(*fixed(picture, window), draw, has_curtain=True)
        assert snapshot.window_picture is drawn
        assert snapshot.blacked_out is blacked_out
    assert asked == [window, window]


def test_a_window_that_can_be_seen_is_not_drawn_and_nor_is_one_that_there_is_not() -> None:
    def never(_: ActiveWindow) -> Image.Image:
        raise AssertionError("drawn")

    window = ActiveWindow("Title", Rect(1, 1, 5, 5), Rect(2, 2, 3, 3))
    seen = Image.new("RGB", (10, 10))
    seen.putpixel((4, 4), (0, 0, 1))
    assert take_snapshot(*fixed(seen, window), never).window_picture is None
    snapshot = take_snapshot(*fixed(Image.new("RGB", (10, 10)), None), never, has_curtain=True)
    assert (snapshot.window_picture, snapshot.blacked_out) == (None, True)
    assert not take_snapshot(*fixed(Image.new("RGB", (10, 10)), window)).blacked_out


@pytest.mark.parametrize(
    ("contents", "above", "is_drawn"),
    [
        (Rect(2, 2, 4, 4), (), False),
        (Rect(2, 2, 4, 4), (WindowAbove(Rect(0, 0, 3, 9)),), True),
        (Rect(2, 2, 4, 4), (WindowAbove(Rect(0, 0, 3, 9), is_own=True),), False),
        (Rect(2, 2, 4, 4), (WindowAbove(Rect(0, 0, 2, 9)),), False),
        (Rect(8, 2, 4, 4), (), True),
        (Rect(50, 2, 4, 4), (), True),
        # An open menu is what is wanted, and a window does not draw it.
        (Rect(8, 2, 4, 4), (WindowAbove(Rect(4, 4, 3, 3), is_menu=True, is_own=True),), False),
    ],
)
def test_a_window_that_the_screen_does_not_show_as_it_is_is_drawn(
    contents: Rect, above: tuple[WindowAbove, ...], is_drawn: bool
) -> None:
    drawn = Image.new("RGB", (contents.width, contents.height), "red")
    window = ActiveWindow("Title", contents, contents)
    seen = Image.new("RGB", (10, 10), "white")
    snapshot = take_snapshot(*fixed(seen, window), lambda _: drawn, find_above=lambda _: above)
    assert snapshot.above == above
    assert (snapshot.window_picture is drawn) is is_drawn
