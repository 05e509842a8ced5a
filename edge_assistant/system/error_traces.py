"""Errors as they are logged: of which kind they are and where they arose, without what they quote.

The message of an error may hold anything: a title, a file's name, a piece of a question or of an answer.
"""

from __future__ import annotations

import traceback

from edge_assistant.system.errors import AssistantError, is_out_of_memory_message


def describe_error(error: BaseException) -> str:
    """Return the kind of an error in a few words: its class, with the code or the system's reason where it has one."""
    name = type(error).__name__
    if isinstance(error, AssistantError):
        return f"{name} ({error.code})"
    if isinstance(error, OSError) and error.strerror:
        return f"{name}: {error.strerror}"
    text = str(error)
    return f"{name}: {text}" if isinstance(error, ImportError) or is_out_of_memory_message(text) else name


def format_trace(error: BaseException) -> str:
    """Return the traceback of an error and of those that it came from, oldest first, as Python writes it."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = "".join(traceback.format_tb(current.__traceback__))
        parts.append(f"Traceback (most recent call last):\n{frames}{describe_error(current)}\n")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n".join(reversed(parts))
