"""Long work on a thread of its own, told to the GUI thread by queued signals; it can be stopped at any moment."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from edge_assistant.models.cancellation import Cancellation
from edge_assistant.models.progress import TransferProgress
from edge_assistant.system.errors import AssistantError, CancelledError, explained

_log = logging.getLogger(__name__)
_TELL_EVERY_S = 0.1  # progress comes with every piece of a file, and eyes and ears need less


class BackgroundTask(QObject):
    """Lives on the GUI thread; `work(task)` runs on another one, which calls the methods below `stop`.

    Connect the signals with Qt.ConnectionType.QueuedConnection, and only to methods of QObjects. `ended` comes last.
    """

    progressed = Signal(str, object)
    """A file's name, and a progress.Progress."""
    told = Signal(object)
    """Whatever the work tells on the way."""
    asked = Signal(str, object)
    """A question, and what to call with True or False."""
    ended = Signal(object, object)
    """What the work returned, and the AssistantError that ended it; one of them is None."""

    def __init__(self, work: Callable[[BackgroundTask], object]) -> None:
        super().__init__()
        self._work = work
        self._lock = threading.Lock()
        self._cancel: Cancellation | None = None
        self._stopped = False
        self._answers: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._next_at = 0.0
        self._thread = threading.Thread(target=self._run, name="weights", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End it soon, with CancelledError."""
        with self._lock:
            self._stopped = True
            cancel = self._cancel
        if cancel is not None:
            cancel.set()
        self._answers.put(False)

    def wait(self, seconds: float) -> bool:
        """Block until it has ended; False when that takes longer. For the end of the program."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def obeys(self, cancel: Cancellation) -> None:
        """From now on `stop` sets this."""
        with self._lock:
            self._cancel = cancel
            stopped = self._stopped
        if stopped:
            cancel.set()

    def progress(self, file: str, progress: TransferProgress) -> None:
        """How far it is."""
        now = time.monotonic()
        if progress.fraction >= 1 or now >= self._next_at:
            self._next_at = now + _TELL_EVERY_S
            self.progressed.emit(file, progress)

    def tell(self, what: object) -> None:
        """Tell something on the way."""
        self.told.emit(what)

    def ask(self, question: str) -> bool:
        """Ask the person, and wait for the answer. Raises CancelledError."""
        self.asked.emit(question, self._answers.put)
        answer = self._answers.get()
        if self._stopped:
            raise CancelledError
        return answer

    def _run(self) -> None:
        result: object = None
        failure: AssistantError | None = None
        try:
            result = self._work(self)
        except AssistantError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 (a bug must end the work with a sentence, never with silence)
            _log.exception("work on weights failed")
            failure = explained(error)
        self.ended.emit(result, failure)
