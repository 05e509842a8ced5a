"""What the program says, in the person's language: English sentences are the keys, gettext catalogues the translations.

`tr` takes a literal, so that the catalogue's tools can find it; what varies is filled in by name.
"""

from __future__ import annotations

import gettext
from pathlib import Path

_DOMAIN = "edge_assistant"
_FOLDER = Path(__file__).parent / "locale"

_translations: gettext.NullTranslations = gettext.NullTranslations()


def use_language(code: str | None) -> None:
    """Speak the language `code`, such as "de"; None or one without a catalogue is English. Once a process, at start."""
    global _translations
    languages = [code.replace("-", "_"), code.replace("-", "_").split("_")[0]] if code else []
    _translations = gettext.translation(_DOMAIN, _FOLDER, languages, fallback=True)


def tr(message: str, /, **values: object) -> str:
    """`message` in the person's language, its {names} filled in."""
    translated = _translations.gettext(message)
    return translated.format(**values) if values else translated


def tr_count(one: str, many: str, number: int, /, **values: object) -> str:
    """The form of the sentence that `number` needs; {number} is filled in too."""
    return _translations.ngettext(one, many, number).format(number=number, **values)
