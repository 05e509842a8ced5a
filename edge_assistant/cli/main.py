"""The main function of the command line: parses and checks the arguments, then imports and runs one command."""

from __future__ import annotations

import argparse
import contextlib
import logging
from collections.abc import Callable, Sequence

from edge_assistant.cli import commands
from edge_assistant.cli.commands import APP_PREFIX
from edge_assistant.cli.parser import make_parser
from edge_assistant.system import logger, signals
from edge_assistant.system.errors import AssistantError, UsageError, explain_error
from edge_assistant.system.i18n import tr, translate_libraries

_log = logging.getLogger(__name__)


def main(arguments: Sequence[str]) -> int:
    """Run one command; return its exit code: 0 for success, the others as in system/errors.py."""
    _use_language_of_settings()
    logger.set_up_logging()
    try:
        with translate_libraries():
            parsed = make_parser().parse_args(arguments)
        _check_app_options(parsed)
        command: Callable[[argparse.Namespace], int] = parsed.command
        if command is commands.describe:  # handles signals itself, since it must complete its JSON output
            return command(parsed)
        with signals.raise_interrupts():
            return command(parsed)
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 (a bug must be reported to the user like any other error)
        if not isinstance(error, AssistantError):
            _log.exception("a command failed")
        failure = explain_error(error)
        _report_error(failure, as_json="--json" in arguments)
        return failure.exit_code


def _use_language_of_settings() -> None:
    """Use the language of the settings, or the system's if the file is broken (the command will report that)."""
    from edge_assistant.settings import schema
    from edge_assistant.system import i18n

    try:
        i18n.use_language(schema.load(schema.path()).spoken_language)
    except AssistantError:
        i18n.use_language(i18n.system_language())


def _report_error(error: AssistantError, *, as_json: bool) -> None:
    """Print an error outside of any question: on standard error, or as the end of question 0 in JSON output."""
    from edge_assistant.assistant.events import ErrorEvent
    from edge_assistant.cli.output import JsonOutput, TextOutput

    output = JsonOutput() if as_json else TextOutput()
    with contextlib.suppress(OSError):
        output.show(ErrorEvent(0, error.code, str(error), error.exit_code))


def _check_app_options(parsed: argparse.Namespace) -> None:
    """Refuse options of the app before a command, where they would have no effect."""
    given = [
        name.removeprefix(APP_PREFIX)
        for name, value in vars(parsed).items()
        if name.startswith(APP_PREFIX) and value is not None
    ]
    if given and parsed.command is not commands.app:
        raise UsageError(tr("The option {value} must come after the command.", value=given[0]))
