"""Probes of the system's speech by a worker process: the list of voices, and whether voice and sound work."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from edge_assistant.speech import audio_files, worker
from edge_assistant.speech.messages import SystemVoice
from edge_assistant.system.errors import InputError
from edge_assistant.system.i18n import tr
from edge_assistant.system.worker_process import WorkerDiedError, WorkerProcess

_TIMEOUT_S = 20.0  # for a worker that only has to answer once


def list_voices() -> list[SystemVoice]:
    """List the system's voices. Raises InputError (code `no-voice`) when there are none."""
    reply = _query(worker.report_voices)
    if isinstance(reply, list) and reply:
        return reply
    message = reply if isinstance(reply, str) else tr("The voices cannot be listed. Install espeak-ng again.")
    raise InputError(message, code="no-voice")


def check_sound() -> tuple[str | None, str | None]:
    """Try voice and sound output; return for each a sentence that says what is wrong and how to fix it, or None."""
    reply = _query(worker.report_sound)
    if isinstance(reply, tuple):
        return reply[0], reply[1]
    trouble = tr("Speech crashed or hung during a test. Install espeak-ng and alsa-utils again.")
    return trouble, trouble


def _query(target: Callable[[Connection], None]) -> Any:
    process = WorkerProcess(target, name="speech")
    try:
        return process.receive(_TIMEOUT_S)
    except WorkerDiedError:
        return None
    finally:
        process.kill()
        audio_files.remove_folder(process.pid)
