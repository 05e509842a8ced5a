"""What is known of the question that is being answered, also when the engine can no longer tell."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from PIL import Image

from edge_assistant.assistant.events import DoneEvent, Stage, Timings
from edge_assistant.engine.messages import Done, Kind
from edge_assistant.imaging import token_budget
from edge_assistant.models.resolver import ResolvedModel
from edge_assistant.speech.sentences import SentenceSplitter
from edge_assistant.system.i18n import later, tr
from edge_assistant.system.outside_text import StreamCleaner, clean_answer


@dataclass(slots=True)
class AnswerRun:
    """One question from request to end; times in seconds as in Timings, `tokens` counts pieces of text.

    `swap` is what changing to these weights took before, None where that is not its first question.
    """

    index: int
    question: str
    seed: int
    waiting: ProgressAnnouncer
    start: float = field(default_factory=time.perf_counter)
    swap: float | None = None
    load: float = 0.0
    prepare: float = 0.0
    first_token: float | None = None
    first_sentence: float | None = None
    answer: str = ""
    reasoning: str = ""
    tokens: int = 0
    splitter: SentenceSplitter = field(default_factory=SentenceSplitter)
    cleaners: dict[Kind, StreamCleaner] = field(
        default_factory=lambda: {"thinking": StreamCleaner(), "answer": StreamCleaner()}
    )

    def elapsed(self) -> float:
        """Seconds since the request, without the loading of weights."""
        return time.perf_counter() - self.start - self.load

    def done_event(self, weights: ResolvedModel, picture: Image.Image | None, done: Done | None) -> DoneEvent:
        """The end, from what the engine reports; without that (it was killed by a cancel) from what was seen here."""
        reasoning = clean_answer(done.reasoning).strip() if done else self.reasoning.strip()
        return DoneEvent(
            index=self.index,
            question=self.question,
            answer=clean_answer(done.answer).strip() if done else self.answer.strip(),
            reasoning=reasoning if weights.variant == "thinking" else None,
            model=weights.name,
            variant=weights.variant,
            seed=self.seed,
            image=_size(picture) if picture else None,
            reused={"prefix_tokens": done.reused_cells, "image": done.reused_image} if done else None,
            timings_s=Timings(
                load=self.load,
                prepare=self.prepare,
                encode=done.encode if done else None,
                prefill=done.prefill if done else None,
                first_token=self.first_token,
                first_sentence=self.first_sentence,
                total=self.elapsed(),
                swap_to_first_token=self._swap_to_first_token(),
            ),
            generated_tokens=done.generated_tokens if done else self.tokens,
            tokens_per_s=done.generated_tokens / done.generation if done and done.generation else None,
            peak_pss_bytes=None,
            peak_rss_bytes=None,
            stop=done.stop if done else "cancelled",
        )

    def _swap_to_first_token(self) -> float | None:
        if self.swap is None or self.first_token is None:
            return None
        return self.swap + self.load + self.first_token


def _size(picture: Image.Image) -> dict[str, int]:
    width, height = picture.size
    return {"width": width, "height": height, "tokens": token_budget.image_tokens(width, height)}


# Seconds of silence before the first word about it, and between two of them.
FIRST_AFTER = 5.0

NEXT_AFTER = 10.0

WORDS: dict[Stage, str] = {
    "load": later("Loading the model"),
    "prepare": later("Preparing the picture"),
    "encode": later("Reading the picture"),
    "prefill": later("Reading the question"),
    "think": later("Thinking"),
}
"""What is being done, in words."""


class ProgressAnnouncer:
    """Fed with one question's progress; speaks through `say`, at most every ten seconds, until the answer begins."""

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._say = say
        self._clock = clock
        self._due = clock() + FIRST_AFTER

    def progress(self, stage: Stage, fraction: float) -> None:
        """A stage has come to `fraction` (0 to 1)."""
        words = WORDS.get(stage)
        if words is None or self._clock() < self._due:
            return
        self._due = self._clock() + NEXT_AFTER
        self._say(tr("{doing}, {percent} percent.", doing=tr(words), percent=round(fraction * 100)))
