"""Parts that measure other ways to run the same weights: llama-cpp-python's chat handler, and llama-server."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarking import peer
from benchmarking.figures import Figures, NotMeasured, add
from benchmarking.machine import PICTURE_SEED, Place, screenshot
from benchmarking.memory import Peak
from benchmarking.product import QUESTION
from edge_assistant.engine.task_table import load_table


def plain(place: Place, repeats: int) -> Figures:
    """llama-cpp-python's own chat handler."""
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "screen.png"
        screenshot(PICTURE_SEED).save(picture)
        for _ in range(repeats):
            script = Path(__file__).with_name("plain_handler.py")
            question = load_table(None).settings("qwen3-vl", "glance", "instruct", None).question
            command = [sys.executable, str(script), *map(str, place.pair()), str(picture), question, QUESTION]
            program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            with Peak(program.pid) as peak:
                output, complaints = program.communicate()
            if program.returncode:
                raise NotMeasured(f"the plain way failed: {complaints.splitlines()[-1]}")
            told = json.loads(output.splitlines()[-1])
            add(figures, "load", told["load"])
            add(figures, "first_token", told["first_tokens"][0])
            add(figures, "follow_up.first_token", told["first_tokens"][1])
            add(figures, "pss", float(peak.bytes))
    return figures


def server_defaults(place: Place, repeats: int) -> Figures:
    """llama-server as it comes."""
    return _served(place, repeats)


def server_informed(place: Place, repeats: int) -> Figures:
    """llama-server by someone who knows --image-max-tokens."""
    return _served(place, repeats, "--image-max-tokens", "256")


def _served(place: Place, repeats: int, *options: str) -> Figures:
    if place.server is None:
        raise NotMeasured("llama-server was not named with --peer-server")
    return peer.served(place.server, place.pair(), repeats, *options)
