"""Texts of which a shorter one is heard than is shown: digits of checksums, paths and file names are for reading."""

from __future__ import annotations

from typing import Self


class ShownText(str):
    """A text to be shown; `spoken` is the one to be heard in its place: what is so first, then what to do."""

    spoken: str

    def __new__(cls, shown: str, spoken: str) -> Self:
        """Return `shown`, with what is spoken instead."""
        text = super().__new__(cls, shown)
        text.spoken = spoken
        return text

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        """Return what a copy is made of, in this process or another one."""
        return str(self), self.spoken


def heard(text: str) -> str:
    """Return what is spoken of a text: another one, or just this."""
    return text.spoken if isinstance(text, ShownText) else text
