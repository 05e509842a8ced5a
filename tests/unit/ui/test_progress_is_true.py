"""What the progress of a download says is true when it is heard: what waits to be spoken and is over is dropped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.accessible_walk import application

from edge_assistant.models.progress import TransferProgress
from edge_assistant.text.passing import Passing
from edge_assistant.ui.models.progress_panel import ProgressPanel

AGAIN = Passing("The connection was lost. Trying again in 8 seconds.")


class Voice:
    """A voice that has no time yet: what it would say."""

    def __init__(self) -> None:
        self.waiting: list[str] = []

    def say(self, text: str) -> None:
        if isinstance(text, Passing):
            self.waiting = [each for each in self.waiting if not isinstance(each, Passing)]
        if text:
            self.waiting.append(text)


@pytest.fixture
def voice() -> Voice:
    return Voice()


@pytest.fixture
def panel(voice: Voice) -> Iterator[ProgressPanel]:
    application()
    panel = ProgressPanel(voice.say, lambda: panel, lambda _: None)
    panel._state = "running"
    yield panel
    panel.deleteLater()


def progress(done: int) -> TransferProgress:
    return TransferProgress(done, 1000, 1.0, None)


def test_a_wait_that_is_over_is_not_told(panel: ProgressPanel, voice: Voice) -> None:
    panel._on_progress("a.gguf", progress(10))
    voice.waiting.clear()
    panel._on_reported("The file b.gguf is damaged.")
    panel._on_reported(Passing("The connection was lost. Trying again in 4 seconds."))
    panel._on_reported(AGAIN)
    assert voice.waiting == ["The file b.gguf is damaged.", AGAIN], "only the newest wait, and what stays true"
    panel._on_progress("a.gguf", progress(20))
    assert voice.waiting == ["The file b.gguf is damaged."], "bytes arrive again"


def test_the_newest_tenth_takes_the_place_of_older_ones_and_the_end_that_of_all(
    panel: ProgressPanel, voice: Voice
) -> None:
    for done in (100, 300, 500):
        panel._on_progress("a.gguf", progress(done))
    (heard,) = voice.waiting
    assert "50" in heard
    panel._report("Downloaded.")
    assert voice.waiting == ["Downloaded."]
