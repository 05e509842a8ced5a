"""Reading a picture from a file or from standard input."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
import threading
from pathlib import Path

import pytest
from PIL import Image
from support.platforms import DEVICES, TERMINALS, lacks
from support.standard_input import read_from_stdin

from edge_assistant.capture import file
from edge_assistant.capture.file import read_picture
from edge_assistant.system.errors import CancelledError, InputError, UsageError

TOO_LONG = "There is no file" if sys.platform == "win32" else "too long"


def png(size: tuple[int, int] = (40, 30), colour: tuple[int, int, int] = (200, 30, 40)) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, colour).save(data, "PNG")
    return data.getvalue()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "shot.png"
    path.write_bytes(png())
    return path


def sentence(error: pytest.ExceptionInfo[BaseException]) -> str:
    """The message, which must be fit to be spoken: one or two short sentences on one line."""
    text = str(error.value)
    assert text.endswith(".")
    assert "\n" not in text
    assert len(text) < 120
    return text


def test_a_file_is_read_by_path_and_by_string(picture: Path) -> None:
    for source in (picture, str(picture)):
        captured = read_picture(source)
        assert captured.image.mode == "RGB"
        assert captured.image.size == (40, 30)
        assert captured.image.getpixel((5, 5)) == (200, 30, 40)
        assert captured.notices == ()


def test_a_dash_is_standard_input() -> None:
    assert read_from_stdin(io.BytesIO(png())).image.size == (40, 30)


def test_a_file_called_dash_can_be_read_with_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "-").write_bytes(png((7, 5)))
    monkeypatch.chdir(tmp_path)
    assert read_picture("./-").image.size == (7, 5)


def test_a_real_pipe_is_read_to_its_end() -> None:
    reading, writing = os.pipe()
    data = png((400, 300))

    def write() -> None:
        with os.fdopen(writing, "wb") as end:
            end.write(data[:100])
            end.flush()
            end.write(data[100:])

    writer = threading.Thread(target=write)
    writer.start()
    with os.fdopen(reading, "rb") as stream:
        assert read_from_stdin(stream).image.size == (400, 300)
    writer.join()


@lacks(DEVICES)
def test_a_named_pipe_is_read(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(png(),))
    writer.start()
    assert read_picture(path).image.size == (40, 30)
    writer.join()


def test_a_silent_pipe_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "SILENCE_TIMEOUT_S", 0.05)
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stream, os.fdopen(writing, "wb"), pytest.raises(InputError) as error:
        read_from_stdin(stream)
    assert error.value.code == "silent"


@lacks(DEVICES)
def test_a_cancel_ends_the_wait_for_a_silent_pipe_and_for_one_that_never_ends(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = os.open(path, os.O_RDWR)  # opened for both, so that this does not wait for a reader
    try:
        looks = iter([False, True])
        with pytest.raises(CancelledError):
            read_picture(path, lambda: next(looks))
    finally:
        os.close(writer)
    with pytest.raises(CancelledError):
        read_picture("/dev/zero", lambda: True)


@lacks(DEVICES)
def test_a_silent_named_pipe_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "SILENCE_TIMEOUT_S", 0.05)
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(InputError) as error:
        read_picture(path)
    assert sentence(error) == "pipe sent nothing for 0 seconds."


@lacks(TERMINALS)
def test_a_terminal_is_no_picture() -> None:
    import pty

    leader, terminal = pty.openpty()
    with os.fdopen(leader, "rb", buffering=0), os.fdopen(terminal, "rb", buffering=0) as stream:
        with pytest.raises(UsageError) as error:
            read_from_stdin(io.BufferedReader(stream))
        assert "Pipe a picture" in sentence(error)
        with pytest.raises(InputError, match="terminal"):
            read_picture(os.ttyname(stream.fileno()))


def test_no_standard_input_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(UsageError):
        read_picture("-")


@pytest.mark.parametrize(
    ("source", "code", "says"),
    [
        ("gone.png", "no-such-file", "There is no file gone.png."),
        ("shot.png/x", "no-such-file", "There is no file x."),
        (".", "not-a-picture", "is a folder"),
        ("", "no-such-file", "No picture file was given."),
        ("a\0b", "no-such-file", "not valid"),
        ("x" * 300, "no-such-file", TOO_LONG),
        ("y/" * 3000, "no-such-file", TOO_LONG),
        ("empty.png", "empty", "empty.png is empty."),
        ("letter.txt", "not-a-picture", "letter.txt is not a picture"),
        pytest.param("/dev/null", "empty", "null is empty.", marks=lacks(DEVICES)),
    ],
)
def test_bad_files_are_told_in_one_sentence(
    picture: Path, monkeypatch: pytest.MonkeyPatch, source: str, code: str, says: str
) -> None:
    monkeypatch.chdir(picture.parent)
    Path("empty.png").touch()
    Path("letter.txt").write_text("Dear Sir,\n" * 50, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_picture(source)
    assert says in sentence(error)
    assert (error.value.code, error.value.kind) == (code, "input")


@lacks(DEVICES)
def test_an_endless_device_is_stopped_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "MAX_BYTES", 5_000_000)
    with pytest.raises(InputError) as error:
        read_picture("/dev/zero")
    assert sentence(error) == "zero is too large: more than 5 megabytes."
    with Path("/dev/zero").open("rb") as stream, pytest.raises(InputError, match="Standard input is too large"):
        read_from_stdin(stream)


def test_a_huge_file_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "huge.webp"
    path.write_bytes(b"RIFF\0\0\0\0WEBPVP8 ")
    os.truncate(path, 50 * 10**9)
    with pytest.raises(InputError, match=r"huge\.webp is too large: more than 320 megabytes"):
        read_picture(path)


def test_a_missing_permission_is_told(picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(InputError) as error:
        read_picture(picture)
    assert sentence(error) == "You have no permission to read shot.png."


def test_a_failing_disk_is_told() -> None:
    class Broken(io.BytesIO):
        def read1(self, _size: int | None = -1, /) -> bytes:
            raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(InputError) as error:
        read_from_stdin(Broken())
    assert sentence(error) == "Standard input cannot be read: input/output error."


def test_a_long_file_name_is_shortened_for_speech(tmp_path: Path) -> None:
    path = tmp_path / ("long" + (" " if sys.platform == "win32" else "\n") + "name" * 40 + ".png")
    path.write_bytes(b"no")
    with pytest.raises(InputError) as error:
        read_picture(path)
    assert sentence(error).startswith("long name")


def test_no_file_stays_open(picture: Path) -> None:
    kept = []
    for _ in range(5):
        kept.append(read_picture(picture))
        with pytest.raises(InputError):
            read_picture(picture.parent)
    assert not open_below(picture.parent)
    with picture.open("rb"):
        assert open_below(picture.parent) == [picture]


def is_held(path: Path) -> bool:
    """Whether a file is open: Windows does not rename one."""
    try:
        path.rename(path.with_suffix(".renamed")).rename(path)
    except PermissionError:
        return True
    return False


def open_below(folder: Path) -> list[Path]:
    """The open files that are `folder` or in it; descriptors that close meanwhile are no matter."""
    if sys.platform == "win32":
        return [path for path in folder.iterdir() if is_held(path)]
    found = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            found.append(descriptor.readlink())
    return [path for path in found if path == folder or folder in path.parents]
