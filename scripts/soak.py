#!/usr/bin/env python3
"""Uses the app for as long as is wanted, and says whether it grows: memory, descriptors, threads, files, pictures.

    scripts/soak.py --minutes 60

The app runs with the demo model on a screen of its own (Xvfb, openbox), with folders and a sound card of its own, and
somebody presses its keys at random: descriptions, questions, readings, searches, spelling, broken pictures, unknown
actions, workers that are killed. Every few questions, when it has nothing to do, each process is measured. The first
quarter of the time is left out: what grows in it fills up once. Linux only.

Exit code 0: nothing grew by more than 5 KB a question, and no answer was wrong; 1: something did, and is told.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Run the soak that the command line describes; its exit code."""
    options = _parser().parse_args()
    if sys.platform != "linux":
        print("The soak needs Xvfb, and so Linux.", file=sys.stderr)
        return 1
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    from soaking import running

    for number in (signal.SIGINT, signal.SIGTERM):  # the former is ignored where a shell starts it in the background
        signal.signal(number, lambda *_: sys.exit(1))  # which ends what was started, too

    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        seed = options.seed if options.seed is not None else random.randrange(10**6)
        print(f"Seed {seed}, from {time.strftime('%H:%M')}.", flush=True)
        try:
            verdict, samples = running.run(
                Path(folder), options.minutes * 60, random.Random(seed), kills=not options.no_kills, only=options.only
            )
        except AssertionError as error:  # of what tests use too, which wait for a minute
            print(f"The app could not be started: {error}", file=sys.stderr)
            return 1
    if options.json:
        told = {"verdict": verdict.to_json(), "samples": [running.to_json(each) for each in samples]}
        options.json.write_text(json.dumps(told), encoding="utf-8")
    print("\n".join(verdict.lines()))
    return 1 if verdict.faults else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0, metavar="N", help="how long (60)")
    parser.add_argument("--seed", type=int, metavar="N", help="repeats what was pressed in another run")
    alive = "let the workers live, so that one engine answers all the time"
    parser.add_argument("--no-kills", action="store_true", help=alive)
    parser.add_argument("--only", metavar="NAME", nargs="+", help="do only these things, such as window or broken")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    return parser


if __name__ == "__main__":
    sys.exit(main())
