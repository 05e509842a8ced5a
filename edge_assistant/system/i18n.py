"""Translations: English sentences are the keys, gettext catalogues hold the other languages.

`tr` takes a literal, so that the catalogue's tools can find it; values are filled in by name, cleaned and shortened
(see system/text_cleaning.py).
"""

from __future__ import annotations

import contextlib
import functools
import gettext
import locale
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from edge_assistant.system.text_cleaning import Unshortened, for_sentence

_DOMAIN = "edge_assistant"
FOLDER = Path(__file__).parents[1] / "locale"

_LANGUAGE_VARIABLE = "EDGE_ASSISTANT_LANGUAGE"
"""The variable that passes the language on to the processes of this program."""

_GETTEXT_VARIABLE = "LANGUAGE"
"""The variable that gettext reads first."""


def use_language(code: str | None) -> None:
    """Switch to the language `code`, such as "de"; None, or one without a catalogue, is English."""
    global _translations
    os.environ[_LANGUAGE_VARIABLE] = code or ""
    _translations = _catalogue(code)


@contextlib.contextmanager
def translate_libraries() -> Iterator[None]:
    """Let libraries that translate through gettext itself, as argparse does, find our catalogues meanwhile.

    For the main thread while there is no other one: the environment decides on gettext's language.
    """
    before, domain = os.environ.get(_GETTEXT_VARIABLE), gettext.textdomain()
    os.environ[_GETTEXT_VARIABLE] = os.environ.get(_LANGUAGE_VARIABLE, "").replace("-", "_") or "en"
    gettext.bindtextdomain(_DOMAIN, str(FOLDER))
    gettext.textdomain(_DOMAIN)
    try:
        yield
    finally:
        gettext.textdomain(domain)
        if before is None:
            del os.environ[_GETTEXT_VARIABLE]
        else:
            os.environ[_GETTEXT_VARIABLE] = before


def _catalogue(code: str | None) -> gettext.NullTranslations:
    languages = [code.replace("-", "_"), code.replace("-", "_").split("_")[0]] if code else []
    return gettext.translation(_DOMAIN, FOLDER, languages, fallback=True)


_translations = _catalogue(os.environ.get(_LANGUAGE_VARIABLE))


def catalogue_language() -> str:
    """Return the code of the language that `tr` translates into: "en" where there is no catalogue."""
    return _translations.info().get("language") or "en"


class Translator:
    """Translates what is put into an answer, which need not be in the person's language.

    Messages are marked with `tr_noop`, those with a number with `tr_noop_count`.
    """

    def __init__(self, catalogue: gettext.NullTranslations) -> None:
        self._catalogue = catalogue

    def __call__(self, message: str, /, **values: object) -> str:
        """Translate `message` and fill in its {names}."""
        translated = self._catalogue.gettext(message)
        return Unshortened(translated.format(**_clean(values)) if values else translated)

    def count(self, forms: tuple[str, str], number: int, /, **values: object) -> str:
        """Translate a sentence in the form that `number` needs; {number} is filled in too."""
        return Unshortened(self._catalogue.ngettext(*forms, number).format(number=number, **_clean(values)))


def translator(language: str | None) -> Translator | None:
    """Return a translator into the language of an answer, such as "de" or "pt-BR"; None where we do not speak it.

    Then only what needs no words is put into the answer. Without a `language` it is the person's own.
    """
    return Translator(_translations) if language is None else _translator(language)


@functools.cache
def _translator(language: str) -> Translator | None:
    base = language.replace("_", "-").split("-")[0].lower()
    catalogue = _catalogue(base)
    return Translator(catalogue) if base == "en" or isinstance(catalogue, gettext.GNUTranslations) else None


def tr(message: str, /, **values: object) -> str:
    """Translate `message` into the person's language and fill in its {names}."""
    return Translator(_translations)(message, **values)


def tr_count(one: str, many: str, number: int, /, **values: object) -> str:
    """Translate a sentence in the form that `format_number` needs; {number} is filled in too."""
    return Translator(_translations).count((one, many), number, **values)


def _clean(values: Mapping[str, object]) -> dict[str, object]:
    return {name: for_sentence(value) for name, value in values.items()}


def format_number(value: float, places: int = 0) -> str:
    """Format `value` with so many decimal places, with the separators of the person's language."""
    thousands, point = (tr("1,000.5")[place] for place in (1, 5))
    return f"{value:,.{places}f}".translate({ord(","): thousands, ord("."): point})


def tr_noop(message: str) -> str:
    """Mark a message for translation and return it unchanged; it goes through `tr` where it is used."""
    return message


def tr_noop_count(one: str, many: str) -> tuple[str, str]:
    """Mark both forms of a sentence with a number for translation; they go through `Translator.count`."""
    return one, many


def languages() -> tuple[str, ...]:
    """Return the codes of the languages that there are translations for, English first."""
    return ("en", *sorted(path.parent.parent.name for path in FOLDER.glob(f"*/LC_MESSAGES/{_DOMAIN}.mo")))


def system_language(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the code of the system's language, such as "de" or "pt-BR"; None where it has none.

    `platform` is a `sys.platform` value. Run under wine, not yet on Windows and macOS.
    """
    if platform == "win32":
        return _language_code(_windows_language())
    # In gettext's order; LANGUAGE is a list.
    named = (environ.get("LC_ALL"), environ.get("LC_MESSAGES"), environ.get("LANG"))
    name = next((each for each in named if each), "")
    if platform == "darwin" and not name:
        return _language_code(_mac_language())
    preferred = environ.get("LANGUAGE", "").split(":")[0]
    return _language_code(preferred or name) if _language_code(name) else None


def _language_code(name: str) -> str | None:
    """Return a locale's name such as `de_DE.UTF-8` as a language code; None for C and POSIX."""
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
    """Return AppleLocale: a program that was not started from a terminal has no LANG."""
    try:
        done = subprocess.run(
            ["defaults", "read", "-g", "AppleLocale"], capture_output=True, text=True, timeout=2, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
