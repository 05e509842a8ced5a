"""The command read: its lines, what programs get of them, and how it ends."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image
from support.describing import ROOT
from support.pages import LINES, draw_page, save_page
from support.processes import Program, send_signals
from support.waiting import PATIENCE, until

from edge_assistant.drawn_screens.drawing import draw_screens


def read(*arguments: str | Path) -> tuple[int, str, str]:
    """Run the command without a voice; its exit code and what it printed on both streams."""
    done = subprocess.run(
        command(*arguments), cwd=ROOT, capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False
    )
    return done.returncode, done.stdout, done.stderr


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "edge_assistant", "read", *map(str, arguments), "--no-speak"]


@pytest.mark.parametrize("degrees", [17, 90, 180, 270])
def test_a_photograph_in_a_file_is_read_however_it_was_held(degrees: int, tmp_path: Path) -> None:
    turned = draw_page().rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    turned.save(tmp_path / "page.jpg")
    code, output, _ = read(tmp_path / "page.jpg", "--reader", "text")
    assert (code, output.splitlines()) == (0, list(LINES))


def test_lines_with_their_places_are_told_to_programs_and_people_get_the_text(tmp_path: Path) -> None:
    page = save_page(tmp_path / "page.png")
    code, output, _ = read(page, "--json")
    events: list[dict[str, Any]] = [json.loads(line) for line in output.splitlines()]
    *lines, done = events
    assert code == 0
    assert [(event["event"], event["text"]) for event in lines] == [("line", text) for text in LINES]
    for line in lines:
        left, top, right, bottom = line["box"]
        assert 0 <= left < right <= 640
        assert 0 <= top < bottom <= 400
        assert [word["text"] for word in line["words"]] == line["text"].split()
        assert all(left - 5 <= word["box"][0] < word["box"][2] <= right + 5 for word in line["words"])
    assert [line["box"][1] for line in lines] == sorted(line["box"][1] for line in lines)
    assert (done["event"], done["lines"], done["unreadable"]) == ("done", len(LINES), 0)
    assert done["image"] == {"width": 640, "height": 400}
    assert 0 < done["timings_s"]["first_line"] <= done["timings_s"]["total"]
    assert read(page) == (0, "".join(f"{text}\n" for text in LINES), "")


@pytest.mark.parametrize(
    ("picture", "reader", "code", "words"),
    [
        ("noise", "auto", 0, "No text was found.\nUse --reader model to let the model read."),
        ("blank", "auto", 4, "The picture is blank: it has only one colour. There is nothing to describe."),
    ],
)
def test_without_text_that_is_said(tmp_path: Path, picture: str, reader: str, code: int, words: str) -> None:
    drawn = Image.effect_noise((300, 200), 40) if picture == "noise" else Image.new("L", (300, 200), 200)
    path = tmp_path / "picture.png"
    drawn.convert("RGB").save(path)
    assert read(path, "--reader", reader) == (code, "", f"{words}\n")


def test_what_the_demo_model_reads_in_the_place_of_text_recognition_is_not_to_be_trusted(tmp_path: Path) -> None:
    (screen,) = draw_screens(["error"], seed=0, languages=["ru"], count=1, scale=1)
    path = tmp_path / "screen.png"
    screen.image.save(path)
    with subprocess.Popen(command(path), cwd=ROOT, stderr=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stderr is not None
        errors = [process.stderr.readline().strip() for _ in range(2)]
        process.terminate()  # what it reads is nothing that it knows, which takes its time
    assert errors == [
        "There is text in a script that I cannot read here, so the model reads.",
        "This is the demo model. It understands only simple sample screens.",
    ]


class MidPage:
    """A reading for programs whose worker is halted after its first line, with many more to come."""

    def __init__(self, tmp_path: Path) -> None:
        page = tmp_path / "long.png"
        draw_page([LINES * 12], (640, 2000)).save(page)
        self.process: Program[str] = Program(
            command(page, "--json"),
            env=os.environ,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        assert self.process.stdout is not None
        self.first = json.loads(self.process.stdout.readline())
        children = psutil.Process(self.process.pid).children(recursive=True)
        self.worker = max(children, key=lambda child: child.memory_info().rss)
        self.worker.suspend()
        self._others = {child.pid for child in children} - {self.worker.pid}

    def find_worker(self) -> psutil.Process | None:
        """Its text worker; where that is being replaced, the next one, once there is one. None when it has ended."""
        while self.process.poll() is None:
            with contextlib.suppress(psutil.NoSuchProcess):  # it, or the child, has just ended
                for child in psutil.Process(self.process.pid).children():
                    if child.pid not in self._others and child.status() != psutil.STATUS_ZOMBIE:
                        return child
        return None

    def end(self) -> tuple[int, list[dict[str, Any]], str]:
        """Its exit code, the events after the first line, and standard error."""
        output, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, [json.loads(line) for line in output.splitlines()], errors


def test_workers_that_are_killed_end_the_reading_with_one_sentence_and_what_was_read_stays(tmp_path: Path) -> None:
    reading = MidPage(tmp_path)
    while reading.process.poll() is None and (worker := reading.find_worker()):  # one is replaced
        with contextlib.suppress(psutil.NoSuchProcess):
            worker.kill()
        time.sleep(0.02)
    code, events, errors = reading.end()
    assert reading.first["text"] == LINES[0]
    assert code == 6
    assert [event["event"] for event in events if event["event"] != "line"] == ["error"]
    assert events[-1]["message"] == errors.strip()
    assert errors.startswith("The text could not be recognised. Try again")
    assert errors.count("\n") == 1
    assert len(events) < len(LINES) * 12


def test_a_signal_ends_it_at_once_and_kills_the_worker(tmp_path: Path) -> None:
    reading = MidPage(tmp_path)
    started = time.monotonic()
    send_signals(reading.process, signal.SIGINT)
    code, events, _ = reading.end()
    assert code == 130
    assert time.monotonic() - started < 10, "ten times what it may take"
    assert events[-1]["event"] == "error"
    assert events[-1]["code"] == "cancelled"
    until(lambda: not reading.worker.is_running(), "the worker's end")
