"""Stands for the desktop: every 10 ms it wants a core for a moment. Prints how late it got it, in seconds, as JSON.

usage: desktop_probe.py SECONDS
"""

from __future__ import annotations

import json
import sys
import time


def main() -> None:
    """Wake up, note how late, do a little work, sleep."""
    late, over = [], time.perf_counter() + float(sys.argv[1])
    while (due := time.perf_counter() + 0.01) < over:
        time.sleep(0.01)
        late.append(max(0.0, time.perf_counter() - due))
        until = time.perf_counter() + 0.002
        while time.perf_counter() < until:
            pass
    print(json.dumps(late))


if __name__ == "__main__":
    main()
