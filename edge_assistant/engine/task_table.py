"""The task table: what is asked of a model, in which words, and within which limits.

It holds for a model family, a task, a variant and a language. task_table.toml ships; a person's own file, tasks.toml in
the folder of the settings, changes entries of it. Of several entries the one wins that names the task, else the one
that names the variant, else the one that names the language; of two with the same key the person's own wins.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_assistant.engine.messages import Sampling, ThinkingBudget
from edge_assistant.engine.task_entries import (
    FAMILIES,
    MAX_BYTES,
    TASKS,
    VARIANTS,
    EntriesByKey,
    EntryError,
    EntryValue,
    Family,
    TableKey,
    Task,
    Variant,
    check_entry,
    parse_entry,
    parse_table,
)
from edge_assistant.system import paths
from edge_assistant.system.bounded_read import read_regular_text
from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr
from edge_assistant.system.toml_reader import file_problem

_SHIPPED = Path(__file__).with_name("task_table.toml")
_DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class TaskSettings:
    """How one task is put to a model. Token counts are of the model's vocabulary; an image token is 32 x 32 pixels.

    `image_tokens` is the most that a picture is sent with, `min_image_tokens` the least: a smaller one is enlarged.
    `max_tokens` limits the answer, `grace_tokens` come on top for the sentence that it is at then. With `may_be_empty`
    no answer is an answer; with `retries_loop` one that repeats itself goes on once from before that. `thinking` is
    used by a Thinking model only. `language_rule` is the end of `system`, for a model that has to be reminded of it.
    Up to `text_tokens` of recognised text are quoted before the question, in place of {text} in `quoted_text`.
    """

    system: str
    prompt: str
    language_rule: str
    image_tokens: int
    min_image_tokens: int
    max_tokens: int
    grace_tokens: int
    may_be_empty: bool
    retries_loop: bool
    sampling: Sampling
    thinking: ThinkingBudget
    quoted_text: str = ""
    text_tokens: int = 0

    @property
    def question(self) -> str:
        """What the task asks by itself."""
        return self.prompt.replace("{question}", "").strip()

    def question_for(self, text: str) -> str:
        """Return what is asked for the person's question `text`: the prompt with it in its place, else it alone."""
        return self.prompt.replace("{question}", text) if "{question}" in self.prompt else text


