"""The parser of the command line: its errors are ours, its numbers are checked, its words in the person's language."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from typing import NoReturn

from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import later, tr
from edge_assistant.system.outside_text import Whole

WORDS = (
    later("usage: "),
    later("positional arguments"),
    later("options"),
    later("show this help message and exit"),
    later("argument %(argument_name)s: %(message)s"),
    later("unrecognized arguments: %s"),
    later("ambiguous option: %(option)s could match %(matches)s"),
    later("invalid choice: %(value)r (choose from %(choices)s)"),
    later("expected one argument"),
    later("expected at most one argument"),
    later("expected at least one argument"),
    later("the following arguments are required: %s"),
    later("one of the arguments %s is required"),
    later("not allowed with argument %s"),
    later("ignored explicit argument %r"),
)
"""What argparse itself says to people, through gettext; they stand here for the catalogues, see text.in_libraries."""


class Parser(argparse.ArgumentParser):
    """To be used in text.in_libraries. Raises UsageError for what cannot be understood."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(
            tr(
                "{upper}{value}. Try {prog} --help.",
                upper=message[:1].upper(),
                value=Whole(message[1:]),
                prog=self.prog,
            )
        )


def whole(low: int, high: int) -> Callable[[str], int]:
    """Takes whole numbers from `low` to `high`."""

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
    """A time to wait."""
    value = _number(text)
    if not 0 <= value <= 60:
        raise argparse.ArgumentTypeError(tr("{text} is not a number of seconds from 0 to 60", text=text))
    return value


def temperature(text: str) -> float:
    """How freely to answer; 0 is greedy."""
    value = _number(text)
    if not 0 <= value <= 2:
        raise argparse.ArgumentTypeError(tr("{text} is not a number from 0 to 2", text=text))
    return value


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
