"""A report of a problem holds nothing of what a person looked at, asked or called their files."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.describing import ROOT
from support.desktops import XDesktop, scene, x_desktop
from support.listening import Listen, private_folders
from support.platforms import LINUX_DESKTOP, lacks
from support.waiting import PATIENCE

TITLE, NAME, TEXT, FILE = "Zebratitle - Writer", "Zebraname", "Where is the zebratext?", "zebrafile.png"
SETTINGS = """\
rate = 180
weights_folder = "{folder}"
[[questions]]
name = "Zebraname"
text = "Where is the zebratext?"
key = "ctrl+shift+F3"
"""


@pytest.fixture(scope="module")
def desktop() -> Iterator[XDesktop]:
    with x_desktop((1600, 900), manager=True) as desktop:
        desktop.show(scene().picture, TITLE)
        desktop.wait_until_active(TITLE)
        yield desktop


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "edge_assistant", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


@lacks(LINUX_DESKTOP)
def test_after_a_day_of_use_none_of_it_is_in_the_report(desktop: XDesktop, tmp_path: Path) -> None:
    folders = private_folders(tmp_path)
    environment = {**desktop.environment, **folders}
    folder = Path(folders["XDG_CONFIG_HOME"]) / "edge-assistant"
    folder.mkdir(parents=True)
    settings = folder / "settings.toml"
    settings.write_text(SETTINGS.format(folder=tmp_path), encoding="utf-8")
    report = tmp_path / "report.txt"
    with Listen(desktop, "--no-speak", **folders) as listen:
        listen.wait_for_line("Ready.")
        listen.press("ctrl+shift+F3")
        listen.wait_for(lambda lines: len(lines) > 3 and lines[1] == TITLE, "title, warnings and answer to the key")
        assert run(environment, "trigger", "question", NAME.lower()).returncode == 0
        listen.wait_for(lambda lines: lines.count(TITLE) == 2, "the title again, for the command")
        settings.write_text(f"{TEXT} =", encoding="utf-8")
        assert run(environment, "settings", "set", "rate", "200").returncode == 2
        assert run(environment, "trigger", "clipboard").returncode == 0, "an error, of which only the code is kept"
        listen.wait_for(lambda lines: any("clipboard" in line for line in lines), "the error")
        done = run(environment, "report", "--no-speak", str(report))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1:] == [
        f"The report is in {report}. Nothing was sent. Read it before you hand it on."
    ]
    text = report.read_text(encoding="utf-8")
    for mark in ("zebra", str(Path.home()), str(tmp_path)):
        assert mark not in text.lower(), mark
    for part in (
        "Version: ",
        "Processor: ",
        "- The settings file has an error.",
        "- Model: works.",
        "- Engine: works.",
    ):
        assert part in text
    problems = text.partition("Problems of the running program:\n")[2]
    assert "InputError (" in problems


def test_a_report_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    file = tmp_path / "missing" / "report.txt"
    done = run({**os.environ, **private_folders(tmp_path)}, "report", "--no-speak", str(file))
    assert (done.returncode, done.stderr) == (5, "report.txt cannot be saved: there is no such folder.\n")
