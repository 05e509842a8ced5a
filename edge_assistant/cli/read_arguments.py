"""The arguments of the read command, and how they become its options."""

from __future__ import annotations

import argparse

from edge_assistant.cli.command import Command, CommandContext
from edge_assistant.cli.common_arguments import add_json, add_language, add_progress, add_speak
from edge_assistant.cli.picture_arguments import add_sources, check_source, describe_options, start_decoder
from edge_assistant.system.i18n import tr, tr_noop


def add_read(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `read` to its parser."""
    add_sources(parser)
    parser.add_argument(
        "--reader",
        choices=("auto", "text", "model"),
        help=tr("who reads: text recognition, the model, or auto, as in settings"),
    )
    add_language(parser)
    add_speak(parser)
    add_progress(parser)
    add_json(parser)
    parser.set_defaults(command=Command(_read))


def _read(parsed: argparse.Namespace, context: CommandContext) -> int:
    check_source(parsed)
    start_decoder(parsed)
    from edge_assistant.assistant.options import AnswerOptions

    answer_options = AnswerOptions(task="read", small_text_advice=tr_noop("Use --window."))
    options = describe_options(parsed, answer_options, measure_memory=parsed.json)
    from edge_assistant.cli.read import ReadRun

    run = ReadRun(options, context.output, context.cancellation, parsed.reader, as_json=parsed.json)
    return run.main()
