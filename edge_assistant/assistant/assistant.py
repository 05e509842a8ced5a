"""One request at a time: picture, question, engine, sentences, speech. It knows no Qt and no terminal, only events."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from PIL import Image

from edge_assistant.assistant import picture_checks
from edge_assistant.assistant.answer_run import AnswerRun, ProgressAnnouncer
from edge_assistant.assistant.conversation import ConversationHandover
from edge_assistant.assistant.events import DoneEvent, ErrorEvent, Event, StageEvent
from edge_assistant.assistant.model_loader import ModelLoader
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.assistant.reporter import AnswerReporter, SpeechOutput
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.engine import prompts
from edge_assistant.engine.client import DeviceFailedError, Engine, EngineFiles
from edge_assistant.engine.gpu_offload import GpuOffload
from edge_assistant.engine.messages import AskQuestion, Done, Embeddings, ThinkingBudget, Turn
from edge_assistant.engine.sampling import sampling
from edge_assistant.imaging import blank_cells, token_budget
from edge_assistant.models.gguf import describe_gguf
from edge_assistant.models.memory_estimate import needed_bytes
from edge_assistant.models.resolver import ResolvedModel, same_mmproj
from edge_assistant.system import memory, paths
from edge_assistant.system.errors import AssistantError, CancelledError, EngineError
from edge_assistant.system.i18n import tr
from edge_assistant.system.outside_text import clean_answer
from edge_assistant.tuning import profile

# llama.cpp takes seeds of 32 bits; the largest one means "random" there, and a seed must be repeatable.
MAX_SEED = 2**32 - 2

# Where a request does not say when reasoning ends at the latest.
_THINKING_TOKENS, _THINKING_S = 1024, 90.0


class Assistant:
    """Answers questions about one picture at a time with one pair of weights.

    How it looks and answers is a matter of the request: `request` holds until `look_at` brings another one.

    `ask` blocks and belongs to one thread; `cancel` and `close` may come from any. `on_event` is called on the thread
    that asks.
    """

    def __init__(
        self,
        weights: ResolvedModel,
        request: AnswerOptions,
        *,
        context: int,
        threads: int | None,
        language: str | None,
        voice: SpeechOutput | None,
        on_event: Callable[[Event], None],
        exact_context: bool = False,
        gpu_layers: int | None = None,
        choice: profile.TuningProfile | None = None,
        quick_tower: bool = True,
    ) -> None:
        """`context` is in tokens: at most so many, as memory allows, or with `exact_context` just that or an error.

        `threads` and `gpu_layers` (see Tuning) None leave it to what was tuned for these weights, as `choice` does.
        `quick_tower` is as for tuned.choice.
        """
        self._published, self._given, self._quick_tower = weights, choice, quick_tower
        self._choice = self._choose()
        self._weights = weights = profile.with_tower(weights, self._choice)
        self._cancelled = threading.Event()
        self._telling = AnswerReporter(voice, on_event, self._cancelled)
        self._take(request)
        self._system = prompts.system_prompt(language)
        self._context = min(context, weights.context_length)
        self._capture: Callable[[], CapturedPicture] | None = None
        self._picture: Image.Image | None = None
        self._no_picture: AssistantError | None = None
        self._small_text_lost = False
        self._turns: list[Turn] = []
        self._max_tokens: int | None = None
        self._embeddings: Embeddings | None = None
        self._swap: float | None = None
        self._engine = Engine(
            EngineFiles(
                model=weights.model,
                mmproj=weights.mmproj,
                context=self._context,
                threads=threads or self._choice.threads,
                vision_layers=describe_gguf(weights.mmproj).block_count or 0,
                system=self._system,
                size=profile.size_of(weights),
                tuning=replace(self._choice.tuning, gpu_layers=gpu_layers),
                keep=paths.cache_dir() / "prompts",
            )
        )
        self._loading = ModelLoader(
            self._engine,
            weights,
            self._telling,
            context=self._context,
            exact=exact_context,
            repack=self._choice.tuning.repack,
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
    def offload(self) -> GpuOffload:
        """What of the loaded weights is on which device."""
        return self._engine.offload

    @property
    def weights(self) -> ResolvedModel:
        """What it answers with."""
        return self._weights

    def drop_ahead(self) -> None:
        """Stop what `encode_ahead` or `encode_detail_ahead` has begun."""
        self._engine.drop_ahead()

    def needed_bytes(self) -> int:
        """The memory that its engine takes with the whole context, as estimated."""
        repack = self._choice.tuning.repack
        return needed_bytes(self._weights, self._context, self._image_tokens, repack=repack)

    def unload(self) -> None:
        """Give the weights' memory back; the picture and the conversation stay, and the next question loads anew."""
        self._loading.unload()

    def conversation(self, heir: ResolvedModel) -> ConversationHandover:
        """The picture and what was said of it, for an assistant with the weights `heir` to go on with."""
        self._engine.drop_ahead()  # another engine is to have the cores
        embeddings = None
        if self._picture is not None and same_mmproj(self._weights, heir):
            embeddings = self._embeddings or self._engine.recall()
        return ConversationHandover(
            self._request,
            self._capture,
            self._picture,
            self._no_picture,
            self._small_text_lost,
            tuple(self._turns),
            embeddings,
        )

    def go_on(self, conversation: ConversationHandover) -> None:
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
        self._load(AnswerRun(0, "", 0, ProgressAnnouncer(self._telling.say_waiting)))

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The conversation about the picture so far."""
        return tuple(self._turns)

    def look_at(
        self, capture: Callable[[], CapturedPicture], request: AnswerOptions | None = None, turns: tuple[Turn, ...] = ()
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
        work = AnswerRun(index, question, seed, ProgressAnnouncer(self._telling.say_waiting), swap=self._swap)
        outcome: DoneEvent | ErrorEvent
        with memory.PeakMemory() as peak:
            try:
                done = self._answer(work)
                if done.stop != "cancelled":
                    self._tell_small_text(index)
                outcome = work.done_event(self._weights, self._picture, done)
            except CancelledError:
                outcome = work.done_event(self._weights, self._picture, None)
            except AssistantError as error:
                outcome = ErrorEvent(index, error.code, str(error), error.exit_code)
                self._telling.say(str(error))
        if isinstance(outcome, DoneEvent):
            outcome = replace(outcome, peak_pss_bytes=peak.pss_bytes, peak_rss_bytes=peak.rss_bytes)
            if work.first_token is not None:  # the engine has the picture now, and the change is paid for
                self._embeddings = self._swap = None
            if outcome.stop != "cancelled":
                self._turns.append(Turn(outcome.question, outcome.answer))
        self._telling.event(outcome)
        return outcome

    def encode_detail_ahead(self, request: AnswerOptions) -> None:
        """Have the picture that was answered about encoded as `request` will want it, as in `encode_ahead`.

        Where it would be sent as it was, nothing happens.
        """
        if self._capture is None or self._picture is None:
            return
        try:
            picture = self._fitted(self._capture().image, request)
        except AssistantError:
            return  # it is no longer wanted
        if picture.size != self._picture.size:
            self._engine.encode_ahead(picture.tobytes(), picture.width, picture.height)

    def encode_ahead(self, captured: CapturedPicture, request: AnswerOptions) -> None:
        """Have a picture encoded that will perhaps be looked at as `request` says, while nobody waits; returns at once.

        A question about another picture drops it. Where nothing is loaded, nothing happens. Raises NothingToSeeError.
        """
        if not self._engine.loaded:
            return
        picture_checks.refuse_blank(captured)
        picture = self._fitted(captured.image, request)
        self._engine.encode_ahead(picture.tobytes(), picture.width, picture.height)

    def notice(self, index: int, code: str, message: str) -> None:
        """Tell the person something that does not end the request, by event and by voice."""
        self._telling.notice(index, code, message)

    def cancel(self) -> None:
        """Silence the voice and stop the running question; it ends as `cancelled`."""
        self._cancelled.set()
        self._telling.silence()
        self._engine.cancel()

    def close(self) -> None:
        """Silence the voice and end the engine at once; a running question ends as `cancelled`."""
        self._cancelled.set()
        self._telling.silence()
        self._engine.close()

    def _take(self, request: AnswerOptions) -> None:
        self._mode = prompts.MODES[request.mode]
        self._sampling = sampling(self._weights.variant, verbatim=self._mode.verbatim, temperature=request.temperature)
        self._image_tokens = self._most_tokens(request)
        self._request = request
        self._telling.only_answers = request.only_answers

    def _most_tokens(self, request: AnswerOptions) -> int:
        """How many image tokens a picture may have."""
        tuned_tokens = self._choice.glance_tokens if request.mode == "glance" else None
        return request.image_tokens or tuned_tokens or prompts.MODES[request.mode].image_tokens

    def _fitted(self, image: Image.Image, request: AnswerOptions) -> Image.Image:
        """A picture as it is sent for a request."""
        most, least = self._most_tokens(request), prompts.MODES[request.mode].min_image_tokens
        return token_budget.fit(image, max_tokens=most, min_tokens=min(most, least))

    def _answer(self, work: AnswerRun) -> Done:
        picture = self._prepared_picture(work)
        self._load(work)
        rgb = picture.tobytes()

        def make(id: int) -> AskQuestion:
            self._check_cancelled()  # here, so that no cancel falls between the check and the question
            return AskQuestion(
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
                kept=blank_cells.telling(picture) if self._request.skip_blank else (),
            )

        done = self._asked(work, make)
        self._telling.answered(work, done)
        if not clean_answer(done.answer).strip() and done.stop != "cancelled":
            raise EngineError(tr("The model gave no answer. Ask again, or in other words."), code="no-answer")
        return done

    def _asked(self, work: AnswerRun, make: Callable[[int], AskQuestion]) -> Done:
        """Put the question; once more on the processor, where the graphics processor fails before the first word."""
        try:
            return self._engine.ask(make, lambda reply: self._telling.reply(work, reply))
        except DeviceFailedError as failure:
            if work.first_token is not None:
                raise EngineError(tr("{failure} Ask again.", failure=failure), code=failure.code) from failure
            self._telling.notice(work.index, failure.code, str(failure))
        self._check_cancelled()
        self._loading.unload()  # so that the load is not told as a restart
        self._load(work)
        return self._engine.ask(make, lambda reply: self._telling.reply(work, reply))

    def _prepared_picture(self, work: AnswerRun) -> Image.Image:
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

    def _fetched_picture(self, work: AnswerRun) -> Image.Image:
        assert self._capture is not None, "look_at comes first"
        start = time.perf_counter()
        self._telling.event(StageEvent(work.index, "prepare", 0.0))
        captured = self._capture()
        self._check_cancelled()
        for code, message in captured.notices:
            self.notice(work.index, code, message)
        picture_checks.refuse_blank(captured)
        for code, message in picture_checks.warnings(captured, demo=self._weights.demo):
            self.notice(work.index, code, message)
        picture = self._fitted(captured.image, self._request)
        self._small_text_lost = picture_checks.small_text_lost(captured, picture, self._request.mode)
        work.prepare = time.perf_counter() - start
        self._telling.event(StageEvent(work.index, "prepare", 1.0))
        return picture

    def _tell_small_text(self, index: int) -> None:
        """After the first answer about a whole screen, once."""
        if self._small_text_lost and not self._cancelled.is_set():
            self._small_text_lost = False
            advice = tr(self._request.small_text_advice)
            self.notice(index, "small-text", tr("Small text on the screen could not be read. {advice}", advice=advice))

    def _choose(self) -> profile.TuningProfile:
        return self._given or profile.choice(self._published, quick_tower=self._quick_tower)

    def _load(self, work: AnswerRun) -> None:
        if not self._engine.loaded:
            # A tower may have been made since, or deleted.
            self._weights = profile.with_tower(self._published, self._choose())
            self._engine.see_with(self._weights.mmproj)
        self._loading.load(work, self._image_tokens)

    def _thinking_budget(self) -> ThinkingBudget | None:
        if self._weights.variant != "thinking":
            return None
        request = self._request
        return ThinkingBudget(request.thinking_tokens or _THINKING_TOKENS, request.thinking_seconds or _THINKING_S)

    def _check_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise CancelledError
