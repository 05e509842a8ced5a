"""The way of a key press to the first spoken word stays short: few files and few threads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.desktops import needs

SCRIPT = Path(__file__).parents[3] / "scripts" / "trace_request.py"
MAX_FILES, MAX_THREADS = 50, 13
"""Files outside of system/, imaging/ and text/, which everybody uses; seven files and three threads of these only have
the picture's text recognised beside the model, and four files only look for open menus, for windows that cover another
one, and for an engine that stands still. Three threads only end what does: the engine's watch, the
recognition's, and that which asks the bus."""

pytestmark = [pytest.mark.slow, pytest.mark.gui]


def test_a_press_touches_few_files_and_threads_until_the_answer_is_spoken() -> None:
    needs(Xvfb="xvfb", openbox="openbox", xdotool="xdotool")
    done = subprocess.run([sys.executable, SCRIPT, "--json"], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    for file in ("hotkeys/x11.py", "capture/targets.py", "assistant/assistant.py", "speech/speaker.py"):
        assert file in report["files"], f"the trace has not followed the whole way: {file}"
    assert report["own_files"] <= MAX_FILES, "\n".join(report["files"])
    assert len(report["threads"]) <= MAX_THREADS, "\n".join(report["threads"])
