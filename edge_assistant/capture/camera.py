"""One frame of a camera through QtMultimedia, once its exposure has settled. Runs on the GUI thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PIL import Image, ImageStat

from edge_assistant.capture.exposure import ExposureDetector
from edge_assistant.capture.qt import as_rgb, gui_application, missing
from edge_assistant.system.errors import InputError
from edge_assistant.system.i18n import tr, tr_count

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QCamera, QMediaCaptureSession, QVideoFrame

FIRST_FRAME_S = 8.0
"""A camera that has sent nothing for so long after it was opened is busy, or broken."""

STALLED_S = 3.0
"""A camera that has sent nothing for so long after it had begun is gone."""

SETTLES_S = 2.0
"""How much longer than the count-down a frame is waited for whose exposure is steady; then any is taken."""

_BETWEEN_S = 0.1
"""Of the 30 frames a second only some are looked at: turning one into a picture costs up to 10 ms."""


def list_cameras() -> tuple[str, ...]:
    """The cameras' names, in Qt's order. Raises InputError where QtMultimedia cannot be loaded."""
    gui_application("offscreen")  # a camera needs no display
    try:
        from PySide6.QtMultimedia import QMediaDevices
    except ImportError as error:
        raise missing(error) from error
    return tuple(device.description() for device in QMediaDevices.videoInputs())


def take_frame(number: int | str | None, *, countdown: float, on_ready: Callable[[], None]) -> Image.Image:
    """One frame of camera `number` (from 1, or its name; None: the system's default), in RGB.

    `on_ready` is called when the first frame is there; `countdown` seconds later the picture is taken.
    Raises InputError: `no-camera`, `no-such-camera`, `camera-busy`, `camera-gone`.
    """
    names = list_cameras()
    from PySide6.QtMultimedia import QCamera, QMediaCaptureSession, QMediaDevices

    if not names:
        raise InputError(tr("No camera was found. Connect one, or turn it on."), code="no-camera")
    if isinstance(number, str):
        number = _number_of(number, names)
    if number is not None and not 1 <= number <= len(names):
        have = tr_count("There is one camera", "There are {number} cameras", len(names))
        raise InputError(
            tr("{have}, and number {number} is not one of them.", have=have, number=number), code="no-such-camera"
        )
    device = QMediaDevices.defaultVideoInput() if number is None else QMediaDevices.videoInputs()[number - 1]
    camera = QCamera(device)
    session = QMediaCaptureSession()
    session.setCamera(camera)
    try:
        return CameraShot(session, countdown=countdown, on_ready=on_ready, camera=camera).run(camera.start)
    finally:
        camera.stop()


def _number_of(name: str, names: tuple[str, ...]) -> int:
    """The camera of that name, or of the number that it may be too. Raises InputError."""
    if name in names:
        return names.index(name) + 1
    if name.isdecimal():
        return int(name)
    raise InputError(
        tr("There is no camera called {name}. Choose another one in the settings.", name=name), code="no-such-camera"
    )


class CameraShot:
    """One frame from a capture session, whatever feeds it: a camera, or a QVideoFrameInput in tests.

    `first_frame` and `stalled` are the limits of silence, `settles` that of waiting for a steady exposure, in seconds.
    """

    def __init__(
        self,
        session: QMediaCaptureSession,
        *,
        countdown: float,
        on_ready: Callable[[], None],
        camera: QCamera | None = None,
        first_frame: float = FIRST_FRAME_S,
        stalled: float = STALLED_S,
        settles: float = SETTLES_S,
    ) -> None:
        from PySide6.QtCore import QEventLoop, QTimer
        from PySide6.QtMultimedia import QVideoSink

        self._countdown = countdown
        self._on_ready = on_ready
        self._first_frame = first_frame
        self._stalled = stalled
        self._settles = settles
        self._settling = ExposureDetector()
        self._begun: float | None = None
        self._looked = 0.0
        self._picture: Image.Image | None = None
        self._error: InputError | None = None
        self._loop = QEventLoop()
        self._silence = QTimer(singleShot=True)
        self._silence.timeout.connect(self._on_silence)
        self._sink = QVideoSink()
        self._sink.videoFrameChanged.connect(self._on_frame)
        session.setVideoSink(self._sink)
        if camera is not None:
            camera.errorOccurred.connect(lambda *_: self._fail(_busy() if self._begun is None else _gone()))

    def run(self, start: Callable[[], None]) -> Image.Image:
        """Call `start`, which begins the frames, and wait for the picture. Raises InputError."""
        self._silence.start(round(self._first_frame * 1000))
        start()
        if self._picture is None and self._error is None:
            self._loop.exec()
        self._silence.stop()
        if self._picture is None:
            raise self._error or _gone()
        return self._picture

    def _on_frame(self, frame: QVideoFrame) -> None:
        now = time.monotonic()
        if not frame.isValid() or self._picture is not None or now - self._looked < _BETWEEN_S:
            return
        self._looked = now
        image = frame.toImage()
        if image.isNull():
            return  # a format that cannot be shown is as good as silence
        self._silence.start(round(self._stalled * 1000))
        if self._begun is None:
            self._begun = now
            self._on_ready()
        picture = as_rgb(image)
        steady = self._settling.feed(ImageStat.Stat(picture.convert("L")).mean[0])
        late = now - self._begun - self._countdown
        if late >= 0 and (steady or late >= self._settles):
            self._picture = picture
            self._loop.quit()

    def _on_silence(self) -> None:
        self._fail(_busy() if self._begun is None else _gone())

    def _fail(self, error: InputError) -> None:
        self._error = self._error or error
        self._loop.quit()


def _busy() -> InputError:
    return InputError(
        tr("The camera sends no picture. Close other programs that use it, or reconnect it."), code="camera-busy"
    )


def _gone() -> InputError:
    return InputError(tr("The camera stopped while in use. Reconnect it."), code="camera-gone")
