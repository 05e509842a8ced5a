"""Windows that only refer to themselves are destroyed on the GUI thread, whoever makes objects meanwhile."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog
from support.accessible_walk import application, until
from support.waiting import PATIENCE

from edge_assistant.ui.garbage_collection import GuiGarbageCollection


class Window(QDialog):
    """A window in a cycle of references."""

    def __init__(self) -> None:
        super().__init__()
        self.itself = self


def work() -> None:
    """What any thread does: far more objects are made than a collection waits for."""
    kept = [[number] for number in range(200_000)]
    del kept


@pytest.fixture
def collected() -> Iterator[None]:
    """As the app has it, and afterwards as it was."""
    application()
    was_enabled = gc.isenabled()
    owner = QObject()
    GuiGarbageCollection(owner)
    yield
    owner.deleteLater()
    if was_enabled:
        gc.enable()


@pytest.mark.usefixtures("collected")
def test_a_window_that_nobody_refers_to_is_destroyed_on_the_gui_thread() -> None:
    window, destroyed_on = Window(), list[threading.Thread]()
    window.destroyed.connect(
        lambda: destroyed_on.append(threading.current_thread()), Qt.ConnectionType.DirectConnection
    )
    del window
    thread = threading.Thread(target=work)
    thread.start()
    thread.join(PATIENCE)
    assert destroyed_on == []
    kept: list[list[int]] = []

    def is_destroyed() -> bool:
        kept.extend([number] for number in range(80_000))
        return bool(destroyed_on)

    until(is_destroyed, "its end")
    assert destroyed_on == [threading.current_thread()]
