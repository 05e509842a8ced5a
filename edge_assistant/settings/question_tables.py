"""The tables [[questions]] in the text of a settings file, changed in such a way that comments and order stay."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import tomlkit

from edge_assistant.settings.entry import QUESTIONS
from edge_assistant.settings.questions import Question
from edge_assistant.system.i18n import tr

_HEAD = re.compile(rf"\s*\[\[\s*{QUESTIONS}\s*\]\]")


def example_table() -> list[str]:
    """Return the lines of a question that is commented out, for a new file."""
    text = tomlkit.item(tr("Which seat is free?")).as_string()
    name = tomlkit.item(tr("Free seat")).as_string()
    return [f"# [[{QUESTIONS}]]", f"# name = {name}", f"# text = {text}"]


def with_tables(text: str, old: Sequence[Question], new: Sequence[Question]) -> str:
    """Return the text with the questions `new` in place of `old`, which it has.

    The table of a question that stays, or is only renamed, keeps its comments. Where the questions are not written as
    tables, the text stays as it is.
    """
    before, blocks, after = _split(text)
    if len(blocks) != len(old):
        return text
    by_name = {question.name: block for question, block in zip(old, blocks, strict=True)}
    gone = {question.text: question.name for question in old if question.name not in {each.name for each in new}}
    tables = []
    for question in new:
        name = question.name if question.name in by_name else gone.pop(question.text, "")  # the second: it was renamed
        tables.append(_changed(by_name.get(name, f"[[{QUESTIONS}]]\n"), question))
    parts = [part.strip("\n") for part in (before, *tables, after)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _split(text: str) -> tuple[str, list[str], str]:
    """Return the text before the tables of questions, each table with the comment above it, and the text after them.

    What stands between two of them goes after them.
    """
    rows = text.split("\n")
    starts = [_with_comment_above(rows, number) for number, row in enumerate(rows) if re.match(r"\s*\[", row)]
    heads = [number for number, row in enumerate(rows) if re.match(r"\s*\[", row)]
    before, blocks, after = rows[: starts[0]] if starts else rows, [], []
    for head, start, end in zip(heads, starts, [*starts[1:], len(rows)], strict=True):
        if _HEAD.match(rows[head]):
            blocks.append("\n".join(rows[start:end]))
        elif blocks:
            after += rows[start:end]
        else:
            before = rows[:end]
    return "\n".join(before), blocks, "\n".join(after)


def _with_comment_above(rows: Sequence[str], number: int) -> int:
    """Return the first row of the comment directly above a row."""
    while number and rows[number - 1].lstrip().startswith("#"):
        number -= 1
    return number


def _changed(block: str, question: Question) -> str:
    document: Any = tomlkit.parse(block)
    table = document[QUESTIONS][0]
    for name in ("name", "text", "key"):
        value = getattr(question, name)
        if not value:
            table.pop(name, None)
        elif str(table.get(name, "")).strip() != value:
            table[name] = value
    return tomlkit.dumps(document)
