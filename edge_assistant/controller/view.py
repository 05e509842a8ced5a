"""The program's windows, as the controller sees them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Literal, Protocol

from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.controller.history import PastAnswer
from edge_assistant.controller.lines import LinesSource
from edge_assistant.controller.palette_items import OverlayContent

Status = Literal["loading", "ready", "looking", "thinking", "speaking", "error"]
"""What the program does, as shown by icon, tooltip and status line."""


class View(Protocol):
    """The program's windows. All methods may be called from any thread, and return at once."""

    def hidden_windows(self) -> AbstractContextManager[None]:
        """Return a context in which our windows are hidden, so that they are not in the picture.

        Entering it waits until they are gone, and raises AssistantError.
        """

    def is_in_front(self) -> bool:
        """Return whether one of them has the focus."""

    def awaits_question(self) -> bool:
        """Return whether the window in which a question is entered has the focus."""

    def open_question_input(self) -> None:
        """Open the window in which a question is entered."""

    def show_picture(self, captured: CapturedPicture | None, name: str) -> None:
        """Show the picture of the conversation, None for none; `name` is what it shows, such as a window's title."""

    def show_question(self, id: int, text: str) -> None:
        """Show question `id`."""

    def show_more(self, id: int, *, continues: bool) -> None:
        """Show that request `id` goes on with the last answer; `continues`: it is a part of that answer."""

    def open_spelling(self, words: list[str]) -> None:
        """Open the window in which these words can be spelled."""

    def open_history(self, answers: tuple[PastAnswer, ...], now: float) -> None:
        """Open the list of the last answers; `now` is the time, in monotonic seconds."""

    def open_lines(self, source: LinesSource) -> None:
        """Open the list of the lines of a picture's text."""

    def open_keys(self) -> None:
        """Open the list of all keys."""

    def switch_key_help(self) -> None:
        """Turn key help, in which each key is told and does nothing, on or off."""

    def show_thinking(self, on: bool, cost: str) -> None:
        """Show whether Think harder is on; `cost` is how much longer answers take, in a few words, "" for not known."""

    def show_shortcuts(self, *, off: bool) -> None:
        """Show whether the shortcuts are off, so that other programs get them."""

    def clear(self) -> None:
        """Drop everything that was shown."""


class OverlayView(Protocol):
    """The windows of palette, region selector and search; all methods return at once."""

    def open_overlay(self, content: OverlayContent) -> None:
        """Open the palette, or another one in its place."""

    def show_found(self, ticket: int, sentence: str) -> None:
        """Show in the search of this ticket what was found."""

    def close_overlay(self, ticket: int) -> None:
        """Close the overlay of this ticket, if it is open."""
