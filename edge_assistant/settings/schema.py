"""The schema of the settings; the settings file, the dialog and the command line are made from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, cast

from edge_assistant.hotkeys import key as keys
from edge_assistant.hotkeys.actions import ACTIONS
from edge_assistant.settings.entry import HOTKEYS, EntryInfo, SettingError, SettingsEntry, Value, validate
from edge_assistant.system import paths
from edge_assistant.system.bounded_read import read_regular_text
from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import system_language, tr, tr_noop
from edge_assistant.system.toml_reader import file_problem, parse_toml

MAX_BYTES = 65_536
"""The size limit of a settings file; one with every entry and its description has about 10,000 bytes."""

RETIRED = frozenset(("skip_blank", "target_seconds"))
"""Names of entries of earlier versions. They are ignored in a file, and are not an error."""

_MOST_QUOTED = 60
"""The most characters of a name that an error message quotes."""


def _check_language(code: str) -> None:
    if not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]+)*", code):
        raise UsageError(
            tr("{code} is not a language code. Use one such as en, de or pt-BR.", code=code[:_MOST_QUOTED])
        )


@dataclass(frozen=True, slots=True)
class HotkeySettings:
    """The global hotkey of each action (see hotkeys/actions.py), in the syntax of hotkeys/key.py; "" is none.

    docs/adr/0011-keys-that-nobody-else-has.md explains the defaults.
    """

    window: str = "ctrl+shift+F9"
    screen: str = "ctrl+shift+F11"
    read: str = "ctrl+shift+F10"
    clipboard: str = ""
    camera: str = ""
    region: str = ""
    palette: str = "ctrl+shift+F12"
    ask: str = "ctrl+shift+F5"
    more: str = ""
    repeat: str = "ctrl+shift+F7"
    spell: str = ""
    stop: str = "ctrl+shift+F8"
    status: str = "ctrl+shift+F6"
    think: str = ""
    quit: str = ""

    def keys_by_action(self) -> dict[str, keys.Key]:
        """Return the keys by action. Raises UsageError for an invalid key, or one key for two actions."""
        found: dict[str, keys.Key] = {}
        for each in fields(self):
            text = getattr(self, each.name)
            if text:
                key = keys.parse_key(text)
                other = next((action for action, bound in found.items() if bound == key), None)
                if other is not None:
                    raise SettingError(
                        tr_noop("{key} is used for both {first} and {second}. Change one of them."),
                        f"{HOTKEYS}.{each.name}",
                        key=key,
                        first=other,
                        second=each.name,
                    )
                found[each.name] = key
        return found


def _setting(default: Value, info: EntryInfo) -> Any:
    return field(default=default, metadata={"about": info})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings with their defaults and descriptions."""

    language: str | None = _setting(
        None,
        EntryInfo(
            "general",
            tr_noop("Language"),
            tr_noop("The language of messages, answers and voice, as a code such as de or pt-BR."),
            unset=tr_noop("the system's language"),
            example="de",
            option_source="languages",
            check=_check_language,
        ),
    )
    start_at_login: bool = _setting(
        False,
        EntryInfo("general", tr_noop("Start at login"), tr_noop("Whether the program starts when you log in.")),
    )
    speak: bool = _setting(
        True,
        EntryInfo("voice", tr_noop("Speak"), tr_noop("Whether anything is spoken; answers are always shown as text.")),
    )
    output: str = _setting(
        "auto",
        EntryInfo(
            "voice",
            tr_noop("Speech output"),
            tr_noop("Who speaks: a screen reader, which also supports braille, or the program's voice."),
            choices={
                "auto": tr_noop("the screen reader if one runs, else the program's voice"),
                "screen-reader": tr_noop("the screen reader"),
                "own-voice": tr_noop("the program's voice"),
            },
        ),
    )
    voice: str | None = _setting(
        None,
        EntryInfo(
            "voice",
            tr_noop("Voice"),
            tr_noop("The name of the voice, as listed by edge-assistant voices."),
            unset=tr_noop("a voice for the language"),
            example="English (America)",
            option_source="voices",
        ),
    )
    rate: int | None = _setting(
        None,
        EntryInfo(
            "voice",
            tr_noop("Rate"),
            tr_noop("How fast the voice speaks."),
            range=(20, 1000),
            unit=tr_noop("words a minute"),
            unset=tr_noop("200 words a minute"),
            example=200,
        ),
    )
    volume: int = _setting(
        100,
        EntryInfo(
            "voice", tr_noop("Volume"), tr_noop("How loud the voice is."), range=(0, 100), unit=tr_noop("percent")
        ),
    )
    verbosity: str = _setting(
        "normal",
        EntryInfo(
            "voice",
            tr_noop("Verbosity"),
            tr_noop("What is said besides the answers. Errors are always said."),
            choices={
                "brief": tr_noop("only the answers"),
                "normal": tr_noop("also the window title, and what takes long"),
                "full": tr_noop("also how long it took, and what you can ask next"),
            },
        ),
    )
    tones: bool = _setting(
        True,
        EntryInfo("sounds", tr_noop("Tones"), tr_noop("A short tone when a key is pressed, and two after an answer.")),
    )
    ticks: bool = _setting(
        True, EntryInfo("sounds", tr_noop("Ticks"), tr_noop("A quiet tick every two seconds of work."))
    )
    tone_volume: int = _setting(
        100,
        EntryInfo(
            "sounds",
            tr_noop("Tone volume"),
            tr_noop("How loud tones and ticks are."),
            range=(0, 100),
            unit=tr_noop("percent"),
        ),
    )
    monitor: int | None = _setting(
        None,
        EntryInfo(
            "sources",
            tr_noop("Monitor"),
            tr_noop("The number of the monitor that the whole-screen shortcut describes."),
            range=(1, 99),
            unset=tr_noop("all monitors together"),
            example=1,
            option_source="monitors",
        ),
    )
    camera: str | None = _setting(
        None,
        EntryInfo(
            "sources",
            tr_noop("Camera"),
            tr_noop("The name of the camera, or its number, as listed by edge-assistant cameras."),
            unset=tr_noop("the system's default camera"),
            example="1",
            option_source="cameras",
        ),
    )
    glance_tokens: int | None = _setting(
        None,
        EntryInfo(
            "budgets",
            tr_noop("Image tokens for a glance"),
            tr_noop("How detailed a first look is. More shows more, but takes longer."),
            range=(64, 4096),
            unit=tr_noop("image tokens"),
            unset=tr_noop("what this computer can do within glance_seconds, or 256"),
            example=256,
        ),
    )
    detail_tokens: int = _setting(
        920,
        EntryInfo(
            "budgets",
            tr_noop("Image tokens for details"),
            tr_noop("How detailed the second look at the same picture is."),
            range=(64, 4096),
            unit=tr_noop("image tokens"),
        ),
    )
    read_tokens: int = _setting(
        2048,
        EntryInfo(
            "budgets",
            tr_noop("Image tokens for reading"),
            tr_noop("How detailed text is read. Small letters need more."),
            range=(64, 4096),
            unit=tr_noop("image tokens"),
        ),
    )
    glance_seconds: int = _setting(
        6,
        EntryInfo(
            "budgets",
            tr_noop("Time to the first words"),
            tr_noop("How soon an answer should begin; the first look is as detailed as this allows."),
            range=(1, 600),
            unit=tr_noop("seconds"),
        ),
    )
    encode_ahead: bool = _setting(
        True,
        EntryInfo(
            "budgets",
            tr_noop("Prepare ahead"),
            tr_noop(
                "Prepares what you may want next: details while the first answer is spoken, the window while you "
                "choose, and the picture while you write a question. Not on battery."
            ),
        ),
    )
    thinking_tokens: int = _setting(
        1024,
        EntryInfo(
            "budgets",
            tr_noop("Thinking limit in tokens"),
            tr_noop("How long the model may think before it must answer."),
            range=(1, 81_920),
            unit=tr_noop("tokens"),
        ),
    )
    thinking_seconds: int = _setting(
        90,
        EntryInfo(
            "budgets",
            tr_noop("Thinking limit in seconds"),
            tr_noop("The longest time it may think before it must answer."),
            range=(1, 3600),
            unit=tr_noop("seconds"),
        ),
    )
    model: str | None = _setting(
        None,
        EntryInfo(
            "engine",
            tr_noop("Model"),
            tr_noop("The name of the model, as listed by edge-assistant models list."),
            unset=tr_noop("the best installed model"),
            example="qwen3-vl-4b-q4_k_m",
            option_source="weights",
        ),
    )
    weights_folder: str | None = _setting(
        None,
        EntryInfo(
            "engine",
            tr_noop("Model folder"),
            tr_noop("A folder with models that are used in place."),
            unset=tr_noop("the program's own folder"),
            example="~/weights",
            option_source="folder",
        ),
    )
    load: str = _setting(
        "start",
        EntryInfo(
            "engine",
            tr_noop("Load the model"),
            tr_noop("When the model is loaded into memory."),
            choices={"start": tr_noop("when the program starts"), "first-use": tr_noop("at the first question")},
        ),
    )
    unload_minutes: int = _setting(
        30,
        EntryInfo(
            "engine",
            tr_noop("Unload after"),
            tr_noop("The model is unloaded after so long without a question; 0 keeps it loaded."),
            range=(0, 1440),
            unit=tr_noop("minutes"),
        ),
    )
    context: int = _setting(
        4096,
        EntryInfo(
            "engine",
            tr_noop("Context"),
            tr_noop("How long picture and conversation may be together. More needs more memory."),
            range=(256, 262_144),
            unit=tr_noop("tokens"),
        ),
    )
    threads: int | None = _setting(
        None,
        EntryInfo(
            "engine",
            tr_noop("Processor cores"),
            tr_noop("How many processor cores are used."),
            range=(1, 1024),
            unit=tr_noop("cores"),
            unset=tr_noop("what suits this processor"),
            example=2,
        ),
    )
    gpu_layers: int | None = _setting(
        None,
        EntryInfo(
            "engine",
            tr_noop("Layers on a graphics processor"),
            tr_noop("How much of the model runs on a graphics processor, if there is one; 0 is nothing."),
            range=(0, 1024),
            unit=tr_noop("layers"),
            unset=tr_noop("as many as fit"),
            example=0,
        ),
    )
    quick_tower: bool = _setting(
        True,
        EntryInfo(
            "engine",
            tr_noop("Faster vision encoder"),
            tr_noop("While idle, a faster vision encoder is made once, and then used."),
        ),
    )
    hotkeys: HotkeySettings = field(default_factory=HotkeySettings)

    @property
    def spoken_language(self) -> str | None:
        """The code of the language of messages, answers and voice: the one set, else the system's."""
        return self.language or system_language()

    @property
    def weights_dir(self) -> Path | None:
        """The folder of models, None for the program's own. Raises UsageError if its ~user does not exist."""
        try:
            return paths.expand_path(self.weights_folder) if self.weights_folder else None
        except UsageError as error:
            raise SettingError("{name}: {error}", "weights_folder", code=error.code, error=error) from error


