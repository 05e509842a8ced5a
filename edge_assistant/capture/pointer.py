"""The mouse pointer: where it is, moving it and clicking with it; one small class for each window system that can."""

from __future__ import annotations

from typing import Protocol


class Pointer(Protocol):
    """The pointer among the windows of all programs. Places are in the desktop's units; windows are the numbers of
    snapshot.ActiveWindow. All methods raise InputError (code `pointer`) where the window system does not do it.
    """

    def position(self) -> tuple[int, int]:
        """Return where the pointer is."""

    def move(self, x: int, y: int) -> None:
        """Move the pointer. Raises InputError also where it did not get there."""

    def click(self, x: int, y: int) -> None:
        """Move the pointer, press the primary button there and release it."""

    def window_at(self, x: int, y: int) -> int | None:
        """Return the top-level window that gets a click there; None where there is none."""

    def activate(self, window: int) -> None:
        """Give the focus to a window. Nothing happens when it is gone, or when the system refuses."""

    def is_out_of_reach(self, window: int) -> bool:
        """Return whether the system would swallow a click into this window without a word."""
