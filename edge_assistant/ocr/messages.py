"""What the program and its text worker say to each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from edge_assistant.ocr.page import Line, Page

PictureKind = Literal["screen", "photo"]


class NetworkPaths(NamedTuple):
    """The files of the networks."""

    screen_detector: Path
    photo_detector: Path
    recognizer: Path


@dataclass(frozen=True, slots=True)
class Warm:
    """Load the networks, so that the next page is quick."""


@dataclass(frozen=True, slots=True)
class ReadPage:
    """Read a picture: RGB pixels row by row, `width` times `height` of them, with so many threads.

    After `pause_after_s` processor seconds the rest waits for GoOn; None: it does not.
    """

    id: int
    pixels: bytes
    width: int
    height: int
    kind: PictureKind = "screen"
    threads: int = 1
    pause_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class GoOn:
    """Read the rest of a page without a pause."""

    id: int


@dataclass(frozen=True, slots=True)
class Paused:
    """The rest of the page waits for GoOn."""

    id: int


@dataclass(frozen=True, slots=True)
class LineRead:
    """A line of the page, in reading order."""

    id: int
    line: Line


@dataclass(frozen=True, slots=True)
class PageRead:
    """The whole page."""

    id: int
    page: Page


@dataclass(frozen=True, slots=True)
class ReadFailed:
    """The page could not be read: an exception's class and words, for the log, and whether memory was refused."""

    id: int
    reason: str
    is_memory: bool = False


Request = Warm | ReadPage | GoOn
Reply = LineRead | Paused | PageRead | ReadFailed
