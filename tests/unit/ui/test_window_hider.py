"""Our own windows are hidden while the screen is captured, and come back whatever happens."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget
from support.accessible_walk import application

from edge_assistant.system.errors import EngineError
from edge_assistant.ui import window_hider
from edge_assistant.ui.window_hider import WindowHider


def test_windows_that_are_hidden_too_late_for_the_picture_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_hider, "_TIMEOUT_S", 0.01)
    qt_app = application()
    hider, window = WindowHider(), QWidget()
    window.show()
    with pytest.raises(EngineError, match="cannot be hidden"), hider.hidden_windows():
        pytest.fail("the picture must not be taken")  # this thread, which is to hide the windows, was busy
    qt_app.processEvents()
    assert window.isVisible()
    window.close()
