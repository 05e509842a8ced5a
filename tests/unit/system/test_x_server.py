"""An X server that is none, is halted, or speaks nonsense is told soon, and stumbled over by nobody."""

from __future__ import annotations

import contextlib
import gc
import itertools
import socket
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from Xlib.support import unix_connect

from edge_assistant.capture.window_x11 import X11Windows
from edge_assistant.controller import service
from edge_assistant.hotkeys.x11 import X11Hotkeys
from edge_assistant.system import x_server
from edge_assistant.system.errors import InputError
from edge_assistant.system.x_server import NoServerError, connect

Serve = Callable[[socket.socket], None]
# That of the third is a refusal whose reason is no text.
SERVERS: dict[str, Serve] = {
    "says nothing": lambda _: None,
    "goes at once": lambda caller: caller.close(),
    "refuses": lambda caller: caller.sendall(b"\x00\x05\x0b\x00\x00\x00\x02\x00\xff\x1b[31\x00\x00"),
    "speaks nonsense": lambda caller: caller.sendall(b"\x01" + b"\x7f" * 4000),
}


@pytest.fixture(params=SERVERS)
def odd(request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of a display where something else than an X server listens."""
    with socket.socket() as server:
        for number in itertools.count(150):
            with contextlib.suppress(OSError):
                server.bind(("127.0.0.1", 6000 + number))
                break
        server.listen()
        callers: list[socket.socket] = []

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    callers.append(server.accept()[0])
                    SERVERS[request.param](callers[-1])

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{number}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join(10)
        for caller in callers:
            caller.close()


def test_an_odd_server_is_no_server(odd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(x_server, "ANSWER_TIMEOUT_S", 0.2)
    with pytest.raises(NoServerError):
        connect(odd)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[socket.socket]:
    """All sockets that are made."""
    opened: list[socket.socket] = []
    make = socket.socket.__init__

    def note(self: socket.socket, *arguments: object, **options: object) -> None:
        make(self, *arguments, **options)  # type: ignore[arg-type]
        opened.append(self)

    monkeypatch.setattr(socket.socket, "__init__", note)
    return opened


@pytest.mark.parametrize("name", [":99999", "127.0.0.1:1"])
def test_where_no_server_answers_no_socket_is_left_open(name: str, opened: list[socket.socket]) -> None:
    with pytest.raises(NoServerError):
        connect(name)
    assert opened
    assert [each for each in opened if each.fileno() != -1] == []


@pytest.mark.parametrize("odd", [each for each in SERVERS if each != "says nothing"], indirect=True)
def test_where_an_odd_server_answers_no_socket_is_left_open(odd: str, opened: list[socket.socket]) -> None:
    with pytest.raises(NoServerError):
        connect(odd)
    port = 6000 + int(odd.partition(":")[2])
    ours = [each for each in opened if each.fileno() != -1 and each.getsockname()[1] != port]
    assert ours == []


@pytest.mark.parametrize("name", [":99999", "127.0.0.1:99999", ":", "no-name"])
def test_a_name_that_is_none_is_told(name: str) -> None:
    with pytest.raises(NoServerError):
        connect(name)
    with pytest.raises(InputError, match="no X display answers"):
        X11Windows(name).active()
    keys = X11Hotkeys(name)
    (sentence,) = keys.start({}, lambda _: None, lambda *_: None)
    assert "no X display answers" in sentence
    keys.close()
    gc.collect()


def test_at_the_start_the_screen_is_not_asked_where_no_server_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """To ask for the screen would wait for ever, and with it whoever wants to end the program."""
    asked: list[str] = []

    def windows() -> X11Windows:
        asked.append("windows")
        return X11Windows(":99999")

    backend = SimpleNamespace(make_windows=windows, make_screen=lambda: asked.append("screen"))
    monkeypatch.setattr(service, "choose_capture", lambda: backend)
    service._warm_capture()
    gc.collect()
    assert asked == ["windows"]


def test_who_else_uses_xlib_is_not_disturbed() -> None:
    with pytest.raises(NoServerError):
        connect(":9876")
    unix_connect.socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()  # on a thread that never connects
