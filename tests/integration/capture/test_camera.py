"""The camera's path with frames that a test feeds into QtMultimedia, as its camera would; and machines without one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from support.accessible_walk import application as windows_application
from support.describing import describe, user_environment
from support.desktops import environment

from edge_assistant.capture import camera as camera_module
from edge_assistant.capture.camera import CameraShot, take_frame
from edge_assistant.system.errors import InputError

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QMediaCaptureSession

pytest.importorskip(
    "PySide6.QtMultimedia", reason="PySide6-Addons is missing: run scripts/setup --dev", exc_type=ImportError
)

RED, BLUE = (200, 30, 30), (30, 30, 200)


class Feed:
    """A camera of drawn pictures: `pictures` as they come, the last one for ever, or nothing after it."""

    def __init__(self, pictures: list[Image.Image], *, goes_on: bool = True) -> None:
        from PySide6.QtCore import QTimer
        from PySide6.QtMultimedia import QMediaCaptureSession, QVideoFrameInput

        self._pictures = pictures
        self._goes_on = goes_on
        self.sent = 0
        self._input = QVideoFrameInput()
        self.session: QMediaCaptureSession = QMediaCaptureSession()
        self.session.setVideoFrameInput(self._input)
        self._timer = QTimer(interval=30)
        self._timer.timeout.connect(self._send)

    def start(self) -> None:
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _send(self) -> None:
        from PySide6.QtGui import QImage
        from PySide6.QtMultimedia import QVideoFrame

        if self.sent >= len(self._pictures) and not self._goes_on:
            return
        picture = self._pictures[min(self.sent, len(self._pictures) - 1)]
        image = QImage(picture.tobytes(), *picture.size, 3 * picture.width, QImage.Format.Format_RGB888).copy()
        if self._input.sendVideoFrame(QVideoFrame(image)):
            self.sent += 1


@pytest.fixture(scope="module", autouse=True)
def _application() -> Iterator[None]:
    application = windows_application()
    yield
    del application


@pytest.fixture
def shoot(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Image.Image]]:
    """Takes a frame of a feed; `limits` are those of the camera's module that differ from a patient camera's."""
    feeds: list[Feed] = []

    def make(
        feed: Feed, on_ready: Callable[[], None] = lambda: None, countdown: float = 0.0, **limits: float
    ) -> Image.Image:
        feeds.append(feed)
        patient = {"FIRST_FRAME_TIMEOUT_S": 30.0, "STALL_TIMEOUT_S": 30.0, "SETTLE_TIMEOUT_S": 60.0}
        for name, seconds in {**patient, **limits}.items():
            monkeypatch.setattr(camera_module, name, seconds)
        return CameraShot(feed.session, countdown=countdown, on_ready=on_ready).run(feed.start)

    yield make
    for feed in feeds:
        feed.stop()


def test_a_frame_arrives_with_its_own_colours_size_and_sides(shoot: Callable[..., Image.Image]) -> None:
    left_red = Image.new("RGB", (320, 240), BLUE)
    left_red.paste(RED, (0, 0, 160, 240))
    frame = shoot(Feed([left_red]))
    assert frame.mode == "RGB"
    assert frame.size == (320, 240)
    for place, colour in (((40, 120), RED), ((280, 120), BLUE)):
        seen = frame.getpixel(place)
        assert isinstance(seen, tuple)
        assert all(abs(have - wanted) <= 6 for have, wanted in zip(seen, colour, strict=True)), (seen, colour)


def test_a_frame_is_taken_only_when_the_exposure_has_settled(shoot: Callable[..., Image.Image]) -> None:
    brightening = [Image.new("RGB", (64, 48), (level, level, level)) for level in range(10, 210, 5)]
    frame = shoot(Feed(brightening))
    assert frame.getpixel((32, 24)) == pytest.approx((205, 205, 205), abs=6)


def test_a_light_that_never_settles_does_not_wait_for_ever(shoot: Callable[..., Image.Image]) -> None:
    flicker = [Image.new("RGB", (64, 48), (level, level, level)) for level in (20, 90, 160, 230) * 200]
    feed = Feed(flicker)
    assert shoot(feed, SETTLE_TIMEOUT_S=0.5).size == (64, 48)
    assert feed.sent < 600


def test_the_count_down_begins_with_the_first_frame_and_the_picture_is_of_its_end(
    shoot: Callable[..., Image.Image],
) -> None:
    early, late = Image.new("RGB", (64, 48), RED), Image.new("RGB", (64, 48), BLUE)
    ready: list[tuple[int, float]] = []
    feed = Feed([early, early, early, late])
    frame = shoot(feed, on_ready=lambda: ready.append((feed.sent, time.monotonic())), countdown=1.0)
    ((sent, begun),) = ready
    assert sent <= 2
    assert time.monotonic() - begun >= 1.0
    assert frame.getpixel((32, 24)) == pytest.approx(BLUE, abs=6)


def test_a_camera_that_sends_nothing_is_called_busy(shoot: Callable[..., Image.Image]) -> None:
    with pytest.raises(InputError, match=r"sends no picture\. Close other programs") as failure:
        shoot(Feed([], goes_on=False), FIRST_FRAME_TIMEOUT_S=0.3)
    assert failure.value.code == "camera-busy"


def test_a_camera_that_stops_is_called_gone(shoot: Callable[..., Image.Image]) -> None:
    with pytest.raises(InputError, match="Reconnect it") as failure:
        shoot(Feed([Image.new("RGB", (64, 48), RED)] * 3, goes_on=False), countdown=5.0, STALL_TIMEOUT_S=0.5)
    assert failure.value.code == "camera-gone"


def test_an_error_of_the_camera_ends_the_wait_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from PySide6.QtCore import QObject, Signal

    class Broken(QObject):
        errorOccurred = Signal(int, str)

    feed, camera = Feed([], goes_on=False), Broken()
    monkeypatch.setattr(camera_module, "FIRST_FRAME_TIMEOUT_S", 60.0)
    shooting = CameraShot(feed.session, countdown=3.0, on_ready=lambda: None, camera=camera)  # type: ignore[arg-type]
    with pytest.raises(InputError) as failure:
        shooting.run(lambda: camera.errorOccurred.emit(1, "device is in use"))
    assert failure.value.code == "camera-busy"


@pytest.fixture
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    yield from user_environment(tmp_path_factory.mktemp("user"))


def test_without_a_camera_that_is_one_sentence_also_without_a_display(folders: dict[str, str]) -> None:
    try:
        take_frame(None, countdown=0.0, on_ready=lambda: None)
    except InputError as error:
        if error.code != "no-camera":
            raise
    else:
        pytest.skip("this machine has a camera")
    seen = describe("--camera", environment={**environment(), **folders})
    assert seen.wait() == 5
    assert seen.of("error")[0]["code"] == "no-camera"
    assert seen.events == seen.of("error"), "no count-down for nothing"
    assert seen.complaints == seen.of("error")[0]["message"] + "\n"
