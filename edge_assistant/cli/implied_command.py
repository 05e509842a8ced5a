"""The command that a person means who names no command, but a picture."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from edge_assistant.cli.argument_types import is_address

_DESCRIBE = "describe"


def with_describe(arguments: Sequence[str], parser: argparse.ArgumentParser) -> list[str]:
    """Return the arguments, with `describe` in front where they name no command, but a picture or where to find one.

    `parser` is that of the whole command line. A word that is a command stays a command, even if a file has its name.
    """
    commands = _commands_of(parser)
    word = _first_word(arguments, parser)
    if word is None or word in commands or _DESCRIBE not in commands:
        return list(arguments)
    if word.startswith("-") and word != "-":
        is_picture = word.partition("=")[0] in commands[_DESCRIBE]._option_string_actions
    else:
        is_picture = _looks_like_picture(word)
    return [_DESCRIBE, *arguments] if is_picture else list(arguments)


def _commands_of(parser: argparse.ArgumentParser) -> Mapping[str, argparse.ArgumentParser]:
    """Return the parsers of a parser's commands, by their names."""
    return {
        name: command
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for name, command in action.choices.items()
    }


def _first_word(arguments: Sequence[str], parser: argparse.ArgumentParser) -> str | None:
    """Return the first argument that is neither an option of the parser itself nor such an option's value."""
    is_value = False
    for word in arguments:
        name, has_value, _ = word.partition("=")
        if is_value:
            is_value = False
        elif (option := parser._option_string_actions.get(name)) is None:
            return word
        else:
            is_value = option.nargs is None and not has_value
    return None


def _looks_like_picture(word: str) -> bool:
    """Return whether a word that is no command is rather a picture than a command with a typing error."""
    return word == "-" or is_address(word) or any(each in word for each in "./\\*") or Path(word).exists()
