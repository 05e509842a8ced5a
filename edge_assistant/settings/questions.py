"""A person's own questions: each has a name and a text, and perhaps a global key; the table `questions` of the file."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from edge_assistant.hotkeys import key as keys
from edge_assistant.hotkeys.actions import question_action
from edge_assistant.settings.entry import QUESTIONS, SettingError
from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr_noop

MOST_QUESTIONS = 20
"""As many are told apart by the digits and letters of the palette, and fit into the settings file."""

MOST_NAME_CHARACTERS = 60
MOST_TEXT_CHARACTERS = 500

_CONTROLS = frozenset(("Cc", "Cs", "Zl", "Zp"))
"""The Unicode categories that a line of text does not have."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question: `name` is said in lists, `text` is asked, `key` is its global key, "" for none."""

    name: str
    text: str
    key: str = ""

    @property
    def action(self) -> str:
        """The action that asks it; see hotkeys.actions.question_action."""
        return question_action(self.name)


def parse_questions(value: object) -> tuple[Question, ...]:
    """Return the questions that a settings file has. Raises UsageError."""
    if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
        raise SettingError(tr_noop("{name} has the wrong type."), QUESTIONS)
    return check_questions(_parse_question(each) for each in value)


def check_questions(questions: Iterable[Question]) -> tuple[Question, ...]:
    """Return the questions, without blanks around their texts. Raises UsageError where one cannot be used."""
    checked = tuple(_check(each) for each in questions)
    if len(checked) > MOST_QUESTIONS:
        raise SettingError(tr_noop("There can be {most} questions, no more."), QUESTIONS, most=MOST_QUESTIONS)
    names: set[str] = set()
    for each in checked:
        if each.name.casefold() in names:
            raise SettingError(tr_noop("Two questions are called {value}. Rename one."), QUESTIONS, value=each.name)
        names.add(each.name.casefold())
    return checked


def find_question(questions: Iterable[Question], name: str) -> Question | None:
    """Return the question of that name, whatever its capitals; None if there is none."""
    wanted = " ".join(name.split()).casefold()
    return next((each for each in questions if each.name.casefold() == wanted), None)


def _parse_question(values: Mapping[str, Any]) -> Question:
    for name, value in values.items():
        if name not in ("name", "text", "key"):
            raise SettingError(
                tr_noop("A question has no entry {value}."), QUESTIONS, value=name[:MOST_NAME_CHARACTERS]
            )
        if not isinstance(value, str):
            raise SettingError(tr_noop("{name} has the wrong type."), f"{QUESTIONS}.{name}")
    return Question(values.get("name", ""), values.get("text", ""), values.get("key", ""))


def _check(question: Question) -> Question:
    name, text, key = " ".join(question.name.split()), question.text.strip(), question.key.strip()
    if not name:
        raise SettingError(tr_noop("A question needs a name."), QUESTIONS)
    if not text:
        raise SettingError(tr_noop("The question {value} needs a text."), QUESTIONS, value=name[:MOST_NAME_CHARACTERS])
    for value, most in ((name, MOST_NAME_CHARACTERS), (text, MOST_TEXT_CHARACTERS)):
        if len(value) > most:
            raise SettingError(
                tr_noop("{value}… is too long: it may have {most} characters."),
                QUESTIONS,
                value=value[:MOST_NAME_CHARACTERS],
                most=most,
            )
        if any(unicodedata.category(character) in _CONTROLS for character in value):
            raise SettingError(tr_noop("The question {value} must be one line of text."), QUESTIONS, value=name)
    if key:
        try:
            keys.parse_key(key)
        except UsageError as error:
            raise SettingError(tr_noop("The question {value}: {error}"), QUESTIONS, value=name, error=error) from error
    return Question(name, text, key)
