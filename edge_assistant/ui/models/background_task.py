"""Long operations on a thread of their own, which report to the GUI thread by signals and can be stopped."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from edge_assistant.models.cancellation import Cancellation
from edge_assistant.models.progress import TransferProgress
from edge_assistant.system.errors import AssistantError, CancelledError, explain_error

_log = logging.getLogger(__name__)
_PROGRESS_INTERVAL_S = 0.1  # progress is reported for every block of a file, far more often than it needs to be shown


class BackgroundTask(QObject):
    """One operation on a thread of its own. The object lives on the GUI thread; `operation(task)` runs on the other
    thread and calls `set_cancellation`, `progress`, `report` and `ask`.

    Connect the signals with Qt.ConnectionType.QueuedConnection, and only to methods of QObjects. `ended` comes last.
    """

    progressed = Signal(str, object)
    """A file's name, and its models.progress.TransferProgress."""
    reported = Signal(object)
    """A sentence that the operation reports on the way."""
    asked = Signal(str, object)
    """A question to the user, and the function to call with True or False."""
    ended = Signal(object, object)
    """The operation's result, and the AssistantError that ended it; one of them is None."""

    def __init__(self, operation: Callable[[BackgroundTask], object]) -> None:
        super().__init__()
        self._operation = operation
        self._lock = threading.Lock()
        self._cancellation: Cancellation | None = None
        self._stopped = False
        self._answers: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._next_progress_at = 0.0
        self._thread = threading.Thread(target=self._run, name="models", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Have the operation end soon, with CancelledError."""
        with self._lock:
            self._stopped = True
            cancellation = self._cancellation
        if cancellation is not None:
            cancellation.set()
        self._answers.put(False)

    def wait(self, seconds: float) -> bool:
        """Block until the thread has ended; return False after a time-out. For the end of the program."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def set_cancellation(self, cancellation: Cancellation) -> None:
        """Register the cancellation that `stop` sets."""
        with self._lock:
            self._cancellation = cancellation
            stopped = self._stopped
        if stopped:
            cancellation.set()

    def progress(self, file: str, progress: TransferProgress) -> None:
        """Report progress; it is passed on at intervals, and always at its end."""
        now = time.monotonic()
        if progress.fraction >= 1 or now >= self._next_progress_at:
            self._next_progress_at = now + _PROGRESS_INTERVAL_S
            self.progressed.emit(file, progress)

    def report(self, sentence: str) -> None:
        """Report a sentence."""
        self.reported.emit(sentence)

    def ask(self, question: str) -> bool:
        """Ask the user, and wait for the answer. Raises CancelledError."""
        self.asked.emit(question, self._answers.put)
        answer = self._answers.get()
        if self._stopped:
            raise CancelledError
        return answer

    def _run(self) -> None:
        result: object = None
        failure: AssistantError | None = None
        try:
            result = self._operation(self)
        except AssistantError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 (a bug must end the operation with a sentence, never with silence)
            _log.exception("an operation on models failed")
            failure = explain_error(error)
        self.ended.emit(result, failure)
