"""The arguments of the describe command, and how they become its options."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from edge_assistant.cli.argument_types import question, whole
from edge_assistant.cli.command import Command, CommandContext
from edge_assistant.cli.common_arguments import (
    add_json,
    add_language,
    add_model,
    add_progress,
    add_sampling,
    add_speak,
    add_think,
)
from edge_assistant.cli.own_questions import question_text
from edge_assistant.cli.picture_arguments import (
    add_sources,
    check_source,
    describe_options,
    picture_files,
    start_decoder,
)
from edge_assistant.system.i18n import tr, tr_noop

if TYPE_CHECKING:
    from edge_assistant.engine.task_entries import Task


def add_describe(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `describe` to its parser."""
    add_sources(parser, several=True)
    add = parser.add_argument
    add(
        "--mode",
        choices=("glance", "detail", "read", "places"),
        help=tr("default: glance, or what a question needs; places lists what is where"),
    )
    add(
        "-q",
        "--ask",
        metavar=tr("TEXT"),
        type=question,
        action="append",
        default=[],
        help=tr("a question; repeat for follow-ups"),
    )
    add(
        "--question",
        dest="ask",
        metavar=tr("NAME"),
        type=question_text,
        action="append",
        default=[],
        help=tr("one of your own questions, by its name"),
    )
    add_think(parser, tr("think harder: slower, with the Thinking model"))
    add(
        "--thinking-budget",
        metavar=tr("N"),
        type=whole(1, 81_920),
        help=tr("thinking limit in tokens (default: as in settings)"),
    )
    add("--max-tokens", metavar=tr("N"), type=whole(1, 81_920), help=tr("longest answer, in tokens"))
    add("--more", action="store_true", help=tr("go on where an answer is cut off at its longest, until it is whole"))
    add_sampling(parser)
    add("--image-tokens", metavar=tr("N"), type=whole(8, 16_384), help=tr("maximum image tokens for the picture"))
    add("--context", metavar=tr("N"), type=whole(256, 262_144), help=tr("context in tokens (default: 4096)"))
    add_model(parser)
    add(
        "--gpu-layers",
        metavar=tr("N"),
        type=whole(0, 1024),
        help=tr("layers on the graphics processor (default: what fits)"),
    )
    add_language(parser)
    add_speak(parser)
    add_progress(parser)
    add_json(parser)
    parser.set_defaults(command=Command(_describe, _questions))


def _questions(parsed: argparse.Namespace) -> tuple[str, ...]:
    """Return the questions that are to be answered, about one picture after the other.

    They are those of --ask, or the task's as the table that ships has it.
    """
    from edge_assistant.engine.task_table import load_table

    check_source(parsed)
    asks = tuple(parsed.ask) or (load_table(None).settings("qwen3-vl", _task(parsed), "instruct", None).question,)
    return asks * max(1, len(picture_files(parsed)))


def _task(parsed: argparse.Namespace) -> Task:
    """Return what the picture is for: the mode that is asked for, else a question if there is one, else a glance."""
    mode: Task | None = parsed.mode
    return mode or ("question" if parsed.ask else "glance")


def _describe(parsed: argparse.Namespace, context: CommandContext) -> int:
    start_decoder(parsed)
    from edge_assistant.assistant.options import AnswerOptions

    answer_options = AnswerOptions(
        task=_task(parsed),
        image_tokens=parsed.image_tokens,
        max_tokens=parsed.max_tokens,
        whole=parsed.more,
        thinking_tokens=parsed.thinking_budget,
        temperature=parsed.temperature,
        seed=parsed.seed,
        small_text_advice=tr_noop("Use --window, or --mode read."),
    )
    options = describe_options(
        parsed,
        answer_options,
        asks=tuple(parsed.ask),
        model=parsed.model,
        mmproj=parsed.mmproj,
        think=parsed.think,
        context=parsed.context,
        gpu_layers=parsed.gpu_layers,
        measure_memory=parsed.json,
    )
    from edge_assistant.cli.describe import DescribeRun

    return DescribeRun(options, context.output, context.cancellation).main()
