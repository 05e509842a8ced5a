"""Files that another program holds: on Windows they are tried again for a second, and then told to be in use."""

from __future__ import annotations

import ctypes
import errno
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge_assistant.system import file_retry, json_store
from edge_assistant.system.atomic_file import replace_file
from edge_assistant.system.errors import AssistantError, explain_error
from edge_assistant.system.json_store import JsonStore, explain_write_errors


class WindowsError(PermissionError):
    """As Windows raises it; `winerror` is None where the C library was asked, which knows no such number."""

    def __init__(self, winerror: int | None, filename: Path | None = None, filename2: Path | None = None) -> None:
        super().__init__(errno.EACCES, "Access is denied")
        self.winerror = winerror
        self.filename = str(filename) if filename else None
        self.filename2 = str(filename2) if filename2 else None


class Held:
    """An operation that fails until it was tried `times` times."""

    def __init__(self, error: OSError, times: int) -> None:
        self.error = error
        self.times = times
        self.tries = 0

    def __call__(self) -> str:
        self.tries += 1
        if self.tries <= self.times:
            raise self.error
        return "done"


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")


@pytest.mark.usefixtures("windows")
@pytest.mark.parametrize("winerror", [5, 32, 33, 1224, None])
def test_what_is_held_for_a_moment_is_tried_until_it_is_free(winerror: int | None) -> None:
    held, pauses = Held(WindowsError(winerror), 3), list[float]()
    assert file_retry.retry(held, pauses.append) == "done"
    assert len(pauses) == 3


@pytest.mark.usefixtures("windows")
def test_what_stays_held_is_told_after_about_a_second() -> None:
    held, pauses = Held(WindowsError(32), 1000), list[float]()
    with pytest.raises(PermissionError):
        file_retry.retry(held, pauses.append)
    assert 0.8 < sum(pauses) < 2
    assert max(pauses) < 0.5


@pytest.mark.usefixtures("windows")
@pytest.mark.parametrize("error", [FileNotFoundError(errno.ENOENT, "none"), OSError(errno.ENOSPC, "full")])
def test_another_failure_is_told_at_once(error: OSError) -> None:
    held = Held(error, 1)
    with pytest.raises(type(error)):
        file_retry.retry(held, lambda _: None)
    assert held.tries == 1


def test_elsewhere_a_refusal_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    held = Held(PermissionError(errno.EACCES, "no"), 1)
    with pytest.raises(PermissionError):
        file_retry.retry(held)
    assert held.tries == 1
    assert not file_retry.is_in_use(held.error)


class Kernel32:
    """As the system's: opens a file to delete it, unless that is refused with error `refusal`."""

    def __init__(self, refusal: int = 0) -> None:
        self.refusal = refusal
        self.open: list[int] = []

    def CreateFileW(
        self, name: str, access: int, share: int, security: None, how: int, flags: int, template: None
    ) -> int | None:
        assert Path(name).is_file()
        assert (access, share, security, how, flags, template) == (0x10000, 7, None, 3, 0, None)
        if self.refusal:
            return ctypes.c_void_p(-1).value
        self.open.append(0x94)
        return 0x94

    def CloseHandle(self, handle: int) -> int:
        self.open.remove(handle)
        return 1


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Kernel32]:
    def make(error: int) -> Kernel32:
        monkeypatch.setattr(file_retry, "last_error", lambda: error)
        return Kernel32(error)

    return make


@pytest.mark.usefixtures("windows")
def test_a_file_that_may_be_deleted_and_was_not_is_in_use(tmp_path: Path, refused: Callable[[int], Kernel32]) -> None:
    file = tmp_path / "model.gguf"
    file.touch()
    for error in (0, 32):
        system = refused(error)
        assert file_retry.is_in_use(WindowsError(5, file), system)
        assert file_retry.is_in_use(WindowsError(None, file), system)
        assert file_retry.is_in_use(WindowsError(5, tmp_path / "new", file), system), "the one that was to be replaced"
        assert system.open == []
    assert file_retry.is_in_use(WindowsError(32, tmp_path / "gone"), refused(5)), "Windows said so itself"


@pytest.mark.usefixtures("windows")
def test_a_file_of_others_or_without_a_way_to_change_it_is_not_called_in_use(
    tmp_path: Path, refused: Callable[[int], Kernel32]
) -> None:
    file = tmp_path / "settings.toml"
    file.touch()
    assert not file_retry.is_in_use(WindowsError(5, file), refused(5))
    assert not file_retry.is_in_use(WindowsError(5, file, tmp_path / "new"), refused(0)), "the folder is not theirs"
    assert not file_retry.is_in_use(WindowsError(5, tmp_path), refused(0)), "a folder"
    assert not file_retry.is_in_use(WindowsError(5), refused(0))
    file.chmod(0o400)  # Windows' mark for reading only
    assert not file_retry.is_in_use(WindowsError(5, file), refused(0))


def test_what_a_file_in_use_is_called_in_each_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    found = explain_error(WindowsError(32, tmp_path / "answer.txt"))
    assert (found.code, "answer.txt is in use by another program" in str(found)) == ("in-use", True)
    with (
        pytest.raises(AssistantError, match=r"model\.gguf is in use") as caught,
        explain_write_errors(tmp_path / "model.gguf"),
    ):
        raise WindowsError(32, tmp_path / "model.gguf")
    assert caught.value.code == "weights-in-use"


def test_what_cannot_be_found_out_again_is_not_lost_because_it_could_not_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = JsonStore(tmp_path / "trusted.json", precious=True)
    store.update({"one": 1})

    def held(*_: object) -> bytes:
        raise PermissionError(errno.EACCES, "held")

    with monkeypatch.context() as patch:
        patch.setattr(json_store, "read_regular", held)
        with pytest.raises(PermissionError):
            store.update({"two": 2})
    assert store.read() == {"one": 1}


# Opened without leave to delete it, as Python and most programs do; let go of when a line comes.
_HOLDER = "import sys\nfile = open(sys.argv[1], 'rb')\nprint('held', flush=True)\nsys.stdin.readline()\n"


@pytest.fixture
def held_file(tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    path = tmp_path / "held é 日.json"
    path.write_bytes(b"{}")
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield path, process
        if process.poll() is None:
            process.communicate("\n", timeout=60)


@pytest.mark.skipif(sys.platform != "win32", reason="only there an open file is held")
def test_a_file_that_another_process_holds_is_waited_for_and_else_told(
    held_file: tuple[Path, subprocess.Popen[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, process = held_file
    for attempt in (lambda: replace_file(path, b"{1}"), lambda: file_retry.unlink(path)):
        with pytest.raises(PermissionError) as caught:
            attempt()
        assert file_retry.is_in_use(caught.value)
    assert path.read_bytes() == b"{}"
    assert list(path.parent.iterdir()) == [path]

    def free(_: float) -> None:
        if process.poll() is None:
            process.communicate("\n", timeout=60)

    monkeypatch.setattr(file_retry.time, "sleep", free)
    file_retry.retry(lambda: path.unlink(), free)
    assert not path.exists()
