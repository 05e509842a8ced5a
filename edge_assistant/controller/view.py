"""The program's windows, as the controller sees them."""

from __future__ import annotations

from typing import Literal, Protocol

from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.controller.palette_items import OverlayContent

Status = Literal["loading", "ready", "looking", "thinking", "speaking", "error"]
"""What the program does, as shown by icon, tooltip and status line."""


class View(Protocol):
    """The program's windows. All methods may be called from any thread; all but `hide_windows` return at once."""

    def hide_windows(self) -> None:
        """Hide our windows, so that they are not in the picture. Raises AssistantError."""

    def show_windows(self) -> None:
        """Show them again."""

    def is_in_front(self) -> bool:
        """Return whether one of them has the focus."""

    def open_question_input(self) -> None:
        """Open the window in which a question is entered."""

    def show_picture(self, captured: CapturedPicture | None, name: str) -> None:
        """Show the picture of the conversation, None for none; `name` is what it shows, such as a window's title."""

    def show_question(self, id: int, text: str) -> None:
        """Show question `id`."""

    def show_thinking(self, on: bool, cost: str) -> None:
        """Show whether Think harder is on; `cost` says what an answer took when last measured."""

    def clear(self) -> None:
        """Drop everything that was shown."""


class NoView:
    """A View for a program without windows."""

    def hide_windows(self) -> None:
        """Do nothing."""

    def show_windows(self) -> None:
        """Do nothing."""

    def is_in_front(self) -> bool:
        """Return False."""
        return False

    def open_question_input(self) -> None:
        """Do nothing."""

    def show_picture(self, captured: CapturedPicture | None, name: str) -> None:
        """Do nothing."""

    def show_question(self, id: int, text: str) -> None:
        """Do nothing."""

    def show_thinking(self, on: bool, cost: str) -> None:
        """Do nothing."""

    def clear(self) -> None:
        """Do nothing."""


class OverlayView(Protocol):
    """The windows of palette and region selector; both methods return at once."""

    def open_overlay(self, content: OverlayContent) -> None:
        """Open the palette, or the region selector in its place."""

    def close_overlay(self, ticket: int) -> None:
        """Close the overlay of this ticket, if it is open."""


class NoOverlayView:
    """An OverlayView for a program without windows."""

    def open_overlay(self, content: OverlayContent) -> None:
        """Do nothing."""

    def close_overlay(self, ticket: int) -> None:
        """Do nothing."""
