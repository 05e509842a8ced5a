"""How much of a window others hide, and which menus are its own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.stacking import WindowAbove, covered_share, is_covered, menus_of

numbers = st.integers(-6, 12)
sizes = st.integers(0, 12)
rects = st.builds(Rect, numbers, numbers, sizes, sizes)


@given(st.builds(Rect, numbers, numbers, st.integers(1, 12), st.integers(1, 12)), st.lists(rects, max_size=5))
def test_the_share_is_that_of_the_units_that_are_under_any(contents: Rect, above: list[Rect]) -> None:
    units = [(x, y) for x in range(contents.left, contents.right) for y in range(contents.top, contents.bottom)]
    hidden = sum(any(rect.contains(*unit) for rect in above) for unit in units)
    assert covered_share(contents, above) == hidden / len(units)


def test_of_nothing_nothing_is_covered() -> None:
    assert covered_share(Rect(0, 0, 0, 5), [Rect(0, 0, 9, 9)]) == 0.0


def test_what_a_program_opens_above_its_own_window_hides_nothing() -> None:
    contents, half = Rect(0, 0, 100, 100), Rect(0, 0, 50, 100)
    assert is_covered(contents, [WindowAbove(half)])
    assert not is_covered(contents, [WindowAbove(half, is_own=True), WindowAbove(Rect(0, 0, 4, 100))])


def test_of_a_window_with_a_shape_only_what_is_seen_covers() -> None:
    contents = Rect(0, 0, 100, 100)
    assert is_covered(contents, [WindowAbove(contents)])
    assert is_covered(contents, [WindowAbove(contents, parts=(Rect(0, 0, 3, 100), Rect(97, 0, 3, 100)))])
    assert not is_covered(contents, [WindowAbove(contents, parts=(Rect(0, 0, 3, 100),))])
    assert not is_covered(contents, [WindowAbove(contents, parts=())])


def test_menus_are_told_apart_by_their_program() -> None:
    mine, theirs, hint = Rect(0, 0, 1, 1), Rect(2, 2, 1, 1), Rect(3, 3, 1, 1)
    above = (WindowAbove(mine, is_menu=True, is_own=True), WindowAbove(theirs, is_menu=True), WindowAbove(hint))
    assert (menus_of(above, own=True), menus_of(above, own=False)) == ((mine,), (theirs,))