_KINDS: dict[str, type[str] | type[int] | type[bool]] = {"str": str, "int": int, "bool": bool}


@cache
def entries() -> tuple[SettingsEntry, ...]:
    """Return every entry, in the order of the file and of the dialog."""
    found = []
    for each in fields(Settings):
        if each.name != "hotkeys":
            kind, _, rest = str(each.type).partition(" | ")
            found.append(
                SettingsEntry(
                    each.name, _KINDS[kind], rest == "None", cast(Value, each.default), each.metadata["about"]
                )
            )
    return (*found, *(_hotkey_entry(each.name, str(each.default)) for each in fields(HotkeySettings)))


def _hotkey_entry(action: str, default: str) -> SettingsEntry:
    def check(text: str) -> None:
        if text:
            keys.parse_key(text)

    info = EntryInfo(HOTKEYS, action, ACTIONS[action], unset=tr_noop("no shortcut"), option_source="key", check=check)
    return SettingsEntry(f"{HOTKEYS}.{action}", str, False, default, info)


def path() -> Path:
    """Return the path of the settings file, which need not exist."""
    return paths.config_dir() / "settings.toml"


def load(path: Path) -> Settings:
    """Load the settings from a TOML file; the defaults if there is none.

    Raises UsageError if the file cannot be read, or has an unknown entry or a value of the wrong type: a typing error
    must not silently become a default.
    """
    try:
        return from_toml(read_text(path))
    except UsageError as error:
        raise UsageError(
            tr("The settings file {path} has an error: {error} Fix it.", path=path, error=error)
        ) from error
    except (OSError, ValueError) as error:
        raise UsageError(
            tr(
                "The settings file {path} cannot be read: {error}. Fix it or delete it.",
                path=path,
                error=file_problem(error),
            )
        ) from error


