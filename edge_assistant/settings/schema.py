"""The person's choices: one frozen schema that feeds the settings file, the dialog and the command line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, cast

from edge_assistant.hotkeys import key as keys
from edge_assistant.hotkeys.actions import ACTIONS
from edge_assistant.settings.entry import KEYS, EntryInfo, SettingsEntry, Value, checked
from edge_assistant.system import paths
from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import later, system_language, tr
from edge_assistant.system.regular_file import read_regular_text
from edge_assistant.system.toml_reader import parse_toml

MOST_BYTES = 65_536
"""The largest settings file; one with every entry and its meaning has about 10,000."""

RETIRED = frozenset(("target_seconds",))
"""Names that entries had in earlier versions. A file that still has them is whole, and what they say is ignored."""

_MOST_QUOTED = 60
"""Characters of a name that a sentence repeats."""

_MOST_REASON = 200
"""Characters of what a parser says, which may repeat what it did not understand."""


def _check_language(code: str) -> None:
    if not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]+)*", code):
        raise UsageError(
            tr("{code} is not a language code. Use one such as en, de or pt-BR.", code=code[:_MOST_QUOTED])
        )


@dataclass(frozen=True, slots=True)
class HotkeySettings:
    """The global key of each action (see hotkeys/actions.py), in the words of hotkeys/key.py; "" is none.

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
                    raise UsageError(
                        tr(
                            "{key} is used for both {first} and {second}. Change one of them.",
                            key=key,
                            first=other,
                            second=each.name,
                        )
                    )
                found[each.name] = key
        return found


