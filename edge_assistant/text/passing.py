"""Sentences that are true only for a while, such as the progress of a download."""

from __future__ import annotations


class Passing(str):
    """A sentence that is true only now: while it waits to be spoken, the next one of its kind takes its place.

    An empty one takes the place of what waits, ends the one that is heard, and is not spoken: it is no longer true.
    """

    __slots__ = ()
