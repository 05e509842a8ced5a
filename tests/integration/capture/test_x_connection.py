"""Questions to an X server share connections, and notice when the server is halted, or has gone and come back."""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Iterator

import pytest
from support.desktops import XDesktop, x_desktop
from Xlib import display

from edge_assistant.capture.window_x11 import X11Windows
from edge_assistant.system import x_server
from edge_assistant.system.errors import InputError
from edge_assistant.system.x_server import NoServerError, borrow

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Xlib leaves its socket


@pytest.fixture
def desktop() -> Iterator[XDesktop]:
    with x_desktop((320, 240), manager=False) as desktop:
        yield desktop


def _server_pid(name: str) -> int:
    with borrow(name) as connection:
        credentials = connection.display.socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int.from_bytes(credentials[:4], sys.byteorder)


def test_the_second_question_takes_the_connection_of_the_first_and_no_thread(desktop: XDesktop) -> None:
    name = desktop.environment["DISPLAY"]
    with borrow(name) as first:
        pass
    threads = threading.active_count()
    with borrow(name) as again, borrow(name) as other:
        assert again is first
        assert other is not first
        again.screen().root.get_geometry()
    assert threading.active_count() == threads


def test_an_answer_that_was_read_at_once_is_not_waited_for(desktop: XDesktop, monkeypatch: pytest.MonkeyPatch) -> None:
    flush = display.Display.flush

    def flush_and_read(self: display.Display) -> None:
        """As on a machine where the server has answered before the library has stopped to write."""
        flush(self)
        select.select([self.fileno()], [], [], 20.0)
        self.pending_events()

    monkeypatch.setattr(display.Display, "flush", flush_and_read)
    name = desktop.environment["DISPLAY"]
    with borrow(name) as first:
        pass
    with borrow(name) as again:
        assert again is first


def test_a_connection_with_an_error_is_not_used_again(desktop: XDesktop) -> None:
    name = desktop.environment["DISPLAY"]
    with pytest.raises(KeyError), borrow(name) as first:
        raise KeyError
    with borrow(name) as again:
        assert again is not first


def test_a_halted_server_is_no_server_until_it_goes_on(desktop: XDesktop, monkeypatch: pytest.MonkeyPatch) -> None:
    name = desktop.environment["DISPLAY"]
    windows = X11Windows(name)
    assert windows.active() is None
    with borrow(name) as connection:
        pass
    monkeypatch.setattr(x_server, "ANSWER_TIMEOUT_S", 0.3)
    server = _server_pid(name)
    os.kill(server, signal.SIGSTOP)
    try:
        for _ in range(2):  # by the connection that is open, and by a new one
            with pytest.raises(InputError, match="no X display answers"):
                windows.active()
    finally:
        os.kill(server, signal.SIGCONT)
    assert connection.display.socket.fileno() == -1  # closed, not left for the garbage collector
    monkeypatch.setattr(x_server, "ANSWER_TIMEOUT_S", 20.0)
    assert windows.active() is None


def test_a_server_that_has_gone_is_no_server() -> None:
    with x_desktop((320, 240), manager=False) as desktop:
        name = desktop.environment["DISPLAY"]
        with borrow(name):
            pass
    with pytest.raises(NoServerError), borrow(name):
        pass