def _item(default: Value, about: EntryInfo) -> Any:
    return field(default=default, metadata={"about": about})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings with their defaults; what each means stands beside it."""

    language: str | None = _item(
        None,
        EntryInfo(
            "general",
            later("Language"),
            later("The language of messages, answers and voice, as a code such as de or pt-BR."),
            unset=later("the system's language"),
            example="de",
            offers="languages",
            check=_check_language,
        ),
    )
    start_at_login: bool = _item(
        False,
        EntryInfo("general", later("Start at login"), later("Whether the program starts when you log in.")),
    )
    speak: bool = _item(
        True, EntryInfo("voice", later("Speak"), later("Whether anything is spoken; answers are always shown as text."))
    )
    output: str = _item(
        "auto",
        EntryInfo(
            "voice",
            later("Speech output"),
            later("Who speaks: a screen reader, which also supports braille, or the program's voice."),
            choices={
                "auto": later("the screen reader if one runs, else the program's voice"),
                "screen-reader": later("the screen reader"),
                "own-voice": later("the program's voice"),
            },
        ),
    )
    voice: str | None = _item(
        None,
        EntryInfo(
            "voice",
            later("Voice"),
            later("The name of the voice, as listed by edge-assistant voices."),
            unset=later("a voice for the language"),
            example="English (America)",
            offers="voices",
        ),
    )
    rate: int | None = _item(
        None,
        EntryInfo(
            "voice",
            later("Rate"),
            later("How fast the voice speaks."),
            range=(20, 1000),
            unit=later("words a minute"),
            unset=later("200 words a minute"),
            example=200,
        ),
    )
    volume: int = _item(
        100, EntryInfo("voice", later("Volume"), later("How loud the voice is."), range=(0, 100), unit=later("percent"))
    )
    verbosity: str = _item(
        "normal",
        EntryInfo(
            "voice",
            later("Verbosity"),
            later("What is said besides the answers. Errors are always said."),
            choices={
                "brief": later("only the answers"),
                "normal": later("also the window title, and what takes long"),
                "full": later("also how long it took, and what you can ask next"),
            },
        ),
    )
    tones: bool = _item(
        True,
        EntryInfo("sounds", later("Tones"), later("A short tone when a key is pressed, and two after an answer.")),
    )
    ticks: bool = _item(True, EntryInfo("sounds", later("Ticks"), later("A quiet tick every two seconds of work.")))
    tone_volume: int = _item(
        100,
        EntryInfo(
            "sounds",
            later("Tone volume"),
            later("How loud tones and ticks are."),
            range=(0, 100),
            unit=later("percent"),
        ),
    )
    monitor: int | None = _item(
        None,
        EntryInfo(
            "sources",
            later("Monitor"),
            later("The number of the monitor that the whole-screen shortcut describes."),
            range=(1, 99),
            unset=later("all monitors together"),
            example=1,
            offers="monitors",
        ),
    )
    camera: str | None = _item(
        None,
        EntryInfo(
            "sources",
            later("Camera"),
            later("The name of the camera, or its number, as listed by edge-assistant cameras."),
            unset=later("the system's default camera"),
            example="1",
            offers="cameras",
        ),
    )
    glance_tokens: int | None = _item(
        None,
        EntryInfo(
            "budgets",
            later("Image tokens for a glance"),
            later("How detailed a first look is. More shows more, but takes longer."),
            range=(64, 4096),
            unit=later("image tokens"),
            unset=later("what this computer can do in the time below, or 256"),
            example=256,
        ),
    )
    detail_tokens: int = _item(
        920,
        EntryInfo(
            "budgets",
            later("Image tokens for details"),
            later("How detailed the second look at the same picture is."),
            range=(64, 4096),
            unit=later("image tokens"),
        ),
    )
    read_tokens: int = _item(
        2048,
        EntryInfo(
            "budgets",
            later("Image tokens for reading"),
            later("How detailed text is read. Small letters need more."),
            range=(64, 4096),
            unit=later("image tokens"),
        ),
    )
    glance_seconds: int = _item(
        6,
        EntryInfo(
            "budgets",
            later("Time to the first words"),
            later("How soon an answer should begin; the first look is as detailed as this allows."),
            range=(1, 600),
            unit=later("seconds"),
        ),
    )
    encode_ahead: bool = _item(
        True,
        EntryInfo(
            "budgets",
            later("Prepare ahead"),
            later(
                "Prepares what you may want next: details while the first answer is spoken, the window while you "
                "choose, and the picture while you write a question. Not on battery."
            ),
        ),
    )
    skip_blank: bool = _item(
        False,
        EntryInfo(
            "budgets",
            later("Skip blank areas"),
            later(
                "The inside of areas of one colour is skipped, so the first words come sooner. The description may "
                "suffer: this has not been tested with full models yet."
            ),
        ),
    )
    thinking_tokens: int = _item(
        1024,
        EntryInfo(
            "budgets",
            later("Thinking limit in tokens"),
            later("How long it may think before it must answer."),
            range=(1, 81_920),
            unit=later("tokens"),
        ),
    )
    thinking_seconds: int = _item(
        90,
        EntryInfo(
            "budgets",
            later("Thinking limit in seconds"),
            later("The longest time it may think before it must answer."),
            range=(1, 3600),
            unit=later("seconds"),
        ),
    )
    model: str | None = _item(
        None,
        EntryInfo(
            "engine",
            later("Model"),
            later("The name of the model, as listed by edge-assistant models list."),
            unset=later("the best installed model"),
            example="qwen3-vl-4b-q4_k_m",
            offers="weights",
        ),
    )
    weights_folder: str | None = _item(
        None,
        EntryInfo(
            "engine",
            later("Model folder"),
            later("A folder with models that are used in place."),
            unset=later("the program's own folder"),
            example="~/weights",
            offers="folder",
        ),
    )
    load: str = _item(
        "start",
        EntryInfo(
            "engine",
            later("Load the model"),
            later("When the model is loaded into memory."),
            choices={"start": later("when the program starts"), "first-use": later("at the first question")},
        ),
    )
    unload_minutes: int = _item(
        30,
        EntryInfo(
            "engine",
            later("Unload after"),
            later("The model is unloaded after so long without a question; 0 keeps it loaded."),
            range=(0, 1440),
            unit=later("minutes"),
        ),
    )
    context: int = _item(
        4096,
        EntryInfo(
            "engine",
            later("Context"),
            later("How long picture and conversation may be together. More needs more memory."),
            range=(256, 262_144),
            unit=later("tokens"),
        ),
    )
    threads: int | None = _item(
        None,
        EntryInfo(
            "engine",
            later("Processor cores"),
            later("How many processor cores are used."),
            range=(1, 1024),
            unit=later("cores"),
            unset=later("what suits this processor"),
            example=2,
        ),
    )
    gpu_layers: int | None = _item(
        None,
        EntryInfo(
            "engine",
            later("Layers on a graphics processor"),
            later("How much of the model runs on a graphics processor, if there is one; 0 is nothing."),
            range=(0, 1024),
            unit=later("layers"),
            unset=later("as many as fit"),
            example=0,
        ),
    )
    quick_tower: bool = _item(
        True,
        EntryInfo(
            "engine",
            later("Faster vision encoder"),
            later("While idle, a faster vision encoder is made once, and then used."),
        ),
    )
    hotkeys: HotkeySettings = field(default_factory=HotkeySettings)

    @property
    def spoken_language(self) -> str | None:
        """The code of the language of messages, answers and voice: the chosen one, else the system's."""
        return self.language or system_language()

    @property
    def weights_dir(self) -> Path | None:
        """The folder of weights, None for the program's own. Raises UsageError where its ~ is nobody's here."""
        try:
            return paths.expanded(self.weights_folder) if self.weights_folder else None
        except UsageError as error:
            raise UsageError(f"weights_folder: {error}", code=error.code) from error


