"""Long work on a thread of its own, which reports to the GUI thread by signals and can be stopped."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Signal

from edge_assistant.models.progress import TransferProgress
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import WeightsError, run_safely
from edge_assistant.system.shown_text import ShownText

_PROGRESS_INTERVAL_S = 0.1  # progress is reported for every block of a file, far more often than it needs to be shown


class BackgroundTask(QObject):
    """Work on a thread of its own. The object lives on the GUI thread; `work(task)` runs on the other thread, and ends
    when `task.cancel` is set. Until then it belongs to the application: the thread, which may be the last to refer to
    it, may not destroy it.

    Connect the signals with Qt.ConnectionType.QueuedConnection, and only to methods of QObjects. `ended` comes last.
    """

    progressed = Signal(str, object)
    """A file's name, and its models.progress.TransferProgress."""
    reported = Signal(object)
    """A sentence on the way."""
    asked = Signal(object, str, str, object)
    """A question to the user, the labels of yes and no, and the function to call with True or False."""
    ended = Signal(object, object)
    """The result of the work, and the AssistantError that ended it; one of them is None."""

    def __init__(self, work: Callable[[BackgroundTask], object]) -> None:
        super().__init__(QCoreApplication.instance())
        self.cancel = Cancellation()
        self._work = work
        self._result: object = None
        self._answers: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="models", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Have the work end soon, with CancelledError."""
        self.cancel.set()
        self._answers.put(False)

    def wait(self, seconds: float) -> bool:
        """Block until the thread has ended; return False after a time-out. For the end of the program."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def ask(self, question: str, yes: str, no: str) -> bool:
        """Ask the user, from the thread of the work, and wait for the answer. Raises CancelledError."""
        self.asked.emit(question, yes, no, self._answers.put)
        answer = self._answers.get()
        self.cancel.check()
        return answer

    def _run(self) -> None:
        error = run_safely(self._call, "an operation on models failed")
        with contextlib.suppress(RuntimeError):  # the application is gone
            self.ended.emit(None if error else self._result, error)
            self.deleteLater()

    def _call(self) -> None:
        self._result = self._work(self)


class TaskListener:
    """Passes on what an operation reports, on the task's thread, as the task's signals (an OperationListener)."""

    def __init__(self, task: BackgroundTask) -> None:
        self._task = task
        self._next_progress_at = 0.0

    def progress(self, _: str, file: str, progress: TransferProgress, /) -> None:
        """Report progress; it is passed on at intervals, and always at its end."""
        now = time.monotonic()
        if progress.fraction >= 1 or now >= self._next_progress_at:
            self._next_progress_at = now + _PROGRESS_INTERVAL_S
            self._task.progressed.emit(file, progress)

    def notice(self, _: str, message: str, /) -> None:
        """Report a sentence."""
        self._task.reported.emit(message)

    def checked(self, _: Path, error: WeightsError | None, /) -> None:
        """Report a damaged file; a whole one is not worth a sentence."""
        if error is not None:
            self._task.reported.emit(ShownText(str(error), error.spoken))

    @property
    def can_ask(self) -> bool:
        """Whether a person is there: a window is."""
        return True

    def ask(self, question: str, yes: str, no: str, /) -> bool:
        """Ask the user, and wait for the answer. Raises CancelledError."""
        return self._task.ask(question, yes, no)

    def event(self, _: str, /, **__: object) -> None:
        """Do nothing: this is for programs."""
