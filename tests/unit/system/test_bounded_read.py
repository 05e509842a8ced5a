"""Small files of unknown origin: read whole, or refused at once, whatever they are."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from support.platforms import DEVICES, lacks

from edge_assistant.system.bounded_read import read_regular, read_regular_text


def refused(path: Path) -> OSError:
    """The error with which a path is refused; a read that waits fails the test instead of hanging it."""
    found: list[OSError] = []

    def read() -> None:
        try:
            read_regular(path, 1000)
        except OSError as error:
            found.append(error)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive(), "it waits for the file"
    return found[0]


def test_a_file_is_read_whole_up_to_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 1000)
    assert read_regular(path, 1000) == b"x" * 1000
    path.write_bytes(b"x" * 1001)
    assert refused(path).strerror == "it is larger than 1000 bytes"


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes("\ufeffä".encode())
    assert read_regular_text(path, 1000) == "ä"


@lacks(DEVICES)
def test_a_pipe_without_a_writer_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    assert refused(path).strerror == "it is not a regular file"


@lacks(DEVICES)
def test_an_endless_device_is_refused_through_a_link(tmp_path: Path) -> None:
    path = tmp_path / "link"
    path.symlink_to("/dev/zero")
    assert refused(path).strerror == "it is not a regular file"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert isinstance(refused(tmp_path), OSError)
