"""The parser of the command line: every command with its options, and the function that runs it."""

from __future__ import annotations

import argparse
from pathlib import Path

from edge_assistant import __version__
from edge_assistant.cli import commands
from edge_assistant.cli.argument_parser import Parser
from edge_assistant.cli.argument_types import language_codes, minutes, whole
from edge_assistant.cli.command import Command
from edge_assistant.cli.commands import APP_PREFIX
from edge_assistant.cli.common_arguments import (
    add_json,
    add_language,
    add_model,
    add_sampling,
    add_speak,
    add_think,
)
from edge_assistant.cli.describe_arguments import add_describe
from edge_assistant.cli.find_arguments import add_find
from edge_assistant.cli.models_arguments import add_models
from edge_assistant.cli.read_arguments import add_read
from edge_assistant.cli.settings import add_settings
from edge_assistant.system.i18n import tr
from edge_assistant.system.paths import is_test_build


def make_parser() -> Parser:
    """Make the parser of the whole command line; `command` of what it parses is the Command to run."""
    parser = Parser(
        prog="edge-assistant",
        description=tr("Describes pictures and the screen aloud. Works without a network."),
        epilog=tr("Answers can be wrong. Do not rely on them for medicine, traffic or money."),
    )
    version = tr("{version} (test build)", version=__version__) if is_test_build() else __version__
    parser.add_argument(
        "-V", "--version", action="version", version=f"%(prog)s {version}", help=tr("print the version and exit")
    )
    _add_app(parser)
    subparsers = parser.add_subparsers(
        title=tr("commands"),
        metavar=tr("COMMAND"),
        description=tr("Without one, the app starts. Before the name of a picture, describe may be left out."),
    )
    add_describe(subparsers.add_parser("describe", help=tr("describe a picture, or answer questions about it")))
    add_read(subparsers.add_parser("read", help=tr("read the text in a picture aloud")))
    add_find(subparsers.add_parser("find", help=tr("say where a text is in a picture")))
    cameras = subparsers.add_parser("cameras", help=tr("list the cameras, with their numbers for describe --camera"))
    add_json(cameras)
    cameras.set_defaults(command=Command(commands.cameras))
    _add_listen(
        subparsers.add_parser("listen", help=tr("run in the background, and describe what is there at a key press"))
    )
    _add_trigger(subparsers.add_parser("trigger", help=tr("run an action in the running program, like a shortcut")))
    doctor = subparsers.add_parser("doctor", help=tr("show what works on this computer, and how to fix what does not"))
    add_speak(doctor, tr("also speak (default: yes)"))
    add_json(doctor)
    doctor.set_defaults(command=Command(commands.doctor))
    report = subparsers.add_parser("report", help=tr("write a report of a problem into a file; nothing is sent"))
    report.add_argument("file", metavar=tr("FILE"), help=tr("the text file to write"))
    add_speak(report, tr("also speak (default: yes)"))
    report.set_defaults(command=Command(commands.report))
    _add_tune(subparsers.add_parser("tune", help=tr("find the fastest configuration for this computer")))
    _add_check_model(subparsers.add_parser("check-model", help=tr("check what models make of screens that are known")))
    voices = subparsers.add_parser("voices", help=tr("list the voices"))
    add_language(voices, tr("only voices for this language"))
    add_json(voices)
    voices.set_defaults(command=Command(commands.voices))
    add_settings(subparsers.add_parser("settings", help=tr("show and change the settings")))
    completion = subparsers.add_parser("completion", help=tr("print a script that lets a shell complete what you type"))
    completion.add_argument("shell", choices=commands.SHELLS, help=tr("the shell; its manual tells where scripts go"))
    completion.set_defaults(command=Command(commands.completion))
    add_models(subparsers.add_parser("models", help=tr("download, verify, export and remove models")))
    return parser


def _add_app(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(tr("options of the app"))
    add_sampling(group, APP_PREFIX)
    group.add_argument(
        "--speak", dest=f"{APP_PREFIX}speak", action=argparse.BooleanOptionalAction, help=tr("speak (default: yes)")
    )
    parser.set_defaults(command=Command(commands.app, tidy_s=None, on_main_thread=True))


def _add_listen(parser: argparse.ArgumentParser) -> None:
    add_sampling(parser)
    add_speak(parser)
    parser.set_defaults(command=Command(commands.listen, tidy_s=None))


def _add_tune(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add_model(parser)
    add_think(parser, tr("the Thinking model"))
    add(
        "--target",
        metavar=tr("SECONDS"),
        type=whole(1, 600),
        help=tr("time to the first word of a glance (default: 6)"),
    )
    add("--reset", action="store_true", help=tr("delete earlier results"))
    add_speak(parser, tr("also speak (default: yes)"))
    add_json(parser)
    parser.set_defaults(command=Command(commands.tune, tidy_s=3.0))


def _add_check_model(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add_model(parser, tr("only this one (default: each that is installed)"))
    add_think(parser, tr("the Thinking model"))
    add(
        "--minutes",
        metavar=tr("N"),
        type=minutes,
        default=60.0,
        help=tr("how long it may take in all, 0.1 to 1440 (default: 60)"),
    )
    add(
        "--languages",
        metavar=tr("CODES"),
        type=language_codes,
        help=tr("of the screens and the answers, such as en,de (default: yours and English)"),
    )
    add("--seed", metavar=tr("N"), type=whole(0, 2**31), default=1, help=tr("other screens (default: 1)"))
    add("--make-towers", action="store_true", help=tr("also make and compare smaller formats of the vision encoder"))
    add("--apply", action="store_true", help=tr("write what is proposed into your table of tasks"))
    add("--report", metavar=tr("FILE"), type=Path, help=tr("write the report into this file, as Markdown"))
    add_speak(parser, tr("also speak (default: yes)"))
    add_json(parser)
    parser.set_defaults(command=Command(commands.check_model, tidy_s=3.0))


def _add_trigger(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", metavar=tr("ACTION"), nargs="?", help=tr("one of the actions from --list"))
    parser.add_argument("name", metavar=tr("NAME"), nargs="*", help=tr("the name of your own question, after question"))
    parser.add_argument("--list", action="store_true", help=tr("print the actions and what each one does"))
    add_speak(parser, tr("speak where the program is not running or does not respond (default: yes)"))
    parser.set_defaults(command=Command(commands.trigger))
