"""What the program says, in the person's language: English sentences are the keys, gettext catalogues the translations.

`tr` takes a literal, so that the catalogue's tools can find it; what varies is filled in by name, clean and short (see
system/outside_text.py).
"""

from __future__ import annotations

import contextlib
import gettext
import locale
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from edge_assistant.system.outside_text import Whole, in_sentence

_DOMAIN = "edge_assistant"
FOLDER = Path(__file__).parents[1] / "locale"

_INHERITED = "EDGE_ASSISTANT_LANGUAGE"
"""How the processes of this program know what it speaks."""

_LIBRARIES = "LANGUAGE"
"""Where gettext looks first."""


def use_language(code: str | None) -> None:
    """From now on speak the language `code`, such as "de"; None or one without a catalogue is English."""
    global _translations
    os.environ[_INHERITED] = code or ""
    _translations = _catalogue(code)


@contextlib.contextmanager
def in_libraries() -> Iterator[None]:
    """Meanwhile libraries that say something through gettext itself, as argparse does, find our catalogues too.

    For the main thread while there is no other: the environment decides on gettext's language.
    """
    before, domain = os.environ.get(_LIBRARIES), gettext.textdomain()
    os.environ[_LIBRARIES] = os.environ.get(_INHERITED, "").replace("-", "_") or "en"
    gettext.bindtextdomain(_DOMAIN, str(FOLDER))
    gettext.textdomain(_DOMAIN)
    try:
        yield
    finally:
        gettext.textdomain(domain)
        if before is None:
            del os.environ[_LIBRARIES]
        else:
            os.environ[_LIBRARIES] = before


def _catalogue(code: str | None) -> gettext.NullTranslations:
    languages = [code.replace("-", "_"), code.replace("-", "_").split("_")[0]] if code else []
    return gettext.translation(_DOMAIN, FOLDER, languages, fallback=True)


_translations = _catalogue(os.environ.get(_INHERITED))


def tr(message: str, /, **values: object) -> str:
    """`message` in the person's language, its {names} filled in."""
    translated = _translations.gettext(message)
    return Whole(translated.format(**_clean(values)) if values else translated)


def tr_count(one: str, many: str, number: int, /, **values: object) -> str:
    """The form of the sentence that `number` needs; {number} is filled in too."""
    return Whole(_translations.ngettext(one, many, number).format(number=number, **_clean(values)))


def _clean(values: Mapping[str, object]) -> dict[str, object]:
    return {name: in_sentence(value) for name, value in values.items()}


def number(value: float, places: int = 0) -> str:
    """`value` with so many decimal places, with the marks that the person's language writes in numbers."""
    thousands, point = (tr("1,000.5")[place] for place in (1, 5))
    return f"{value:,.{places}f}".translate({ord(","): thousands, ord("."): point})


def later(message: str) -> str:
    """`message` as it is: marks a text that stands in a table, and goes through `tr` where it is used."""
    return message


def languages() -> tuple[str, ...]:
    """The codes of the languages that messages are in."""
    return ("en", *sorted(path.parent.parent.name for path in FOLDER.glob(f"*/LC_MESSAGES/{_DOMAIN}.mo")))


def system_language(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> str | None:
    """The code of the system's language, such as "de" or "pt-BR"; None where it has none.

    `platform` is a `sys.platform` value. Windows and macOS are not yet run.
    """
    if platform == "win32":
        return _code(_windows_language())
    # In the order in which gettext looks; LANGUAGE is a list.
    named = (environ.get("LC_ALL"), environ.get("LC_MESSAGES"), environ.get("LANG"))
    name = next((each for each in named if each), "")
    if platform == "darwin" and not name:
        return _code(_mac_language())
    wished = environ.get("LANGUAGE", "").split(":")[0]
    return _code(wished or name) if _code(name) else None


def _code(name: str) -> str | None:
    """`de_DE.UTF-8` as a code; None for C and POSIX, which are no language."""
    found = re.match(r"([a-z]{2,3})(?:[-_]([A-Za-z]{2,4}))?(?![A-Za-z])", name)
    if found is None:
        return None
    language, country = found.groups()
    return f"{language}-{country}" if country and language in ("pt", "zh") else str(language)


def _windows_language() -> str:
    import ctypes

    system: Any = ctypes
    return locale.windows_locale.get(system.windll.kernel32.GetUserDefaultUILanguage(), "")


def _mac_language() -> str:
    """A program that is not started from a terminal has no LANG there."""
    try:
        done = subprocess.run(
            ["defaults", "read", "-g", "AppleLocale"], capture_output=True, text=True, timeout=2, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
