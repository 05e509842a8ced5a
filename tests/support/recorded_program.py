"""The program as people start it, which besides writes down what its workers are given.

recorded_program.py FILE ARGUMENT…: each record is a pickled pair, a worker's name and what came to it: the tuple of
what it was started with, then message by message. The demo's vision tower counts as one that is worth making quicker.
"""

from __future__ import annotations

import pickle
import runpy
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a worker imports this, too
    from edge_assistant.system.worker_process import WorkerProcess

TOWER = "Q8_0"
"""The format of the quicker tower."""


def record(path: Path) -> None:
    """From now on write down what is given to workers."""
    from edge_assistant.system.worker_process import WorkerProcess

    start, send = WorkerProcess.__init__, WorkerProcess.send
    lock, file = threading.Lock(), path.open("ab")

    def note(name: str, what: object) -> None:
        try:
            record = pickle.dumps((name, what))
        except RuntimeError:  # memory that is shared is for a worker that starts, and for no file
            return
        with lock:
            file.write(record)
            file.flush()

    def started(self: WorkerProcess, target: Any, *arguments: Any, name: str, **options: Any) -> None:
        note(name, arguments)
        start(self, target, *arguments, name=name, **options)

    def sent(self: WorkerProcess, message: object, timeout: float = -1) -> bool:
        note(self.name, message)
        return send(self, message, timeout)

    WorkerProcess.__init__, WorkerProcess.send = started, sent  # type: ignore[method-assign]


if __name__ == "__main__":
    record(Path(sys.argv[1]))
    from edge_assistant.tuning import profile

    profile.default_tower = lambda *_: TOWER
    sys.argv[1:] = sys.argv[2:]
    runpy.run_module("edge_assistant", run_name="__main__")
