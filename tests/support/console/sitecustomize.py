"""Stands for the console of Windows in programs that a test starts: raises the signals which the test sends.

Windows calls the handler of Ctrl+C and Ctrl+Break on a thread of its own, and so does this; a test cannot press them,
for it shares its console with what it runs in, or has none. See support/processes.py.
"""

import os
import signal
import threading
import time
from pathlib import Path


def _is_in_charge() -> bool:
    """Whether the program has taken over its signals."""
    return signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL


def _listen(folder: Path) -> None:
    sent, ready = folder / "sent", folder / "ready"
    while True:
        if not ready.exists() and _is_in_charge():
            ready.touch()
        if sent.exists():
            numbers = sent.read_text().split()
            sent.unlink()
            for number in numbers:
                signal.raise_signal(int(number))
        time.sleep(0.005)


if "TEST_CONSOLE" in os.environ:
    # Taken out, for the programs that this one starts are none that the test sends signals to.
    threading.Thread(target=_listen, args=(Path(os.environ.pop("TEST_CONSOLE")),), daemon=True).start()