@dataclass(frozen=True, slots=True)
class TaskTable:
    """The table. `languages` has English names by code; `problem` is why the person's own file was ignored, or ""."""

    entries: EntriesByKey
    languages: Mapping[str, str]
    problem: str = ""

    def settings(self, family: Family, task: Task, variant: Variant, language: str | None) -> TaskSettings:
        """Return what holds; `language` is a code such as `de` or `pt-BR`, None is English.

        Raises UsageError when `language` is not a language code.
        """
        code = language_code(language)
        found = self._entries(family, task, variant, code)
        name = self.languages.get(code, f"the language with the code {code}")
        rule = found["language_rule"]
        system = f"{found['system']} {rule}" if rule else found["system"]
        return TaskSettings(
            system=system.replace("{language}", name),
            prompt=found["prompt"].replace("{language}", name),
            language_rule=rule.replace("{language}", name),
            image_tokens=found["image_tokens"],
            min_image_tokens=found["min_image_tokens"],
            max_tokens=max(1, round(found["max_tokens"] * found["length_factor"])),
            grace_tokens=round(found["grace_tokens"] * found["length_factor"]),
            may_be_empty=found["may_be_empty"],
            retries_loop=found["retries_loop"],
            sampling=Sampling(found["temperature"], found["top_p"], found["top_k"], found["presence_penalty"]),
            thinking=ThinkingBudget(found["thinking_tokens"], found["thinking_seconds"], found["end_of_thinking"]),
            quoted_text=found["quoted_text"],
            text_tokens=found["text_tokens"] if "{text}" in found["quoted_text"] else 0,
        )

    def with_entries(self, entries: Mapping[str, EntryValue]) -> TaskTable:
        """Return the table with other values for entries, by full name: `qwen3-vl.question.instruct.temperature`.

        Raises UsageError where the table would not be possible.
        """
        changed: dict[TableKey, dict[str, EntryValue]] = {}
        for full, value in entries.items():
            key, name = parse_entry(full)
            changed.setdefault(key, {})[name] = check_entry(name, value, key)
        return self._merge(changed, {})

    def _merge(self, entries: EntriesByKey, languages: Mapping[str, str]) -> TaskTable:
        merged = {key: dict(own) for key, own in self.entries.items()}
        for key, own in entries.items():
            merged.setdefault(key, {}).update(own)
        table = TaskTable(merged, {**self.languages, **languages})
        table.check()
        return table

    def check(self) -> None:
        """Check what entries must keep together. Raises EntryError."""
        codes = sorted({key.language for key in self.entries} | {""})
        tasks = itertools.product(FAMILIES, TASKS, VARIANTS, codes)
        for family, task, variant, code in tasks:
            key = TableKey(family, task, variant, code)
            found = self._entries(family, task, variant, code)
            if found["min_image_tokens"] > found["image_tokens"]:
                raise EntryError(tr("{name} is more than image_tokens", name=f"{key}.min_image_tokens"))
            if variant == "thinking" and found["temperature"] == 0:
                raise EntryError(tr("{name} is 0, with which Thinking models do not work", name=f"{key}.temperature"))
            if task != "question" and not found["prompt"].replace("{question}", "").strip():
                raise EntryError(tr("{name} is empty without the person's question", name=f"{key}.prompt"))

    def _entries(self, family: str, task: str, variant: str, language: str) -> dict[str, Any]:
        """Merge the entries that hold, the most general first."""
        found: dict[str, EntryValue] = {}
        for each in itertools.product(("", task), ("", variant), ("", language)):
            found.update(self.entries.get(TableKey(family, *each), {}))
        return found


def overrides_path() -> Path:
    """Return the path of the person's own file. It may not exist."""
    return paths.config_dir() / "tasks.toml"


def load_table(overrides: Path | None) -> TaskTable:
    """Load the table that ships, with the entries of the file `overrides`, which may not exist.

    A file that cannot be used is ignored, and the table's `problem` is a sentence about that.
    """
    shipped = _load_shipped()
    if overrides is None:
        return shipped
    try:
        return read_overrides(overrides)
    except (FileNotFoundError, NotADirectoryError):  # the second: the home folder is no folder, such as /dev/null
        return shipped
    except (OSError, ValueError, UsageError) as error:
        message = tr("The file {path} is ignored: {reason}.", path=overrides, reason=file_problem(error))
        return TaskTable(shipped.entries, shipped.languages, message)


def read_overrides(path: Path) -> TaskTable:
    """Return the table that ships with the entries of the file at `path`. Raises OSError, ValueError and UsageError."""
    return merge_overrides(read_regular_text(path, MAX_BYTES))


def merge_overrides(text: str) -> TaskTable:
    """Return the table that ships with the entries of this file's text. Raises ValueError and UsageError."""
    return _load_shipped()._merge(*parse_table(text))


def language_code(language: str | None) -> str:
    """Return the code of the table's languages for one such as `pt-BR`; None is English. Raises UsageError."""
    if language is None:
        return _DEFAULT_LANGUAGE
    base = re.split("[-_]", language)[0].lower()
    if not (base.isascii() and base.isalpha() and 2 <= len(base) <= 3):
        raise UsageError(tr("{language} is not a language code. Use one such as en, de or pt-BR.", language=language))
    return base


def check_temperature(variant: Variant, temperature: float | None) -> None:
    """Raise UsageError for greedy sampling with a Thinking model, which its model card forbids; None is the table's."""
    if variant == "thinking" and temperature == 0:
        raise UsageError(tr("Thinking does not work at temperature 0. Leave out the temperature or think."))


@functools.cache
def _load_shipped() -> TaskTable:
    entries, languages = parse_table(_SHIPPED.read_text(encoding="utf-8"))
    return TaskTable(entries, languages)
