"""The app on a real X server, by keyboard alone: what our own voice says of its windows, menus and keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.apps import AppRun
from support.desktops import XDesktop, x_desktop
from support.listening import WINDOW, private_folders
from support.waiting import until

from edge_assistant.ui.main_window import MainWindow


@pytest.fixture
def desktop() -> Iterator[XDesktop]:
    with x_desktop((1366, 768), manager=True) as result:
        yield result


def test_menus_dialogs_help_and_global_keys_are_heard(desktop: XDesktop, tmp_path: Path) -> None:
    with AppRun(desktop, "--no-speak", **private_folders(tmp_path)) as app:

        def press(*keys: str, heard: str) -> None:
            """Press keys, and wait until something is heard after them."""
            count = len(app.lines)
            desktop.output("xdotool", "key", *keys)
            app.wait_for(lambda _: any(line == f"heard: {heard}" for _, line in app.lines[count:]), heard)

        app.wait_until_told("Ready.")
        until(lambda: desktop.active() == "Edge Assistant", "the window")
        app.wait_for_line("heard: Edge Assistant. Question, edit, empty, Alt Q.")
        press("alt+f", heard="File, menu, Open a picture, menu item, Ctrl O, 1 of 5.")
        press("Down", heard="Save the conversation, menu item, Ctrl S, 4 of 5.")
        press("Escape", heard="menu bar, File, menu, Alt F, 1 of 5.")
        press("Escape", heard="Question, edit, empty, Alt Q.")
        press("F1", heard=f"{' '.join(MainWindow.HELP)} Close, button.")
        press("Escape", heard="Edge Assistant. Question, edit, empty, Alt Q.")
        assert app.tell("key-help") == ""
        desktop.wait_until_active("Key help")
        press(WINDOW, heard="Ctrl+Shift+F9: describes the active window.")
        press("ctrl+o", heard="Ctrl+O: Open a picture.")
        press("Escape", "Escape", heard="Key help is off.")
        assert app.tell("help") == ""
        desktop.wait_until_active("All keys")
        app.wait_for_line("heard: All keys, dialog. Search the keys, edit, empty, Alt S.")
        assert not any(line == "condition: looking" for _, line in app.lines), "key help carried nothing out"
