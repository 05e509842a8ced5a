"""The schema of the settings; the settings file, the dialog and the command line are made from it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, cast

from edge_assistant.hotkeys import key as keys
from edge_assistant.hotkeys.actions import ACTIONS, READING_ACTIONS, meaning_of
from edge_assistant.hotkeys.defaults import default_keys
from edge_assistant.settings.entry import (
    GROUPS,
    HOTKEYS,
    QUESTIONS,
    EntryInfo,
    SettingError,
    SettingsEntry,
    Value,
    validate,
)
from edge_assistant.settings.questions import Question, parse_questions
from edge_assistant.system import file_retry, paths
from edge_assistant.system.bounded_read import read_regular_text
from edge_assistant.system.errors import UsageError, in_use_error
from edge_assistant.system.i18n import system_language, tr, tr_noop
from edge_assistant.system.language_codes import check_language
from edge_assistant.system.similar_words import did_you_mean
from edge_assistant.system.toml_reader import file_problem, parse_toml

MAX_BYTES = 65_536
"""The size limit of a settings file; one with every entry and its description has about 10,000 bytes."""

RETIRED = frozenset(("skip_blank", "target_seconds"))
"""Names of entries of earlier versions. They are ignored in a file, and are not an error."""

_DEFAULT_KEYS = default_keys(sys.platform)

_MOST_QUOTED = 60
"""The most characters of a name that an error message quotes."""

_USED_TWICE = tr_noop("{key} is used twice: it {first}, and it {second}. Change one of them.")


@dataclass(frozen=True, slots=True)
class HotkeySettings:
    """The global hotkey of each action (see hotkeys/actions.py), in the syntax of hotkeys/key.py; "" is none.

    hotkeys/defaults.py has the defaults of each system.
    """

    window: str = _DEFAULT_KEYS["window"]
    screen: str = _DEFAULT_KEYS["screen"]
    read: str = _DEFAULT_KEYS["read"]
    clipboard: str = _DEFAULT_KEYS["clipboard"]
    camera: str = _DEFAULT_KEYS["camera"]
    region: str = _DEFAULT_KEYS["region"]
    palette: str = _DEFAULT_KEYS["palette"]
    find: str = _DEFAULT_KEYS["find"]
    ask: str = _DEFAULT_KEYS["ask"]
    more: str = _DEFAULT_KEYS["more"]
    repeat: str = _DEFAULT_KEYS["repeat"]
    history: str = _DEFAULT_KEYS["history"]
    spell: str = _DEFAULT_KEYS["spell"]
    lines: str = _DEFAULT_KEYS["lines"]
    stop: str = _DEFAULT_KEYS["stop"]
    status: str = _DEFAULT_KEYS["status"]
    think: str = _DEFAULT_KEYS["think"]
    slower: str = _DEFAULT_KEYS["slower"]
    faster: str = _DEFAULT_KEYS["faster"]
    quieter: str = _DEFAULT_KEYS["quieter"]
    louder: str = _DEFAULT_KEYS["louder"]
    shortcuts: str = _DEFAULT_KEYS["shortcuts"]
    help: str = _DEFAULT_KEYS["help"]
    key_help: str = _DEFAULT_KEYS["key-help"]
    quit: str = _DEFAULT_KEYS["quit"]
    pause: str = _DEFAULT_KEYS["pause"]
    next_line: str = _DEFAULT_KEYS["next-line"]
    previous_line: str = _DEFAULT_KEYS["previous-line"]
    next_paragraph: str = _DEFAULT_KEYS["next-paragraph"]
    previous_paragraph: str = _DEFAULT_KEYS["previous-paragraph"]

    def keys_by_action(self) -> dict[str, keys.Key]:
        """Return the keys by action. Raises UsageError for an invalid key, or one key for two actions.

        The default key of a reading action gives way: a settings file may have had it for another action before.
        """
        found: dict[str, keys.Key] = {}
        for each in fields(self):
            text, action = getattr(self, each.name), action_of(each.name)
            if text:
                key = keys.parse_key(text)
                other = next((action for action, bound in found.items() if bound == key), None)
                if other is not None and action in READING_ACTIONS and text == each.default:
                    continue
                if other is not None:
                    raise SettingError(
                        _USED_TWICE,
                        f"{HOTKEYS}.{action}",
                        key=key,
                        first=meaning_of(other),
                        second=meaning_of(action),
                    )
                found[action] = key
        return found


def action_of(field_name: str) -> str:
    """Return the action whose key a field of HotkeySettings holds; names of actions have hyphens."""
    return field_name.replace("_", "-")


def field_of(action: str) -> str:
    """Return the field of HotkeySettings that holds the key of an action."""
    return action.replace("-", "_")


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
            tr_noop("The language of messages, answers and voice."),
            written=tr_noop("A code such as de or pt-BR."),
            unset=tr_noop("the system's language"),
            example="de",
            option_source="languages",
            check=check_language,
        ),
    )
    start_at_login: bool = _setting(
        False,
        EntryInfo("general", tr_noop("Start at login"), tr_noop("Whether the program starts when you log in.")),
    )
    text_size: int = _setting(
        100,
        EntryInfo(
            "general",
            tr_noop("Text size"),
            tr_noop("How large the texts of all windows are."),
            range=(100, 200),
            step=25,
            unit=tr_noop("percent"),
        ),
    )
    theme: str = _setting(
        "system",
        EntryInfo(
            "general",
            tr_noop("Theme"),
            tr_noop("The colours of all windows."),
            choices={
                "system": tr_noop("as in the system"),
                "light": tr_noop("light"),
                "dark": tr_noop("dark"),
                "high-contrast": tr_noop("high contrast"),
            },
        ),
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
            tr_noop("The name of the voice."),
            written=tr_noop("The command edge-assistant voices lists them."),
            unset=tr_noop("a voice for the language"),
            example="English (America)",
            option_source="voices",
        ),
    )
    rate: int | None = _setting(
        None,
        EntryInfo(
            "voice",
            tr_noop("Speed of the voice"),
            tr_noop("How fast the voice speaks."),
            range=(20, 1000),
            unit=tr_noop("words a minute"),
            unset=tr_noop("200 words a minute"),
            unset_number=200,
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
        EntryInfo("voice", tr_noop("Tones"), tr_noop("A short tone when a key is pressed, and two after an answer.")),
    )
    glance_text: bool = _setting(
        True,
        EntryInfo(
            "answers",
            tr_noop("Text before the answer"),
            tr_noop("Before a first look is answered, the largest lines and the buttons are said, within two seconds."),
        ),
    )
    reader: str = _setting(
        "auto",
        EntryInfo(
            "answers",
            tr_noop("Who reads text"),
            tr_noop(
                "Text recognition reads at once, but not every script. The model takes long, and reads what it can."
            ),
            choices={
                "auto": tr_noop("text recognition; the model where it cannot"),
                "text": tr_noop("only text recognition"),
                "model": tr_noop("only the model"),
            },
        ),
    )
    glance_tokens: int | None = _setting(
        None,
        EntryInfo(
            "answers",
            tr_noop("Detail of the first look"),
            tr_noop("How closely a picture is looked at first. More shows more, but takes longer."),
            range=(64, 4096),
            unit=tr_noop("image tokens"),
            unset=tr_noop("as much as the time to the first words allows"),
            example=256,
        ),
    )
    detail_tokens: int = _setting(
        920,
        EntryInfo(
            "answers",
            tr_noop("Detail of the second look"),
            tr_noop("How closely the same picture is looked at again."),
            range=(64, 4096),
            unit=tr_noop("image tokens"),
        ),
    )
    read_tokens: int = _setting(
        2048,
        EntryInfo(
            "answers",
            tr_noop("Detail for reading"),
            tr_noop("How closely text is looked at. Small letters need more."),
            range=(64, 4096),
            unit=tr_noop("image tokens"),
        ),
    )
    text_in_glance: bool = _setting(
        False,
        EntryInfo(
            "answers",
            tr_noop("Text helps the first look"),
            tr_noop("Gives the model recognised text for a first look, too. That takes longer."),
        ),
    )
    thinking_tokens: int = _setting(
        1024,
        EntryInfo(
            "answers",
            tr_noop("Length of thinking"),
            tr_noop("How much the model may think before it must answer; 1,000 tokens are about 700 words."),
            range=(1, 81_920),
            unit=tr_noop("tokens"),
        ),
    )
    thinking_seconds: int = _setting(
        90,
        EntryInfo(
            "answers",
            tr_noop("Time for thinking"),
            tr_noop("How long the model may think before it must answer."),
            range=(1, 3600),
            unit=tr_noop("seconds"),
        ),
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
            tr_noop("The name of the camera, or its number."),
            written=tr_noop("The command edge-assistant cameras lists them."),
            unset=tr_noop("the system's default camera"),
            example="1",
            option_source="cameras",
        ),
    )
    model: str | None = _setting(
        None,
        EntryInfo(
            "models",
            tr_noop("Model"),
            tr_noop("The name of the model."),
            written=tr_noop("The command edge-assistant models list lists them."),
            unset=tr_noop("the best installed model"),
            example="qwen3-vl-4b-q4_k_m",
            option_source="weights",
        ),
    )
    weights_folder: str | None = _setting(
        None,
        EntryInfo(
            "models",
            tr_noop("Model folder"),
            tr_noop("A folder with models that are used in place."),
            unset=tr_noop("the program's own folder"),
            example="~/weights",
            option_source="folder",
        ),
    )
    glance_seconds: int = _setting(
        6,
        EntryInfo(
            "speed",
            tr_noop("Time to the first words"),
            tr_noop("How soon an answer should begin; the first look is as detailed as this allows."),
            range=(1, 600),
            unit=tr_noop("seconds"),
        ),
    )
    encode_ahead: bool = _setting(
        True,
        EntryInfo(
            "speed",
            tr_noop("Prepare ahead"),
            tr_noop(
                "Prepares what you may want next: details while the first answer is spoken, the window while you "
                "choose, and the picture while you write a question. Not on battery."
            ),
        ),
    )
    load: str = _setting(
        "start",
        EntryInfo(
            "speed",
            tr_noop("Load the model"),
            tr_noop("When the model is loaded into memory."),
            choices={"start": tr_noop("when the program starts"), "first-use": tr_noop("at the first question")},
        ),
    )
    unload_minutes: int = _setting(
        30,
        EntryInfo(
            "speed",
            tr_noop("Free the memory after"),
            tr_noop("The model leaves the memory after so long without a question; 0 keeps it there."),
            range=(0, 1440),
            unit=tr_noop("minutes"),
        ),
    )
    context: int = _setting(
        4096,
        EntryInfo(
            "speed",
            tr_noop("Length of a conversation"),
            tr_noop("How much of picture and conversation the model remembers (the context). More needs more memory."),
            range=(256, 262_144),
            unit=tr_noop("tokens"),
        ),
    )
    threads: int | None = _setting(
        None,
        EntryInfo(
            "speed",
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
            "speed",
            tr_noop("Work on the graphics processor"),
            tr_noop(
                "How much of the model (how many layers) runs on a graphics processor, if there is one; 0 is nothing."
            ),
            range=(0, 1024),
            unit=tr_noop("layers"),
            unset=tr_noop("as many as fit"),
            example=0,
        ),
    )
    quick_tower: bool = _setting(
        True,
        EntryInfo(
            "speed",
            tr_noop("Faster look at pictures"),
            tr_noop("While idle, a faster version of what sees (the vision encoder) is made once, and then used."),
        ),
    )
    hotkeys: HotkeySettings = field(default_factory=HotkeySettings)
    questions: tuple[Question, ...] = ()
    """The person's own questions, in their order."""

    def keys_by_action(self) -> dict[str, keys.Key]:
        """Return the keys of all actions, also of the questions. Raises UsageError as HotkeySettings.keys_by_action.

        The default key of a reading action gives way to a question's.
        """
        found = self.hotkeys.keys_by_action()
        for each in self.questions:
            if not each.key:
                continue
            key = keys.parse_key(each.key)
            other = next((action for action, bound in found.items() if bound == key), "")
            if other in READING_ACTIONS and getattr(self.hotkeys, field_of(other)) == _DEFAULT_KEYS[other]:
                del found[other]
            elif other:
                raise SettingError(
                    _USED_TWICE,
                    QUESTIONS,
                    key=key,
                    first=meaning_of(other),
                    second=meaning_of(each.action),
                )
            found[each.action] = key
        return found

    @property
    def spoken_language(self) -> str | None:
        """The code of the language of messages, answers and voice: the one set, else the system's."""
        return self.language or system_language()

    @property
    def usable_threads(self) -> int | None:
        """The processor cores to use: those set, as far as this computer has them; None where they are not set."""
        return None if self.threads is None else min(self.threads, os.cpu_count() or 1)

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
    """Return every entry, in the order of the file: by groups, with the table of the hotkeys at the end."""
    found: list[SettingsEntry] = []
    for each in fields(Settings):
        if each.name not in (HOTKEYS, QUESTIONS):
            kind, _, rest = str(each.type).partition(" | ")
            found.append(
                SettingsEntry(
                    each.name, _KINDS[kind], rest == "None", cast(Value, each.default), each.metadata["about"]
                )
            )
    found.sort(key=lambda each: list(GROUPS).index(each.info.group))
    return (*found, *(_hotkey_entry(action_of(each.name), str(each.default)) for each in fields(HotkeySettings)))


