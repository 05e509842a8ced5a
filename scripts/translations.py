#!/usr/bin/env python3
"""Keeps the translations: `update` takes new sentences into the catalogues, `compile` makes what the program reads, and
`check` says what is missing, and what could not be translated at all. Exit code 1: `check` has found something.
"""

from __future__ import annotations

import argparse
import datetime
import functools
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog, Message, extract, pofile
from babel.messages.mofile import write_mo
from translating import unmarked

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "edge_assistant"
LOCALE = PACKAGE / "locale"
DOMAIN = "edge_assistant"
KEYWORDS = {"tr": None, "tr_noop": None, "tr_count": (1, 2), "tr_noop_count": (1, 2)}
_NOTHING = re.compile(rb'"[\w-]+(-Date|-To|-Translator|-Team|-Version: edge)\b')
_PLACES = re.compile(r"\{(\w+)|(%(?:\(\w+\))?[sdr])")


@functools.cache
def extracted() -> Catalog:
    """Every sentence of the program, sorted, without the places where it stands: they change all the time."""
    catalog = Catalog(project="edge-assistant", fuzzy=False)
    for file in sorted(PACKAGE.rglob("*.py")):
        with file.open("rb") as source:
            for _, message, _, _ in extract.extract("python", source, keywords=KEYWORDS):
                catalog.add(message)
    return catalog


def path_of(language: str, kind: str = "po") -> Path:
    """The catalogue of a language, as text (po) or as the program reads it (mo)."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.{kind}"


def languages() -> list[str]:
    """The languages that have a catalogue."""
    return sorted(file.parent.parent.name for file in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def read(language: str) -> Catalog:
    """The catalogue of a language; a new one where there is none."""
    if not path_of(language).exists():
        return Catalog(locale=language, project="edge-assistant", fuzzy=False)
    with path_of(language).open("rb") as file:
        return pofile.read_po(file, locale=language)


def update(language: str) -> None:
    """Take new sentences in, and throw away what the program no longer says."""
    old, new = read(language), Catalog(locale=language, project="edge-assistant", fuzzy=False)
    for message in extracted():
        if message.id:
            known = old.get(message.id)
            new.add(message.id, known.string if known is not None else None)
    path_of(language).parent.mkdir(parents=True, exist_ok=True)
    text = io.BytesIO()
    new.header_comment = f"# What the program says, in the language {language}; made by scripts/translations.py."
    pofile.write_po(text, new, width=110, sort_output=True)
    # Dates would change every time, and there are no addresses.
    lines = text.getvalue().splitlines(True)
    path_of(language).write_bytes(b"".join(line for line in lines if not _NOTHING.match(line)))


def compiled(language: str) -> bytes:
    """What the program reads."""
    made, catalog = io.BytesIO(), read(language)
    # Always the same, so that an old file can be told from a fresh one.
    catalog.creation_date = catalog.revision_date = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    write_mo(made, catalog)
    return made.getvalue()


def faults(language: str) -> Iterator[str]:
    """What is wrong with a catalogue."""
    catalog, said = read(language), [message for message in extracted() if message.id]
    for message in said:
        known = catalog.get(message.id)
        if known is None or not all(_strings(known)):
            yield f"not translated: {_ids(message)[0]}"
        elif known.fuzzy:
            yield f"only guessed: {_ids(message)[0]}"
        else:
            wanted = {place for each in _ids(message) for place in _places(each)}
            for string in _strings(known):
                if _places(string) - wanted or wanted - _places(string) - {"number"}:
                    yield f"other places to fill in: {string}"
    for message in catalog:
        if message.id and _ids(message)[0] not in {_ids(each)[0] for each in said}:
            yield f"no longer said: {_ids(message)[0]}"
    if not path_of(language, "mo").exists() or path_of(language, "mo").read_bytes() != compiled(language):
        yield "the compiled catalogue is an old one: run scripts/translations.py compile"


def _places(text: str) -> set[str]:
    """What is filled in: {name}, and %(name)s in what argparse says."""
    return {braces or percent for braces, percent in _PLACES.findall(text)}


def _ids(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple | list) else (message.id,)


def _strings(message: Message) -> tuple[str, ...]:
    strings = message.string
    return tuple(strings) if isinstance(strings, tuple | list) else (strings,)


def main() -> int:
    """0, or 1 when `check` finds something."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("update", "compile", "check"))
    parser.add_argument("languages", nargs="*", default=languages(), help="codes such as de; default: all there are")
    arguments = parser.parse_args()
    for language in arguments.languages:
        if not re.fullmatch(r"[a-z]{2,3}(_[A-Z]{2})?", language):
            parser.error(f"{language} is no code of a language, such as de or pt_BR")
    found = 0
    for sentence in unmarked.faults(PACKAGE) if arguments.what == "check" else ():
        found += 1
        print(sentence)
    for language in arguments.languages:
        if arguments.what == "update":
            update(language)
        elif arguments.what == "compile":
            path_of(language, "mo").write_bytes(compiled(language))
        else:
            for fault in faults(language):
                found += 1
                print(f"{language}: {fault}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
