"""The state of the question that is being answered, and spoken progress while the user waits for the answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from PIL import Image

from edge_assistant.assistant.cut_answers import CutAnswer, SpokenPieces
from edge_assistant.assistant.events import DoneEvent, Stage, Timings
from edge_assistant.assistant.glance_text import GlanceText
from edge_assistant.assistant.picture_text import PictureText
from edge_assistant.assistant.still_writing import StillWriting
from edge_assistant.engine.messages import Done, QuotedLine, TextKind
from edge_assistant.engine.task_entries import Task
from edge_assistant.imaging import token_budget
from edge_assistant.models.resolver import ResolvedModel
from edge_assistant.system.i18n import catalogue_language, tr, tr_noop
from edge_assistant.system.text_cleaning import StreamCleaner, clean_answer
from edge_assistant.text.languages import LanguageTracker
from edge_assistant.text.plain_text_stream import PlainTextStream
from edge_assistant.text.sentences import SentenceSplitter


@dataclass(slots=True)
class AnswerRun:
    """The state of one question, kept here because a killed engine reports nothing. Times are as in Timings.

    `answer` is as the model writes it, `shown` as it is spoken and shown. `tokens` counts the text deltas received.
    `swap_seconds` is the time spent on switching to this model; None unless this is its first question after a switch.
    With `continues`, that answer goes on, and `answer`, `shown` and `tokens` are only what is new. `parts` is how many
    times the engine was asked, which is more than once where an answer goes on by itself; `is_full`: the context has no
    room for more of it. `text` is the picture's, and `glance_text` what is said of it before the answer; `quotable` is
    what the model may be given of it, the most useful first, and `material` what it was given, as in Turn. With
    `may_be_empty` it may say that there is no text: `unsaid` is a sentence that seems to. `wanted_language` is the code
    of the language that it must begin in, None any: `is_foreign` if it does not. It is `asked_again` for once then.
    """

    index: int
    question: str
    seed: int
    announcer: ProgressAnnouncer
    start: float = field(default_factory=time.perf_counter)
    swap_seconds: float | None = None
    task: Task = "question"
    continues: CutAnswer | None = None
    still_writing: StillWriting | None = None
    load: float = 0.0
    prepare: float = 0.0
    first_token: float | None = None
    first_sentence: float | None = None
    answer: str = ""
    reasoning: str = ""
    shown: str = ""
    parts: int = 1
    is_full: bool = False
    glance_text: GlanceText | None = None
    text: PictureText | None = None
    quotable: tuple[QuotedLine, ...] = ()
    material: str = ""
    may_be_empty: bool = False
    unsaid: str = ""
    wanted_language: str | None = None
    is_foreign: bool = False
    asked_again: bool = False
    spoken: SpokenPieces = field(default_factory=SpokenPieces)
    tokens: int = 0
    language: LanguageTracker = field(default_factory=lambda: LanguageTracker(catalogue_language(), follow=False))
    make_plain_text: Callable[[], PlainTextStream] = PlainTextStream
    plain_text: PlainTextStream = field(default_factory=PlainTextStream)
    splitter: SentenceSplitter = field(default_factory=SentenceSplitter)
    cleaners: dict[TextKind, StreamCleaner] = field(
        default_factory=lambda: {"thinking": StreamCleaner(), "answer": StreamCleaner()}
    )

    def elapsed(self) -> float:
        """Return the seconds since the request, without the time to load the model."""
        return time.perf_counter() - self.start - self.load

    def start_over(self) -> None:
        """Forget an answer that was not in the wanted language, and of which nothing was spoken."""
        self.is_foreign, self.asked_again = False, True
        self.forget_answer()

    def forget_answer(self) -> None:
        """Forget what has come of an answer that is asked for again, of which nothing was spoken."""
        self.answer = self.reasoning = ""
        self.plain_text, self.splitter, self.spoken = (
            self.make_plain_text(),
            SentenceSplitter(self.wanted_language),
            SpokenPieces(),
        )
        self.cleaners = {"thinking": StreamCleaner(), "answer": StreamCleaner()}

    def go_on(self) -> None:
        """Expect the rest of an answer that was broken off, exactly behind what came of it."""
        self.parts += 1
        self.cleaners = {"thinking": StreamCleaner(), "answer": StreamCleaner()}  # what they held back comes again

    def raw_answer(self, answer: str) -> str:
        """Return `answer` of the engine's report with the space at its end, and what it continues."""
        before = self.continues.raw if self.continues else ""
        return before + (self.answer if self.answer.strip() == answer.strip() else answer)

    def done_event(self, model: ResolvedModel, picture: Image.Image | None, done: Done | None) -> DoneEvent:
        """Build the final event from the engine's report; without one (cancelled), from what was received so far."""
        answer = clean_answer(done.answer) if done else self.answer
        reasoning = clean_answer(done.reasoning).strip() if done else self.reasoning.strip()
        return DoneEvent(
            index=self.index,
            question=self.question,
            answer=answer.rstrip() if self.continues else answer.strip(),
            reasoning=reasoning if model.variant == "thinking" else None,
            model=model.name,
            variant=model.variant,
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
            text=self.shown,
        )

    def _swap_to_first_token(self) -> float | None:
        if self.swap_seconds is None or self.first_token is None:
            return None
        return self.swap_seconds + self.load + self.first_token


def _size(picture: Image.Image) -> dict[str, int]:
    width, height = picture.size
    return {"width": width, "height": height, "tokens": token_budget.image_tokens(width, height)}


_FIRST_ANNOUNCEMENT_S = 5.0
_ANNOUNCEMENT_INTERVAL_S = 10.0

STAGE_TEXTS: dict[Stage, str] = {
    "load": tr_noop("Loading the model"),
    "prepare": tr_noop("Preparing the picture"),
    "encode": tr_noop("Reading the picture"),
    "prefill": tr_noop("Reading the question"),
    "think": tr_noop("Thinking"),
}
"""The sentence fragments that name the stages before the answer."""


class ProgressAnnouncer:
    """Speaks one question's progress through `say` until the answer begins: after 5 s, then at most every 10 s."""

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._say = say
        self._clock = clock
        self._next_announcement = clock() + _FIRST_ANNOUNCEMENT_S

    def progress(self, stage: Stage, fraction: float) -> None:
        """Announce that `stage` has reached `fraction` (0 to 1), if an announcement is due and the stage goes on."""
        words = STAGE_TEXTS.get(stage)
        if words is None or fraction >= 1 or self._clock() < self._next_announcement:
            return
        self._next_announcement = self._clock() + _ANNOUNCEMENT_INTERVAL_S
        self._say(tr("{doing}, {percent} percent.", doing=tr(words), percent=round(fraction * 100)))
