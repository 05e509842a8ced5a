"""The person's choices: one frozen schema that feeds the settings file and the command line's defaults."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from edge_assistant.errors import UsageError

_TYPES: dict[str, tuple[type, ...]] = {
    "str | None": (str,),
    "int | None": (int,),
    "int": (int,),
    "bool": (bool,),
}
# The smallest and the largest value; what lies outside makes no sense or is an error in typing.
_RANGES = {"context": (256, 262_144), "threads": (1, 1024), "rate": (20, 1000)}


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings with their defaults; `None` means: chosen by the program.

    `context` is in tokens (KV cells); `rate` in words a minute; `threads` counts processor cores to use.
    """

    model: str | None = None
    weights_folder: str | None = None
    language: str | None = None
    voice: str | None = None
    rate: int | None = None
    speak: bool = True
    context: int = 4096
    threads: int | None = None


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
    known = {field.name: str(field.type) for field in fields(Settings)}
    for name, value in values.items():
        if name not in known:
            raise UsageError(f"The settings file {path} has an unknown entry {name}. Remove it.")
        expected = _TYPES[known[name]]
        if not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected):
            raise UsageError(f"In the settings file {path}, {name} is of the wrong type. Mend it.")
        if isinstance(value, int) and name in _RANGES:
            low, high = _RANGES[name]
            if not low <= value <= high:
                raise UsageError(f"In the settings file {path}, {name} is not from {low} to {high}. Mend it.")
    return Settings(**values)
