"""The arguments of the find command, and how they become its options."""

from __future__ import annotations

import argparse

from edge_assistant.cli.command import Command, CommandContext
from edge_assistant.cli.common_arguments import add_json, add_language, add_speak
from edge_assistant.cli.picture_arguments import add_sources, check_source, describe_options, start_decoder
from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr


def add_find(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `find` to its parser."""
    parser.add_argument("text", metavar=tr("TEXT"), help=tr("what to look for: a few letters, or words"))
    add_sources(parser)
    add_language(parser)
    add_speak(parser)
    add_json(parser)
    parser.set_defaults(command=Command(_find))


def _find(parsed: argparse.Namespace, context: CommandContext) -> int:
    check_source(parsed)
    if not parsed.text.strip():
        raise UsageError(tr("Say what to find: a few letters, or words."))
    start_decoder(parsed)
    from edge_assistant.assistant.options import AnswerOptions

    options = describe_options(parsed, AnswerOptions(task="read"))
    from edge_assistant.cli.find import FindRun

    return FindRun(options, context.output, context.cancellation, parsed.text, as_json=parsed.json).main()
