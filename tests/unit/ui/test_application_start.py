"""What the app does before its windows."""

from __future__ import annotations

import pytest

from edge_assistant.capture import qt_subprocess
from edge_assistant.system.errors import InputError
from edge_assistant.ui import application


@pytest.mark.parametrize(("platform", "asks"), [("linux", True), ("win32", False), ("darwin", False)])
def test_only_where_a_display_may_be_missing_a_process_asks_for_it(
    platform: str, asks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def query_monitors() -> None:
        asked.append(platform)
        raise InputError("None.", code="no-display")

    monkeypatch.setattr(qt_subprocess, "query_monitors", query_monitors)
    if asks:
        with pytest.raises(InputError, match="No display answers"):
            application._check_display(platform)
    else:
        application._check_display(platform)
    assert bool(asked) is asks