def read_text(path: Path) -> str:
    """Read a settings file, with line feeds as line ends; return "" if it does not exist.

    Raises OSError and ValueError if it is not a text file, or too large.
    """
    try:
        text = read_regular_text(path, MAX_BYTES)
    except (FileNotFoundError, NotADirectoryError):  # the second: the home folder is no folder, such as /dev/null
        return ""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def from_toml(text: str) -> Settings:
    """Parse the text of a settings file. Raises UsageError, and ValueError for invalid TOML."""
    flat = {name: value for name, value in _values_by_name(text).items() if name not in RETIRED}
    known = {each.name for each in entries()}
    for name in flat:
        if name not in known:
            raise UsageError(tr("There is no entry {name}.", name=name[:_MOST_QUOTED]))
    return with_values(Settings(), flat)


def find_retired(text: str) -> tuple[str, ...]:
    """Return the retired entries that `text` still has, sorted. Raises as `from_toml`."""
    return tuple(sorted(RETIRED & _values_by_name(text).keys()))


def _values_by_name(text: str) -> dict[str, Any]:
    """Parse the TOML into values by the names of the entries. Raises as `from_toml`."""
    values = parse_toml(text)
    table = values.pop(HOTKEYS, {})
    if not isinstance(table, dict):
        raise UsageError(tr("{name} has the wrong type.", name=HOTKEYS))
    return {**values, **{f"{HOTKEYS}.{name}": value for name, value in table.items()}}


def find_entry(name: str) -> SettingsEntry:
    """Return the entry of that name. Raises UsageError if there is none."""
    for each in entries():
        if each.name == name:
            return each
    raise UsageError(tr("There is no setting {name}. Try edge-assistant settings list.", name=name[:_MOST_QUOTED]))


def get_value(settings: Settings, name: str) -> Value:
    """Return the value of an entry."""
    table, _, last = name.rpartition(".")
    value: Value = getattr(getattr(settings, table) if table else settings, last)
    return value


def with_values(settings: Settings, values: Mapping[str, Value]) -> Settings:
    """Return the settings with other values, by name. Raises UsageError for values that are invalid or conflict."""
    plain: dict[str, Any] = {}
    hotkeys: dict[str, Any] = {}
    for name, value in values.items():
        validate(find_entry(name), value)
        table, _, last = name.rpartition(".")
        (hotkeys if table else plain)[last] = value
    result = replace(settings, **plain, hotkeys=replace(settings.hotkeys, **hotkeys))
    result.hotkeys.keys_by_action()
    return result
