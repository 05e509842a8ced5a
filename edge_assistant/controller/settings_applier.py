"""Other settings while the program runs: what each part has to do, and what is said of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path

from edge_assistant.hotkeys.key import Key
from edge_assistant.hotkeys.protocol import Hotkeys
from edge_assistant.settings import schema, store
from edge_assistant.settings.schema import Settings
from edge_assistant.system import autostart, paths
from edge_assistant.system.errors import AssistantError
from edge_assistant.system.i18n import tr, use_language
from edge_assistant.system.json_store import JsonStore

_log = logging.getLogger(__name__)

VOICE = frozenset(("speak", "output", "voice", "rate", "volume", "tone_volume", "language"))
"""What the speaker is made with."""

ENGINE = frozenset(("model", "weights_folder", "context", "threads", "gpu_layers", "quick_tower", "language"))
"""What the engine is loaded with."""

_LOGIN = "start_at_login"


def differing(old: Settings, new: Settings) -> frozenset[str]:
    """The names of the fields that are not the same."""
    return frozenset(each.name for each in fields(Settings) if getattr(old, each.name) != getattr(new, each.name))


def with_saved(path: Path, wanted: Settings) -> str:
    """Write the settings down; "" or the sentence that says why not, where they hold only for now."""
    try:
        store.save(path, wanted)
    except AssistantError as error:
        return tr("{error} The new settings apply until the program ends.", error=error)
    return ""


def read_again(path: Path, old: Settings) -> tuple[Settings, str]:
    """What the file says by now; of a broken one the old settings, and the sentence that says what is wrong."""
    try:
        return schema.load(path), ""
    except AssistantError as error:
        return old, tr("{error} The old settings stay.", error=error)


def follow_language(wanted: Settings) -> None:
    """Messages are in the language of the settings from now on."""
    use_language(wanted.spoken_language)


def follow_login(wanted: bool, at_login: autostart.Autostart | None = None) -> str:
    """Start at login, or not; "" or the sentence that says why that cannot be."""
    try:
        autostart.follow(wanted, at_login or autostart.choose(), autostart.program())
    except OSError as error:
        _log.info("start at login: %s", error)
        return tr("Start at login could not be changed: {error}.", error=error.strerror or error)
    try:
        _followed().update({_LOGIN: wanted})
    except OSError as error:
        _log.info("what was done about the login cannot be kept: %s", error)  # then it is done again at the next start
    return ""


def catch_up_with_login(wanted: bool) -> str:
    """As follow_login, where the file was edited while the program did not run.

    Where the setting is as it was, nothing is done: the person may have turned it off in the desktop's own settings.
    """
    return "" if wanted == bool(_followed().read().get(_LOGIN, False)) else follow_login(wanted)


def _followed() -> JsonStore:
    """What was followed last."""
    return JsonStore(paths.data_dir() / "login.json")


class GlobalHotkeys:
    """The keys of the program, which can be let go of and taken again. Belongs to one thread."""

    def __init__(
        self, make: Callable[[], Hotkeys], on_press: Callable[[str], None], on_notice: Callable[[str], None]
    ) -> None:
        """`make` makes the window system's own; the others are as for Hotkeys.start."""
        self._make = make
        self._on_press = on_press
        self._on_notice = on_notice
        self._taken: Hotkeys | None = None

    def take(self, keys: Mapping[str, Key]) -> tuple[str, ...]:
        """Have these and no others; one sentence for each that cannot be had."""
        self.close()
        self._taken = self._make()
        return self._taken.start(keys, self._on_press, self._on_notice)

    def close(self) -> None:
        """Have none."""
        taken, self._taken = self._taken, None
        if taken is not None:
            taken.close()
