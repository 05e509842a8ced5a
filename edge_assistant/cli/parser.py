"""The parser of the command line: every command with its options, and the function that runs it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NoReturn

from edge_assistant import __version__
from edge_assistant.cli import commands
from edge_assistant.cli.argument_types import language_codes, minutes, temperature, whole
from edge_assistant.cli.command import Command
from edge_assistant.cli.commands import APP_PREFIX
from edge_assistant.cli.describe_arguments import add_describe
from edge_assistant.cli.models_arguments import add_models
from edge_assistant.cli.settings import add_settings
from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.system.text_cleaning import Unshortened

ARGPARSE_MESSAGES = (
    tr_noop("usage: "),
    tr_noop("positional arguments"),
    tr_noop("options"),
    tr_noop("show this help message and exit"),
    tr_noop("argument %(argument_name)s: %(message)s"),
    tr_noop("unrecognized arguments: %s"),
    tr_noop("ambiguous option: %(option)s could match %(matches)s"),
    tr_noop("invalid choice: %(value)r (choose from %(choices)s)"),
    tr_noop("expected one argument"),
    tr_noop("expected at most one argument"),
    tr_noop("expected at least one argument"),
    tr_noop("the following arguments are required: %s"),
    tr_noop("one of the arguments %s is required"),
    tr_noop("not allowed with argument %s"),
    tr_noop("ignored explicit argument %r"),
)
"""Messages of argparse itself, listed here so that they are translated too (see i18n.translate_libraries)."""


class Parser(argparse.ArgumentParser):
    """An argument parser to be used within i18n.translate_libraries. Raises UsageError for invalid arguments."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(
            tr(
                "{upper}{value}. Try {prog} --help.",
                upper=message[:1].upper(),
                value=Unshortened(message[1:]),
                prog=self.prog,
            )
        )


def make_parser() -> Parser:
    """Make the parser of the whole command line; `command` of what it parses is the Command to run."""
    parser = Parser(
        prog="edge-assistant",
        description=tr("Describes pictures and the screen aloud. Works without a network."),
        epilog=tr("Answers can be wrong. Do not rely on them for medicine, traffic or money."),
    )
    parser.add_argument(
        "--version", action="version", version=f"%(prog)s {__version__}", help=tr("print the version and exit")
    )
    _add_app(parser)
    subparsers = parser.add_subparsers(
        title=tr("commands"), metavar=tr("COMMAND"), description=tr("Without one, the app starts.")
    )
    add_describe(subparsers.add_parser("describe", help=tr("describe a picture, or answer questions about it")))
    cameras = subparsers.add_parser("cameras", help=tr("list the cameras, with their numbers for describe --camera"))
    cameras.set_defaults(command=Command(commands.cameras))
    _add_listen(
        subparsers.add_parser("listen", help=tr("run in the background, and describe what is there at a key press"))
    )
    _add_trigger(subparsers.add_parser("trigger", help=tr("run an action in the running program, like a shortcut")))
    doctor = subparsers.add_parser("doctor", help=tr("show what works on this computer, and how to fix what does not"))
    doctor.add_argument("--speak", action=argparse.BooleanOptionalAction, help=tr("also speak (default: yes)"))
    doctor.set_defaults(command=Command(commands.doctor))
    _add_tune(subparsers.add_parser("tune", help=tr("find the fastest configuration for this computer")))
    _add_check_model(subparsers.add_parser("check-model", help=tr("check what models make of screens that are known")))
    voices = subparsers.add_parser("voices", help=tr("list the voices"))
    voices.add_argument("--language", metavar=tr("CODE"), help=tr("only voices for this language"))
    voices.set_defaults(command=Command(commands.voices))
    add_settings(subparsers.add_parser("settings", help=tr("show and change the settings")))
    add_models(subparsers.add_parser("models", help=tr("download, verify, export and remove models")))
    return parser


def _add_app(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group(tr("options of the app")).add_argument
    add(
        "--temperature",
        dest=f"{APP_PREFIX}temperature",
        metavar=tr("F"),
        type=temperature,
        help=tr("0 always takes the most likely word"),
    )
    add(
        "--seed",
        dest=f"{APP_PREFIX}seed",
        metavar=tr("N"),
        type=whole(0, 2**32 - 2),
        help=tr("makes answers repeatable"),
    )
    add("--speak", dest=f"{APP_PREFIX}speak", action=argparse.BooleanOptionalAction, help=tr("speak (default: yes)"))
    parser.set_defaults(command=Command(commands.app, tidy_s=None, on_main_thread=True))


def _add_listen(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--temperature",
        metavar=tr("F"),
        type=temperature,
        help=tr("0 always takes the most likely word; not with Thinking"),
    )
    add("--seed", metavar=tr("N"), type=whole(0, 2**32 - 2), help=tr("makes answers repeatable (default: random)"))
    add("--speak", action=argparse.BooleanOptionalAction, help=tr("speak (default: yes)"))
    parser.set_defaults(command=Command(commands.listen, tidy_s=None))


def _add_tune(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--model", metavar=tr("NAME|PATH"), help=tr("model: a name from the catalogue, or a GGUF file"))
    add("--mmproj", metavar=tr("PATH"), help=tr("the vision file that belongs to the model file"))
    add("--think", action="store_true", help=tr("the Thinking model"))
    add(
        "--target",
        metavar=tr("SECONDS"),
        type=whole(1, 600),
        help=tr("time to the first word of a glance (default: 6)"),
    )
    add("--reset", action="store_true", help=tr("delete earlier results"))
    add("--speak", action=argparse.BooleanOptionalAction, help=tr("also speak (default: yes)"))
    add("--json", action="store_true", help=tr("one JSON object per line on standard output"))
    parser.set_defaults(command=Command(commands.tune, tidy_s=3.0))


def _add_check_model(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--model", metavar=tr("NAME|PATH"), help=tr("only this one (default: each that is installed)"))
    add("--mmproj", metavar=tr("PATH"), help=tr("the vision file that belongs to the model file"))
    add("--think", action="store_true", help=tr("the Thinking model"))
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
    add("--speak", action=argparse.BooleanOptionalAction, help=tr("also speak (default: yes)"))
    add("--json", action="store_true", help=tr("one JSON object per line on standard output"))
    parser.set_defaults(command=Command(commands.check_model, tidy_s=3.0))


def _add_trigger(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", metavar=tr("ACTION"), nargs="?", help=tr("one of the actions from --list"))
    parser.add_argument("--list", action="store_true", help=tr("print the actions and what each one does"))
    parser.set_defaults(command=Command(commands.trigger))
