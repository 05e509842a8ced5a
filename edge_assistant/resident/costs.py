"""What think harder costs on this computer: its own last measurements, as a sentence."""

from __future__ import annotations

from edge_assistant.resident.measurements import Measurements
from edge_assistant.text import number, tr


def cost(measurements: Measurements) -> str:
    """What changing to the Thinking weights took, and their last answer; or that it is not known yet."""
    seconds = measurements.of("thinking")
    parts = []
    if seconds.swap is not None:
        parts.append(tr("Turning it on took {seconds} seconds.", seconds=_short(seconds.swap)))
    if seconds.answer is None:
        parts.append(tr("How long an answer takes on this computer is not measured yet."))
    else:
        parts.append(tr("The last answer took {seconds} seconds.", seconds=_short(seconds.answer)))
    return " ".join(parts)


def _short(seconds: float) -> str:
    return number(seconds, 1 if seconds < 10 else 0)