_KINDS: dict[str, type[str] | type[int] | type[bool]] = {"str": str, "int": int, "bool": bool}


@cache
def entries() -> tuple[SettingsEntry, ...]:
    """Every entry, in the order of the file and of the dialog."""
    found = []
    for each in fields(Settings):
        if each.name != "hotkeys":
            kind, _, rest = str(each.type).partition(" | ")
            found.append(
                SettingsEntry(
                    each.name, _KINDS[kind], rest == "None", cast(Value, each.default), each.metadata["about"]
                )
            )
    return (*found, *(_key_entry(each.name, str(each.default)) for each in fields(HotkeySettings)))


def _key_entry(action: str, default: str) -> SettingsEntry:
    def check(text: str) -> None:
        if text:
            keys.parse(text)

    about = EntryInfo(KEYS, action, ACTIONS[action], unset=later("no shortcut"), offers="key", check=check)
    return SettingsEntry(f"{KEYS}.{action}", str, False, default, about)


def path() -> Path:
    """Where the settings file is, or would be."""
    return paths.config_dir() / "settings.toml"


def load(path: Path) -> Settings:
    """The settings in a TOML file; the defaults where there is no file.

    Raises UsageError when the file cannot be read, or names something unknown or of the wrong type: a typing error
    must not silently become a default.
    """
    try:
        return from_toml(text_of(path))
    except UsageError as error:
        raise UsageError(
            tr("The settings file {path} has an error: {error} Fix it.", path=path, error=error)
        ) from error
    except (OSError, ValueError) as error:
        raise UsageError(
            tr("The settings file {path} cannot be read: {error}. Fix it or delete it.", path=path, error=_why(error))
        ) from error


def text_of(path: Path) -> str:
    """What stands in a settings file, its lines ended by line feeds; "" where there is no file, nor can be one.

    Raises OSError and ValueError for what is no text, or no file of a reasonable size.
    """
    try:
        text = read_regular_text(path, MOST_BYTES)
    except (FileNotFoundError, NotADirectoryError):  # the second: somebody without a home, say /dev/null
        return ""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def from_toml(text: str) -> Settings:
    """The settings that `text` says. Raises UsageError, and ValueError for what is no TOML."""
    flat = {name: value for name, value in _named(text).items() if name not in RETIRED}
    known = {each.name for each in entries()}
    for name in flat:
        if name not in known:
            raise UsageError(tr("There is no entry {name}.", name=name[:_MOST_QUOTED]))
    return changed(Settings(), flat)


def retired_in(text: str) -> tuple[str, ...]:
    """The retired entries that `text` still has, sorted. Raises as `from_toml`."""
    return tuple(sorted(RETIRED & _named(text).keys()))


def _named(text: str) -> dict[str, Any]:
    """What `text` says, by the names of the entries. Raises as `from_toml`."""
    values = parse_toml(text)
    table = values.pop(KEYS, {})
    if not isinstance(table, dict):
        raise UsageError(tr("{name} has the wrong type.", name=KEYS))
    return {**values, **{f"{KEYS}.{name}": value for name, value in table.items()}}


def _why(error: OSError | ValueError) -> str:
    """The reason as the end of a sentence."""
    if isinstance(error, UnicodeDecodeError):
        return tr("it is not UTF-8 text")
    if isinstance(error, OSError):
        return error.strerror or str(error)
    if isinstance(error, tomllib.TOMLDecodeError):  # its own words are for programmers
        line = re.search(r"line\s(\d+)", str(error))
        return tr("line {line} is not valid", line=line[1]) if line else tr("its end is missing")
    return str(error)[:_MOST_REASON]


def entry(name: str) -> SettingsEntry:
    """The entry of that name. Raises UsageError where there is none."""
    for each in entries():
        if each.name == name:
            return each
    raise UsageError(tr("There is no setting {name}. Try edge-assistant settings list.", name=name[:_MOST_QUOTED]))


def value_of(settings: Settings, name: str) -> Value:
    """What the settings say of an entry."""
    table, _, last = name.rpartition(".")
    value: Value = getattr(getattr(settings, table) if table else settings, last)
    return value


def changed(settings: Settings, values: Mapping[str, Value]) -> Settings:
    """The settings with other values, by name. Raises UsageError for values that cannot be, alone or together."""
    plain: dict[str, Any] = {}
    of_keys: dict[str, Any] = {}
    for name, value in values.items():
        checked(entry(name), value)
        table, _, last = name.rpartition(".")
        (of_keys if table else plain)[last] = value
    made = replace(settings, **plain, hotkeys=replace(settings.hotkeys, **of_keys))
    made.hotkeys.bound()
    return made
