"""The last answer as it was sampled, in case it goes on: the conversation has only its text, cleaned and stripped."""

from __future__ import annotations

from dataclasses import dataclass

from edge_assistant.engine.messages import AskQuestion, picture_digest
from edge_assistant.system.text_cleaning import clean_answer


@dataclass(frozen=True, slots=True)
class AnswerSoFar:
    """An answer that goes on: its text, and the tokens after its question, of which those from `start` on are the text.

    `reasoned` tells that reasoning is before it, `looped` that it ended because it repeated itself: `copy_start` is the
    token with which the next copy began.
    """

    text: str
    tokens: list[int]
    start: int = 0
    reasoned: bool = False
    looped: bool = False
    copy_start: int | None = None

    @property
    def answer_tokens(self) -> list[int]:
        """The tokens of the text."""
        return self.tokens[self.start :]


class LastAnswer:
    """Keeps the last answer, and recognises the question that continues it."""

    def __init__(self) -> None:
        self._kept: tuple[tuple[object, ...], AnswerSoFar] | None = None

    def forget(self) -> None:
        """Keep none."""
        self._kept = None

    def keep(self, request: AskQuestion, answer: AnswerSoFar) -> None:
        """Keep the answer to this question."""
        self._kept = _key(request), answer

    def find(self, request: AskQuestion) -> AnswerSoFar | None:
        """Return the kept answer if it is the one that the request continues."""
        if self._kept is None:
            return None
        key, answer = self._kept
        same = clean_answer(answer.text).strip() == request.turns[-1].answer.strip()
        return answer if same and key == _key(request) else None


def _key(request: AskQuestion) -> tuple[object, ...]:
    """Return what an answer belongs to: the picture, and the conversation up to its question."""
    turns, question = request.turns, request.question
    if request.continues:
        turns, question = turns[:-1], turns[-1].question
    return request.system, picture_digest(request), turns, question, request.thinking is None
