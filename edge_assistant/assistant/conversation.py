"""The conversation about one picture; it outlives the engine and a switch to another model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from edge_assistant.assistant.cut_answers import CutAnswer
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.engine.messages import Embeddings, Turn
from edge_assistant.imaging.token_budget import ResizePlan
from edge_assistant.system.errors import AssistantError


@dataclass(slots=True)
class Conversation:
    """The questions and answers so far (`turns`), and the options of the first answer (`request`).

    `cut` is the last answer if it was cut off.
    """

    request: AnswerOptions | None = None
    turns: tuple[Turn, ...] = ()
    cut: CutAnswer | None = None


@dataclass(frozen=True, slots=True)
class ConversationHandover:
    """The state that one assistant hands over to another: the picture, and the questions and answers about it.

    `picture` is resized for the model as `frame` tells, both None before it was captured; `capture_error` is why it
    could not be.
    `embeddings` are the vision tower's output for it, if the successor has the same tower.
    """

    request: AnswerOptions
    capture: Callable[[], CapturedPicture] | None
    picture: Image.Image | None
    frame: ResizePlan | None
    capture_error: AssistantError | None
    small_text_lost: bool
    turns: tuple[Turn, ...]
    cut: CutAnswer | None
    embeddings: Embeddings | None
