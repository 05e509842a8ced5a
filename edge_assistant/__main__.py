"""The program's start: `edge-assistant`, `python -m edge_assistant`, and the frozen program."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        _run()
    except KeyboardInterrupt:  # before the program was in charge of signals
        from edge_assistant.cli.exit_codes import CANCELLED

        os._exit(CANCELLED)


def _run() -> None:
    _open_standard_streams()
    from edge_assistant.system.signals import Signals

    signals = Signals()
    signals.install()
    import multiprocessing

    multiprocessing.freeze_support()
    from edge_assistant.system import terminal, windows_crash, worker_bootstrap

    worker_bootstrap.limit_core_dumps()
    if getattr(sys, "frozen", False):
        windows_crash.exclude_program(Path(sys.executable))
    terminal.use_utf8()
    from edge_assistant.cli.exit_codes import CANCELLED
    from edge_assistant.cli.main import main as run

    code = run(sys.argv[1:], signals)
    if code == CANCELLED:  # a thread may still be at work, and the output closed
        worker_bootstrap.forbid_starts()
        os._exit(code)
    sys.exit(code)


def _open_standard_streams() -> None:
    """Where the caller closed a standard stream, open the null device, lest the next file opened takes its place."""
    for descriptor, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            if null != descriptor:
                os.dup2(null, descriptor)
            setattr(sys, name, open(descriptor, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


if __name__ == "__main__":
    main()
