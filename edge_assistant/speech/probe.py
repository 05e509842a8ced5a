"""Probes of the system's speech by a worker process: the list of voices, and whether voice and sound work."""

from __future__ import annotations

import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from edge_assistant.speech import audio_files, worker
from edge_assistant.speech.messages import SystemVoice
from edge_assistant.system.errors import InputError
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.system.worker_process import WorkerDiedError, WorkerProcess

_TIMEOUT_S = 20.0  # for a worker that only has to answer once
# By sys.platform: the voices cannot be listed, and a test of speech did not end well.
_BY_PLATFORM = {
    "linux": (
        tr_noop("The voices cannot be listed. Install espeak-ng again."),
        tr_noop("Speech crashed or hung during a test. Install espeak-ng and alsa-utils again."),
    ),
    "win32": (
        tr_noop("The voices cannot be listed. Restart the computer, then try again."),
        tr_noop("Speech crashed or hung during a test. Choose another voice in the settings, or restart the computer."),
    ),
    "darwin": (
        tr_noop("The voices cannot be listed. Restart the computer, then try again."),
        tr_noop("Speech crashed or hung during a test. Choose another voice in the settings, or restart the computer."),
    ),
}


def list_voices() -> list[SystemVoice]:
    """List the system's voices. Raises InputError (code `no-voice`) when there are none."""
    reply = _query(worker.report_voices)
    if isinstance(reply, list) and reply:
        return reply
    message = reply if isinstance(reply, str) else tr(_BY_PLATFORM.get(sys.platform, _BY_PLATFORM["linux"])[0])
    raise InputError(message, code="no-voice")


def check_sound() -> tuple[str | None, str | None]:
    """Try voice and sound output; return for each a sentence that says what is wrong and how to fix it, or None."""
    reply = _query(worker.report_sound)
    if isinstance(reply, tuple):
        return reply[0], reply[1]
    trouble = tr(_BY_PLATFORM.get(sys.platform, _BY_PLATFORM["linux"])[1])
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
