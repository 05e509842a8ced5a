"""A person's own questions on the command line: found by name, and listed. The settings have them."""

from __future__ import annotations

from collections.abc import Sequence

from edge_assistant.hotkeys.actions import QUESTION
from edge_assistant.settings import schema
from edge_assistant.settings.questions import MOST_NAME_CHARACTERS, Question, find_question
from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr
from edge_assistant.system.text_cleaning import shorten


def own_question(name: str) -> Question:
    """Return the question of that name. Raises UsageError where there is none."""
    question = find_question(schema.load(schema.path()).questions, name)
    if question is None:
        raise UsageError(
            tr("There is no question {name}. Try edge-assistant settings list.", name=name[:MOST_NAME_CHARACTERS])
        )
    return question


def question_text(name: str) -> str:
    """Return the text of the question of that name: the type of an argument. Raises UsageError."""
    return own_question(name).text


def action_of_words(words: Sequence[str]) -> str:
    """Return the action of the question whose name these words are. Raises UsageError."""
    if not words:
        raise UsageError(tr("Which question? Write its name after {action}.", action=QUESTION))
    return own_question(" ".join(words)).action


def action_lines() -> list[str]:
    """Return a line for each question, as `trigger --list` prints it."""
    questions = schema.load(schema.path()).questions
    return [tr("{action}: asks {text}", action=each.action, text=shorten(each.text)) for each in questions]


def setting_line(question: Question) -> str:
    """Return the line of a question, as `settings list` prints it."""
    no_shortcut = tr("no shortcut")
    return f"{question.action}: {shorten(question.text)} ({shorten(question.key) or no_shortcut})"
