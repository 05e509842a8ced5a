"""Answers about drawn screens, made from their truth: all that they claim is right, until a digit is changed.

    python tests/support/true_answers.py --seed 7 --count 3 --languages en de

draws so many screens of each kind, has their text recognised, and prints how many true sentences were doubted, and how
many answers with one changed digit were found.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[2])]

from edge_assistant.assistant.answer_checks import check_with_lines
from edge_assistant.assistant.answer_claims import claims_of
from edge_assistant.drawn_screens.drawing import draw_screens
from edge_assistant.drawn_screens.truth import KINDS, PHOTOGRAPHS, DrawnScreen, Kind, TextBox
from edge_assistant.ocr.client import TextReader
from edge_assistant.ocr.page import Page

_QUOTES = {
    "en": ("“{}”", '"{}"', "‘{}’"),
    "de": ("„{}“", "»{}«", '"{}"'),
    "fr": ("« {} »", "“{}”"),
    "pl": ("„{}”",),
    "es": ("«{}»", "“{}”"),
    "el": ("«{}»",),
    "ja": ("「{}」", "『{}』"),
    "zh": ("“{}”", "《{}》"),
}
_TEXT = {
    "en": ("The text says {}.", "It reads {}.", "{} is written there.", "Below it stands {}."),
    "de": ("Dort steht {}.", "Darunter ist {} zu lesen."),
}
_BUTTON = {
    "en": ("There is the {} button.", "There is a button labelled {}.", "One button is called {}.", "The button {}."),
    "de": ("Da ist die Schaltfläche {}.", "Ein Knopf heißt {}.", "Die {}-Schaltfläche ist unten."),
}
_NUMBER = {"en": ("The number is {}.", "It shows {}."), "de": ("Die Nummer ist {}.", "Es zeigt {}.")}


@dataclass
class Score:
    """What came of the answers: sentences doubted of those that are true, changed answers found of those changed."""

    sentences: int = 0
    doubted: int = 0
    changed: int = 0
    found: int = 0
    doubts: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def true_sentences(screen: DrawnScreen, rng: random.Random, most: int = 8) -> Iterator[str]:
    """Sentences about a screen that quote its texts, name its buttons and give its numbers, all as they are."""
    texts = list(screen.truth.texts)
    rng.shuffle(texts)
    for each in texts[:most]:
        yield from _sentence(each, screen.language, rng)
    for number in screen.truth.numbers[:2]:
        size = rng.choice((3, 4, 12))
        grouped = " ".join(number[at : at + size] for at in range(0, len(number), size))
        yield rng.choice(_frames(_NUMBER, screen.language)).format(grouped)


def change_a_digit(sentence: str, rng: random.Random) -> str | None:
    """The sentence with one digit of what it claims changed; None where it claims none."""
    claimed = [each.text for each in claims_of(sentence) if any(sign in "0123456789" for sign in each.text)]
    if not claimed:
        return None
    text = rng.choice(claimed)
    at = rng.choice([place for place, sign in enumerate(text) if sign in "0123456789"])
    other = rng.choice([digit for digit in "0123456789" if digit != text[at]])
    return sentence.replace(text, text[:at] + other + text[at + 1 :], 1)


def score(screen: DrawnScreen, page: Page, rng: random.Random, total: Score) -> None:
    """Check true sentences about a screen, and the same ones with a changed digit."""
    for sentence in true_sentences(screen, rng):
        if not claims_of(sentence):
            continue
        total.sentences += 1
        checks = check_with_lines(sentence, page.lines, unreadable=page.unreadable)
        if checks is None:
            continue
        if checks.unconfirmed:
            total.doubted += 1
            total.doubts.append(f"{screen.name}: {checks.unconfirmed}")
        for _ in range(3):
            changed = change_a_digit(sentence, rng)
            if changed is None:
                break
            total.changed += 1
            found = check_with_lines(changed, page.lines, unreadable=page.unreadable)
            if found is not None and found.unconfirmed:
                total.found += 1
            else:
                total.missed.append(f"{screen.name}: {sentence} -> {changed}")


def run(kinds: Sequence[Kind], languages: Sequence[str], seed: int, count: int = 1) -> Score:
    """Draw screens, have their text recognised, and check answers about them."""
    total, reader = Score(), TextReader()
    try:
        for screen in draw_screens(kinds, seed=seed, languages=languages, count=count):
            if screen.truth.texts:
                kind = "photo" if screen.kind in PHOTOGRAPHS else "screen"
                page = reader.read(screen.image, kind=kind)  # type: ignore[arg-type]
                score(screen, page, random.Random(f"{seed} {screen.name}"), total)
    finally:
        reader.close()
    return total


def _sentence(text: TextBox, language: str, rng: random.Random) -> Iterator[str]:
    if text.role == "button" and language in _BUTTON and rng.random() < 0.6:
        yield rng.choice(_BUTTON[language]).format(text.text)
    elif text.text.strip().isdigit() and len(text.text) > 3:
        yield rng.choice(_frames(_NUMBER, language)).format(text.text)
    else:
        quote = rng.choice(_QUOTES.get(language, ('"{}"',)))
        if not any(mark in text.text for mark in "“”„«»‘’'\"「」『』《》"):
            yield rng.choice(_frames(_TEXT, language)).format(quote.format(text.text))


def _frames(frames: dict[str, tuple[str, ...]], language: str) -> tuple[str, ...]:
    return frames.get(language, frames["en"])


def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--languages", nargs="+", default=["en", "de"])
    parser.add_argument("--kinds", nargs="+", default=KINDS)
    given = parser.parse_args()
    total = run(given.kinds, given.languages, given.seed, given.count)
    print(*total.doubts, *total.missed, sep="\n")
    print(
        f"{total.doubted} of {total.sentences} true sentences doubted, {total.found} of {total.changed} changes found"
    )


if __name__ == "__main__":
    _main()
