"""Types of the command line's arguments."""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr
from edge_assistant.system.language_codes import check_language


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


def minutes(text: str) -> float:
    """Parse the minutes that something may take, 0.1 to 1440."""
    value = _number(text)
    if not 0.1 <= value <= 1440:
        raise argparse.ArgumentTypeError(tr("{text} is not a number of minutes from 0.1 to 1440", text=text))
    return value


def language_code(text: str) -> str:
    """Parse the code of a language, such as de or pt-BR."""
    try:
        check_language(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error).rstrip(".")) from error
    return text


def language_codes(text: str) -> tuple[str, ...]:
    """Parse codes of languages with commas between them, such as "en,de"; the countries of codes do not count."""
    codes = [code.strip().replace("_", "-").split("-")[0].lower() for code in text.split(",")]
    if not all(code.isascii() and code.isalpha() and len(code) in (2, 3) for code in codes):
        raise argparse.ArgumentTypeError(tr("{text} is not a list of language codes such as en,de", text=text))
    return tuple(dict.fromkeys(codes))


def temperature(text: str) -> float:
    """Parse a sampling temperature, 0 (greedy) to 2."""
    value = _number(text)
    if not 0 <= value <= 2:
        raise argparse.ArgumentTypeError(tr("{text} is not a number from 0 to 2", text=text))
    return value


def rectangle(text: str) -> tuple[int, int, int, int]:
    """Parse a rectangle: left, top, width and height, as whole numbers with commas between them."""
    try:
        left, top, width, height = (int(part) for part in text.split(","))
    except ValueError:
        left = top = width = height = 0
    if width < 1 or height < 1:
        raise argparse.ArgumentTypeError(
            tr("{text} is not a rectangle such as 100,50,640,480: left, top, width, height", text=text)
        )
    return left, top, width, height


def picture_name(text: str, platform: str = sys.platform) -> str:
    """Return the name of a picture file; of a file: address, as file managers give it, the path that it names.

    Raises UsageError for another address: the program uses no network for pictures.
    """
    if not is_address(text):
        return text
    address = urlsplit(text)
    if address.scheme.lower() == "file" and address.netloc in ("", "localhost"):
        path = unquote(address.path)
        return path.removeprefix("/") if platform == "win32" else path
    raise UsageError(tr("That is an address. Edge Assistant does not fetch pictures from the internet; save it first."))


def is_address(text: str) -> bool:
    """Return whether a text is an address such as https://example.org/a.png, and not the name of a file."""
    return re.match(r"[a-z][a-z0-9+.-]+://", text, re.IGNORECASE) is not None


def question(text: str) -> str:
    """Return a question as valid Unicode, whatever bytes the shell passed. Raises UsageError if it is empty."""
    clean = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").strip()
    if not clean:
        raise UsageError(tr("The question is empty. Write it after --ask."))
    return clean


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
