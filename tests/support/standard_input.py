"""A picture read from a stream in the place of this process's standard input."""

from __future__ import annotations

from types import SimpleNamespace
from typing import BinaryIO

import pytest

from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.file import read_picture


def read_from_stdin(stream: BinaryIO) -> CapturedPicture:
    """What `describe -` would read with this stream at standard input."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", SimpleNamespace(buffer=stream))
        return read_picture("-")
