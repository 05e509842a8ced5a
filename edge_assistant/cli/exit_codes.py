"""The exit codes of the command line, which scripts rely on. 0 is success."""

from __future__ import annotations

CANCELLED = 130

EXIT_CODES = {
    "usage": 2,
    "weights": 3,
    "nothing-to-see": 4,
    "input": 5,
    "engine": 6,
    "does-not-fit": 7,
    "network": 8,
    "not-running": 9,
    "cancelled": CANCELLED,
}
"""By AssistantError.kind."""


def exit_code(kind: str) -> int:
    """Return the exit code for an error of this kind (see AssistantError.kind)."""
    return EXIT_CODES[kind]
