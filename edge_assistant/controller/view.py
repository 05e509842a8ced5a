"""What the waiting program needs of its windows, where it has some."""

from __future__ import annotations

from typing import Protocol

from edge_assistant.capture.decode import CapturedPicture


class View(Protocol):
    """All may be called from any thread; but for `away` they return at once."""

    def away(self) -> None:
        """Take our windows off the screen, lest they are in its picture. Raises AssistantError."""

    def back(self) -> None:
        """Show them again."""

    def in_front(self) -> bool:
        """Whether one of them has the keyboard."""

    def ask(self) -> None:
        """Open the window in which a question is entered."""

    def picture(self, captured: CapturedPicture | None, name: str) -> None:
        """What is talked about from now on; None: nothing any more. `name` is what it shows, such as a title."""

    def question(self, id: int, text: str) -> None:
        """Question `id` was taken."""

    def think(self, on: bool, cost: str) -> None:
        """Think harder is on or off; `cost` says what an answer took when last measured."""

    def forget(self) -> None:
        """Drop everything that was shown."""


class NoView:
    """A program without windows."""

    def away(self) -> None:
        """Nothing to take away."""

    def back(self) -> None:
        """Nothing to show."""

    def in_front(self) -> bool:
        """Never."""
        return False

    def ask(self) -> None:
        """Nowhere to enter a question."""

    def picture(self, captured: CapturedPicture | None, name: str) -> None:
        """Not shown."""

    def question(self, id: int, text: str) -> None:
        """Not shown."""

    def think(self, on: bool, cost: str) -> None:
        """Not shown."""

    def forget(self) -> None:
        """Nothing to drop."""
