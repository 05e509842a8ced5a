"""The completion command: a script that lets a shell complete commands, options and names. The one user of shtab."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping

import shtab

from edge_assistant.cli.parser import make_parser
from edge_assistant.hotkeys.actions import ACTIONS
from edge_assistant.models.library import ModelLibrary
from edge_assistant.settings import schema

_FILES = frozenset(("picture", "mmproj", "report", "paths", "file"))
"""The destinations of arguments that are names of files."""

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""A name that means nothing else in any shell: catalogues may come from other people."""


def script(shell: str) -> str:
    """Return the script for a shell, one of completion_arguments.SHELLS. Raises AssistantError."""
    parser = make_parser()
    names = _names()
    for path, action in _arguments(parser):
        if action.dest in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.dest == "folder":
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
        elif not action.option_strings and (*path, action.dest) in names:
            action.choices = names[*path, action.dest]
    text: str = shtab.complete(parser, shell)
    return text


def _names() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """Return what may be completed, by the words of the command and the destination of its argument."""
    library = ModelLibrary(schema.load(schema.path()).weights_dir)
    models = tuple(dict.fromkeys(each.name for each in library.catalog() if _PLAIN.fullmatch(each.name)))
    settings = tuple(entry.name for entry in schema.entries())
    return {
        ("trigger", "action"): tuple(ACTIONS),
        ("settings", "get", "name"): settings,
        ("settings", "set", "name"): settings,
        **{("models", action, "name"): models for action in ("pull", "verify", "remove", "path")},
        ("models", "export", "names"): models,
    }


def _arguments(
    parser: argparse.ArgumentParser, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], argparse.Action]]:
    """Yield all arguments and options of the parser and of its commands, with the command that has them."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                yield from _arguments(command, (*path, name))
        else:
            yield path, action
