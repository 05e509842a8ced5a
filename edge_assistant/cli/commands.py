"""The commands: one small function each, from its parsed arguments to its exit code; it imports what it needs."""

from __future__ import annotations

import argparse

from edge_assistant.cli.command import CommandContext
from edge_assistant.system.errors import AssistantError, InputError, UsageError
from edge_assistant.system.i18n import tr
from edge_assistant.system.similar_words import did_you_mean
from edge_assistant.system.terminal import print_event, print_line
from edge_assistant.system.text_cleaning import shorten

APP_PREFIX = "app_"
"""The prefix of the destinations of the app's options, since commands have options of the same names."""

SHELLS = ("bash", "zsh", "fish", "powershell")
"""The shells that can complete command lines."""


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
    return run(TuneOptions(*options), context.cancellation, context.output.fail)


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
    return run(options, context.cancellation, context.output.fail)


def trigger(parsed: argparse.Namespace, context: CommandContext) -> int:
    """Run an action in the running program, or list the actions. What keeps it from that is spoken: a key may have
    run this command, and nobody reads what it prints.
    """
    from edge_assistant.cli.own_questions import action_lines, action_of_words
    from edge_assistant.hotkeys.actions import ACTIONS, QUESTION

    if parsed.list:
        for action, line in ACTIONS.items():
            print_line(f"{action}: {tr(line)}")
        for line in action_lines():
            print_line(line)
        return 0
    action = parsed.action
    if action == QUESTION:
        action = action_of_words(parsed.name)
    elif action not in ACTIONS or parsed.name:
        unknown = "" if parsed.name else parsed.action or ""
        sentence = tr(
            "There is no action {value}. Try edge-assistant trigger --list.",
            value=" ".join((parsed.action, *parsed.name)) if parsed.action else tr("without a name"),
        )
        raise UsageError(f"{sentence} {did_you_mean(unknown, ACTIONS)}".strip())
    from edge_assistant.system.ipc import default_endpoint, send

    try:
        answer = send(default_endpoint(), action)
    except AssistantError:
        from edge_assistant.cli.output_models import ModelsOutput
        from edge_assistant.settings import schema

        try:
            settings = schema.load(schema.path())
        except AssistantError:
            settings = schema.Settings()
        cancellation, fail = context.cancellation, context.output.fail
        with ModelsOutput(settings, cancellation, speak=parsed.speak, as_json=False, fail=fail):
            raise
    if answer:
        print_line(answer)
    return 0


def cameras(parsed: argparse.Namespace, _: CommandContext) -> int:
    """List the cameras."""
    from edge_assistant.capture.qt_subprocess import query_cameras

    names = query_cameras()
    if not names:
        raise InputError(tr("No camera was found. Connect one, or turn it on."), code="no-camera")
    for number, name in enumerate(names, start=1):
        if parsed.json:
            print_event("camera", number=number, name=name)
        else:
            print_line(f"{number}: {shorten(name)}")
    return 0


def doctor(parsed: argparse.Namespace, context: CommandContext) -> int:
    """Show what works on this computer."""
    from edge_assistant.cli.doctor import examine

    return examine(context.cancellation, speak=parsed.speak, as_json=parsed.json)


def report(parsed: argparse.Namespace, context: CommandContext) -> int:
    """Write a report of a problem into a file."""
    from edge_assistant.cli.report import report

    return report(parsed, context)


def voices(parsed: argparse.Namespace, _: CommandContext) -> int:
    """List the voices."""
    from edge_assistant.cli.voices import run

    return run(parsed.language, as_json=parsed.json)


def completion(parsed: argparse.Namespace, _: CommandContext) -> int:
    """Print the script with which a shell completes command lines."""
    from edge_assistant.cli.completion import script

    for line in script(parsed.shell).splitlines():
        print_line(line)
    return 0
