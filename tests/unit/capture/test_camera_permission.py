"""The question whether the camera may be used, as macOS asks it, against a stand-in for its answer."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from support.accessible_walk import application

from edge_assistant.capture.camera import ensure_permission
from edge_assistant.system.errors import InputError


@pytest.fixture(autouse=True)
def event_loop() -> None:
    application()


class Camera:
    """A QCoreApplication's permissions: the state before and after the person is asked, and when the answer comes."""

    def __init__(self, before: Any, after: Any, when: str = "later") -> None:
        self.state, self.after, self.when, self.asked = before, after, when, 0

    def checkPermission(self, _: object) -> Any:
        return self.state

    def requestPermission(self, permission: object, context: object, functor: Any) -> None:
        self.asked += 1

        def answer() -> None:
            self.state = self.after
            functor(permission)

        if self.when == "at once":
            answer()
        elif self.when == "later":
            QTimer.singleShot(0, context, answer)


UNDETERMINED, GRANTED, DENIED = (
    Qt.PermissionStatus.Undetermined,
    Qt.PermissionStatus.Granted,
    Qt.PermissionStatus.Denied,
)


@pytest.mark.parametrize("when", ["at once", "later"])
def test_the_person_is_asked_for_the_camera_and_waited_for(when: str) -> None:
    camera = Camera(UNDETERMINED, GRANTED, when)
    ensure_permission(camera)
    assert camera.asked == 1
    allowed = Camera(GRANTED, GRANTED)
    ensure_permission(allowed)
    assert allowed.asked == 0


@pytest.mark.parametrize(
    ("camera", "asked"),
    [(Camera(UNDETERMINED, DENIED), 1), (Camera(DENIED, DENIED), 0), (Camera(UNDETERMINED, GRANTED, "never"), 1)],
)
def test_a_camera_that_may_not_be_used_is_told(camera: Camera, asked: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge_assistant.capture.camera.PERMISSION_TIMEOUT_S", 0.02)
    with pytest.raises(InputError, match="Camera") as failure:
        ensure_permission(camera)
    assert (failure.value.code, camera.asked) == ("no-permission", asked)


def test_here_the_system_asks_nobody() -> None:
    ensure_permission(application())
