"""The arguments of the describe command, and how they become its options."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from edge_assistant.cli.argument_types import question, seconds, temperature, whole
from edge_assistant.cli.command import Command, CommandContext
from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import languages, tr, tr_noop, use_language

if TYPE_CHECKING:
    from edge_assistant.capture.targets import Target
    from edge_assistant.engine.task_entries import Task


def add_describe(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `describe` to its parser."""
    add = parser.add_argument
    add("picture", metavar=tr("FILE"), nargs="?", help=tr("the picture; - is standard input"))
    add(
        "--screen", metavar=tr("N"), nargs="?", const=0, type=whole(1, 99), help=tr("describe monitor N, or all as one")
    )
    add("--window", action="store_true", help=tr("describe the active window; its title is said first"))
    add(
        "--clipboard",
        action="store_true",
        help=tr("describe the picture, or the copied picture file, in the clipboard"),
    )
    add(
        "--camera",
        metavar=tr("N"),
        nargs="?",
        const=0,
        type=whole(1, 99),
        help=tr("describe what camera N sees (see cameras)"),
    )
    add(
        "--delay", metavar=tr("SECONDS"), type=seconds, help=tr("count down aloud first, to switch windows (camera: 3)")
    )
    add(
        "--mode",
        choices=("glance", "detail", "read", "places"),
        help=tr("default: glance, or what a question needs; places lists what is where"),
    )
    add(
        "--ask",
        metavar=tr("TEXT"),
        type=question,
        action="append",
        default=[],
        help=tr("a question; repeat for follow-ups"),
    )
    add("--think", action="store_true", help=tr("think harder: slower, with the Thinking model"))
    add(
        "--thinking-budget",
        metavar=tr("N"),
        type=whole(1, 81_920),
        help=tr("thinking limit in tokens (default: as in settings)"),
    )
    add("--max-tokens", metavar=tr("N"), type=whole(1, 81_920), help=tr("longest answer, in tokens"))
    add("--more", action="store_true", help=tr("go on where an answer is cut off at its longest, until it is whole"))
    add(
        "--temperature",
        metavar=tr("F"),
        type=temperature,
        help=tr("0 always takes the most likely word; not with Thinking"),
    )
    add("--seed", metavar=tr("N"), type=whole(0, 2**32 - 2), help=tr("makes answers repeatable (default: random)"))
    add("--image-tokens", metavar=tr("N"), type=whole(8, 16_384), help=tr("maximum image tokens for the picture"))
    add("--context", metavar=tr("N"), type=whole(256, 262_144), help=tr("context in tokens (default: 4096)"))
    add("--model", metavar=tr("NAME|PATH"), help=tr("model: a name from the catalogue, or a GGUF file"))
    add("--mmproj", metavar=tr("PATH"), help=tr("the vision file that belongs to the model file"))
    add(
        "--gpu-layers",
        metavar=tr("N"),
        type=whole(0, 1024),
        help=tr("layers on the graphics processor (default: what fits)"),
    )
    add("--language", metavar=tr("CODE"), help=tr("language of answer and voice, such as de"))
    add("--speak", action=argparse.BooleanOptionalAction, help=tr("speak (default: yes)"))
    add("--json", action="store_true", help=tr("one JSON object per line on standard output"))
    parser.set_defaults(command=Command(_describe, _questions))


def _questions(parsed: argparse.Namespace) -> tuple[str, ...]:
    """Return the questions that are to be answered: those of --ask, or the task's as the table that ships has it."""
    from edge_assistant.engine.task_table import load_table

    _check_source(parsed)
    return tuple(parsed.ask) or (load_table(None).settings("qwen3-vl", _task(parsed), "instruct", None).question,)


def _task(parsed: argparse.Namespace) -> Task:
    """Return what the picture is for: the mode that is asked for, else a question if there is one, else a glance."""
    mode: Task | None = parsed.mode
    return mode or ("question" if parsed.ask else "glance")


def _check_source(parsed: argparse.Namespace) -> None:
    """Require exactly one picture, from a file or another source. An omitted N is 0, not None."""
    given = [
        name
        for name in ("picture", "screen", "window", "clipboard", "camera")
        if getattr(parsed, name) is not None and getattr(parsed, name) is not False
    ]
    if not given:
        raise UsageError(
            tr("Nothing to describe. Give a picture file, or use --screen, --window, --clipboard or --camera.")
        )
    if len(given) > 1:
        raise UsageError(tr("Only one picture at a time: a file, --screen, --window, --clipboard or --camera."))
    if parsed.delay is not None and given[0] not in ("screen", "window", "camera"):
        raise UsageError(tr("A delay needs --screen, --window or --camera."))


def _describe(parsed: argparse.Namespace, context: CommandContext) -> int:
    from edge_assistant.assistant.options import AnswerOptions
    from edge_assistant.cli.describe import DescribeOptions, DescribeRun

    if parsed.language and parsed.language.split("-")[0] in languages():
        use_language(parsed.language)  # our own sentences are spoken by the same voice
    options = DescribeOptions(
        picture=_parse_source(parsed),
        asks=tuple(parsed.ask),
        answer_options=AnswerOptions(
            task=_task(parsed),
            image_tokens=parsed.image_tokens,
            max_tokens=parsed.max_tokens,
            whole=parsed.more,
            thinking_tokens=parsed.thinking_budget,
            temperature=parsed.temperature,
            seed=parsed.seed,
            small_text_advice=tr_noop("Use --window, or --mode read."),
        ),
        model=parsed.model,
        mmproj=parsed.mmproj,
        think=parsed.think,
        context=parsed.context,
        language=parsed.language,
        speak=parsed.speak,
        gpu_layers=parsed.gpu_layers,
        measure_memory=parsed.json,
    )
    return DescribeRun(options, context.output, context.cancellation).main()


def _parse_source(parsed: argparse.Namespace) -> str | Target:
    from edge_assistant.capture.targets import Target

    if parsed.picture is not None:
        return str(parsed.picture)
    if parsed.screen is not None:
        return Target("screen", parsed.screen or None, parsed.delay)
    if parsed.camera is not None:
        return Target("camera", parsed.camera or None, parsed.delay)
    return Target("window" if parsed.window else "clipboard", None, parsed.delay)
