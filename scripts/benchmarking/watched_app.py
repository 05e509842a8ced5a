"""The desktop app with a stopwatch in its event loop.

usage: watched_app.py FILE; runs until a signal. It prints what is said and written, as `listen` does, and at its end
FILE holds the seconds between the ticks of a 5 ms timer on the GUI thread, the longest 1,000 of them, as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Slot

from edge_assistant.__main__ import main
from edge_assistant.assistant.events import Event, NoticeEvent, SentenceEvent, TokenEvent
from edge_assistant.ui import application

_TICK_MS = 5
_KEPT = 1000


class WatchedApp(application.Application):
    """The app, and how long its event loop was away each time."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.gaps: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self.controller_signals.event_received.connect(self._print, Qt.ConnectionType.QueuedConnection)

    def run(self) -> int:
        """The app's own; what comes before the loop, such as making windows, is not counted."""
        self._last = time.perf_counter()
        self._timer.start(_TICK_MS)
        try:
            return super().run()
        finally:
            longest = sorted(self.gaps)[-_KEPT:]
            GAPS.write_text(json.dumps([round(gap, 4) for gap in longest]), encoding="ascii")

    @Slot()
    def _tick(self) -> None:
        now = time.perf_counter()
        self.gaps.append(now - self._last)
        self._last = now

    @Slot(object)
    def _print(self, event: Event) -> None:
        if isinstance(event, NoticeEvent):
            print(event.message, flush=True)
        elif isinstance(event, TokenEvent):
            print(event.text, end="", flush=True)
        elif isinstance(event, SentenceEvent):
            print(f"read aloud: {event.text}", flush=True)


if __name__ == "__main__":
    application.Application = WatchedApp  # type: ignore[misc]
    GAPS = Path(sys.argv[1])
    sys.argv[1:] = ["--seed", "1"]
    main()
