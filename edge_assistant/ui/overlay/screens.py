"""Which of Qt's screens shows what of a snapshot."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication, QScreen

from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.snapshot import Snapshot


def parts(snapshot: Snapshot) -> dict[QScreen, Rect]:
    """Each screen with its part of the desktop; where they cannot be told apart, the first screen with all of it.

    Qt scales the size of a screen's geometry but leaves its origin as the window system has it, so that is what a
    monitor of the snapshot is known by.
    """
    screens = QGuiApplication.screens()
    bounds = {(each.bounds.left, each.bounds.top): each.bounds for each in snapshot.monitors}
    places = {screen: (screen.geometry().x(), screen.geometry().y()) for screen in screens}
    if len(screens) == len(bounds) and set(places.values()) == set(bounds):
        return {screen: bounds[place] for screen, place in places.items()}
    return {QGuiApplication.primaryScreen(): snapshot.shot.area}


def screen_of(rect: Rect | None, snapshot: Snapshot | None) -> QScreen:
    """The screen that shows most of a rectangle of the desktop; the first one where none does."""
    if rect is None or snapshot is None:
        return QGuiApplication.primaryScreen()

    def shown(part: Rect) -> int:
        inside = rect.clipped(part)
        return inside.width * inside.height if inside else 0

    found = parts(snapshot)
    return max(found, key=lambda screen: shown(found[screen]))
