"""The local socket that triggers come through: private, one per display, and it survives whoever was killed."""

from __future__ import annotations

import os
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from multiprocessing.connection import Client
from pathlib import Path

import pytest

from edge_assistant.errors import EngineError, InputError, NotRunningError
from edge_assistant.resident import door
from edge_assistant.resident.door import AlreadyRunningError, Door, Place, WindowsPlace, call, name_of, place

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="written for POSIX")

OpenDoor = Callable[[Callable[[str], str]], Door]


@pytest.fixture
def here(tmp_path: Path) -> Place:
    return Place(tmp_path / "run", "listen-_0")


@pytest.fixture
def opened(here: Place) -> Iterator[OpenDoor]:
    doors: list[Door] = []

    def make(on_call: Callable[[str], str]) -> Door:
        doors.append(Door(here, on_call))
        return doors[-1]

    yield make
    for each in doors:
        each.close()


def test_what_is_called_is_answered_and_many_calls_one_after_the_other(here: Place, opened: OpenDoor) -> None:
    opened(lambda text: f"{text}, größer")
    assert [call(here, str(number)) for number in range(20)] == [f"{number}, größer" for number in range(20)]


def test_nobody_else_may_use_it(here: Place, opened: OpenDoor) -> None:
    opened(str)
    socket = Path(here.address())
    assert stat.S_IMODE(socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700


def test_a_second_instance_is_told_so_and_the_first_goes_on(here: Place, opened: OpenDoor) -> None:
    opened(str)
    with pytest.raises(AlreadyRunningError):
        Door(here, str)
    assert call(here, "still") == "still"


def test_what_a_killed_one_left_is_no_hindrance(here: Place, opened: OpenDoor) -> None:
    Path(here.address()).parent.mkdir(mode=0o700)
    Path(here.address()).write_bytes(b"")
    with pytest.raises(NotRunningError):
        call(here, "status")
    opened(str)
    assert call(here, "again") == "again"


def test_after_the_end_the_caller_hears_that_nothing_runs(here: Place) -> None:
    with pytest.raises(NotRunningError, match="edge-assistant listen"):
        call(here, "status")
    opened = Door(here, str)
    opened.close()
    with pytest.raises(NotRunningError):
        call(here, "status")
    Door(here, str).close()


def test_a_caller_that_says_nothing_or_too_much_keeps_nobody_out(
    here: Place, opened: OpenDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "_PATIENCE_S", 0.01)
    opened(str)
    with Client(here.address(), family="AF_UNIX"):
        assert call(here, "me") == "me"
    with Client(here.address(), family="AF_UNIX") as rude:
        rude.send_bytes(b"x" * 10_000)
        assert call(here, "me") == "me"
    with Client(here.address(), family="AF_UNIX") as rude:
        rude.send_bytes(b"\xff")
        assert call(here, "me") == "me"


def test_one_that_does_not_answer_is_an_error_of_one_sentence(
    here: Place, opened: OpenDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "_ANSWER_S", 0.01)
    stuck = threading.Event()
    opened(lambda _: str(stuck.wait(5)))
    with pytest.raises(EngineError, match="does not answer"):
        call(here, "status")
    stuck.set()


def test_a_folder_that_others_may_enter_is_refused(here: Place) -> None:
    folder = Path(here.address()).parent
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    with pytest.raises(InputError, match="open to others"):
        Door(here, str)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be used"):
        Door(Place(tmp_path / "file" / "run", "a"), str)


def test_a_path_too_long_for_a_socket_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="too long"):
        Door(Place(tmp_path / ("x" * 120), "a"), str)


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
def test_each_display_has_a_door_of_its_own(environ: dict[str, str], name: str) -> None:
    assert name_of(environ) == name


def test_windows_has_a_pipe_that_names_person_and_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USERNAME", "A. Person")
    there = place("win32", {"XDG_RUNTIME_DIR": os.sep})
    assert isinstance(there, WindowsPlace)
    assert there.address() == r"\\.\pipe\edge-assistant-A__Person-listen-none"
    assert there.family == "AF_PIPE"
