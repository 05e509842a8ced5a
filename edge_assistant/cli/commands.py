"""The commands: one small function each, from its parsed arguments to its exit code; it imports what it needs."""

from __future__ import annotations

import argparse

from edge_assistant.cli.command import CommandContext
from edge_assistant.system.errors import InputError, UsageError
from edge_assistant.system.i18n import tr
from edge_assistant.system.terminal import print_line
from edge_assistant.system.text_cleaning import shorten

APP_PREFIX = "app_"
"""The prefix of the destinations of the app's options, since commands have options of the same names."""


def app(parsed: argparse.Namespace, context: CommandContext) -> int:
    """Run the app."""
    from edge_assistant.capture.qt import missing_error
    from edge_assistant.controller.service import ServiceOptions

    try:
        from edge_assistant.ui.application import run
    except ImportError as error:
        raise missing_error(error) from error
    options = (getattr(parsed, f"{APP_PREFIX}{name}") for name in ("speak", "temperature", "seed"))
    run(ServiceOptions(*options), context.cancellation)
    return 0


def listen(parsed: argparse.Namespace, context: CommandContext) -> int:
    """Run the program without windows."""
    from edge_assistant.cli.listen import listen
    from edge_assistant.controller.service import ServiceOptions

    listen(ServiceOptions(parsed.speak, parsed.temperature, parsed.seed), context.cancellation)
    return 0


def tune(parsed: argparse.Namespace, context: CommandContext) -> int:
    """Find the fastest configuration."""
    from edge_assistant.cli.tune import TuneOptions, run

    options = (parsed.model, parsed.mmproj, parsed.think, parsed.target, parsed.reset, parsed.speak, parsed.json)
    return run(TuneOptions(*options), context.cancellation)


def check_model(parsed: argparse.Namespace, context: CommandContext) -> int:
    """Check what models make of screens with known contents."""
    from edge_assistant.cli.check_model import CheckOptions, run

    options = CheckOptions(
        parsed.model,
        parsed.mmproj,
        parsed.think,
        parsed.minutes,
        parsed.languages,
        parsed.seed,
        parsed.make_towers,
        parsed.apply,
        parsed.report,
        parsed.speak,
        parsed.json,
    )
    return run(options, context.cancellation)


def trigger(parsed: argparse.Namespace, _: CommandContext) -> int:
    """Run an action in the running program, or list the actions."""
    from edge_assistant.hotkeys.actions import ACTIONS

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


def cameras(_: argparse.Namespace, __: CommandContext) -> int:
    """List the cameras."""
    from edge_assistant.capture.qt_subprocess import query_cameras

    names = query_cameras()
    if not names:
        raise InputError(tr("No camera was found. Connect one, or turn it on."), code="no-camera")
    for number, name in enumerate(names, start=1):
        print_line(f"{number}: {shorten(name)}")
    return 0


def doctor(parsed: argparse.Namespace, context: CommandContext) -> int:
    """Show what works on this computer."""
    from edge_assistant.cli.doctor import examine

    return examine(context.cancellation, speak=parsed.speak)


def voices(parsed: argparse.Namespace, _: CommandContext) -> int:
    """List the voices."""
    from edge_assistant.speech.probe import list_voices
    from edge_assistant.speech.voices import is_for

    for voice in list_voices():
        languages = shorten(", ".join(voice.languages))
        if parsed.language is None or is_for(voice, parsed.language):
            words = f"{shorten(voice.id)}: {shorten(voice.name)}"
            print_line(f"{words} ({languages})" if languages else words)
    return 0
