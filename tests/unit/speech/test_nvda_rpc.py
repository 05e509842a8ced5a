"""NVDA's calls through Windows' real RPC, to another process that answers as NVDA does."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_assistant.speech.nvda_rpc import CANCELLED, SUCCESS, NvdaController
from edge_assistant.speech.reader_client import ReaderClient
from edge_assistant.speech.reader_detection import is_running_on_windows

pytestmark = pytest.mark.skipif(sys.platform != "win32", reason="the RPC library is Windows' own")

_TESTS = Path(__file__).parents[2]
_SECONDS = 1.0


class Nvda:
    """The process that stands in for NVDA."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "support.nvda_server", str(_SECONDS)],
            cwd=_TESTS,
            env={**os.environ, "PYTHONPATH": f"{_TESTS};{_TESTS.parent}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline().strip() == "ready"

    def asked(self, count: int) -> list[str]:
        """The next things that it was asked to do."""
        assert self._process.stdout is not None
        return [ast.literal_eval(self._process.stdout.readline()) for _ in range(count)]

    def silence(self) -> object:
        """Fall silent, as where the person pressed Ctrl."""
        assert self._process.stdin is not None
        self._process.stdin.write("silence\n")
        return self._process.stdin.flush()

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture(scope="module")
def nvda() -> Iterator[Nvda]:
    made = Nvda()
    yield made
    made.close()


def test_texts_arrive_as_they_are_and_ends_are_told(nvda: Nvda) -> None:
    controller = NvdaController()
    assert controller.test() == SUCCESS
    assert controller.speak("Grüße, 窗 <1> & 🐕") == SUCCESS
    assert controller.braille("Ä") == SUCCESS
    assert controller.cancel() == SUCCESS
    began = time.monotonic()
    assert controller.speak_to_end('"Tür" & <1>', "de") == SUCCESS
    assert time.monotonic() - began >= _SECONDS
    assert nvda.asked(4) == [
        "speak: Grüße, 窗 <1> & 🐕",
        "braille: Ä",
        "cancel: ",
        'speak to end -1 0 0: <speak><voice xml:lang="de">"Tür" &amp; &lt;1&gt;</voice></speak>',
    ]


@pytest.mark.parametrize("who", ["person", "program"])
def test_a_silenced_sentence_ends_at_once_whoever_silenced_it(nvda: Nvda, who: str) -> None:
    controller = NvdaController()

    def silence_what_is_spoken() -> None:
        nvda.asked(1)
        silence = nvda.silence if who == "person" else controller.cancel
        silence()

    thread = threading.Thread(target=silence_what_is_spoken)
    thread.start()
    assert controller.speak_to_end("One.", None) == CANCELLED
    thread.join()
    assert who == "person" or nvda.asked(1) == ["cancel: "]


def test_sentences_go_through_the_worker_process(nvda: Nvda) -> None:
    assert is_running_on_windows(), "the flag of a screen reader is set"
    failures: list[str] = []
    client = ReaderClient()
    client.start(lambda: failures.append("failed"), lambda: failures.append("silenced"))
    assert client.answers()
    client.say("One.", "en")
    client.say("Two.", "en")
    assert client.wait_unless(lambda: False, 30)
    client.close()
    speak = 'speak to end -1 0 0: <speak><voice xml:lang="en">'
    assert nvda.asked(4) == [
        "braille: One.",
        f"{speak}One.</voice></speak>",
        "braille: Two.",
        f"{speak}Two.</voice></speak>",
    ]
    assert failures == []
