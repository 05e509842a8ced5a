"""The conversation about one picture; it outlives the engine and a switch to another model."""

from __future__ import annotations

from dataclasses import dataclass

from edge_assistant.assistant.cut_answers import CutAnswer
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.assistant.picture_source import PictureState
from edge_assistant.engine.messages import Turn


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

    The picture has its embeddings if the successor has the same vision tower.
    """

    request: AnswerOptions
    picture: PictureState
    turns: tuple[Turn, ...] = ()
    cut: CutAnswer | None = None
