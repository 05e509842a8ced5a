"""The steps that apply changed settings to the running program, and the sentences about their failures."""

from __future__ import annotations

import logging
from dataclasses import fields
from pathlib import Path

from edge_assistant.settings import schema, store
from edge_assistant.settings.schema import Settings
from edge_assistant.system import autostart, paths
from edge_assistant.system.errors import AssistantError
from edge_assistant.system.i18n import tr, use_language
from edge_assistant.system.json_store import JsonStore

_log = logging.getLogger(__name__)

SPEECH_SETTINGS = frozenset(("speak", "output", "voice", "rate", "volume", "tone_volume", "language"))
"""The settings that the speaker is made with."""

LIVE_SPEECH_SETTINGS = frozenset(("rate", "volume"))
"""Those of them that the speaker can change while it speaks."""

ENGINE_SETTINGS = frozenset(("model", "weights_folder", "context", "threads", "gpu_layers", "quick_tower", "language"))
"""The settings that the engine is loaded with."""

_RECORD_KEY = "start_at_login"


def changed_settings(old: Settings, new: Settings) -> frozenset[str]:
    """Return the names of the fields that differ."""
    return frozenset(field.name for field in fields(Settings) if getattr(old, field.name) != getattr(new, field.name))


def save_settings(path: Path, settings: Settings) -> str:
    """Write the settings file; return "" or the sentence that says why it could not be written."""
    try:
        store.save(path, settings)
    except AssistantError as error:
        return tr("{error} The new settings apply until the program ends.", error=error)
    return ""


def reload_settings(path: Path, old: Settings) -> tuple[Settings, str]:
    """Read the settings file; return the settings and "", or the old ones and the sentence that says what is wrong."""
    try:
        return schema.load(path), ""
    except AssistantError as error:
        return old, tr("{error} The old settings stay.", error=error)


def apply_language(settings: Settings) -> None:
    """Use the language of the settings for all messages."""
    use_language(settings.spoken_language)


def apply_autostart(enabled: bool, entry: autostart.Autostart | None = None) -> str:
    """Turn start at login on or off; return "" or the sentence that says why that is impossible."""
    try:
        autostart.set_autostart(enabled, entry or autostart.get_autostart(), autostart.program_command())
    except OSError as error:
        _log.info("start at login: %s", error)
        return tr("Start at login could not be changed: {error}.", error=error.strerror or error)
    try:
        _autostart_record().update({_RECORD_KEY: enabled})
    except OSError as error:
        _log.info("the change of the login cannot be recorded: %s", error)  # it is repeated at the next start
    return ""


def sync_autostart(enabled: bool) -> str:
    """Apply a start at login that was edited in the file while the program did not run; return as apply_autostart.

    An unchanged setting is left alone: the person may have turned it off in the desktop's own settings.
    """
    return "" if enabled == bool(_autostart_record().read().get(_RECORD_KEY, False)) else apply_autostart(enabled)


def _autostart_record() -> JsonStore:
    """The record of what was applied last."""
    return JsonStore(paths.data_dir() / "login.json")
