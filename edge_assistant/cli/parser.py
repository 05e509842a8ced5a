"""An argument parser that raises our errors and speaks the user's language, and types of arguments."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from typing import NoReturn

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
"""Messages of argparse itself, listed here so that they are translated too (see i18n.in_libraries)."""


class Parser(argparse.ArgumentParser):
    """An argument parser to be used within i18n.in_libraries. Raises UsageError for invalid arguments."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(
            tr(
                "{upper}{value}. Try {prog} --help.",
                upper=message[:1].upper(),
                value=Unshortened(message[1:]),
                prog=self.prog,
            )
        )


def whole(low: int, high: int) -> Callable[[str], int]:
    """Make an argument type for whole numbers from `low` to `high`."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(
                tr("{text} is not a whole number from {low} to {high}", text=text, low=low, high=high)
            )
        return value

    return parse


def seconds(text: str) -> float:
    """Parse a time to wait, 0 to 60 s."""
    value = _number(text)
    if not 0 <= value <= 60:
        raise argparse.ArgumentTypeError(tr("{text} is not a number of seconds from 0 to 60", text=text))
    return value


def temperature(text: str) -> float:
    """Parse a sampling temperature, 0 (greedy) to 2."""
    value = _number(text)
    if not 0 <= value <= 2:
        raise argparse.ArgumentTypeError(tr("{text} is not a number from 0 to 2", text=text))
    return value


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
