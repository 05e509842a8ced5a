"""The pointer on Windows against a stand-in: places on any layout of monitors, one click, and who swallows it."""

from __future__ import annotations

import pytest
from support.windows_pointer import PointerDesktop, Processes

from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.pointer_windows import WindowsPointer
from edge_assistant.system.errors import InputError
from edge_assistant.system.windows_integrity import has_more_rights

# One monitor; two beside each other; one left of and above the first; three of 4K; odd sizes.
DESKS = (
    Rect(0, 0, 1920, 1080),
    Rect(0, 0, 4480, 1440),
    Rect(-2560, -360, 4480, 1800),
    Rect(-3840, 0, 11520, 2160),
    Rect(-1366, -1, 3287, 1081),
)
LOW, MEDIUM, HIGH, SYSTEM = 0x1000, 0x2000, 0x3000, 0x4000  # winnt.h: SECURITY_MANDATORY_…_RID


def pointer(desktop: PointerDesktop) -> WindowsPointer:
    return WindowsPointer(desktop, focus=object(), more_rights=lambda _: False)


@pytest.mark.parametrize("desk", DESKS)
def test_the_pointer_gets_to_every_pixel_of_every_monitor(desk: Rect) -> None:
    desktop = PointerDesktop(desk)
    moved = pointer(desktop)
    across = [*range(desk.left, desk.right, 97), desk.right - 1, 0]
    down = [*range(desk.top, desk.bottom, 89), desk.bottom - 1, 0]
    for x in across:
        moved.move(x, down[0])
        assert moved.position() == (x, down[0])
    for y in down:
        moved.move(0, y)
        assert desktop.at == (0, y)


def test_a_click_is_one_call_with_the_primary_button() -> None:
    desktop = PointerDesktop(Rect(-1920, 0, 3840, 1080))
    pointer(desktop).click(-100, 20)
    assert desktop.pressed == [("left down", -100, 20), ("left up", -100, 20)]
    assert desktop.calls == 1
    swapped = PointerDesktop(Rect(0, 0, 800, 600), swapped=True)
    pointer(swapped).click(5, 6)
    assert swapped.pressed == [("right down", 5, 6), ("right up", 5, 6)]


def test_places_off_the_monitors_are_refused_and_not_clipped() -> None:
    desktop = PointerDesktop(Rect(-100, 0, 200, 100))
    for place in ((-101, 5), (100, 5), (0, -1), (0, 100)):
        with pytest.raises(InputError, match="pointer"):
            pointer(desktop).click(*place)
    assert desktop.pressed == []


def test_input_that_windows_does_not_take_is_an_error() -> None:
    with pytest.raises(InputError, match="Windows does not let"):
        pointer(PointerDesktop(Rect(0, 0, 10, 10), blocked=True)).click(1, 1)
    with pytest.raises(InputError, match="Windows does not let"):
        pointer(PointerDesktop(Rect(0, 0, 10, 10), frozen=True)).move(8, 8)


def test_the_top_level_window_at_a_place_is_known() -> None:
    desktop = PointerDesktop(Rect(0, 0, 100, 100), {2: Rect(10, 10, 10, 10), 1: Rect(0, 0, 50, 50)})
    assert [pointer(desktop).window_at(*place) for place in ((12, 12), (30, 30), (60, 60))] == [2, 1, None]


@pytest.mark.parametrize(
    ("own", "other", "more"),
    [(MEDIUM, MEDIUM, False), (MEDIUM, HIGH, True), (MEDIUM, LOW, False), (HIGH, HIGH, False), (HIGH, SYSTEM, True),
     (MEDIUM, None, True)],
)  # fmt: skip
def test_a_program_of_an_administrator_has_more_rights(own: int, other: int | None, more: bool) -> None:
    processes = Processes({1: own, 30: other})
    assert has_more_rights(30, processes, processes, processes.error) == more
    assert processes.open_handles == 0


def test_a_process_that_may_not_be_opened_has_more_rights_and_one_that_ended_has_not() -> None:
    processes = Processes({1: MEDIUM}, hidden=frozenset((30,)))
    assert has_more_rights(30, processes, processes, processes.error)
    assert not has_more_rights(40, processes, processes, processes.error)


def test_the_window_of_such_a_program_is_out_of_reach() -> None:
    desktop = PointerDesktop(Rect(0, 0, 100, 100), {3: Rect(0, 0, 9, 9), 4: Rect(9, 9, 9, 9)})
    asked = WindowsPointer(desktop, focus=object(), more_rights=lambda process: process == 30)
    assert [asked.is_out_of_reach(window) for window in (3, 4, 5)] == [True, False, False]
