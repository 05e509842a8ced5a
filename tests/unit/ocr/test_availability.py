"""What keeps text from being recognised: each is one sentence, with what to do."""

from __future__ import annotations

import os
import platform
import shutil
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from PIL import Image

from edge_assistant.ocr import model_files, worker
from edge_assistant.ocr.availability import Availability
from edge_assistant.ocr.client import OcrError, TextReader
from edge_assistant.ocr.model_files import FILES, RECOGNIZER
from edge_assistant.system import installation, paths


@pytest.fixture
def files(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of their own for the model files, whole."""
    folder = tmp_path / "models" / model_files.FOLDER
    shutil.copytree(repository / "models/text", folder)
    monkeypatch.setattr(paths, "shipped_models_dir", lambda: folder.parent)
    return folder


def _damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_nothing_is_in_the_way_of_whole_files(files: Path) -> None:
    assert files.is_dir()
    assert Availability().check() is None


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_missing_file_is_told_and_works_once_it_is_there(files: Path, file: model_files.ModelFile) -> None:
    availability = Availability()
    away = (files / file.name).rename(files.parent / file.name)
    missing = availability.obstacle()
    assert missing is not None
    assert missing.code == "text-missing"
    assert str(missing) == f"The files that recognise text are missing. {installation.reinstall_advice()}"
    away.rename(files / file.name)
    assert availability.check() is None


def test_a_damaged_file_is_named_and_found_to_be_whole_again_when_it_was_replaced(files: Path) -> None:
    availability = Availability()
    whole = (files / RECOGNIZER.name).read_bytes()
    _damage(files / RECOGNIZER.name)
    assert availability.obstacle() is None, "it was not read yet"
    damaged = availability.check()
    assert damaged is not None
    assert damaged.code == "text-damaged"
    assert RECOGNIZER.name in str(damaged)
    assert str(damaged).endswith(installation.reinstall_advice())
    assert str(availability.obstacle()) == str(damaged)
    (files / RECOGNIZER.name).write_bytes(whole)
    os.utime(files / RECOGNIZER.name, (1, 1))
    assert availability.obstacle() is None
    assert availability.check() is None


def test_a_file_is_read_once(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert files.is_dir()
    availability = Availability()
    assert availability.check() is None
    monkeypatch.setattr(model_files.ModelFile, "is_whole", lambda *_: pytest.fail("read again"))
    assert availability.check() is None


def test_what_pip_alone_installed_says_how_the_files_come_here(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(files)
    monkeypatch.setattr(installation, "has_setup", lambda: False)
    found = Availability().obstacle()
    assert found is not None
    assert str(found).endswith("On a computer that has them, use models export; here, use models import.")


def test_a_computer_without_the_library_says_so(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert files.is_dir()
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    mac = Availability(runtime="no_such_library", system="darwin").obstacle()
    assert mac is not None
    assert str(mac) == "Text cannot be recognised on Macs with an Intel processor."
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    for system in ("darwin", "linux", "win32"):
        other = Availability(runtime="no_such_library", system=system).obstacle()
        assert other is not None
        assert other.code == "text-missing"
        assert str(other).startswith("The library that recognises text is missing. ")


def test_a_damaged_file_ends_the_reading_with_its_name_and_no_line(files: Path) -> None:
    _damage(files / RECOGNIZER.name)
    reader = TextReader()
    lines: list[object] = []
    try:
        with pytest.raises(OcrError, match=RECOGNIZER.name) as caught:
            reader.read(Image.new("RGB", (64, 64)), lines.append)
        assert caught.value.code == "text-damaged"
        assert RECOGNIZER.name in reader.unavailable
        assert not lines
        assert reader.pid is None
    finally:
        reader.close()


def _serve_on_an_old_processor(connection: Connection, *_: object) -> None:
    connection.recv()
    if hasattr(signal, "SIGILL") and os.name == "posix":
        signal.signal(signal.SIGILL, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGILL)
    os._exit(-0x3FFFFFE3)  # STATUS_ILLEGAL_INSTRUCTION, as Windows ends it


def test_a_processor_that_cannot_run_the_library_is_tried_once(
    files: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    assert files.is_dir()
    expect_log("the text worker died")
    reader = TextReader()
    monkeypatch.setattr(worker, "serve", _serve_on_an_old_processor)
    try:
        for _ in range(2):
            with pytest.raises(OcrError, match="processor is too old to recognise text") as caught:
                reader.read(Image.new("RGB", (64, 64)))
            assert caught.value.code == "text-unfit"
            monkeypatch.setattr(worker, "serve", lambda *_: pytest.fail("tried again"))
        assert reader.unavailable == "This computer's processor is too old to recognise text."
    finally:
        reader.close()


def _serve_without_a_library(connection: Connection, *_: object) -> None:
    connection.recv()
    raise ImportError("DLL load failed while importing onnxruntime_pybind11_state")


def test_a_library_that_does_not_load_is_tried_once(
    files: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    assert files.is_dir()
    expect_log("the text worker died")
    monkeypatch.setattr(worker, "serve", _serve_without_a_library)
    reader = TextReader()
    try:
        with pytest.raises(OcrError, match="does not start on this computer") as caught:
            reader.read(Image.new("RGB", (64, 64)))
        assert caught.value.code == "text-unfit"
        assert reader.unavailable == str(caught.value)
    finally:
        reader.close()
