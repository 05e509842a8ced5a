"""Snapshots for tests of windows."""

from __future__ import annotations

from PIL import Image

from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import ActiveWindow, Monitor, Shot, Snapshot

WINDOW = Rect(100, 50, 300, 200)


def snapshot(area: Rect, *monitors: Rect, scale: int = 1, window: Rect | None = WINDOW) -> Snapshot:
    """A desktop whose picture has `scale` pixels to a unit; one monitor where none is given."""
    picture = Image.new("RGB", (area.width * scale, area.height * scale), "#404040")
    places = monitors or (area,)
    shot = Shot(picture, area, tuple(Monitor(number, place) for number, place in enumerate(places, start=1)))
    return Snapshot(None if window is None else ActiveWindow("Invoice 1042", window, window), shot)
