"""The values in texts that make each screen another one: documents, numbers, towns, years, dates."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from edge_assistant.drawn_screens.phrases.phrase_set import PhraseSet
from edge_assistant.drawn_screens.truth import Fact

_SLOT = re.compile(r"\{(\w+)\}")
_DIGITS_OF_NUMBERS = 12


@dataclass(frozen=True, slots=True)
class FilledText:
    """A text with its values filled in, and the values that a right account of it has."""

    text: str
    facts: tuple[Fact, ...]


class Values:
    """Draws values from a generator; a document or number is not given twice."""

    def __init__(self, rng: random.Random, words: PhraseSet, format_date: Callable[[date], str]) -> None:
        self._rng = rng
        self._words = words
        self._format_date = format_date
        self._given: set[str] = set()

    def fill(self, template: str, chosen: dict[str, str] | None = None) -> FilledText:
        """Fill in every slot of a template. Facts are the numbers of documents, codes and counts, as digits.

        Templates that are filled with the same `chosen` have the same value in the same slot.
        """
        facts: list[Fact] = []
        values = {} if chosen is None else chosen

        def value(match: re.Match[str]) -> str:
            slot = match[1]
            if slot not in values:
                values[slot] = getattr(self, slot)()
            text = values[slot]
            if slot in ("thing", "code", "count", "year"):
                facts.append((text.rsplit(" ", 1)[-1],))
            return text

        return FilledText(_SLOT.sub(value, template), tuple(facts))

    def thing(self) -> str:
        """A document with its number, such as "Invoice 2024-117"."""
        return f"{self._rng.choice(self._words.things)} {self._new(self._document_number)}"

    def town(self) -> str:
        """The name of a town."""
        return self._rng.choice(self._words.towns)

    def product(self) -> str:
        """The name of a product."""
        return self._rng.choice(self._words.products)

    def count(self) -> str:
        """A number from 13 to 98: no word for it is shorter than its digits."""
        return self._new(lambda: str(self._rng.randrange(13, 99)))

    def hour(self) -> str:
        """An hour of the morning."""
        return str(self._rng.randrange(7, 12))

    def year(self) -> str:
        """A year from 1811 to 1988."""
        return self._new(lambda: str(self._rng.randrange(1811, 1989)))

    def code(self) -> str:
        """The code of an error, of four digits."""
        return self._new(lambda: str(self._rng.randrange(1000, 10_000)))

    def date(self) -> str:
        """A day of the years 2025 to 2027, as the language writes it."""
        return self._format_date(date(2025, 1, 1) + timedelta(days=self._rng.randrange(1000)))

    def price(self, low: int = 1, high: int = 60) -> str:
        """An amount with two decimal places, with the language's separator."""
        return self.amount(self._rng.randrange(100 * low + 1, 100 * high))

    def amount(self, hundredths: int) -> str:
        """Format an amount that is given in hundredths."""
        return f"{hundredths // 100}{self._words.decimal}{hundredths % 100:02}"

    def digits(self, length: int) -> str:
        """A number of so many digits, the first of which is not 0."""
        return self._new(
            lambda: str(self._rng.randrange(1, 10)) + "".join(self._rng.choices("0123456789", k=length - 1))
        )

    def long_number(self) -> str:
        """A number of 12 digits: at random, of one digit in runs, or of groups that come again."""
        how = self._rng.randrange(3)
        if how == 0:
            return self.digits(_DIGITS_OF_NUMBERS)
        if how == 1:  # as 111122223333
            run = self._rng.choice((2, 3, 4, 6))
            return self._new(
                lambda: "".join(digit * run for digit in self._rng.sample("123456789", _DIGITS_OF_NUMBERS // run))
            )
        group = self._rng.choice((2, 3, 4))
        return self._new(
            lambda: "".join(self._rng.sample("1234567890", group)).replace("0", "7", 1) * (_DIGITS_OF_NUMBERS // group)
        )

    def _document_number(self) -> str:
        return f"{self._rng.randrange(2021, 2028)}-{self._rng.randrange(101, 1000)}"

    def _new(self, make: Callable[[], str]) -> str:
        while (made := make()) in self._given:
            pass
        self._given.add(made)
        return made


def number_fact(words: PhraseSet, number: int) -> Fact:
    """The spellings of a number: its digits, and its words where it is from 2 to 12."""
    return (str(number), *(words.numbers[number - 2] if 2 <= number <= 12 else ()))


def grouped_fact(number: str) -> Fact:
    """The spellings of a long number: whole, and in groups of three, four and two digits."""
    groups = (" ".join(number[at : at + size] for at in range(0, len(number), size)) for size in (3, 4, 2))
    return (number, *groups)


def price_fact(price: str) -> Fact:
    """The spellings of an amount: with either separator."""
    return tuple(dict.fromkeys((price, price.replace(",", "."), price.replace(".", ","))))
