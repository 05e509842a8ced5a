"""Pictures decoded in a worker: what comes back, and what becomes of those that take too long or too much."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator

import psutil
import pytest
from PIL import Image
from support.platforms import HALF_MESSAGES, MEMORY_LIMITS, POSIX_SIGNALS, lacks
from support.processes import suspend
from support.slow_picture import slow_jpeg
from support.waiting import until

from edge_assistant.capture import decode, decode_worker
from edge_assistant.capture import decoder as decoder_module
from edge_assistant.capture.decoder import Limits, PictureDecoder
from edge_assistant.capture.picture_pipe import receive_picture
from edge_assistant.system.errors import AssistantError, CancelledError, DoesNotFitError, InputError
from edge_assistant.system.worker_process import WorkerProcess


def png(size: tuple[int, int]) -> bytes:
    data = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(data, "PNG", compress_level=1)
    return data.getvalue()


SMALL = png((40, 30))


@pytest.fixture(scope="module")
def decoder() -> Iterator[PictureDecoder]:
    made = PictureDecoder()
    yield made
    made.close()


@pytest.fixture
def make() -> Iterator[Callable[[Limits], PictureDecoder]]:
    with contextlib.ExitStack() as made:

        def new(limits: Limits) -> PictureDecoder:
            decoder = PictureDecoder(limits)
            made.callback(decoder.close)
            return decoder

        yield new


@pytest.mark.parametrize("size", [(1, 1), (40, 30), (1920, 1080), (3, 5000), (20_000, 70)])
def test_every_pixel_comes_back(decoder: PictureDecoder, size: tuple[int, int]) -> None:
    data = png(size)
    captured = decoder.decode(data, "shot")
    assert captured.image.mode == "RGB"
    assert captured.image.tobytes() == Image.open(io.BytesIO(data)).tobytes()


def test_what_is_known_of_a_picture_comes_along(decoder: PictureDecoder) -> None:
    photo, animation = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (8, 8)).save(photo, "JPEG")
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(animation, "GIF", save_all=True, append_images=frames[1:])
    assert decoder.decode(photo.getvalue(), "shot").is_photo
    assert decoder.decode(animation.getvalue(), "shot").notices == decode.decode(animation, "shot").notices != ()


def test_one_worker_serves_all_and_one_that_was_killed_meanwhile_is_replaced(decoder: PictureDecoder) -> None:
    decoder.decode(SMALL, "shot")
    before = decoder.pid
    with pytest.raises(InputError, match="shot is not a picture"):
        decoder.decode(b"Dear Sir", "shot")
    decoder.decode(SMALL, "shot")
    assert decoder.pid == before is not None
    psutil.Process(before).kill()
    until(lambda: decoder.pid is None, "the worker has ended")
    assert decoder.decode(SMALL, "shot").image.size == (40, 30)
    assert decoder.pid != before


def test_a_cancel_ends_the_worker_that_decodes_and_the_next_picture_is_read(decoder: PictureDecoder) -> None:
    decoder.decode(SMALL, "shot")
    worker, cancelled = psutil.Process(decoder.pid), threading.Event()
    failures: list[AssistantError] = []

    def read() -> None:
        with pytest.raises(CancelledError) as error:
            decoder.decode(slow_jpeg(), "shot", cancelled.is_set)
        failures.append(error.value)

    before = worker.cpu_times().user
    reading = threading.Thread(target=read)
    reading.start()
    until(lambda: worker.cpu_times().user > before + 0.2, "the worker computes")
    cancelled.set()
    reading.join(20)
    assert failures
    until(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE, "the worker has ended")
    assert decoder.decode(SMALL, "shot").image.size == (40, 30)


def test_a_second_picture_that_waits_for_the_first_can_be_cancelled(decoder: PictureDecoder) -> None:
    cancelled = threading.Event()

    def read() -> None:
        with pytest.raises(CancelledError):
            decoder.decode(slow_jpeg(), "shot", cancelled.is_set)

    reading = threading.Thread(target=read)
    reading.start()
    until(decoder._decoding.locked, "the first one is decoded")
    with pytest.raises(CancelledError):
        decoder.decode(SMALL, "shot", lambda: True)
    cancelled.set()
    reading.join(20)


@pytest.mark.parametrize("limits", [Limits(processor_s=0.8), Limits(wall_s=0.8)])
def test_a_small_file_that_takes_a_minute_is_given_up(make: Callable[[Limits], PictureDecoder], limits: Limits) -> None:
    decoder = make(limits)
    with pytest.raises(InputError) as error:
        decoder.decode(slow_jpeg(), "holiday.jpg")
    assert str(error.value) == "holiday.jpg takes too long to open. Make it smaller, or save it as a PNG."
    assert (error.value.code, decoder.pid) == ("too-slow", None)


@lacks(MEMORY_LIMITS)
def test_a_picture_that_takes_more_memory_than_it_gets_is_refused_and_a_small_one_then_read(
    make: Callable[[Limits], PictureDecoder],
) -> None:
    decoder, black = make(Limits(memory=150_000_000)), io.BytesIO()
    Image.new("1", (9000, 9000)).save(black, "PNG")  # takes four bytes a pixel as colour
    with pytest.raises(DoesNotFitError) as error:
        decoder.decode(black.getvalue(), "poster.png")
    assert str(error.value) == "poster.png takes too much memory to open. Make it smaller, or save it as a PNG."
    assert decoder.decode(SMALL, "shot").image.size == (40, 30)


@lacks(MEMORY_LIMITS)
def test_a_worker_without_memory_for_the_file_itself_does_not_call_it_damaged(
    make: Callable[[Limits], PictureDecoder], expect_log: Callable[[str], None]
) -> None:
    expect_log("the worker that decodes pictures died")
    decoder = make(Limits(memory=150_000_000))
    with pytest.raises(DoesNotFitError, match=r"poster\.bmp takes too much memory to open"):
        decoder.decode(b"BM" + bytes(160_000_000), "poster.bmp")


@pytest.mark.parametrize(
    ("how", "says"),
    [("SIGTERM", "too much memory"), pytest.param("SIGSEGV", "damaged", marks=lacks(POSIX_SIGNALS))],
)
def test_a_worker_that_dies_of_a_picture_twice_is_one_sentence(
    make: Callable[[Limits], PictureDecoder], how: str, says: str, expect_log: Callable[[str], None]
) -> None:
    decoder, done = make(Limits()), threading.Event()
    expect_log("the worker that decodes pictures died")

    def kill() -> None:
        while not done.is_set():
            process = decoder._process
            if process is not None and process.messages:  # it has started
                with contextlib.suppress(OSError):
                    os.kill(process.pid, getattr(signal, how))
            time.sleep(0.01)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        with pytest.raises(AssistantError, match=f"shot .*{says}"):
            decoder.decode(slow_jpeg(), "shot")
    finally:
        done.set()
        killer.join()


def lacks_a_part(*_: object) -> None:
    raise ModuleNotFoundError("No module named 'PIL.PngImagePlugin'")


def test_a_worker_that_cannot_start_does_not_call_the_picture_damaged(
    make: Callable[[Limits], PictureDecoder], monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("the worker that decodes pictures died")
    monkeypatch.setattr(decode_worker, "serve", lacks_a_part)
    with pytest.raises(InputError) as error:
        make(Limits()).decode(SMALL, "shot")
    assert error.value.code == "not-installed"
    assert str(error.value).startswith("The part of the program that opens pictures cannot be started. ")


def test_a_worker_without_a_picture_ends_after_a_while(make: Callable[[Limits], PictureDecoder]) -> None:
    decoder = make(Limits(idle_s=0.2))
    decoder.warm()
    until(lambda: decoder.pid is None, "the worker has ended")
    assert decoder.decode(SMALL, "shot").image.size == (40, 30)


def test_a_file_can_be_closed_as_soon_as_it_was_decoded(
    decoder: PictureDecoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = WorkerProcess.send

    def send_late(process: WorkerProcess, message: object, timeout: float = -1) -> bool:
        sent = send(process, message, timeout)
        time.sleep(0.2)  # as on a busy computer
        return sent

    decoder.decode(SMALL, "shot")
    monkeypatch.setattr(WorkerProcess, "send", send_late)
    with io.BytesIO(SMALL) as data, data.getbuffer() as view:
        assert decoder.decode(view, "shot").image.size == (40, 30)
    with pytest.raises(InputError), io.BytesIO(b"Dear Sir") as data, data.getbuffer() as view:
        decoder.decode(view, "shot")


@lacks(HALF_MESSAGES)
@pytest.mark.parametrize("cancels", [False, True])
def test_a_worker_that_stops_within_a_message_is_given_up(
    make: Callable[[Limits], PictureDecoder],
    cancels: bool,
    monkeypatch: pytest.MonkeyPatch,
    expect_log: Callable[[str], None],
) -> None:
    decoder, cancelled = make(Limits()), threading.Event()
    expect_log("is stuck")
    decoder.decode(SMALL, "shot")  # it takes a while to start
    decoder._limits = Limits(wall_s=2.0)

    def receive(header: object, is_shared: bool, receive_one: Callable[[], bytes], shared: object) -> object:
        time.sleep(0.2)  # until the pipe is full
        if decoder.pid is not None:
            suspend(decoder.pid)
        if cancels:
            cancelled.set()
        return receive_picture(header, is_shared, receive_one, shared)  # type: ignore[arg-type]

    monkeypatch.setattr(decoder_module, "receive_picture", receive)
    with pytest.raises(CancelledError if cancels else InputError):
        decoder.decode(png((3000, 1500)), "shot", cancelled.is_set)


def test_a_worker_that_cannot_start_leaves_no_memory_behind(
    make: Callable[[Limits], PictureDecoder], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise BlockingIOError

    decoder = make(Limits())
    monkeypatch.setattr(decoder_module, "WorkerProcess", refuse)
    with pytest.raises(BlockingIOError):
        decoder.decode(SMALL, "shot")
    assert decoder._area is None or decoder._area._descriptor is None
