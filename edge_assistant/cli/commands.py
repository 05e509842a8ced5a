"""The commands: one small function each, from its parsed arguments to its exit code; it imports what it needs."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from edge_assistant.system import signals
from edge_assistant.system.errors import InputError, UsageError
from edge_assistant.system.i18n import languages, tr, tr_noop, use_language

if TYPE_CHECKING:
    from edge_assistant.capture.targets import Target

APP_PREFIX = "app_"
"""The prefix of the destinations of the app's options, since commands have options of the same names."""


def app(parsed: argparse.Namespace) -> int:
    from edge_assistant.capture.qt import missing_error
    from edge_assistant.controller.service import ServiceOptions

    try:
        from edge_assistant.ui.application import run
    except ImportError as error:
        raise missing_error(error) from error
    return run(ServiceOptions(*(getattr(parsed, f"{APP_PREFIX}{name}") for name in ("speak", "temperature", "seed"))))


def listen(parsed: argparse.Namespace) -> int:
    from edge_assistant.cli.listen import listen
    from edge_assistant.controller.service import ServiceOptions

    return listen(ServiceOptions(parsed.speak, parsed.temperature, parsed.seed))


def tune(parsed: argparse.Namespace) -> int:
    from edge_assistant.cli.tune import TuneOptions, run

    options = (parsed.model, parsed.mmproj, parsed.think, parsed.target, parsed.reset, parsed.speak, parsed.json)
    return run(TuneOptions(*options))


def trigger(parsed: argparse.Namespace) -> int:
    from edge_assistant.hotkeys.actions import ACTIONS
    from edge_assistant.system.terminal import print_line

    if parsed.list:
        for action, line in ACTIONS.items():
            print_line(f"{action}: {tr(line)}")
        return 0
    if parsed.action not in ACTIONS:
        raise UsageError(
            tr(
                "There is no action {value}. Try edge-assistant trigger --list.",
                value=parsed.action or tr("without a name"),
            )
        )
    from edge_assistant.system.ipc import default_endpoint, send

    answer = send(default_endpoint(), parsed.action)
    if answer:
        print_line(answer)
    return 0


def describe(parsed: argparse.Namespace) -> int:
    asks = tuple(_clean_question(text) for text in parsed.ask)
    _check_source(parsed)
    try:
        with signals.raise_interrupts():
            return _run_describe(parsed, asks)
    except KeyboardInterrupt:  # while modules were imported; afterwards DescribeRun handles signals
        from edge_assistant.assistant.events import cancelled
        from edge_assistant.cli.output import JsonOutput, NoOutput
        from edge_assistant.engine.prompts import MODES

        output = JsonOutput() if parsed.json else NoOutput()
        for index, question in enumerate(asks or (MODES[parsed.mode].question,)):
            output.show(cancelled(index, question))
        raise


def _run_describe(parsed: argparse.Namespace, asks: tuple[str, ...]) -> int:
    from edge_assistant.assistant.options import AnswerOptions
    from edge_assistant.cli.describe import DescribeOptions, DescribeRun
    from edge_assistant.cli.output import JsonOutput, TextOutput

    if parsed.language and parsed.language.split("-")[0] in languages():
        use_language(parsed.language)  # our own sentences are spoken by the same voice
    options = DescribeOptions(
        picture=_parse_source(parsed),
        asks=asks,
        answer_options=AnswerOptions(
            mode=parsed.mode,
            image_tokens=parsed.image_tokens,
            max_tokens=parsed.max_tokens,
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
    )
    return DescribeRun(options, JsonOutput() if parsed.json else TextOutput()).main()


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


def _parse_source(parsed: argparse.Namespace) -> str | Target:
    from edge_assistant.capture.targets import Target

    if parsed.picture is not None:
        return str(parsed.picture)
    if parsed.screen is not None:
        return Target("screen", parsed.screen or None, parsed.delay)
    if parsed.camera is not None:
        return Target("camera", parsed.camera or None, parsed.delay)
    return Target("window" if parsed.window else "clipboard", None, parsed.delay)


def cameras(_: argparse.Namespace) -> int:
    from edge_assistant.capture.qt_subprocess import query_cameras
    from edge_assistant.system.terminal import print_line
    from edge_assistant.system.text_cleaning import shorten

    names = query_cameras()
    if not names:
        raise InputError(tr("No camera was found. Connect one, or turn it on."), code="no-camera")
    for number, name in enumerate(names, start=1):
        print_line(f"{number}: {shorten(name)}")
    return 0


def doctor(parsed: argparse.Namespace) -> int:
    from edge_assistant.cli.doctor import examine

    return examine(speak=parsed.speak)


def voices(parsed: argparse.Namespace) -> int:
    from edge_assistant.speech.probe import list_voices
    from edge_assistant.system.terminal import print_line
    from edge_assistant.system.text_cleaning import shorten

    for voice in list_voices():
        languages = shorten(", ".join(voice.languages))
        if parsed.language is None or any(each.startswith(parsed.language) for each in voice.languages):
            words = f"{shorten(voice.id)}: {shorten(voice.name)}"
            print_line(f"{words} ({languages})" if languages else words)
    return 0


def _clean_question(text: str) -> str:
    """Return the question as valid Unicode, whatever bytes the shell passed. Raises UsageError if it is empty."""
    clean = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").strip()
    if not clean:
        raise UsageError(tr("The question is empty. Write it after --ask."))
    return clean
