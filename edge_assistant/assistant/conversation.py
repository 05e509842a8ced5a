"""A conversation about one picture, which outlives the engine, and the change to other weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.engine.messages import Embeddings, Turn
from edge_assistant.system.errors import AssistantError

QUESTION_TOKENS = 500
"""The longest answer to a question, in tokens: as long as a description in detail."""

QUESTION_IMAGE_TOKENS = 512
"""Image tokens of a picture that was taken to be asked about: small text matters more than with a glance, and 920
would make the person wait three times as long (docs/adr/0013-a-window-to-ask-in.md)."""


@dataclass(slots=True)
class Conversation:
    """`request` says how the picture is looked at, from the first answer on; `turns` are the questions so far."""

    request: AnswerOptions | None = None
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class ConversationHandover:
    """What one assistant hands to another: the picture, and what was asked and answered about it.

    `picture` is as it is sent to the model, None before it was fetched. `embeddings` are what the
    vision tower made of it, where the heir has the same one.
    """

    request: AnswerOptions
    capture: Callable[[], CapturedPicture] | None
    picture: Image.Image | None
    no_picture: AssistantError | None
    small_text_lost: bool
    turns: tuple[Turn, ...]
    embeddings: Embeddings | None
