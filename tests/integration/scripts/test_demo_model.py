"""scripts/demo_model.py compares answers with and without the cache, and says in a sentence what is missing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "demo_model.py"


def run(*arguments: str, hidden: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    hide = f"import sys, runpy; sys.modules.update(dict.fromkeys({hidden!r}))"
    start = f"sys.argv = {[str(SCRIPT), *arguments]!r}; sys.path[0] = {str(SCRIPT.parent)!r}"
    code = f"{hide}; {start}; runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)


def test_answers_from_the_cache_are_those_without_it() -> None:
    done = run("cache", "--scenes", "3", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["scenes"], report["equal_follow_ups"], report["equal_repetitions"]) == (3, 1, 1)
    assert 0 <= report["largest_logit_difference"] < 0.1


def test_a_missing_extra_and_a_missing_model_are_said_in_a_sentence(tmp_path: Path) -> None:
    done = run("export", "--work", str(tmp_path), "--out", str(tmp_path), hidden=("gguf",))
    assert (done.returncode, done.stderr) == (1, "gguf is missing: install the extra `training` of pyproject.toml.\n")
    done = run("cache", "--model", "nothing")
    assert done.returncode == 1
    assert done.stderr.startswith("There is no model called nothing.")
