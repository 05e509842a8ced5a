"""Providers of the options of settings that depend on this computer, such as its voices, cameras and monitors."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLocale

from edge_assistant.capture import qt_subprocess, targets
from edge_assistant.engine.task_table import load_table
from edge_assistant.models.library import ModelLibrary
from edge_assistant.settings.schema import Settings
from edge_assistant.speech.probe import list_voices
from edge_assistant.speech.voices import is_for
from edge_assistant.system import i18n
from edge_assistant.system.errors import AssistantError, UsageError
from edge_assistant.system.i18n import tr
from edge_assistant.ui.settings.fields import FieldOption
from edge_assistant.ui.thread_relay import ThreadRelay

_log = logging.getLogger(__name__)

OptionProvider = Callable[[Settings], Sequence[FieldOption]]
"""Returns the options of one setting. It may take seconds, and raises AssistantError where they cannot be found."""


def voices(_: Settings) -> list[FieldOption]:
    """List the system's voices by name, with the languages they speak; those of our own sentences come first."""
    own = i18n.catalogue_language()
    return [
        FieldOption(each.name, f"{each.name} ({', '.join(each.languages)})" if each.languages else each.name)
        for each in sorted(list_voices(), key=lambda voice: not is_for(voice, own))
    ]


def languages(_: Settings) -> list[FieldOption]:
    """List the languages of answers by their native names; those of the program itself come first."""
    first = i18n.languages()
    codes = [*first, *sorted(set(load_table(None).languages) - set(first))]
    return [FieldOption(code, _language_label(code)) for code in codes]


def cameras(_: Settings) -> list[FieldOption]:
    """List the cameras by name."""
    return [FieldOption(name, name) for name in qt_subprocess.query_cameras()]


def monitors(_: Settings) -> list[FieldOption]:
    """List the monitors by their number in captures, with size and position."""
    return [
        FieldOption(
            each.number,
            tr(
                "Monitor {number}: {width} by {height}, at {left}, {top}",
                number=each.number,
                width=each.bounds.width,
                height=each.bounds.height,
                left=each.bounds.left,
                top=each.bounds.top,
            ),
        )
        for each in targets.list_monitors()
    ]


def models(settings: Settings) -> list[FieldOption]:
    """List the names of all known models, including those that only the settings' folder has."""
    folder: Path | None = None
    with contextlib.suppress(UsageError):  # an unknown ~user, which loading the model reports
        folder = settings.weights_dir
    return [FieldOption(name, name) for name in dict.fromkeys(each.name for each in ModelLibrary(folder).catalog())]


PROVIDERS: Mapping[str, OptionProvider] = {
    "voices": voices,
    "languages": languages,
    "cameras": cameras,
    "monitors": monitors,
    "weights": models,
}
"""The provider of each kind of settings.entry.OptionSource."""


@dataclass(frozen=True, slots=True)
class FoundOptions:
    """The options of a kind, as they were found."""

    kind: str
    options: Sequence[FieldOption]


def find_options(
    provider: OptionProvider, kind: str, settings: Settings, receive: Callable[[FoundOptions], object]
) -> None:
    """Start to look up the options of a kind, with these settings, on a thread that keeps no window.

    `receive` is called on the GUI thread once they are found; it must be a method of a QObject.
    """
    arguments = (provider, kind, settings, ThreadRelay(receive))
    threading.Thread(target=_find, args=arguments, name=f"find {kind}", daemon=True).start()


def _find(provider: OptionProvider, kind: str, settings: Settings, relay: ThreadRelay) -> None:
    try:
        relay.send(FoundOptions(kind, list(provider(settings))))
    except AssistantError as error:
        _log.info("there is no list of %s: %s", kind, error)  # the current value can be kept all the same
    finally:
        relay.end()


def _language_label(code: str) -> str:
    name = QLocale(code).nativeLanguageName()
    return f"{name[:1].upper()}{name[1:]} ({code})" if name else code
