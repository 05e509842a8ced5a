"""At a terminal, an import asks whether links or copies are wanted, and a download whether a checksum is taken."""

from __future__ import annotations

import os
import pty
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from support.person import Place
from support.waiting import until

from edge_assistant.system import paths

ROOT = Path(__file__).resolve().parents[3]
DEMO = ROOT / "models/demo"


class AtTerminal:
    """A models command whose standard input is a terminal; it has asked when this is made."""

    def __init__(
        self, *command: str | Path, asks: str = "Link or copy?", typed_before: str = "", **environment: str
    ) -> None:
        self._terminal, end = pty.openpty()
        os.write(self._terminal, typed_before.encode())
        self.process = subprocess.Popen(
            [sys.executable, "-m", "edge_assistant", "models", *map(str, command), "--no-speak"],
            stdin=end,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
            env={**os.environ, **environment},
        )
        os.close(end)
        self.lines: list[str] = []
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        until(lambda: any(asks in line for line in self.lines[:-1]) or self.process.poll() is not None)

    def answer(self, words: str) -> int:
        os.write(self._terminal, f"{words}\n".encode())
        return self.wait()

    def wait(self) -> int:
        code = self.process.wait(60)
        self._thread.join()
        os.close(self._terminal)
        assert self.process.stdout
        self.process.stdout.close()
        return code

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line.rstrip())


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    (tmp_path / "pair").mkdir()
    shutil.copy(DEMO / "tiny-qwen3vl-instruct-f16.gguf", tmp_path / "pair/mine.gguf")
    shutil.copy(DEMO / "mmproj-tiny-qwen3vl-f16.gguf", tmp_path / "pair/mmproj.gguf")
    return tmp_path / "pair"


@pytest.mark.parametrize(("words", "linked"), [("link", True), ("copy", False), ("", False)])
def test_the_answer_decides(pair: Path, words: str, linked: bool) -> None:
    run = AtTerminal("import", pair)
    assert run.answer(words) == 0
    assert run.lines[-1] == "mine, Instruct, is installed."
    assert (paths.data_dir() / "models/mine.gguf").samefile(pair / "mine.gguf") == linked


def test_ctrl_c_instead_of_an_answer_installs_nothing(pair: Path) -> None:
    run = AtTerminal("import", pair)
    run.process.send_signal(signal.SIGINT)
    assert run.wait() == 130
    assert "Fatal" not in "\n".join(run.lines)
    assert not list((paths.data_dir() / "models").glob("*.gguf"))


@pytest.mark.parametrize(("words", "code"), [("d", 0), ("Download", 0), ("", 3), ("no", 3), ("don't", 3)])
def test_a_checksum_on_first_sight_is_taken_after_a_key(place: Place, words: str, code: int) -> None:
    place.catalog(revision="main", pinned=False)
    paths.data_dir().mkdir(parents=True, exist_ok=True)
    shutil.copy(place.shipped / "catalog.toml", paths.data_dir() / "catalog.toml")
    run = AtTerminal("pull", "pair", asks="Accept this from now on, and download it?", **place.environment())
    assert run.lines[-1] == "D and Enter: Download. Only Enter: Cancel."
    assert place.hub.gets() == []
    assert run.answer(words) == code
    if code:
        assert run.lines[-1] == "It was not downloaded."
        assert place.hub.gets() == []
    else:
        assert run.lines[-1] == "pair, Instruct, is installed and verified."
        place.check_whole()


def test_what_was_typed_before_the_question_is_no_answer(place: Place) -> None:
    place.catalog(revision="main", pinned=False)
    paths.data_dir().mkdir(parents=True, exist_ok=True)
    shutil.copy(place.shipped / "catalog.toml", paths.data_dir() / "catalog.toml")
    asks = "Accept this from now on, and download it?"
    run = AtTerminal("pull", "pair", asks=asks, typed_before="d\nd\nd", **place.environment())
    assert run.answer("") == 3
    assert run.lines[-1] == "It was not downloaded."
    assert place.hub.gets() == []


def test_a_question_is_seen_at_the_terminal_where_a_file_gets_the_output(pair: Path, tmp_path: Path) -> None:
    terminal, end = pty.openpty()
    command = [sys.executable, "-m", "edge_assistant", "models", "import", str(pair), "--no-speak"]
    with (tmp_path / "output").open("w") as output:
        process = subprocess.Popen(command, stdin=end, stdout=output, stderr=end, cwd=ROOT)
    os.close(end)
    seen = b""
    while b"Only Enter: Copy." not in seen:
        seen += os.read(terminal, 4096)
    assert b"Link or copy?" in seen
    os.write(terminal, b"\n")
    assert process.wait(60) == 0
    os.close(terminal)
