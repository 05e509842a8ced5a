"""A click that is made only where everything is as it was when the picture was taken."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from PIL import Image, ImageChops

from edge_assistant.capture.backends import Backend
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.geometry import point_in_area
from edge_assistant.capture.pointer import Pointer
from edge_assistant.capture.snapshot import ActiveWindow, Shot, Snapshot
from edge_assistant.ocr.page import Box
from edge_assistant.system.errors import AssistantError
from edge_assistant.system.i18n import tr

_SETTLE_S = 0.25
"""Seconds in which a program that has the focus again, and no longer the pointer over it, is drawn anew."""

_MARGIN = 8
"""Pixels around the words that must be the same, too."""

_CHANGED = 32
"""A pixel has changed where one of its colours is so much brighter or darker, of 255."""

_CARET = 4
"""The width in pixels of a text cursor, which blinks: so narrow a change is none."""


@dataclass(frozen=True, slots=True)
class ClickTarget:
    """What is to be clicked: a box, in pixels of a picture of the snapshot."""

    snapshot: Snapshot
    captured: CapturedPicture
    box: Box

    @property
    def point(self) -> tuple[int, int]:
        """The middle of the box, in the desktop's units."""
        assert self.captured.area is not None
        return point_in_area(self.box.center, self.captured.image.size, self.captured.area)


def click_if_unchanged(
    target: ClickTarget,
    backend: Backend,
    pointer: Pointer,
    hidden_windows: Callable[[], AbstractContextManager[None]],
    start: tuple[int, int],
    wait: Callable[[float], None] = time.sleep,
) -> str:
    """Click the middle of the target; return "", or the sentence that says why nothing was clicked.

    `start` is where the pointer was when the picture was taken. It is put back there for the comparison, since what is
    below the pointer may look different. `hidden_windows` is View's.
    """
    window = target.snapshot.window
    if window is None or window.number is None:
        return tr("It is not known which window this is. Nothing was clicked.")
    try:
        pointer.activate(window.number)
        with hidden_windows():
            pointer.move(*start)
            wait(_SETTLE_S)
            refusal = why_not(target, window, backend, pointer)
            if not refusal:
                pointer.click(*target.point)
            return refusal
    except AssistantError as error:
        return tr("{reason} Nothing was clicked.", reason=str(error))


def why_not(target: ClickTarget, window: ActiveWindow, backend: Backend, pointer: Pointer) -> str:
    """Return the sentence that says why the target must not be clicked now; "" where it may be.

    `window` is the one that was active when the picture was taken. Raises AssistantError where the system does not tell
    what is asked.
    """
    assert window.number is not None
    if backend.is_locked():
        return tr("The session is locked. Nothing was clicked.")
    if pointer.window_at(*target.point) != window.number:
        return _other_window()
    if pointer.is_out_of_reach(window.number):
        return tr(
            "This program runs with more rights, such as an administrator's, and would not get the click. "
            "Nothing was clicked."
        )
    shot = backend.make_screen().grab()
    if not any(monitor.bounds.contains(*target.point) for monitor in shot.monitors):
        return tr("That place is off the screen. Nothing was clicked.")
    if not _is_unchanged(target, _picture_now(target, window, backend, shot)):
        return tr("What is there has changed. Search again. Nothing was clicked.")
    if pointer.window_at(*target.point) != window.number:  # one may have opened while the picture was taken
        return _other_window()
    return ""


def _other_window() -> str:
    return tr("Another window is at that place now. Nothing was clicked.")


def _picture_now(target: ClickTarget, window: ActiveWindow, backend: Backend, shot: Shot) -> Image.Image | None:
    """Return what the target's picture would be now: drawn by the program itself, where that one was."""
    if target.snapshot.window_picture is not None:
        return backend.draw_window(window) if backend.draw_window is not None else None
    return Snapshot(None, shot).cut(target.captured.area) if target.captured.area is not None else None


def _is_unchanged(target: ClickTarget, now: Image.Image | None) -> bool:
    """Return whether the picture is the same around the target, but for a text cursor."""
    before = target.captured.image
    if now is None or now.size != before.size:
        return False
    box = target.box
    around = (
        max(0, box.left - _MARGIN),
        max(0, box.top - _MARGIN),
        min(before.width, box.right + _MARGIN),
        min(before.height, box.bottom + _MARGIN),
    )
    return is_same(before.crop(around), now.crop(around))


def is_same(before: Image.Image, now: Image.Image) -> bool:
    """Return whether two RGB pictures of one size are the same, but for a blinking text cursor and slight shades."""
    red, green, blue = ImageChops.difference(before, now).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    changed = most.point([255 * (level >= _CHANGED) for level in range(256)]).getbbox()
    if changed is None:
        return True
    left, top, right, bottom = changed
    return right - left <= _CARET < bottom - top
