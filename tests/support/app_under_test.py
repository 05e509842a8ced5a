"""Runs the app of watched_app.py.

It is a program of its own because a worker imports its parent's: the engine and the voice need nothing of the window's.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from watched_app import run

    run()
