"""Runs a question from the picture to its last event, and keeps the answer in the conversation."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial

from edge_assistant.assistant.answer_checks import UNCONFIRMED, AnswerChecks, check_answer, unconfirmed_sentence
from edge_assistant.assistant.answer_generator import AnswerGenerator
from edge_assistant.assistant.answer_run import AnswerRun, ProgressAnnouncer
from edge_assistant.assistant.cut_answers import NO_TEXT, NOTICE_CODES, CutAnswer
from edge_assistant.assistant.events import DoneEvent, ErrorEvent
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.assistant.picture_source import PictureSource
from edge_assistant.assistant.reporter import AnswerReporter
from edge_assistant.assistant.still_writing import StillWriting
from edge_assistant.assistant.text_choice import choose_text, lines_for_prompt
from edge_assistant.engine.messages import Done, QuotedLine, Turn
from edge_assistant.engine.quoted_text import quoted_lines
from edge_assistant.engine.task_entries import Task
from edge_assistant.engine.task_table import TaskSettings
from edge_assistant.models.resolver import ResolvedModel
from edge_assistant.system.errors import AssistantError, CancelledError, run_safely, without_traceback
from edge_assistant.system.i18n import catalogue_language, tr
from edge_assistant.text.languages import LanguageTracker
from edge_assistant.text.plain_text_stream import PlainTextStream
from edge_assistant.text.sentences import SentenceSplitter

# llama.cpp takes seeds of 32 bits; the largest one means "random" there, and a seed must be repeatable.
_MAX_SEED = 2**32 - 2

_TEXT_WAIT_S = 0.5
"""The longest wait for text that the model may be given: it is read while the model is loaded, or was before."""


class QuestionRunner:
    """Runs one question at a time about the picture of `source`; `load` loads the model where it is not loaded.

    `turns` is the conversation about the picture, and `cut` its last answer if that was cut off. `swap_seconds` is the
    time that a switch to this model took; None as soon as it was reported.
    """

    def __init__(
        self,
        model: ResolvedModel,
        source: PictureSource,
        generator: AnswerGenerator,
        reporter: AnswerReporter,
        cancelled: threading.Event,
        load: Callable[[AnswerRun], None],
    ) -> None:
        self.turns: tuple[Turn, ...] = ()
        self.cut: CutAnswer | None = None
        self.swap_seconds: float | None = None
        self._model = model
        self._source = source
        self._generator = generator
        self._reporter = reporter
        self._cancelled = cancelled
        self._load = load

    def run(
        self,
        index: int,
        question: str,
        task: Task,
        settings: TaskSettings,
        options: AnswerOptions,
        *,
        language: str | None,
        continues: CutAnswer | None = None,
    ) -> DoneEvent | ErrorEvent:
        """Answer a question, or go on with the answer that it `continues`, and keep it in the conversation.

        `options` override the table's `settings`; `language` is the answer's, None that of our own sentences. Never
        raises AssistantError: the last event, which is also returned, tells the outcome.
        """
        run = self._make_run(index, question, task, options, language, continues)
        self._cancelled.clear()
        outcome: DoneEvent | ErrorEvent
        try:
            with StillWriting(self._reporter.announce_progress, self._reporter.is_speaking) as run.still_writing:
                done = self._answer(run, settings, options, language)
            checks = self._check(run)
            if done.stop != "cancelled":
                self._source.report_small_text(index, options)
            outcome = run.done_event(self._model, self._source.state.image, done)
            if checks is not None:
                outcome = replace(outcome, **asdict(checks))
        except CancelledError:
            outcome = run.done_event(self._model, self._source.state.image, None)
        except AssistantError as error:
            return self.fail(index, error)
        if run.first_token is not None:  # the engine has the picture now, and the switch was reported
            self._source.state.embeddings = self.swap_seconds = None
        if outcome.stop != "cancelled":
            self._keep(run, outcome)
        self._reporter.emit(outcome)
        return outcome

    def fail(self, index: int, error: AssistantError) -> ErrorEvent:
        """Report, as the last event, that a question could not be answered."""
        outcome = ErrorEvent.from_error(index, without_traceback(error))  # the picture's state keeps it
        self._reporter.say(error.spoken)
        self._reporter.emit(outcome)
        return outcome

    def _make_run(
        self,
        index: int,
        question: str,
        task: Task,
        options: AnswerOptions,
        language: str | None,
        continues: CutAnswer | None,
    ) -> AnswerRun:
        code = language or catalogue_language()
        free = continues is not None or task in ("read", "places") or self._model.family == "demo"
        return AnswerRun(
            index,
            question,
            options.seed if options.seed is not None else secrets.randbelow(_MAX_SEED + 1),
            ProgressAnnouncer(self._reporter.announce_progress),
            swap_seconds=self.swap_seconds,
            language=LanguageTracker(code, follow=task == "read"),
            splitter=SentenceSplitter(code),
            task=task,
            continues=continues,
            wanted_language=None if free else code,
        )

    def _answer(self, run: AnswerRun, settings: TaskSettings, options: AnswerOptions, language: str | None) -> Done:
        picture = self._source.get(run, options)
        run.make_plain_text = partial(PlainTextStream, self._source.state.frame, language, task=run.task)
        run.plain_text = run.make_plain_text()
        text = self._source.state.text
        is_first_look = run.task == "glance" and run.continues is None
        if text is not None and is_first_look and options.glance_letters and self._model.family != "demo":
            self._reporter.begin_glance_text(run, text, options.glance_letters)  # the demo model is as quick itself
        self._load(run)
        run.quotable = self._quotable(run, settings, options)
        embeddings = self._source.state.embeddings
        run.text = text
        try:
            return self._generator.generate(
                run, settings, options, picture=picture, turns=self.turns, embeddings=embeddings
            )
        finally:
            if text is not None:
                text.go_on()  # also where nothing was said

    def _quotable(self, run: AnswerRun, settings: TaskSettings, options: AnswerOptions) -> tuple[QuotedLine, ...]:
        """Return the lines of the picture's text that the model may be given with this question, the best first."""
        text = self._source.state.text
        wanted = settings.text_tokens > 0 and (run.task != "glance" or options.text_in_glance)
        if text is None or not wanted or run.continues is not None:
            return ()
        page = text.wait(_TEXT_WAIT_S)
        if page is None:
            return ()
        question = run.question if run.task == "question" else None
        return tuple(lines_for_prompt(choose_text(page, text.picture), page, question, self._given_lines(run)))

    def _given_lines(self, run: AnswerRun) -> list[str]:
        """Return the lines that the model was given with this question and those before it."""
        materials = (*(turn.material for turn in self.turns), run.material)
        return [line for material in materials for line in quoted_lines(material)]

    def _check(self, run: AnswerRun) -> AnswerChecks | None:
        """Compare the answer with the picture's text, and say what could not be confirmed; None: it was not compared.

        All of the answer is with the voice by now, so that no sentence waits for this.
        """
        text, checks = self._source.state.text, None

        def check() -> None:
            nonlocal checks
            assert text is not None
            checks = check_answer(run.shown, text, given=self._given_lines(run), is_cancelled=self._cancelled.is_set)

        if text is not None and run.shown:
            run_safely(check, "an answer was not compared with the text of its picture")
        if checks is not None and checks.unconfirmed and not self._cancelled.is_set():
            self._reporter.notice(run.index, UNCONFIRMED, unconfirmed_sentence(checks.unconfirmed))
        return checks

    def _keep(self, run: AnswerRun, outcome: DoneEvent) -> None:
        """Keep an answer in the conversation, as one turn with the answer that it continues."""
        raw = run.raw_answer(outcome.answer)
        before = self.turns if run.continues is None else self.turns[:-1]
        material = run.material if run.continues is None else self.turns[-1].material
        self.turns = (*before, Turn(outcome.question, raw.strip() or tr(NO_TEXT), material))
        is_cut = outcome.stop in NOTICE_CODES
        self.cut = CutAnswer(raw, tuple(run.spoken.pieces), run.task, outcome.stop == "loop") if is_cut else None
