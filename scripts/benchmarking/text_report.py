"""The table of text recognition: the product beside rapidocr and tesseract, and what is wanted of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarking.measurements import Measurements
from benchmarking.units import gigabytes, number, seconds

_READERS = ("product", "rapidocr", "tesseract")
_KINDS = {"screen": "1920 x 1080", "window": "at most 1280 wide"}


def tables(figures: Measurements) -> Iterator[str]:
    """The lines of both tables; none where nothing was measured."""
    if figures.measured("text"):
        yield from _text_tables(figures)
    if figures.measured("read"):
        yield ""
        yield "| desktop app: from the key to the first line handed to the voice | wanted | measured | |"
        yield "|---|---|---|---|"
        yield from _readings(figures)
    if figures.measured("beside-text"):
        yield ""
        yield "| a glance beside text recognition | alone | beside it | longer by at most | longer by | |"
        yield "|---|---|---|---|---|---|"
        yield from _beside(figures)


def _text_tables(figures: Measurements) -> Iterator[str]:
    yield ""
    yield "| text recognition, one thread | product | rapidocr 3.10 | tesseract 5 |"
    yield "|---|---|---|---|"
    yield from _compared(figures)
    yield ""
    yield "| goal of text recognition | wanted | measured | |"
    yield "|---|---|---|---|"
    yield from _goals(figures)


def _readings(figures: Measurements) -> Iterator[str]:
    for kind, most in (("window", (0.5, 1.3)), ("screen", (1.0, 1.8))):
        for state, limit in zip(("warm", "cold"), most, strict=True):
            values = figures.values(f"read/{kind}.{state}")
            middle = figures.median(f"read/{kind}.{state}")
            met = "" if middle is None else "met" if middle <= limit else "missed"
            yield f"| {_KINDS[kind]}, worker {state} | at most {limit:g} s | {seconds(values)} | {met} |"
    peak = max((*figures.values("read/window.pss"), *figures.values("read/screen.pss")), default=None)
    if peak is not None:
        met = "met" if peak <= 4.7e9 else "missed"
        yield f"| peak PSS of all processes, read beside an answer | at most 4.7 GB | {gigabytes([peak])} | {met} |"


def _beside(figures: Measurements) -> Iterator[str]:
    for name, words, most in (("window", "900 x 600", 0.10), ("screen", "1920 x 1080", 0.15)):
        alone, beside = (f"beside-text/{name}.{when}.first_token" for when in ("alone", "beside"))
        longer = (figures.ratio(beside, alone) or 1.0) - 1
        cells = [seconds(figures.values(alone)), seconds(figures.values(beside)), f"{most:.0%}", f"{longer:.1%}"]
        yield f"| {words} | {' | '.join(cells)} | {'met' if longer <= most else 'missed'} |"


def _compared(figures: Measurements) -> Iterator[str]:
    def row(name: str, unit: Callable[[list[float]], str], figure: str) -> str:
        return f"| {name} | {' | '.join(unit(figures.values(f'text/{each}.{figure}')) for each in _READERS)} |"

    words, small, buttons = (f"{figures.median(f'text/{name}') or 0:.0f}" for name in ("words", "small", "buttons"))
    yield row(f"words missed, of {words}", _count, "missed")
    yield row("wrong letters", _share, "wrong_letters")
    yield row(f"words of 11 pixels missed, of {small}", _count, "small_missed")
    yield row(f"buttons whose words were all found, of {buttons}", _count, "buttons")
    for kind, words in _KINDS.items():
        yield row(f"processor time a page, {words}", seconds, f"{kind}.cpu")
        yield row(f"whole time a page, {words}", seconds, f"{kind}.whole")
        yield row(f"time to the first line, {words}", seconds, f"{kind}.first_line")
        yield row(f"peak resident set, {words}", gigabytes, f"{kind}.peak")
    for kind, words in _KINDS.items():
        for name in ("warm", "cold"):
            values = figures.values(f"text/worker.{kind}.{name}")
            yield f"| picture to first line in the app, {words}, worker {name} | {seconds(values)} | | |"
        values = figures.values(f"text/worker.{kind}.peak")
        yield f"| peak resident set of the app's worker, two threads, {words} | {gigabytes(values)} | | |"


def _goals(figures: Measurements) -> Iterator[str]:
    def ratio(name: str, most: float, one: str, other: str) -> str:
        value, base = figures.median(f"text/{one}"), figures.median(f"text/{other}")
        share = None if value is None or base is None else value / base if base else float(value > 0)
        return _goal(f"{name}, to rapidocr", most, share)

    for kind, words in _KINDS.items():
        yield ratio(f"processor time, {words}", 0.7, f"product.{kind}.cpu", f"rapidocr.{kind}.cpu")
        yield ratio(f"first line to whole time, {words}", 0.3, f"product.{kind}.first_line", f"rapidocr.{kind}.whole")
    yield ratio("words missed", 0.5, "product.missed", "rapidocr.missed")
    yield ratio("wrong letters", 1.0, "product.wrong_letters", "rapidocr.wrong_letters")
    found, there = figures.median("text/product.buttons"), figures.median("text/buttons")
    yield _goal("buttons not found", 0, None if found is None or there is None else there - found)
    for kind, words, most in (("screen", _KINDS["screen"], 0.6), ("window", _KINDS["window"], 0.35)):
        peak = figures.median(f"text/worker.{kind}.peak")
        yield _goal(f"peak resident set of the app's worker, {words}, GB", most, None if peak is None else peak / 1e9)
    for kind, warm in (("window", 0.4), ("screen", 0.8)):
        for name, most in (("warm", warm), ("cold", warm + 0.8)):
            value = figures.median(f"text/worker.{kind}.{name}")
            yield _goal(f"picture to first line, {_KINDS[kind]}, worker {name}, s", most, value)


def _goal(name: str, most: float, value: float | None) -> str:
    if value is None:
        return f"| {name} | at most {most:g} | not measured | |"
    return f"| {name} | at most {most:g} | {value:.3g} | {'met' if value <= most else 'missed'} |"


def _count(values: list[float]) -> str:
    return f"{values[0]:.0f}" if values else "not measured"


def _share(values: list[float]) -> str:
    return f"{number(100 * values[0])} %" if values else "not measured"