def grouped_entries() -> tuple[SettingsEntry, ...]:
    """Return every entry in the order in which people get them: by groups, the basic ones first."""
    return tuple(sorted(entries(), key=lambda each: list(GROUPS).index(each.info.group)))


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
    must not silently become a default. Raises InputError (code `in-use`) while another program has the file open.
    """
    try:
        return from_toml(read_text(path))
    except UsageError as error:
        raise UsageError(
            tr("The settings file {path} has an error: {error} Fix it.", path=path, error=error)
        ) from error
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and file_retry.is_in_use(error):
            raise in_use_error(path) from error
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
    questions = parse_questions(flat.pop(QUESTIONS, []))
    known = {each.name for each in entries()}
    for name in flat:
        if name not in known:
            raise UsageError(tr("There is no entry {name}.", name=name[:_MOST_QUOTED]))
    return with_values(Settings(questions=questions), flat)


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
    sentence = tr("There is no setting {name}. Try edge-assistant settings list.", name=name[:_MOST_QUOTED])
    raise UsageError(f"{sentence} {did_you_mean(name, (each.name for each in entries()))}".strip())


def get_value(settings: Settings, name: str) -> Value:
    """Return the value of an entry."""
    table, _, last = name.rpartition(".")
    value: Value = getattr(settings.hotkeys, field_of(last)) if table else getattr(settings, last)
    return value


def with_values(settings: Settings, values: Mapping[str, Value]) -> Settings:
    """Return the settings with other values, by name. Raises UsageError for values that are invalid or conflict."""
    plain: dict[str, Any] = {}
    hotkeys: dict[str, Any] = {}
    for name, value in values.items():
        validate(find_entry(name), value)
        table, _, last = name.rpartition(".")
        if table:
            hotkeys[field_of(last)] = value
        else:
            plain[last] = value
    result = replace(settings, **plain, hotkeys=replace(settings.hotkeys, **hotkeys))
    result.keys_by_action()
    return result
