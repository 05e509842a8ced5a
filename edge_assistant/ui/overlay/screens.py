"""Mapping of Qt's screens to the areas of a snapshot."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication, QScreen

from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import Snapshot


def screen_parts(snapshot: Snapshot) -> dict[QScreen, Rect]:
    """Return each screen's part of the desktop; where they cannot be matched, the primary screen with all of it.

    Screens and the snapshot's monitors are matched by their origin: Qt scales the size of a screen's geometry, but
    leaves its origin as the window system has it.
    """
    screens = QGuiApplication.screens()
    bounds = {(each.bounds.left, each.bounds.top): each.bounds for each in snapshot.monitors}
    origins = {screen: (screen.geometry().x(), screen.geometry().y()) for screen in screens}
    if len(screens) == len(bounds) and set(origins.values()) == set(bounds):
        return {screen: bounds[origin] for screen, origin in origins.items()}
    return {QGuiApplication.primaryScreen(): snapshot.shot.area}


def screen_of(rect: Rect | None, snapshot: Snapshot | None) -> QScreen:
    """Return the screen that shows most of a rectangle of the desktop, or without one the primary screen."""
    if rect is None or snapshot is None:
        return QGuiApplication.primaryScreen()

    def visible_area(part: Rect) -> int:
        inside = rect.clipped(part)
        return inside.width * inside.height if inside else 0

    parts = screen_parts(snapshot)
    return max(parts, key=lambda screen: visible_area(parts[screen]))
