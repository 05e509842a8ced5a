"""A conversation about one picture, which outlives the engine, and the change to other weights."""

from __future__ import annotations

from dataclasses import dataclass

from edge_assistant.engine.messages import Turn
from edge_assistant.request import Request

QUESTION_TOKENS = 500
"""The longest answer to a question, in tokens: as long as a description in detail."""

QUESTION_IMAGE_TOKENS = 512
"""Image tokens of a picture that was taken to be asked about: small text matters more than with a glance, and 920
would make the person wait three times as long (docs/adr/0013-a-window-to-ask-in.md)."""


@dataclass(slots=True)
class Talk:
    """`request` says how the picture is looked at, from the first answer on; `turns` are the questions so far."""

    request: Request | None = None
    turns: tuple[Turn, ...] = ()
