"""A speaker whose worker cannot be started: one notice, and nobody waits."""

from __future__ import annotations

import pytest

from edge_assistant.speech import speaker as speaker_module
from edge_assistant.speech.speaker import Speaker


@pytest.mark.parametrize(
    "error", [OSError(24, "Too many open files"), RuntimeError("can't start new thread"), MemoryError()]
)
def test_a_worker_that_cannot_be_started_is_one_notice(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(speaker_module, "WorkerProcess", refused)
    told: list[str] = []
    speaker = Speaker(on_notice=lambda code, _: told.append(code))
    speaker.start()
    speaker.say("Hello.")
    assert speaker.wait(10)
    speaker.close()
    assert told == ["no-sound"]
