"""One frame of a camera through QtMultimedia, taken once the exposure has settled. Runs on the GUI thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageStat

from edge_assistant.capture.exposure import ExposureDetector
from edge_assistant.capture.qt import gui_application, missing_error, to_rgb_image
from edge_assistant.system.errors import InputError
from edge_assistant.system.i18n import tr, tr_count

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QCamera, QMediaCaptureSession, QVideoFrame

FIRST_FRAME_TIMEOUT_S = 8.0
"""Seconds without a frame after the start, after which a camera counts as busy or broken."""

STALL_TIMEOUT_S = 3.0
"""Seconds without a frame, after the first one, after which a camera counts as gone."""

SETTLE_TIMEOUT_S = 2.0
"""Seconds after the count-down to wait for a steady exposure; then any frame is taken."""

PERMISSION_TIMEOUT_S = 15.0
"""Seconds to answer the system's question whether the camera may be used."""

_FRAME_INTERVAL_S = 0.1
"""Seconds between frames that are examined: converting one costs up to 10 ms, and 30 a second arrive."""


def list_cameras() -> tuple[str, ...]:
    """Return the cameras' names, in Qt's order. Raises InputError where QtMultimedia cannot be loaded."""
    gui_application("offscreen")  # a camera needs no display
    try:
        from PySide6.QtMultimedia import QMediaDevices
    except ImportError as error:
        raise missing_error(error) from error
    return tuple(device.description() for device in QMediaDevices.videoInputs())


def take_frame(number: int | str | None, *, countdown: float, on_ready: Callable[[], None]) -> Image.Image:
    """Return one frame in RGB of camera `number` (from 1, or its name; None: the system's default).

    `on_ready` is called when the first frame is there; `countdown` seconds later the picture is taken. Raises
    InputError: `no-camera`, `no-such-camera`, `no-permission`, `camera-busy`, `camera-gone`.
    """
    names = list_cameras()
    ensure_permission(gui_application("offscreen"))
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


def ensure_permission(application: Any) -> None:
    """Ask the person for the camera where the system wants that, as macOS does, and wait for the answer.

    `application` is the QCoreApplication. Raises InputError (code `no-permission`). Not yet run on macOS.
    """
    from PySide6.QtCore import QCameraPermission, QEventLoop, Qt, QTimer

    permission = QCameraPermission()
    status = application.checkPermission(permission)
    if status == Qt.PermissionStatus.Undetermined:
        loop = QEventLoop()
        answers: list[object] = []

        def on_answer(answer: object) -> None:
            answers.append(answer)
            loop.quit()

        application.requestPermission(permission, loop, on_answer)
        if not answers:
            QTimer.singleShot(round(PERMISSION_TIMEOUT_S * 1000), loop, loop.quit)
            loop.exec()
        status = application.checkPermission(permission)
    if status != Qt.PermissionStatus.Granted:
        raise InputError(
            tr("The camera may not be used. Allow it in System Settings, under Privacy and Security, Camera."),
            code="no-permission",
        )


def _number_of(name: str, names: tuple[str, ...]) -> int:
    """Return the number of the camera of that name; a numeral is taken as a number. Raises InputError."""
    if name in names:
        return names.index(name) + 1
    if name.isdecimal():
        return int(name)
    raise InputError(
        tr("There is no camera called {name}. Choose another one in the settings.", name=name), code="no-such-camera"
    )


class CameraShot:
    """The capture of one frame from a session, whatever feeds it: a camera, or a QVideoFrameInput in tests."""

    def __init__(
        self,
        session: QMediaCaptureSession,
        *,
        countdown: float,
        on_ready: Callable[[], None],
        camera: QCamera | None = None,
    ) -> None:
        from PySide6.QtCore import QEventLoop, QTimer
        from PySide6.QtMultimedia import QVideoSink

        self._countdown = countdown
        self._on_ready = on_ready
        self._exposure = ExposureDetector()
        self._started_at: float | None = None
        self._examined_at = 0.0
        self._picture: Image.Image | None = None
        self._error: InputError | None = None
        self._loop = QEventLoop()
        self._silence_timer = QTimer(singleShot=True)
        self._silence_timer.timeout.connect(self._give_up)
        self._sink = QVideoSink()
        self._sink.videoFrameChanged.connect(self._on_frame)
        session.setVideoSink(self._sink)
        if camera is not None:
            camera.errorOccurred.connect(lambda *_: self._give_up())

    def run(self, start: Callable[[], None]) -> Image.Image:
        """Call `start`, which begins the frames, and wait for the picture. Raises InputError."""
        self._silence_timer.start(round(FIRST_FRAME_TIMEOUT_S * 1000))
        start()
        if self._picture is None and self._error is None:
            self._loop.exec()
        self._silence_timer.stop()
        if self._picture is None:
            raise self._error or _gone_error()
        return self._picture

    def _on_frame(self, frame: QVideoFrame) -> None:
        now = time.monotonic()
        if not frame.isValid() or self._picture is not None or now - self._examined_at < _FRAME_INTERVAL_S:
            return
        self._examined_at = now
        image = frame.toImage()
        if image.isNull():
            return  # a format that cannot be converted counts as no frame
        self._silence_timer.start(round(STALL_TIMEOUT_S * 1000))
        if self._started_at is None:
            self._started_at = now
            self._on_ready()
        picture = to_rgb_image(image)
        steady = self._exposure.feed(ImageStat.Stat(picture.convert("L")).mean[0])
        late = now - self._started_at - self._countdown
        if late >= 0 and (steady or late >= SETTLE_TIMEOUT_S):
            self._picture = picture
            self._loop.quit()

    def _give_up(self) -> None:
        self._fail(_busy_error() if self._started_at is None else _gone_error())

    def _fail(self, error: InputError) -> None:
        self._error = self._error or error
        self._loop.quit()


def _busy_error() -> InputError:
    return InputError(
        tr("The camera sends no picture. Close other programs that use it, or reconnect it."), code="camera-busy"
    )


def _gone_error() -> InputError:
    return InputError(tr("The camera stopped while in use. Reconnect it."), code="camera-gone")
