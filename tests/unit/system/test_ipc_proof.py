"""Where others can reach the endpoint, as Windows' pipes, both sides prove that they belong to the same person."""

from __future__ import annotations

import hashlib
import re
import sys
import threading
from collections.abc import Callable, Iterator
from multiprocessing.connection import Client, Listener
from pathlib import Path
from typing import Any

import pytest
from support.platforms import FILE_MODES, lacks

from edge_assistant.system import ipc
from edge_assistant.system.errors import NotRunningError
from edge_assistant.system.ipc import IpcServer, send
from edge_assistant.system.ipc_endpoint import Endpoint, SecretEndpoint, WindowsEndpoint

_Kind = WindowsEndpoint if sys.platform == "win32" else SecretEndpoint
# An empty message blocks the pipes of wine.
_EMPTY = [] if sys.platform == "win32" else [b""]


@pytest.fixture
def here(tmp_path: Path) -> Endpoint:
    return _Kind(tmp_path / "run", "listen")


@pytest.fixture
def called() -> list[str]:
    return []


@pytest.fixture
def server(here: Endpoint, called: list[str]) -> Iterator[IpcServer]:
    def on_message(text: str) -> str:
        called.append(text)
        return f"{text}, größer"

    server = IpcServer(here, on_message)
    yield server
    server.close()


@pytest.fixture
def connect(here: Endpoint) -> Iterator[Callable[[], Any]]:
    clients: list[Any] = []

    def make() -> Any:
        clients.append(Client(here.address(here.secret()), family=here.family))
        return clients[-1]

    yield make
    for each in clients:
        each.close()


def hung_up(client: Any) -> bool:
    try:
        assert client.poll(10)  # on Windows even this may tell of the end
        client.recv_bytes()
    except (EOFError, ConnectionResetError, BrokenPipeError):
        return True
    return False


@pytest.mark.usefixtures("server")
def test_who_knows_the_secret_is_answered_again_and_again(here: Endpoint, called: list[str]) -> None:
    assert [send(here, text) for text in ("a", "x" * 4000, "a")] == ["a, größer", f"{'x' * 4000}, größer", "a, größer"]
    assert len(called) == 3


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("first", [*_EMPTY, b"quit", b"x" * 31, b"x" * 33, b"x" * 100])
def test_who_begins_with_anything_else_is_hung_up_on(
    connect: Callable[[], Any], called: list[str], first: bytes
) -> None:
    client = connect()
    client.send_bytes(first)
    assert hung_up(client)
    assert called == []


@pytest.mark.usefixtures("server")
def test_who_does_not_know_the_secret_is_not_heard(connect: Callable[[], Any], called: list[str]) -> None:
    for sealed in (b"quit", *_EMPTY, bytes(32) + b"quit"):
        client = connect()
        client.send_bytes(b"r" * 32)
        assert len(client.recv_bytes()) == 64
        client.send_bytes(sealed)
        assert hung_up(client)
    assert called == []


@pytest.mark.usefixtures("server")
def test_what_was_overheard_is_of_no_use(
    here: Endpoint, connect: Callable[[], Any], called: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[bytes] = []

    class Overheard:
        def __init__(self, *arguments: Any, **options: Any) -> None:
            self.client = Client(*arguments, **options)

        def __enter__(self) -> Any:
            send_bytes = self.client.send_bytes
            self.client.send_bytes = lambda data: (sent.append(data), send_bytes(data))  # type: ignore[method-assign]
            return self.client

        def __exit__(self, *_: object) -> None:
            self.client.close()

    monkeypatch.setattr(ipc, "Client", Overheard)
    assert send(here, "quit") == "quit, größer"
    greeting, sealed = sent
    client = connect()
    client.send_bytes(greeting)
    client.recv_bytes()
    client.send_bytes(sealed)
    assert hung_up(client)
    assert called == ["quit"]


def test_a_server_of_somebody_else_is_told_nothing(here: Endpoint) -> None:
    """It was there first, at the place that a killed program left."""
    here.lock().release()
    address = here.address(here.renew())
    heard: list[bytes] = []

    def pretend(listener: Listener) -> None:
        with listener.accept() as client:
            heard.append(client.recv_bytes())
            client.send_bytes(bytes(64))
            try:
                heard.append(client.recv_bytes())
            except (EOFError, OSError):
                heard.append(b"(hung up)")

    with Listener(address, family=here.family) as listener:
        thread = threading.Thread(target=pretend, args=(listener,), daemon=True)
        thread.start()
        with pytest.raises(NotRunningError):
            send(here, "a secret question")
        thread.join(10)
    assert len(heard[0]) == 32
    assert heard[1:] == [b"(hung up)"]


def test_each_start_has_another_secret_which_ends_with_it(here: Endpoint) -> None:
    found = set()
    for _ in range(2):
        server = IpcServer(here, str)
        found.add(here.secret())
        server.close()
        with pytest.raises(FileNotFoundError):
            here.secret()
    assert {len(each) for each in found} == {32}
    assert len(found) == 2


@lacks(FILE_MODES)
def test_the_secret_is_for_its_owner_only(here: Endpoint, server: IpcServer) -> None:
    (path,) = Path(here.address()).parent.glob("*.secret")
    assert path.stat().st_mode & 0o077 == 0
    assert server._secret == path.read_bytes()


@pytest.mark.parametrize("left", [b"", b"x" * 31, b"x" * 33])
def test_a_damaged_secret_is_as_good_as_none(here: Endpoint, left: bytes) -> None:
    here.lock().release()
    here.renew()
    (path,) = (each for each in Path(here._folder).iterdir() if each.suffix == ".secret")
    path.write_bytes(left)
    with pytest.raises(NotRunningError):
        send(here, "status")
    server = IpcServer(here, str)
    assert send(here, "status") == "status"
    server.close()


def test_a_caller_that_stops_halfway_is_hung_up_on(
    here: Endpoint, server: IpcServer, connect: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ipc, "_RECEIVE_TIMEOUT_S", 0.05)
    client = connect()
    client.send_bytes(b"r" * 32)
    assert send(here, "me") == "me, größer"
    client.recv_bytes()
    assert hung_up(client)
    for thread in tuple(server._client_threads):
        thread.join(10)
    assert not server._client_threads


def test_the_name_of_windows_pipe_does_not_tell_the_secret_and_cannot_be_foreseen(tmp_path: Path) -> None:
    there = WindowsEndpoint(tmp_path, "listen")
    first, second = bytes(32), bytes(31) + b"\1"
    assert re.fullmatch(r"\\\\\.\\pipe\\edge-assistant-[0-9a-f]{32}", there.address(first))
    assert there.address(first) != there.address(second)
    assert first.hex()[:32] not in there.address(first)
    assert hashlib.sha256(first).hexdigest()[:32] not in there.address(first)
