"""Figures as people read them: the median with its unit, and the smallest and the largest in brackets."""

from __future__ import annotations

import statistics


def seconds(values: list[float]) -> str:
    """Times."""
    return _spread(values, "s")


def speed(values: list[float]) -> str:
    """Tokens a second."""
    return _spread(values, "tokens/s")


def gigabytes(values: list[float]) -> str:
    """Bytes, in units of 1,000,000,000."""
    return _spread([value / 1e9 for value in values], "GB")


def _spread(values: list[float], unit: str) -> str:
    if not values:
        return "not measured"
    middle = f"{number(statistics.median(values))} {unit}"
    return middle if len(values) == 1 else f"{middle} ({number(min(values))} to {number(max(values))})"


def number(value: float | None) -> str:
    """Three digits of it or so."""
    if value is None:
        return "not measured"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def milliseconds(value: float | None) -> str:
    """One time, in seconds."""
    return "not measured" if value is None else f"{1000 * value:.1f} ms"


def in_gigabytes(value: float | None) -> float | None:
    """Bytes as a number of gigabytes."""
    return None if value is None else value / 1e9
