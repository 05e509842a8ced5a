"""Has the engine generate an answer: what it is asked, what is done when a GPU fails, and how an answer goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from PIL import Image

from edge_assistant.assistant import cut_answers
from edge_assistant.assistant.answer_run import AnswerRun
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.assistant.reporter import AnswerReporter
from edge_assistant.engine.client import Engine
from edge_assistant.engine.failures import DeviceFailedError, EngineStoppedError
from edge_assistant.engine.grammars import grammar_for
from edge_assistant.engine.messages import (
    AskQuestion,
    DeviceFailed,
    DeviceWrong,
    Done,
    Embeddings,
    Sampling,
    StageProgress,
    TextDelta,
    ThinkingBudget,
    Turn,
    TurnsDropped,
)
from edge_assistant.engine.task_table import TaskSettings
from edge_assistant.models.resolver import ResolvedModel
from edge_assistant.system.errors import CancelledError, DoesNotFitError, EngineError
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.system.text_cleaning import clean_answer

_DIED = tr_noop("The engine had stopped. It is restarting, and the answer follows.")
_STUCK = tr_noop("The engine no longer responded. It is restarting, and the answer follows.")
_NO_PLACES = tr_noop("The demo model cannot list what is where. It describes the picture instead.")


class AnswerGenerator:
    """Asks one engine for answers, whose replies are reported; nothing is asked after `cancelled` is set.

    `model` is the engine's, with any vision tower, `context` the limit of a conversation in tokens. `reload` loads the
    model again, on the CPU, after its GPU has failed.
    """

    def __init__(
        self,
        engine: Engine,
        model: ResolvedModel,
        reporter: AnswerReporter,
        cancelled: threading.Event,
        *,
        context: int,
        reload: Callable[[AnswerRun], None],
    ) -> None:
        self._engine = engine
        self._family, self._variant = model.family, model.variant
        self._context = context
        self._reporter = reporter
        self._cancelled = cancelled
        self._reload = reload

    def generate(
        self,
        run: AnswerRun,
        settings: TaskSettings,
        options: AnswerOptions,
        *,
        picture: Image.Image,
        turns: tuple[Turn, ...],
        embeddings: Embeddings | None,
    ) -> Done:
        """Answer the question of `run`, or go on with its answer. `options` override the table's `settings`.

        `turns` is the conversation so far; `embeddings` are as in AskQuestion. Raises AssistantError.
        """
        question = self._make_question(run, settings, options, picture, turns, embeddings)
        run.may_be_empty = settings.may_be_empty and run.task == "read" and not question.continues
        if run.task == "places" and self._family == "demo" and not question.continues:
            self._reporter.notice(run.index, "no-places", tr(_NO_PLACES))
        self._reporter.resume(run)
        done = self._go_on(run, question) if question.continues else self._ask(run, question)
        run.is_full = question.continues and _is_full(done)
        done = self._finish(run, question, options, done)
        if run.is_foreign and not self._cancelled.is_set():
            question = replace(
                question, question=f"{run.question}\n{settings.language_rule}", seed=(run.seed + 1) % 2**32
            )
            done = self._finish(run, question, options, self._ask_again(run, question))
        nothing = not run.shown if done.stop in ("end", "budget") else not clean_answer(done.answer).strip()
        if run.continues is None and nothing and not run.may_be_empty and done.stop != "cancelled":
            self._check_cancelled()  # what came after a cancel was dropped, though the model may have come to its end
            raise EngineError(tr("The model gave no answer. Ask again, or in other words."), code="no-answer")
        return done

    def _finish(self, run: AnswerRun, question: AskQuestion, options: AnswerOptions, done: Done) -> Done:
        """Complete an answer where that is wanted, and report its end."""
        if options.whole and not run.is_foreign:
            done = self._complete(run, question, done)
        self._reporter.finish(run, done)
        run.material = done.material or run.material
        return done

    def _ask_again(self, run: AnswerRun, question: AskQuestion) -> Done:
        """Ask for an answer that was begun in another language than wanted."""
        self._engine.wait_for_cancelled()
        if not self._engine.loaded:
            self._reload(run)
        run.start_over()
        return self._ask(run, question)

    def _make_question(
        self,
        run: AnswerRun,
        settings: TaskSettings,
        options: AnswerOptions,
        picture: Image.Image,
        turns: tuple[Turn, ...],
        embeddings: Embeddings | None,
    ) -> AskQuestion:
        """Return what the engine is asked; the message's id is still to be set."""
        continues = run.continues is not None
        if run.continues is not None:  # with the space at its end
            turns = (*turns[:-1], replace(turns[-1], answer=run.continues.raw))
        return AskQuestion(
            id=0,
            rgb=picture.tobytes(),
            width=picture.width,
            height=picture.height,
            system=settings.system,
            turns=turns,
            question="" if continues else run.question,
            sampling=_sampling(run, settings, options),
            seed=run.seed,
            max_tokens=options.max_tokens or min(settings.max_tokens, self._context),
            thinking=_thinking_budget(settings, options) if self._variant == "thinking" else None,
            embeddings=embeddings,
            grace_tokens=0 if options.max_tokens else settings.grace_tokens,
            may_be_empty=continues or settings.may_be_empty,
            retries_loop=settings.retries_loop,
            continues=continues,
            text=() if continues else run.quotable,
            text_frame=settings.quoted_text,
            text_tokens=settings.text_tokens,
            grammar="" if self._family == "demo" else grammar_for(run.task),
        )

    def _complete(self, run: AnswerRun, question: AskQuestion, done: Done) -> Done:
        """Let an answer go on until it is whole, or the context is full; if it repeats itself, once."""
        before = question.turns[:-1] if question.continues else question.turns
        loops = 0
        while done.stop == "length" or (done.stop == "loop" and not loops):
            sampling = question.sampling
            if done.stop == "loop":
                loops += 1
                sampling = sampling.after_loop()
            run.parts += 1
            turns = (*before, Turn(run.question, run.raw_answer(done.answer), run.material or done.material))
            question = replace(question, turns=turns, question="", sampling=sampling, may_be_empty=True, continues=True)
            part = self._go_on(run, question)
            run.is_full = _is_full(part)
            if run.is_full:
                break
            done = cut_answers.join_reports(done, part, run.answer)
        return done

    def _go_on(self, run: AnswerRun, question: AskQuestion) -> Done:
        """Let an answer go on; return a report of no more text where the context is full."""
        try:
            return self._ask(run, question)
        except DoesNotFitError:
            return cut_answers.NOTHING_MORE

    def _ask(self, run: AnswerRun, question: AskQuestion) -> Done:
        """Ask the engine; if it, or its GPU, fails, load it again and ask once more, or let the answer go on."""
        try:
            return self._ask_once(run, question)
        except DeviceFailedError as failure:
            code, message = failure.code, str(failure)
        except EngineStoppedError as failure:
            code, message = "engine-restarted", tr(_STUCK if failure.stuck else _DIED)
        self._check_cancelled()
        self._reporter.notice(run.index, code, message)
        self._reload(run)
        return self._ask_after_failure(run, question)

    def _ask_after_failure(self, run: AnswerRun, question: AskQuestion) -> Done:
        """Ask a new engine again, or have it go on where the answer had begun. Raises EngineError if it fails too."""
        if not (run.answer.strip() or question.continues):
            run.forget_answer()
            return self._ask_once(run, question)
        before, material = question.turns, run.material
        if question.continues:
            before, material = question.turns[:-1], question.turns[-1].material
        turns = (*before, Turn(run.question, run.raw_answer(run.answer), material))
        run.go_on()
        tokens = run.tokens
        question = replace(question, turns=turns, question="", may_be_empty=True, continues=True)
        try:
            part = self._ask_once(run, question)
        except DoesNotFitError:
            part = cut_answers.NOTHING_MORE
        return replace(
            part,
            answer=run.answer.strip(),
            reasoning=run.reasoning,
            generated_tokens=tokens + part.generated_tokens,
            material=run.material,
        )

    def _ask_once(self, run: AnswerRun, question: AskQuestion) -> Done:
        def make(id: int) -> AskQuestion:
            self._check_cancelled()  # here, so that no cancel falls between the check and the question
            return replace(question, id=id)

        def on_reply(reply: StageProgress | TextDelta | TurnsDropped | DeviceFailed | DeviceWrong) -> None:
            self._reporter.handle_reply(run, reply)
            if run.is_foreign:
                self._engine.cancel()

        try:
            return self._engine.ask(make, on_reply)
        except CancelledError:
            if not run.is_foreign:
                raise
            self._check_cancelled()
            return replace(cut_answers.NOTHING_MORE, stop="cancelled")

    def _check_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise CancelledError


def _is_full(part: Done) -> bool:
    """Return whether the part of an answer that went on shows that the context has no room for more."""
    return not part.answer.strip() and part.stop == "length"


def _sampling(run: AnswerRun, settings: TaskSettings, options: AnswerOptions) -> Sampling:
    sampling = settings.sampling
    if options.temperature is not None:
        sampling = replace(sampling, temperature=options.temperature)
    looped = run.continues is not None and run.continues.looped
    return sampling.after_loop() if looped else sampling


def _thinking_budget(settings: TaskSettings, options: AnswerOptions) -> ThinkingBudget:
    budget = settings.thinking
    return replace(
        budget,
        tokens=options.thinking_tokens or budget.tokens,
        seconds=options.thinking_seconds or budget.seconds,
    )
