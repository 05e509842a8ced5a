"""The person's choices: one frozen schema that feeds the settings file and the command line's defaults."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from edge_assistant import keys
from edge_assistant.errors import UsageError

_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "str | None": (str,),
    "int | None": (int,),
    "int": (int,),
    "bool": (bool,),
}
# The smallest and the largest value; what lies outside makes no sense or is an error in typing.
_RANGES = {
    "context": (256, 262_144),
    "threads": (1, 1024),
    "rate": (20, 1000),
    "gpu_layers": (0, 1024),
    "glance_seconds": (1, 600),
}


@dataclass(frozen=True, slots=True)
class Hotkeys:
    """The global key of each action (see actions.py), in the words of keys.py; "" is none.

    Why these: docs/adr/0011-keys-that-nobody-else-has.md.
    """

    window: str = "ctrl+shift+F9"
    screen: str = "ctrl+shift+F11"
    read: str = "ctrl+shift+F10"
    clipboard: str = ""
    camera: str = ""
    region: str = ""
    palette: str = "ctrl+shift+F12"
    ask: str = "ctrl+shift+F5"
    repeat: str = "ctrl+shift+F7"
    stop: str = "ctrl+shift+F8"
    status: str = "ctrl+shift+F6"
    think: str = ""
    quit: str = ""

    def bound(self) -> dict[str, keys.Key]:
        """The actions that have a key. Raises UsageError for what is no key, or one key for two actions."""
        found: dict[str, keys.Key] = {}
        for each in fields(self):
            text = getattr(self, each.name)
            if text:
                key = keys.parse(text)
                other = next((action for action, taken in found.items() if taken == key), None)
                if other is not None:
                    raise UsageError(f"{key} is bound to both {other} and {each.name}. Change one of them.")
                found[each.name] = key
        return found


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings with their defaults; `None` means: chosen by the program.

    `context` is in tokens (KV cells); `rate` in words a minute; `threads` counts processor cores to use, `gpu_layers`
    the layers on a graphics processor. `glance_seconds` is what `tune` aims at for the first word of a glance;
    `encode_ahead` uses the time in which that is spoken to look at the picture in detail already.
    """

    model: str | None = None
    weights_folder: str | None = None
    language: str | None = None
    voice: str | None = None
    rate: int | None = None
    speak: bool = True
    context: int = 4096
    threads: int | None = None
    gpu_layers: int | None = None
    glance_seconds: int = 6
    encode_ahead: bool = True
    hotkeys: Hotkeys = field(default_factory=Hotkeys)


def load(path: Path) -> Settings:
    """The settings in a TOML file; the defaults where there is no file.

    Raises UsageError when the file cannot be read, or names something unknown or of the wrong type: a typing error
    must not silently become a default.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"The settings file {path} cannot be read: {error}. Mend it or delete it.") from error
    table = values.pop("hotkeys", {})
    if not isinstance(table, dict):
        raise UsageError(f"In the settings file {path}, hotkeys is of the wrong type. Mend it.")
    _check(path, Settings, values)
    _check(path, Hotkeys, table, " under hotkeys")
    hotkeys = Hotkeys(**table)
    try:
        hotkeys.bound()
    except UsageError as error:
        raise UsageError(f"In the settings file {path}, under hotkeys: {error}") from error
    return Settings(**values, hotkeys=hotkeys)


def _check(path: Path, schema: type[Settings | Hotkeys], values: dict[str, Any], where: str = "") -> None:
    """Raise UsageError for an entry that the schema does not have, or of another type or range."""
    known = {each.name: str(each.type) for each in fields(schema)}
    for name, value in values.items():
        if name not in known:
            raise UsageError(f"The settings file {path} has an unknown entry {name}{where}. Remove it.")
        expected = _TYPES[known[name]]
        if not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected):
            raise UsageError(f"In the settings file {path}, {name}{where} is of the wrong type. Mend it.")
        if isinstance(value, int) and name in _RANGES:
            low, high = _RANGES[name]
            if not low <= value <= high:
                raise UsageError(f"In the settings file {path}, {name} is not from {low} to {high}. Mend it.")
