"""The program's start: `edge-assistant`, `python -m edge_assistant`, and the frozen program."""

from __future__ import annotations

import multiprocessing
import os
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    multiprocessing.freeze_support()
    try:
        from edge_assistant.cli import main as run

        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:
        os._exit(130)


if __name__ == "__main__":
    main()
