"""Which voices there are, and whether voice and sound work here; a worker process really tries."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from edge_assistant.speech import audio_files, worker
from edge_assistant.speech.messages import SystemVoice
from edge_assistant.system.errors import InputError
from edge_assistant.system.i18n import tr
from edge_assistant.system.worker_process import WorkerDiedError, WorkerProcess

_TIMEOUT = 20.0  # seconds for a worker that only has to answer once


def list_voices(timeout: float = _TIMEOUT) -> list[SystemVoice]:
    """All voices of the system; `timeout` in seconds. Raises InputError (code `no-voice`) when there are none."""
    answer = _ask(worker.report_voices, timeout)
    if isinstance(answer, list) and answer:
        return answer
    message = answer if isinstance(answer, str) else tr("The voices cannot be listed. Install espeak-ng again.")
    raise InputError(message, code="no-voice")


def check_sound(timeout: float = _TIMEOUT) -> tuple[str | None, str | None]:
    """Voice and sound output, tried for real: a sentence that says what is wrong and how to mend it, or None.

    `timeout` in seconds.
    """
    answer = _ask(worker.report_sound, timeout)
    if isinstance(answer, tuple):
        return answer[0], answer[1]
    trouble = tr("Speech crashed or hung during a test. Install espeak-ng and alsa-utils again.")
    return trouble, trouble


def _ask(target: Callable[[Connection], None], timeout: float) -> Any:
    child = WorkerProcess(target, name="speech")
    try:
        return child.receive(timeout)
    except WorkerDiedError:
        return None
    finally:
        child.kill()
        audio_files.remove_folder(child.pid)
