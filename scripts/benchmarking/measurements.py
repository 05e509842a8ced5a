"""What was measured, as the JSON file has it."""

from __future__ import annotations

import statistics
from typing import Any

Results = dict[str, Any]


class Measurements:
    """The figures of all parts by "part/name"; None where one was not measured."""

    def __init__(self, results: Results) -> None:
        self._parts: dict[str, dict[str, Any]] = results["parts"]

    def values(self, path: str) -> list[float]:
        """All repetitions."""
        part, _, name = path.partition("/")
        return list(self._parts.get(part, {}).get("figures", {}).get(name, []))

    def median(self, path: str) -> float | None:
        """The middle one."""
        values = self.values(path)
        return statistics.median(values) if values else None

    def p95(self, path: str) -> float | None:
        """What 95 of 100 stay below."""
        values = sorted(self.values(path))
        return values[min(len(values) - 1, round(0.95 * (len(values) - 1)))] if values else None

    def ratio(self, path: str, other: str) -> float | None:
        """How many times the other one it takes."""
        one, two = self.median(path), self.median(other)
        return one / two if one is not None and two else None

    def measured(self, part: str) -> bool:
        """Whether there are figures of a part."""
        return "figures" in self._parts.get(part, {})

    def reason(self, part: str) -> str:
        """Why there are no figures of a part."""
        return str(self._parts.get(part, {}).get("not_measured", "not measured"))


def sizes(figures: Measurements) -> list[tuple[int, str]]:
    """The image tokens that were really sent, and the name their figures go by."""
    found = []
    for prefix in ("64", "128", "192", "256", "512", "920", "1024", "2048"):
        if tokens := figures.median(f"growth/{prefix}.image_tokens"):
            found.append((int(tokens), prefix))
    return found
