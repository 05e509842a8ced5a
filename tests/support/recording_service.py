"""A stand-in for the service, which records what the windows ask of its controller and its speech."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any


class _Recorder:
    """Records every method that is called, with its arguments."""

    def __init__(self, calls: list[Any]) -> None:
        self._calls = calls

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *arguments, **_: self._calls.append((name, *arguments))


class RecordingService:
    """A service whose controller and speech only record their calls, in `calls`."""

    def __init__(self, calls: list[Any] | None = None) -> None:
        self.calls: list[Any] = [] if calls is None else calls
        self.reader_speaks = False
        self.controller = self.speech = _Recorder(self.calls)
        setattr(self.speech, "reader_announces_focus", lambda: self.reader_speaks)  # noqa: B010 (others are made up)
        self.tell = self.controller.tell
        self.event_loop = SimpleNamespace(
            post=lambda function, *arguments: function(*arguments), posting=lambda function: function
        )
