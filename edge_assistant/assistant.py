"""One request at a time: picture, question, engine, sentences, speech. It knows no Qt and no terminal, only events."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from PIL import Image

from edge_assistant import footprint, remarks, tuned
from edge_assistant.capture.picture import Captured
from edge_assistant.engine import prompts
from edge_assistant.engine.client import Engine, EngineFiles
from edge_assistant.engine.messages import Ask, Done, Embeddings, Piece, Progress, ThinkingBudget, Turn, TurnsDropped
from edge_assistant.engine.sampling import sampling
from edge_assistant.errors import AssistantError, CancelledError, EngineError
from edge_assistant.events import (
    DoneEvent,
    ErrorEvent,
    Event,
    NoticeEvent,
    SentenceEvent,
    StageEvent,
    TokenEvent,
)
from edge_assistant.imaging import budget
from edge_assistant.models.gguf import describe_gguf
from edge_assistant.models.locate import Weights, same_mmproj
from edge_assistant.models.memory import check_memory, fitting_context, needed_bytes
from edge_assistant.text import later, tr, tr_count
from edge_assistant.underway import Underway
from edge_assistant.waiting import WaitingWords

# llama.cpp takes seeds of 32 bits; the largest one means "random" there, and a seed must be repeatable.
MAX_SEED = 2**32 - 2


class Voice(Protocol):
    """What the assistant needs of speech."""

    def say(self, text: str) -> None:
        """Speak a sentence after those before it; returns at once."""

    def stop(self) -> None:
        """Be silent at once."""


@dataclass(frozen=True, slots=True)
class Request:
    """How to look and answer. `None` takes the mode's default; `image_tokens` is a ceiling.

    With `only_answers` nothing is spoken but them and what must be known to judge them (see remarks.BESIDES).
    `small_text_advice` is said where a whole screen had to be made so small that its small text could not be read.
    """

    mode: prompts.Mode = "glance"
    image_tokens: int | None = None
    max_tokens: int | None = None
    thinking_tokens: int = 1024
    thinking_seconds: float = 90.0
    temperature: float | None = None
    seed: int | None = None
    only_answers: bool = False
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


class Assistant:
    """Answers questions about one picture at a time with one pair of weights.

    How it looks and answers is a matter of the request: `request` holds until `look_at` brings another one.

    `ask` blocks and belongs to one thread; `cancel` and `close` may come from any. `on_event` is called on the thread
    that asks.
    """

    def __init__(
        self,
        weights: Weights,
        request: Request,
        *,
        context: int,
        threads: int | None,
        language: str | None,
        voice: Voice | None,
        on_event: Callable[[Event], None],
        exact_context: bool = False,
        gpu_layers: int | None = None,
        choice: tuned.Choice | None = None,
    ) -> None:
        """`context` is in tokens: at most so many, as memory allows, or with `exact_context` just that or an error.

        `threads` and `gpu_layers` (see Tuning) None leave it to what was tuned for these weights, as `choice` does.
        """
        self._choice = choice or tuned.choice(weights)
        self._weights = weights = tuned.with_tower(weights, self._choice)
        self._take(request)
        self._system = prompts.system_prompt(language)
        self._context = min(context, weights.context_length)
        self._exact_context = exact_context
        self._voice = voice
        self._on_event = on_event
        self._capture: Callable[[], Captured] | None = None
        self._picture: Image.Image | None = None
        self._no_picture: AssistantError | None = None
        self._small_text_lost = False
        self._turns: list[Turn] = []
        self._max_tokens: int | None = None
        self._embeddings: Embeddings | None = None
        self._swap: float | None = None
        self._was_loaded = False
        self._cancelled = threading.Event()
        self._engine = Engine(
            EngineFiles(
                model=weights.model,
                mmproj=weights.mmproj,
                context=self._context,
                threads=threads or self._choice.threads,
                vision_layers=describe_gguf(weights.mmproj).block_count or 0,
                system=self._system,
                size=tuned.size_of(weights),
                tuning=replace(self._choice.tuning, gpu_layers=gpu_layers),
            )
        )

    @property
    def engine_pid(self) -> int | None:
        """The engine's process id, None when it is not running."""
        return self._engine.pid

    @property
    def loaded(self) -> bool:
        """Whether its weights are in memory."""
        return self._engine.loaded

    @property
    def weights(self) -> Weights:
        """What it answers with."""
        return self._weights

    def needed_bytes(self) -> int:
        """The memory that its engine takes with the whole context, as estimated."""
        return needed_bytes(self._weights, self._context, self._image_tokens)

    def unload(self) -> None:
        """Give the weights' memory back; the picture and the conversation stay, and the next question loads anew."""
        self._engine.unload()
        self._was_loaded = False

    def conversation(self, heir: Weights) -> Conversation:
        """The picture and what was said of it, for an assistant with the weights `heir` to go on with."""
        self._engine.drop_ahead()  # another engine is to have the cores
        embeddings = None
        if self._picture is not None and same_mmproj(self._weights, heir):
            embeddings = self._embeddings or self._engine.recall()
        return Conversation(
            self._request,
            self._capture,
            self._picture,
            self._no_picture,
            self._small_text_lost,
            tuple(self._turns),
            embeddings,
        )

    def go_on(self, conversation: Conversation) -> None:
        """Take a conversation over. Raises UsageError where these weights cannot answer as its request wants."""
        self._take(conversation.request)
        self._capture = conversation.capture
        self._picture = conversation.picture
        self._no_picture = conversation.no_picture
        self._small_text_lost = conversation.small_text_lost
        self._turns[:] = conversation.turns
        self._embeddings = conversation.embeddings

    def swapped(self, seconds: float) -> None:
        """Changing to these weights took so long; the next question reports it."""
        self._swap = seconds

    def warm(self) -> None:
        """Load the weights now, so that the first answer is quick; how far it is, is said. Raises AssistantError."""
        self._cancelled.clear()
        self._load(Underway(0, "", 0, WaitingWords(self._say_waiting)))

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The conversation about the picture so far."""
        return tuple(self._turns)

    def look_at(
        self, capture: Callable[[], Captured], request: Request | None = None, turns: tuple[Turn, ...] = ()
    ) -> None:
        """Turn to another picture; it is fetched by the next `ask`, and the conversation begins anew, or with `turns`.

        `request` says how to look and answer from now on. Raises UsageError where the weights cannot do that.
        """
        if request is not None:
            self._take(request)
        self._capture = capture
        self._picture = None
        self._no_picture = None
        self._small_text_lost = False
        self._turns[:] = turns
        self._embeddings = None

    def ask(self, index: int, text: str | None = None, *, max_tokens: int | None = None) -> DoneEvent | ErrorEvent:
        """Answer one question about the picture; without `text`, the mode's own.

        `max_tokens` is for this answer, where the request does not say it.
        Never raises an AssistantError: the outcome is the last event, and is returned.
        """
        self._cancelled.clear()
        self._max_tokens = self._request.max_tokens or max_tokens or self._mode.max_tokens
        seed = self._request.seed if self._request.seed is not None else secrets.randbelow(MAX_SEED + 1)
        question = text or self._mode.question
        work = Underway(index, question, seed, WaitingWords(self._say_waiting), swap=self._swap)
        outcome: DoneEvent | ErrorEvent
        with footprint.PeakMemory() as peak:
            try:
                done = self._answer(work)
                if done.stop != "cancelled":
                    self._tell_small_text(index)
                outcome = work.done_event(self._weights, self._picture, done)
            except CancelledError:
                outcome = work.done_event(self._weights, self._picture, None)
            except AssistantError as error:
                outcome = ErrorEvent(index, error.code, str(error), error.exit_code)
                self._say(str(error))
        if isinstance(outcome, DoneEvent):
            outcome = replace(outcome, peak_pss_bytes=peak.pss_bytes, peak_rss_bytes=peak.rss_bytes)
            if work.first_token is not None:  # the engine has the picture now, and the change is paid for
                self._embeddings = self._swap = None
            if outcome.stop != "cancelled":
                self._turns.append(Turn(outcome.question, outcome.answer))
        self._on_event(outcome)
        return outcome

    def encode_ahead(self, request: Request) -> None:
        """Have the picture encoded as `request` will want it, while nobody waits; returns at once.

        To be called when a question has been answered; where that picture is the same, nothing happens.
        """
        if self._capture is None or self._picture is None:
            return
        mode = prompts.MODES[request.mode]
        most = request.image_tokens or mode.image_tokens
        try:
            image = self._capture().image
        except AssistantError:
            return  # it is no longer wanted
        picture = budget.fit(image, max_tokens=most, min_tokens=min(most, mode.min_image_tokens))
        if picture.size != self._picture.size:
            self._engine.encode_ahead(picture.tobytes(), picture.width, picture.height)

    def notice(self, index: int, code: str, message: str) -> None:
        """Tell the person something that does not end the request, by event and by voice."""
        self._on_event(NoticeEvent(index, code, message))
        self._say(message, code)

    def cancel(self) -> None:
        """Silence the voice and stop the running question; it ends as `cancelled`."""
        self._cancelled.set()
        if self._voice:
            self._voice.stop()
        self._engine.cancel()

    def close(self) -> None:
        """Silence the voice and end the engine at once; a running question ends as `cancelled`."""
        self._cancelled.set()
        if self._voice:
            self._voice.stop()
        self._engine.close()

    def _take(self, request: Request) -> None:
        self._mode = prompts.MODES[request.mode]
        self._sampling = sampling(self._weights.variant, verbatim=self._mode.verbatim, temperature=request.temperature)
        tuned_tokens = self._choice.glance_tokens if request.mode == "glance" else None
        self._image_tokens = request.image_tokens or tuned_tokens or self._mode.image_tokens
        self._request = request

    def _answer(self, work: Underway) -> Done:
        picture = self._prepared_picture(work)
        self._load(work)
        rgb = picture.tobytes()

        def make(id: int) -> Ask:
            self._check_cancelled()  # here, so that no cancel falls between the check and the question
            return Ask(
                id=id,
                rgb=rgb,
                width=picture.width,
                height=picture.height,
                system=self._system,
                turns=tuple(self._turns),
                question=work.question,
                sampling=self._sampling,
                seed=work.seed,
                max_tokens=self._max_tokens,
                thinking=self._thinking_budget(),
                embeddings=self._embeddings,
            )

        done = self._engine.ask(make, lambda reply: self._on_reply(work, reply))
        self._speak_sentences(work, work.splitter.finish())
        if not done.answer and done.stop != "cancelled":
            raise EngineError(tr("The model gave no answer. Ask again, or in other words."), code="no-answer")
        return done

    def _prepared_picture(self, work: Underway) -> Image.Image:
        """The picture as it is sent. It is fetched once (standard input cannot be read again), also when that fails."""
        if self._no_picture is not None:
            raise self._no_picture
        if self._picture is None:
            try:
                self._picture = self._fetched_picture(work)
            except CancelledError:
                raise
            except AssistantError as error:
                self._no_picture = error
                raise
        return self._picture

    def _fetched_picture(self, work: Underway) -> Image.Image:
        assert self._capture is not None, "look_at comes first"
        start = time.perf_counter()
        self._on_event(StageEvent(work.index, "prepare", 0.0))
        captured = self._capture()
        self._check_cancelled()
        for code, message in captured.notices:
            self.notice(work.index, code, message)
        remarks.refuse_blank(captured)
        for code, message in remarks.warnings(captured, demo=self._weights.demo):
            self.notice(work.index, code, message)
        picture = budget.fit(
            captured.image,
            max_tokens=self._image_tokens,
            min_tokens=self._mode.min_image_tokens,
        )
        self._small_text_lost = remarks.small_text_lost(captured, picture, self._request.mode)
        work.prepare = time.perf_counter() - start
        self._on_event(StageEvent(work.index, "prepare", 1.0))
        return picture

    def _tell_small_text(self, index: int) -> None:
        """After the first answer about a whole screen, once."""
        if self._small_text_lost and not self._cancelled.is_set():
            self._small_text_lost = False
            advice = tr(self._request.small_text_advice)
            self.notice(index, "small-text", tr("Small text on the screen could not be read. {advice}", advice=advice))

    def _load(self, work: Underway) -> None:
        if self._engine.loaded:
            return
        context = self._affordable_context(work)
        if self._was_loaded:
            self.notice(work.index, "engine-restarted", tr("The engine had ended and is started again."))
            self._was_loaded = False  # told once, also where a cancel ends the start that follows
        self._on_event(StageEvent(work.index, "load", 0.0))
        start = time.perf_counter()
        try:
            self._engine.load(lambda reply: self._on_reply(work, reply), context)
            self._was_loaded = True
        except EngineError:
            self._was_loaded = True  # it ran, though not for long
            raise
        finally:
            work.load = time.perf_counter() - start
        self._on_event(StageEvent(work.index, "load", 1.0))

    def _affordable_context(self, work: Underway) -> int:
        """The context to load with, in tokens, as far as memory allows. Raises DoesNotFitError."""
        free, wanted = footprint.available(), self._context
        context = wanted
        if not self._exact_context:
            context = fitting_context(self._weights, wanted, free, self._image_tokens) or wanted
        check_memory(self._weights, context, free, image_tokens=self._image_tokens, largest=footprint.largest_programs)
        if context < wanted:
            self.notice(
                work.index,
                "context-reduced",
                tr(
                    "Memory is short, so this conversation can be {context} tokens long instead of {wanted}.",
                    context=context,
                    wanted=wanted,
                ),
            )
        return context

    def _thinking_budget(self) -> ThinkingBudget | None:
        if self._weights.variant != "thinking":
            return None
        return ThinkingBudget(self._request.thinking_tokens, self._request.thinking_seconds)

    def _on_reply(self, work: Underway, reply: Progress | Piece | TurnsDropped) -> None:
        if isinstance(reply, Progress):
            self._on_event(StageEvent(work.index, reply.stage, round(reply.fraction, 3)))
            work.waiting.progress(reply.stage, reply.fraction)
        elif isinstance(reply, TurnsDropped):
            message = tr_count(
                "The conversation is long: the first question was left out, the picture stays.",
                "The conversation is long: the first {number} questions were left out, the picture stays.",
                reply.count,
            )
            self.notice(work.index, "turns-dropped", message)
        else:
            self._on_piece(work, reply)

    def _on_piece(self, work: Underway, piece: Piece) -> None:
        if work.first_token is None:
            work.first_token = work.elapsed()
        work.tokens += 1
        self._on_event(TokenEvent(work.index, piece.kind, piece.text))
        if piece.kind == "thinking":
            work.reasoning += piece.text
            return
        work.answer += piece.text
        self._speak_sentences(work, work.splitter.feed(piece.text))

    def _speak_sentences(self, work: Underway, sentences: list[str]) -> None:
        for sentence in sentences:
            if self._cancelled.is_set():
                return
            if work.first_sentence is None:
                work.first_sentence = work.elapsed()
            self._say(sentence)
            self._on_event(SentenceEvent(work.index, sentence))

    def _say(self, text: str, code: str = "") -> None:
        left_out = self._request.only_answers and code in remarks.BESIDES
        if self._voice and not (left_out or self._cancelled.is_set()):
            self._voice.say(text)

    def _say_waiting(self, text: str) -> None:
        self._say(text, "waiting")

    def _check_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise CancelledError
