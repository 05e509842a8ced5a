"""Parsing of TOML that anybody may have written: what would break Python's parser, or fill the memory, is an error."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from edge_assistant.system.i18n import tr

_MOST_REASON = 200
"""The most characters of an error's own words."""

# For a key of n parts the parser keeps all n prefixes: one of 200 kB takes more memory than a computer has.
_MAX_PARTS = 30
_PART = r"""(?:[A-Za-z0-9_-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')"""
_LONG_KEY = re.compile(rf"(?<![A-Za-z0-9_-]){_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{_MAX_PARTS}}}")


def parse_toml(text: str) -> dict[str, Any]:
    """Parse a TOML text. Raises ValueError with a sentence's end: tomllib.TOMLDecodeError where it is no TOML."""
    if _LONG_KEY.search(text):
        raise ValueError(tr("it is nested too deeply"))
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except RecursionError:
        raise ValueError(tr("it is nested too deeply")) from None
    except ValueError:  # for a number with thousands of digits
        raise ValueError(tr("a number in it is too large")) from None


def file_problem(error: Exception) -> str:
    """Return why a TOML file cannot be used, by the error of reading or parsing it, as the end of a sentence."""
    if isinstance(error, UnicodeDecodeError):
        return tr("it is not UTF-8 text")
    if isinstance(error, OSError):
        return error.strerror or str(error)
    if isinstance(error, tomllib.TOMLDecodeError):  # its own message is for programmers
        line = re.search(r"line\s(\d+)", str(error))
        return tr("line {line} is not valid", line=line[1]) if line else tr("its end is missing")
    return str(error)[:_MOST_REASON]
