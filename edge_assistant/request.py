"""How a picture is to be looked at and talked about, and a conversation about it that goes on with other weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from edge_assistant.capture.picture import Captured
from edge_assistant.engine import prompts
from edge_assistant.engine.messages import Embeddings, Turn
from edge_assistant.errors import AssistantError
from edge_assistant.text import later


@dataclass(frozen=True, slots=True)
class Request:
    """How to look and answer. `None` takes the usual value, often the mode's; `image_tokens` is a ceiling.

    With `skip_blank` the language model does not get the insides of areas of one colour (imaging/blank_cells.py).
    With `only_answers` nothing is spoken but them and what must be known to judge them (see remarks.BESIDES).
    `small_text_advice` is said where a whole screen had to be made so small that its small text could not be read.
    """

    mode: prompts.Mode = "glance"
    image_tokens: int | None = None
    max_tokens: int | None = None
    thinking_tokens: int | None = None
    thinking_seconds: float | None = None
    temperature: float | None = None
    seed: int | None = None
    only_answers: bool = False
    skip_blank: bool = False
    small_text_advice: str = later("Describe the window instead, or read the text.")


@dataclass(frozen=True, slots=True)
class Conversation:
    """What one assistant hands to another: the picture, and what was asked and answered about it.

    `picture` is as it is sent to the model, None before it was fetched. `embeddings` are what the
    vision tower made of it, where the heir has the same one.
    """

    request: Request
    capture: Callable[[], Captured] | None
    picture: Image.Image | None
    no_picture: AssistantError | None
    small_text_lost: bool
    turns: tuple[Turn, ...]
    embeddings: Embeddings | None
