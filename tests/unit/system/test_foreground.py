"""The right to put a window in front, which a client of the running program passes on to it."""

from __future__ import annotations

import ctypes
import logging
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from edge_assistant.system import foreground, ipc, ipc_proof


def libraries(server: int | None, *, may: bool = True) -> tuple[Any, Any, list[int]]:
    """Return kernel32, user32 and what was allowed; the pipe has handle 7, and a server unless it is None."""
    allowed: list[int] = []

    def of_pipe(pipe: int, number: Any) -> int:
        if pipe != 7 or server is None:
            return 0
        number._obj.value = server
        return 1

    def allow(pid: int) -> int:
        allowed.append(pid)
        return int(may)

    return (
        SimpleNamespace(GetNamedPipeServerProcessId=of_pipe),
        SimpleNamespace(AllowSetForegroundWindow=allow),
        allowed,
    )


def test_the_server_of_the_pipe_may_put_its_window_in_front() -> None:
    kernel32, user32, allowed = libraries(4242)
    foreground.allow_foreground(7, kernel32, user32)
    assert allowed == [4242]


@pytest.mark.parametrize(("server", "may", "words"), [(None, True, "server is not known"), (1, False, "not passed on")])
def test_a_right_that_cannot_be_passed_on_is_logged_only(
    server: int | None, may: bool, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    kernel32, user32, _ = libraries(server, may=may)
    foreground.allow_foreground(7, kernel32, user32)
    assert words in caplog.text


@pytest.fixture
def endpoint(tmp_path: Any) -> ipc.Endpoint:
    environ = {"XDG_RUNTIME_DIR": str(tmp_path), "DISPLAY": ":4711", "USERNAME": tmp_path.name}
    return ipc.default_endpoint(environ=environ)


def test_a_client_passes_the_right_on_before_its_message(
    endpoint: ipc.Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    monkeypatch.setattr(foreground, "allow_foreground", lambda handle: order.append(f"allow {type(handle).__name__}"))
    server = ipc.IpcServer(endpoint, lambda text: order.append(text) or "done")  # type: ignore[func-returns-value]
    try:
        assert ipc.send(endpoint, "palette") == "done"
    finally:
        server.close()
    assert order == ["allow int", "palette"]


@pytest.mark.skipif(sys.platform != "win32", reason="needs Windows")
def test_the_real_server_of_a_pipe_is_found(endpoint: ipc.Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    allowed: list[int] = []
    user32 = SimpleNamespace(AllowSetForegroundWindow=lambda pid: allowed.append(pid) or 1)
    real = foreground.allow_foreground
    monkeypatch.setattr(foreground, "allow_foreground", lambda handle: real(handle, None, user32))
    server = ipc.IpcServer(endpoint, lambda _: "done")
    try:
        assert ipc.send(endpoint, "palette") == "done"
    finally:
        server.close()
    assert allowed == [os.getpid()]
    assert foreground._user32().AllowSetForegroundWindow.argtypes == (ctypes.c_uint32,)


def test_a_server_that_is_not_this_persons_gets_no_right() -> None:
    sent: list[bytes] = []
    with pytest.raises(ipc_proof.ForeignServerError):
        ipc_proof.send_text(
            lambda: bytes(64), sent.append, b"secret", b"palette", on_proven=lambda: pytest.fail("it gets it")
        )
    assert len(sent) == 1
