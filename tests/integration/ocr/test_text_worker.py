"""The text worker's life: it is started when it is needed, ends by itself, and whatever happens to it is survived."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import pytest
from PIL import Image
from support.drawn_lines import LINES, page
from support.waiting import until

from edge_assistant.assistant.picture_text import PictureText
from edge_assistant.ocr import client, model_files, worker
from edge_assistant.ocr.client import OcrError, TextReader
from edge_assistant.ocr.page import Line, Page
from edge_assistant.system import paths
from edge_assistant.system.errors import CancelledError, DoesNotFitError
from edge_assistant.system.worker_watch import Patience

ONLY_IF_STOPPED = Patience(idle_s=600.0, busy_s=600.0, stopped_s=0.3)


@pytest.fixture(autouse=True)
def models(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = repository / "models"
    for file in model_files.FILES:
        assert (folder / model_files.FOLDER / file.name).is_file(), f"{file.name} is missing: run scripts/setup"
    monkeypatch.setattr(paths, "shipped_models_dir", lambda: folder)


@pytest.fixture
def reader() -> Iterator[TextReader]:
    made = TextReader()
    yield made
    made.close()


def _kill(reader: TextReader) -> None:
    assert reader.pid is not None
    psutil.Process(reader.pid).kill()


def _texts(lines: list[Line]) -> list[str]:
    return [line.text for line in lines]


def test_a_page_is_read_line_by_line_and_the_next_one_by_the_same_worker(reader: TextReader) -> None:
    assert reader.pid is None
    told: list[Line] = []
    read = reader.read(page(), told.append)
    assert _texts(told) == list(LINES)
    assert read.lines == tuple(told)
    assert (read.width, read.height) == (420, 260)
    first = reader.pid
    assert reader.read(page(["Another page"]), threads=1).text == "Another page"
    assert reader.pid == first


def test_a_picture_without_pixels_or_of_one_has_no_text(reader: TextReader) -> None:
    assert reader.read(Image.new("RGB", (0, 0))) == Page(0, 0)
    assert reader.read(Image.new("RGB", (1, 1))) == Page(1, 1)
    assert reader.read(Image.new("L", (3, 2))) == Page(3, 2)


@pytest.mark.parametrize("use", ["warm", "read"])
def test_the_worker_ends_when_nobody_needs_it(use: str) -> None:
    reader = TextReader(idle_s=0.2)
    try:
        if use == "warm":
            reader.warm()
        else:
            reader.read(page())
        assert reader.pid is not None
        worker_process = psutil.Process(reader.pid)
        until(lambda: reader.pid is None and not worker_process.is_running(), "the worker's end")
        assert reader.read(page(["Once more"])).text == "Once more"
    finally:
        reader.close()


def test_a_worker_that_is_killed_while_it_reads_is_replaced_and_no_line_comes_twice(
    reader: TextReader, expect_log: Callable[[str], None]
) -> None:
    expect_log("the text worker died")
    told: list[Line] = []

    def tell(line: Line) -> None:
        told.append(line)
        if len(told) == 1:
            _kill(reader)

    lines = [f"This is line number {2 * number}" for number in range(24)]
    read = reader.read(page(lines, (420, 1000)), tell, threads=1)
    assert _texts(told) == lines
    assert read.lines == tuple(told)


def test_a_worker_that_was_killed_while_idle_is_replaced(reader: TextReader) -> None:
    reader.read(page(["First"]))
    first = reader.pid
    _kill(reader)
    until(lambda: reader.pid is None)
    assert reader.read(page(["Second"])).text == "Second"
    assert reader.pid != first


def _serve_and_die(connection: Connection, *_: object) -> None:
    connection.recv()
    os._exit(3)


def test_a_worker_that_dies_each_time_is_told_in_one_sentence(
    reader: TextReader, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("the text worker died")
    monkeypatch.setattr(worker, "serve", _serve_and_die)
    with pytest.raises(OcrError, match=r"^The text could not be recognised\. Try again, or ask the model\.$"):
        reader.read(page())
    assert reader.pid is None
    monkeypatch.undo()
    assert not reader.unavailable


def _serve_without_memory(connection: Connection, *_: object) -> None:
    request = connection.recv()
    connection.send(worker._failure(request.id, RuntimeError("Failed to allocate memory for requested buffer")))
    connection.recv()


def test_a_lack_of_memory_is_told_as_such(
    reader: TextReader, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("text recognition failed: RuntimeError")
    monkeypatch.setattr(worker, "serve", _serve_without_memory)
    with pytest.raises(DoesNotFitError, match="not enough memory") as caught:
        reader.read(page())
    assert caught.value.code == "memory"
    assert reader.pid is None, "what it had taken is free"


def test_a_worker_that_stands_still_is_replaced_and_the_page_read(expect_log: Callable[[str], None]) -> None:
    expect_log("the worker ocr is stuck")
    expect_log("the text worker died")
    reader = TextReader(patience=ONLY_IF_STOPPED)
    try:
        reader.warm()
        assert reader.pid is not None
        stopped = psutil.Process(reader.pid)
        stopped.suspend()
        read = reader.read(page())  # more than a pipe holds
        assert _texts([*read.lines]) == list(LINES)
        assert not stopped.is_running()
    finally:
        reader.close()


def test_workers_that_always_stand_still_are_told(
    monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("the worker ocr is stuck")
    expect_log("the text worker died")
    monkeypatch.setattr(worker, "serve", _serve_nothing)
    reader = TextReader(patience=Patience(idle_s=0.3, busy_s=600.0))
    try:
        with pytest.raises(OcrError, match="takes too long"):
            reader.read(page())
        assert reader.pid is None
    finally:
        reader.close()


def _serve_nothing(connection: Connection, *_: object) -> None:
    connection.recv()
    connection.recv()


def test_a_cancel_ends_the_worker_at_once_and_the_page_that_waits_is_read(reader: TextReader) -> None:
    lines = [f"This is line number {2 * number}" for number in range(24)]
    waiting: list[Page] = []
    other = threading.Thread(target=lambda: waiting.append(reader.read(page(["The other one"]))))
    told: list[Line] = []

    def tell(line: Line) -> None:
        if not told:
            other.start()
        told.append(line)

    with pytest.raises(CancelledError):
        reader.read(page(lines, (420, 1000)), tell, lambda: bool(told), threads=1)
    assert len(told) < len(lines)
    other.join(60)
    assert [each.text for each in waiting] == ["The other one"]


def test_who_waits_for_another_page_can_be_cancelled(reader: TextReader) -> None:
    results: list[type[BaseException]] = []

    def wait() -> None:
        try:
            reader.read(page(), is_cancelled=lambda: True)
        except CancelledError as error:
            results.append(type(error))

    def tell(_: Line) -> None:
        if not results:
            other = threading.Thread(target=wait)
            other.start()
            other.join(60)

    assert len(reader.read(page(), tell).lines) == len(LINES)
    assert results == [CancelledError]


def test_a_page_pauses_where_the_model_needs_the_cores_and_then_goes_on(
    reader: TextReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_PAUSE_AFTER_S", 0.0)
    text = PictureText(reader, page())
    assert text.page_so_far is None
    text.start(beside_model=True, yields=True)
    until(lambda: text.page_so_far is not None, "the pause")
    assert text.page_so_far is not None
    assert not text.page_so_far.lines, "it paused before the first"
    assert text.page is None
    text.go_on()
    assert _texts(list(text.follow(lambda _: None).lines)) == list(LINES)
    assert text.page_so_far == text.page


def test_a_page_that_pauses_goes_on_for_the_page_that_waits(
    reader: TextReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_PAUSE_AFTER_S", 0.0)
    text = PictureText(reader, page())
    text.start(beside_model=True, yields=True)
    until(lambda: text.page_so_far is not None, "the pause")
    assert reader.read(page(["Another page"])).text == "Another page"
    assert text.page is not None


def test_a_page_that_pauses_ends_with_its_program(reader: TextReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_PAUSE_AFTER_S", 0.0)
    text = PictureText(reader, page())
    text.start(beside_model=True, yields=True)
    until(lambda: text.page_so_far is not None, "the pause")
    reader.close()
    until(lambda: text.failure is not None, "the end")


@pytest.mark.parametrize("end", [TextReader.cancel, TextReader.close])
def test_a_page_that_is_cancelled_from_elsewhere_ends(reader: TextReader, end: Callable[[TextReader], None]) -> None:
    def tell(_: Line) -> None:
        other = threading.Thread(target=end, args=(reader,))
        other.start()
        other.join(60)

    with pytest.raises(CancelledError):
        reader.read(page(), tell)
    assert reader.pid is None
