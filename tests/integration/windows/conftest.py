"""A Windows desktop for one test file at a time, and the folders of a person whose names no code page has."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from support.on_windows import Person, hide_tray_of_wine
from support.platforms import WINDOWS


@pytest.fixture(scope="module", autouse=True)
def desktop() -> Iterator[None]:
    """There is one keyboard and one front window, so test files that run at the same time wait for each other."""
    if not WINDOWS:
        yield
        return
    with FileLock(Path(tempfile.gettempdir()) / "edge-assistant-tests-desktop.lock"):
        hide_tray_of_wine()
        yield


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Person:
    """A person with folders of their own, for the tests of a file."""
    return Person(tmp_path_factory.mktemp("person") / "Jürgen Łęcki 文件")
