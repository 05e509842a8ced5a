"""The commands that other processes send to the running program (system/ipc.py), and the answers to them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

from edge_assistant.capture.backends import choose_backend
from edge_assistant.controller.service import Service
from edge_assistant.hotkeys.actions import ACTIONS, WINDOW_ACTIONS, question_name
from edge_assistant.system.errors import InputError
from edge_assistant.system.i18n import tr
from edge_assistant.system.ipc import MOST_MESSAGE_BYTES, PROBLEMS, RELOAD, SHOW, TUNED
from edge_assistant.system.recent_problems import recent_problems


class RemoteCommands:
    """Answers commands, each on its client's thread; until `serve`, that the program is starting."""

    def __init__(self) -> None:
        self._service: Service | None = None
        self._show_window: Callable[[], None] | None = None

    def serve(self, service: Service, show_window: Callable[[], None] | None = None) -> None:
        """Pass commands on to the service from now on; `show_window` is None where there are no windows."""
        self._show_window = show_window
        self._service = service

    def answer(self, command: str) -> str:
        """Carry out a command; return what the other process is to print, "" for nothing."""
        service = self._service
        if service is None:
            return tr("Edge Assistant is starting.")
        if command == SHOW:
            return self._show(service)
        if command == PROBLEMS:
            return _newest(recent_problems.lines(), MOST_MESSAGE_BYTES)
        if command == RELOAD:
            return service.event_loop.call(service.reload_settings)
        if command == TUNED:
            return service.event_loop.call(service.reload_tuning)
        if command in WINDOW_ACTIONS and self._show_window is not None and _menu_has_keyboard():
            sentence = tr("A menu is open and has the keyboard. Close it with Escape, then try again.")
            service.tell("keys", sentence)
            return sentence
        if command in ACTIONS or question_name(command):
            return service.event_loop.call(service.controller.press, command)
        return tr("There is no action {action}.", action=command[:40])

    def _show(self, service: Service) -> str:
        """Show the window of the program that was started a second time."""
        if self._show_window is None:
            sentence = tr(
                "It has no windows. To get them, quit it with edge-assistant trigger quit, and start it again."
            )
            service.tell("already-running", sentence)
            return sentence
        service.tell("already-running", tr("Edge Assistant is already running."))
        self._show_window()
        return ""


def _menu_has_keyboard() -> bool:
    with contextlib.suppress(InputError):  # no window system: no menus
        return choose_backend().menu_has_keyboard()
    return False


def _newest(lines: Sequence[str], most_bytes: int) -> str:
    """Return the last of the lines, as many as fit."""
    kept: list[str] = []
    for line in reversed(lines):
        most_bytes -= len(line.encode()) + 1
        if most_bytes < 0:
            break
        kept.insert(0, line)
    return "\n".join(kept)
