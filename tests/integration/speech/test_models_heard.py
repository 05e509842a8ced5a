"""A models command speaks through the real voice and the real player."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from support.sound_card import SoundCard, places, references

from edge_assistant.models.recommend import WARNING


def test_a_recommendation_ends_aloud_with_what_it_is_not_for(card: Callable[..., SoundCard], tmp_path: Path) -> None:
    sounds = card(speed=16)
    run = subprocess.run(
        [sys.executable, "-m", "edge_assistant", "models", "recommend"],
        capture_output=True,
        text=True,
        env=dict(os.environ),
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    sentences = run.stdout.splitlines()
    assert sentences[-1] == WARNING
    sounds.wait_for_silence()
    heard = sounds.samples()
    first, last, other = references(tmp_path, [sentences[0], WARNING, "Nobody says this."])
    assert len(places(heard, last)) == 1
    assert len(places(heard, first)) == 1
    assert places(heard, last)[0] > places(heard, first)[0]
    assert places(heard, other) == []
