"""Which voices there are, and whether voice and sound work here; a worker process really tries."""

from __future__ import annotations

from typing import Any

from edge_assistant.child import Child, ChildDied
from edge_assistant.errors import InputError
from edge_assistant.speech import worker
from edge_assistant.speech.messages import Voice

_TIMEOUT = 20.0  # seconds for a worker that only has to answer once


def list_voices() -> list[Voice]:
    """All voices of the system. Raises InputError (code `no-voice`) when there are none."""
    answer = _ask(worker.report_voices)
    if isinstance(answer, list):
        return answer
    raise InputError(str(answer or "The voices cannot be listed. Install espeak-ng again."), code="no-voice")


def check_sound() -> tuple[str | None, str | None]:
    """Voice and sound output, tried for real: a sentence that says what is wrong and how to mend it, or None."""
    answer = _ask(worker.report_sound)
    if isinstance(answer, tuple):
        return answer[0], answer[1]
    trouble = "Speech ended while it was tried. Install espeak-ng again."
    return trouble, trouble


def _ask(target: Any) -> Any:
    child = Child(target, name="speech")
    try:
        return child.receive(_TIMEOUT)
    except ChildDied:
        return None
    finally:
        child.kill()
