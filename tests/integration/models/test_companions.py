"""The files of text recognition, carried with models from one computer to another."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from support.person import MODEL, Place

from edge_assistant.assistant.factory import text_companions
from edge_assistant.models.checksums import ChecksumError
from edge_assistant.models.companions import Companion
from edge_assistant.models.library import ModelLibrary
from edge_assistant.models.operations import ExportOperation, ImportOperation
from edge_assistant.ocr import model_files
from edge_assistant.system import paths
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import WeightsError


class Told:
    """A listener that keeps the events."""

    def __init__(self) -> None:
        self.events: list[dict[str, object]] = []

    def event(self, kind: str, /, **fields: object) -> None:
        self.events.append({"kind": kind, **fields})

    def progress(self, *_: object) -> None: ...
    def notice(self, *_: object) -> None: ...
    def checked(self, *_: object) -> None: ...

    can_ask = False

    def ask(self, *_: object) -> bool:
        return False


@pytest.fixture
def companions(tmp_path: Path) -> tuple[Companion, ...]:
    """Two files that are here, and one that is not."""
    made = []
    for name in ("one.onnx", "two.txt"):
        path = tmp_path / name
        path.write_bytes(name.encode() * 1000)
        made.append(Companion(f"text/{name}", hashlib.sha256(path.read_bytes()).hexdigest(), path))
    return (*made, Companion("text/three.txt", "0" * 64, None))


@pytest.fixture
def add(companions: tuple[Companion, ...]) -> Callable[[Path], tuple[str, ...]]:
    """Imports a folder, on a computer that has none of the files; returns what is said."""
    unknown = [Companion(each.place, each.sha256, None) for each in companions]

    def call(source: Path) -> tuple[str, ...]:
        return ImportOperation(ModelLibrary(None), [source], False, unknown).run(Told(), Cancellation()).sentences

    return call


@pytest.fixture
def stick(place: Place, tmp_path: Path, companions: tuple[Companion, ...]) -> Path:
    """What another computer has exported; this one is as new afterwards."""
    place.attempt().run()
    ExportOperation(ModelLibrary(None), tmp_path / "stick", (), companions).run(Told(), Cancellation())
    shutil.rmtree(paths.data_dir())
    return tmp_path / "stick"


def test_they_go_along_with_their_checksums_and_come_to_where_they_are_looked_for(
    stick: Path, add: Callable[[Path], tuple[str, ...]]
) -> None:
    assert {path.name for path in (stick / "text").iterdir()} == {"one.onnx", "two.txt"}
    listed = dict(reversed(line.split("  ")) for line in (stick / "SHA256SUMS").read_text("utf-8").splitlines())
    assert len(listed) == 4
    for name, checksum in listed.items():
        assert hashlib.sha256((stick / name).read_bytes()).hexdigest() == checksum
    said = add(stick)
    assert len(said) == 2
    assert said[1] == "The files that recognise text are installed."
    here = paths.data_dir() / "models"
    assert (here / MODEL).is_file()
    assert (here / "text/one.onnx").read_bytes() == (stick / "text/one.onnx").read_bytes()


def test_a_folder_with_nothing_else_is_imported_too(stick: Path, add: Callable[[Path], tuple[str, ...]]) -> None:
    assert add(stick / "text") == ("The files that recognise text are installed.",)
    assert (paths.data_dir() / "models/text/two.txt").is_file()
    assert add(stick / "text") == ("The files that recognise text are installed.",)


def test_a_damaged_one_is_refused_after_the_models_are_there(
    stick: Path, add: Callable[[Path], tuple[str, ...]]
) -> None:
    (stick / "text/one.onnx").write_bytes(b"damaged")
    with pytest.raises(ChecksumError, match=r"one\.onnx"):
        add(stick)
    here = paths.data_dir() / "models"
    assert (here / MODEL).is_file()
    assert not (here / "text/one.onnx").exists()


def test_a_damaged_one_here_costs_nothing_of_an_export(
    place: Place, tmp_path: Path, companions: tuple[Companion, ...]
) -> None:
    place.attempt().run()
    assert companions[0].path is not None
    companions[0].path.write_bytes(b"damaged")
    with pytest.raises(ChecksumError, match=r"one\.onnx"):
        ExportOperation(ModelLibrary(None), tmp_path / "stick", (), companions).run(Told(), Cancellation())
    assert MODEL in (tmp_path / "stick/SHA256SUMS").read_text("utf-8")
    assert (tmp_path / "stick/catalog.toml").is_file()


def test_a_folder_with_neither_is_refused(tmp_path: Path, add: Callable[[Path], tuple[str, ...]]) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(WeightsError, match="no GGUF files"):
        add(tmp_path / "empty")


def test_the_real_files_are_whole_and_complete() -> None:
    found = text_companions()
    assert {each.name for each in found} == {file.name for file in (*model_files.FILES, *model_files.LICENCES)}
    for each in found:
        assert each.path is not None
        assert hashlib.sha256(each.path.read_bytes()).hexdigest() == each.sha256
