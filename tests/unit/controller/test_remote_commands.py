"""What other processes ask of the running program, and what they are answered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.recording_service import RecordingService

from edge_assistant.capture.backends import BACKENDS
from edge_assistant.controller import remote_commands
from edge_assistant.controller.remote_commands import RemoteCommands
from edge_assistant.system.ipc import RELOAD, SHOW, TUNED

NO_WINDOWS = "It has no windows. To get them, quit it with edge-assistant trigger quit, and start it again."


class Service(RecordingService):
    """A service whose event loop calls at once, and whose answers are the names of what was called."""

    def __init__(self) -> None:
        super().__init__()
        self.event_loop.call = lambda function, *arguments: function(*arguments)
        self.controller = self

    def reload_settings(self) -> str:
        return "settings"

    def reload_tuning(self) -> str:
        return "tuning"

    def press(self, action: str) -> str:
        return f"pressed {action}"


@pytest.fixture
def service() -> Any:
    return Service()


def test_a_command_that_comes_while_the_program_starts_is_told_so(service: Any) -> None:
    commands = RemoteCommands()
    assert commands.answer("status") == commands.answer(SHOW) == "Edge Assistant is starting."
    commands.serve(service)
    assert commands.answer("status") == "pressed status"


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("window", "pressed window"),
        (RELOAD, "settings"),
        (TUNED, "tuning"),
        ("dance", "There is no action dance."),
        ("x" * 99, f"There is no action {'x' * 40}."),
    ],
)
def test_each_command_reaches_who_carries_it_out(service: Any, command: str, answer: str) -> None:
    commands = RemoteCommands()
    commands.serve(service)
    assert commands.answer(command) == answer


def test_a_second_start_shows_the_window_of_the_first(service: Any) -> None:
    shown: list[bool] = []
    commands = RemoteCommands()
    commands.serve(service, lambda: shown.append(True))
    assert commands.answer(SHOW) == ""
    assert shown == [True]
    assert service.calls == [("tell", "already-running", "Edge Assistant is already running.")]


def test_a_second_start_is_told_where_there_are_no_windows(service: Any) -> None:
    commands = RemoteCommands()
    commands.serve(service)
    assert commands.answer(SHOW) == NO_WINDOWS
    assert service.calls == [("tell", "already-running", NO_WINDOWS)]


@pytest.mark.parametrize("is_open", [True, False])
def test_what_opens_a_window_says_that_a_menu_has_to_be_closed_first(
    service: Any, monkeypatch: pytest.MonkeyPatch, is_open: bool
) -> None:
    backend = replace(BACKENDS[-1], menu_has_keyboard=lambda: is_open)
    monkeypatch.setattr(remote_commands, "choose_backend", lambda: backend)
    commands = RemoteCommands()
    commands.serve(service, lambda: None)
    sentence = "A menu is open and has the keyboard. Close it with Escape, then try again."
    assert commands.answer("palette") == (sentence if is_open else "pressed palette")
    assert service.calls == ([("tell", "keys", sentence)] if is_open else [])
    assert commands.answer("window") == "pressed window"
    commands.serve(service)
    assert commands.answer("palette") == "pressed palette"
