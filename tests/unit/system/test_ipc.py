"""The local socket that triggers come through: private, one per display, and it survives whoever was killed."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Client, Listener
from pathlib import Path
from typing import Any

import psutil
import pytest
from support.platforms import FILE_MODES, HALF_MESSAGES, SOCKET_FILES, UNIX_SOCKETS, lacks

from edge_assistant.cli import main
from edge_assistant.system import ipc, ipc_proof
from edge_assistant.system.errors import INTERNAL_ERROR, EngineError, InputError, NotRunningError
from edge_assistant.system.ipc import AlreadyRunningError, IpcServer, send
from edge_assistant.system.ipc_endpoint import Endpoint, WindowsEndpoint, default_endpoint, socket_name

_Kind = WindowsEndpoint if sys.platform == "win32" else Endpoint
OpenServer = Callable[[Callable[[str], str]], IpcServer]


@pytest.fixture
def here(tmp_path: Path) -> Endpoint:
    return _Kind(tmp_path / "run", "listen-_0")


@pytest.fixture
def opened(here: Endpoint) -> Iterator[OpenServer]:
    servers: list[IpcServer] = []

    def make(on_call: Callable[[str], str]) -> IpcServer:
        servers.append(IpcServer(here, on_call))
        return servers[-1]

    yield make
    for each in servers:
        each.close()


def test_what_is_called_is_answered_and_many_calls_one_after_the_other(here: Endpoint, opened: OpenServer) -> None:
    opened(lambda text: f"{text}, größer")
    assert [send(here, str(number)) for number in range(20)] == [f"{number}, größer" for number in range(20)]


@lacks(FILE_MODES)
def test_nobody_else_may_use_it(here: Endpoint, opened: OpenServer) -> None:
    opened(str)
    socket = Path(here.address())
    assert stat.S_IMODE(socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700


def test_a_second_instance_is_told_so_and_the_first_goes_on(here: Endpoint, opened: OpenServer) -> None:
    opened(str)
    with pytest.raises(AlreadyRunningError):
        IpcServer(here, str)
    assert send(here, "still") == "still"


@lacks(SOCKET_FILES)
def test_what_a_killed_one_left_is_no_hindrance(here: Endpoint, opened: OpenServer) -> None:
    Path(here.address()).parent.mkdir(mode=0o700)
    Path(here.address()).write_bytes(b"")
    with pytest.raises(NotRunningError):
        send(here, "status")
    opened(str)
    assert send(here, "again") == "again"


def test_where_a_file_is_in_the_place_of_the_folder_nothing_runs(here: Endpoint) -> None:
    here._folder.write_bytes(b"")
    with pytest.raises(NotRunningError):
        send(here, "status")


def test_after_the_end_the_caller_hears_that_nothing_runs(here: Endpoint) -> None:
    with pytest.raises(NotRunningError, match="Edge Assistant is not running"):
        send(here, "status")
    opened = IpcServer(here, str)
    opened.close()
    with pytest.raises(NotRunningError):
        send(here, "status")
    IpcServer(here, str).close()


@lacks(SOCKET_FILES)
def test_what_is_in_the_place_of_the_socket_and_cannot_be_taken_away_is_told(here: Endpoint) -> None:
    Path(here.address()).mkdir(parents=True)
    Path(here.address()).parent.chmod(0o700)
    with pytest.raises(InputError, match="Is a directory"):
        IpcServer(here, str)


def test_a_caller_that_says_nothing_or_too_much_keeps_nobody_out(
    here: Endpoint, opened: OpenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ipc, "_RECEIVE_TIMEOUT_S", 1.0)
    opened(str)
    with call(here):
        assert send(here, "me") == "me"
    with call(here) as rude:
        with contextlib.suppress(BrokenPipeError):
            rude.send_bytes(b"x" * 10_000)
        assert send(here, "me") == "me"
    with call(here) as rude:
        rude.send_bytes(b"\xff")
        assert send(here, "me") == "me"


def call(there: Endpoint) -> Any:
    """A connection to the server, over which nothing was said yet."""
    return Client(there.address(there.secret()), family=there.family)


class Peers:
    """Callers that know no manners: each says some bytes, or none, reads nothing, and stays."""

    def __init__(self, here: Endpoint) -> None:
        self._here = here
        self.sockets: list[Any] = []

    def come(self, says: bytes = b"", times: int = 1) -> None:
        for _ in range(times):
            if sys.platform == "win32":  # whose pipes carry whole messages only
                self.sockets.append(call(self._here))
                if says:
                    self.sockets[-1].send_bytes(says)
                continue
            peer = socket.socket(socket.AF_UNIX)
            self.sockets.append(peer)
            peer.connect(self._here.address())
            peer.settimeout(10)
            peer.sendall(says)

    def wait_until_hung_up_on(self) -> None:
        for each in self.sockets:
            if sys.platform == "win32":
                with pytest.raises((EOFError, OSError)):
                    each.poll(10) and each.recv_bytes()
                continue
            with contextlib.suppress(ConnectionResetError):  # where something of what it said was not read
                assert each.recv(1) == b""


@pytest.fixture
def peers(here: Endpoint) -> Iterator[Peers]:
    server = Peers(here)
    yield server
    for each in server.sockets:
        each.close()


STUBBORN = (
    b"", b"\0\0", struct.pack("!i", 5), struct.pack("!i", 5) + b"tw", struct.pack("!i", 2**31 - 1),
    struct.pack("!iQ", -1, 2**64 - 1), struct.pack("!i", -1) + b"\0\0", struct.pack("!i", -2),
)  # fmt: skip


@lacks(HALF_MESSAGES)
@pytest.mark.parametrize("says", STUBBORN)
def test_who_says_half_a_message_and_stays_keeps_nobody_waiting_and_is_hung_up_on(
    here: Endpoint, opened: OpenServer, peers: Peers, monkeypatch: pytest.MonkeyPatch, says: bytes
) -> None:
    monkeypatch.setattr(ipc, "_RECEIVE_TIMEOUT_S", 0.5)
    opened(str)
    peers.come(says)
    start = time.monotonic()
    assert send(here, "me") == "me"
    assert time.monotonic() - start < 0.4, "it waited until the other was hung up on"
    if says != struct.pack("!i", -2):  # which is an empty message, and is answered
        peers.wait_until_hung_up_on()


def test_who_does_not_read_the_answer_keeps_nobody_waiting(here: Endpoint, opened: OpenServer, peers: Peers) -> None:
    opened(lambda text: "ü" * 10_000_000 if text == "much" else text)
    if sys.platform == "win32":
        peers.come()
        stubborn = peers.sockets[0]
        ipc_proof.send_text(stubborn.recv_bytes, stubborn.send_bytes, here.secret(), b"much")
    else:
        peers.come(struct.pack("!i", 4) + b"much")
    assert send(here, "me") == "me"
    assert send(here, "much") == "ü" * 2048, "what finds room on each system"


def open_handles() -> int:
    process = psutil.Process()
    return process.num_handles() if sys.platform == "win32" else process.num_fds()


def test_many_who_stay_are_gone_before_long_and_nothing_of_them_is_left(
    here: Endpoint, opened: OpenServer, peers: Peers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ipc, "_RECEIVE_TIMEOUT_S", 0.3)
    server = opened(str)
    descriptors = open_handles()
    peers.come(b"\0", times=25)
    peers.come(times=25)
    assert send(here, "me") == "me"
    peers.wait_until_hung_up_on()
    for each in peers.sockets:
        each.close()
    for thread in tuple(server._client_threads):
        thread.join(10)
    assert not server._client_threads
    assert open_handles() <= descriptors


def test_more_than_there_is_room_for_wait_their_turn(
    here: Endpoint, opened: OpenServer, peers: Peers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ipc, "_RECEIVE_TIMEOUT_S", 0.5)
    monkeypatch.setattr(ipc, "_MAX_CLIENTS", 2)
    server = opened(str)
    peers.come(times=5)
    assert len(server._client_threads) <= 2
    assert send(here, "me") == "me"
    assert len(server._client_threads) <= 2


def test_who_is_still_being_answered_keeps_nobody_waiting(here: Endpoint, opened: OpenServer) -> None:
    slow = threading.Event()
    opened(lambda text: text if text == "quick" else str(slow.wait(10)))
    heard: list[str] = []
    waiting = threading.Thread(target=lambda: heard.append(send(here, "slow")))
    waiting.start()
    assert send(here, "quick") == "quick"
    assert heard == []
    slow.set()
    waiting.join(10)
    assert heard == ["True"]


def test_it_closes_soon_whoever_stays_and_the_next_one_opens_at_once(
    here: Endpoint, peers: Peers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ipc, "_RECEIVE_TIMEOUT_S", 0.3)
    server = IpcServer(here, str)
    peers.come(b"\0\0", times=ipc._MAX_CLIENTS + 10)
    start = time.monotonic()
    server.close()
    assert time.monotonic() - start < 2
    again = IpcServer(here, str)
    assert send(here, "me") == "me"
    again.close()


def test_a_caller_that_comes_at_the_very_end_does_not_keep_it_from_closing(here: Endpoint) -> None:
    server = IpcServer(here, str)
    server._client_threads.add(threading.Thread())  # as between the two lines that note it down and start it
    server.close()
    IpcServer(here, str).close()


def test_who_was_let_in_before_the_end_hears_the_answer(here: Endpoint) -> None:
    asked, may_answer = threading.Event(), threading.Event()

    def on_call(text: str) -> str:
        asked.set()
        may_answer.wait(10)
        return text

    server = IpcServer(here, on_call)
    heard: list[str] = []
    caller = threading.Thread(target=lambda: heard.append(send(here, "quit")))
    caller.start()
    assert asked.wait(10)
    closing = threading.Thread(target=server.close)
    closing.start()
    may_answer.set()
    closing.join(10)
    caller.join(10)
    assert heard == ["quit"]


def test_a_bug_in_the_answer_is_a_sentence_and_the_server_goes_on(
    here: Endpoint, opened: OpenServer, expect_log: Callable[[str], None]
) -> None:
    expect_log("a client could not be answered")
    opened(lambda text: str(1 / int(text)))
    assert send(here, "0") == INTERNAL_ERROR
    assert send(here, "1") == "1.0"


def test_a_halted_program_is_an_error_of_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ipc, "_ANSWER_TIMEOUT_S", 0.1)
    there = default_endpoint()
    with there.lock(), Listener(there.address(there.renew()), family=there.family):
        start = time.monotonic()
        assert main.main(["trigger", "status", "--no-speak"]) == 6
        assert time.monotonic() - start < 4
        assert capsys.readouterr().err == "Edge Assistant is not responding. Quit it and start it again.\n"


@lacks(UNIX_SOCKETS)
def test_a_halted_program_is_an_error_of_one_sentence_even_where_nobody_can_connect(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ipc, "_ANSWER_TIMEOUT_S", 0.1)
    there = default_endpoint()
    Path(there.address()).parent.mkdir(mode=0o700, parents=True)
    with socket.socket(socket.AF_UNIX) as halted, contextlib.ExitStack() as callers:
        halted.bind(there.address())
        halted.listen(0)
        for full in (False, True):
            if full:  # as after some triggers that nobody has taken
                with contextlib.suppress(BlockingIOError):
                    for _ in range(10):
                        caller = callers.enter_context(socket.socket(socket.AF_UNIX))
                        caller.setblocking(False)
                        caller.connect(there.address())
            start = time.monotonic()
            assert main.main(["trigger", "status", "--no-speak"]) == 6
            assert time.monotonic() - start < 4
            assert capsys.readouterr().err == "Edge Assistant is not responding. Quit it and start it again.\n"


def test_one_that_does_not_answer_is_an_error_of_one_sentence(
    here: Endpoint, opened: OpenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ipc, "_ANSWER_TIMEOUT_S", 0.01)
    stuck = threading.Event()
    opened(lambda _: str(stuck.wait(5)))
    with pytest.raises(EngineError, match="is not responding"):
        send(here, "status")
    stuck.set()


@lacks(FILE_MODES)
def test_a_folder_that_others_may_enter_is_refused(here: Endpoint) -> None:
    folder = Path(here.address()).parent
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    with pytest.raises(InputError, match="Others have access"):
        IpcServer(here, str)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be used"):
        IpcServer(_Kind(tmp_path / "file" / "run", "a"), str)


@lacks(SOCKET_FILES)
def test_a_path_too_long_for_a_socket_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="too long"):
        IpcServer(Endpoint(tmp_path / ("x" * 120), "a"), str)


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"DISPLAY": ":0"}, "listen-_0"),
        ({"DISPLAY": ":0.0"}, "listen-_0"),
        ({"DISPLAY": "host.example:10.0"}, "listen-host.example_10"),
        ({"DISPLAY": ":1", "WAYLAND_DISPLAY": "wayland-0"}, "listen-wayland-0"),
        ({"WAYLAND_DISPLAY": "/run/../../x"}, "listen-_run_.._.._x"),
        ({}, "listen-none"),
    ],
)
def test_each_display_has_a_socket_of_its_own(environ: dict[str, str], name: str) -> None:
    assert socket_name(environ) == name


def test_windows_has_a_pipe() -> None:
    there = default_endpoint("win32", {"XDG_RUNTIME_DIR": os.sep})
    assert isinstance(there, WindowsEndpoint)
    assert there.family == "AF_PIPE"
