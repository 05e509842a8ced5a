"""The assistant: answers questions about a picture, speaks the answers, and reports all of it as events."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from edge_assistant.assistant import picture_checks
from edge_assistant.assistant.answer_generator import AnswerGenerator
from edge_assistant.assistant.answer_run import AnswerRun, ProgressAnnouncer
from edge_assistant.assistant.conversation import ConversationHandover
from edge_assistant.assistant.cut_answers import CutAnswer
from edge_assistant.assistant.events import DoneEvent, ErrorEvent, Event
from edge_assistant.assistant.model_loader import ModelLoader
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.assistant.picture_source import MakeText, PictureSizer, PictureSource, PictureState
from edge_assistant.assistant.question_runner import QuestionRunner
from edge_assistant.assistant.reporter import AnswerReporter, SpeechOutput
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.engine.client import Engine
from edge_assistant.engine.failures import DeviceFailedError
from edge_assistant.engine.gpu_offload import GpuOffload
from edge_assistant.engine.messages import EngineConfig, MeasureDevice, Measurement, Turn
from edge_assistant.engine.task_entries import Task
from edge_assistant.engine.task_table import TaskSettings, TaskTable, check_temperature, load_table
from edge_assistant.imaging import token_budget
from edge_assistant.models.gguf import describe_gguf
from edge_assistant.models.memory_estimate import needed_bytes
from edge_assistant.models.resolver import ResolvedModel, same_mmproj
from edge_assistant.system import paths
from edge_assistant.system.errors import AssistantError, InputError
from edge_assistant.system.i18n import tr
from edge_assistant.tuning import profile


class Assistant:
    """Answers questions about one picture at a time with one model.

    The options hold until `look_at` replaces them. `ask` blocks and belongs to one thread; `cancel` and `close` may be
    called from any. `on_event` is called on the thread that asks.
    """

    def __init__(
        self,
        model: ResolvedModel,
        options: AnswerOptions,
        *,
        context: int,
        threads: int | None,
        language: str | None,
        voice: SpeechOutput | None,
        on_event: Callable[[Event], None],
        exact_context: bool = False,
        gpu_layers: int | None = None,
        quick_tower: bool = True,
        way_on: Callable[[], str] = str,
        tasks: TaskTable | None = None,
        exact_tower: bool = False,
    ) -> None:
        """`context` is in tokens: the most to use if memory allows, or with `exact_context` the size to use or fail.

        `threads` and `gpu_layers` (see Tuning) override what was tuned for this model; None keeps it.
        `quick_tower` is as for tuning.profile.load_profile, `way_on` as for AnswerReporter. `tasks` is the task table,
        None the one that ships; it and the answers' `language` may be replaced between two questions. With
        `exact_tower` the model's own vision tower is used, whatever was tuned.
        """
        self.tasks = tasks or load_table(None)
        self.language = language
        self._published_model, self._quick_tower = model, quick_tower
        self._exact_tower = exact_tower
        self._profile = self._load_profile()
        self._model = model = self._with_tower()
        self._cancelled = threading.Event()
        self._reporter = AnswerReporter(voice, on_event, self._cancelled, way_on)
        self._sizer = PictureSizer(self._task_settings, self._profile.glance_tokens)
        self._source = PictureSource(self._sizer, self._reporter, self._cancelled, demo=model.demo)
        self._apply(options)
        self._context = min(context, model.context_length)
        self._engine = Engine(
            EngineConfig(
                model=model.model,
                mmproj=model.mmproj,
                context=self._context,
                threads=threads or self._profile.threads,
                vision_layers=describe_gguf(model.mmproj).block_count or 0,
                system=self._task_settings(options.task).system,
                size=profile.model_size(model),
                tuning=replace(self._profile.tuning, gpu_layers=gpu_layers),
                prompt_cache_dir=paths.cache_dir() / "prompts",
            )
        )
        self._loader = ModelLoader(
            self._engine,
            model,
            self._reporter,
            context=self._context,
            exact=exact_context,
            repack=self._profile.tuning.repack,
        )
        generator = AnswerGenerator(
            self._engine, model, self._reporter, self._cancelled, context=self._context, reload=self._reload
        )
        self._questions = QuestionRunner(
            model, self._source, generator, self._reporter, self._cancelled, load=self._load
        )

    @property
    def engine_pid(self) -> int | None:
        """The engine's process id, None when it is not running."""
        return self._engine.pid

    @property
    def loaded(self) -> bool:
        """Whether the model is in memory."""
        return self._engine.loaded

    @property
    def offload(self) -> GpuOffload:
        """Which part of the loaded model is on which device."""
        return self._engine.offload

    @property
    def model(self) -> ResolvedModel:
        """The model that answers, with the vision tower that is used."""
        return self._model

    @property
    def frame(self) -> token_budget.ResizePlan | None:
        """How the present picture lies in the one that was sent; None before it was captured."""
        return self._source.state.frame

    def cancel_ahead(self) -> None:
        """Cancel what `encode_ahead` or `encode_detail_ahead` has started."""
        self._engine.cancel_ahead()

    @property
    def gpu_layers(self) -> int | None:
        """The layers that the person wants on a GPU (see Tuning)."""
        return self._engine.gpu_layers

    def measure_device(self, make_request: Callable[[int], MeasureDevice]) -> Measurement | None:
        """Compute on the loaded model's devices what these are compared by; None when `cancel_measuring` stopped it.

        Belongs to the thread that asks. If the GPU fails, that is reported, and the model loaded on the CPU. Raises
        AssistantError.
        """
        try:
            return self._engine.measure(make_request)
        except DeviceFailedError as failure:
            self._cancelled.clear()
            self._reporter.notice(0, failure.code, str(failure))
            self._loader.unload()  # so that the load is not reported as a restart
            self.warm()
            raise

    def cancel_measuring(self) -> None:
        """Stop `measure_device`, and nothing else; may be called from any thread."""
        self._engine.cancel_measuring()

    def reference_config(self, context: int) -> EngineConfig:
        """Return the configuration of an engine that computes the same on the CPU only, in the background."""
        return self._engine.reference_config(context)

    def leave_device(self) -> None:
        """Free the model's memory, also what the GPU made of the picture; the next load is on the CPU."""
        self._source.state.embeddings = None
        self._engine.leave_device()
        self._loader.unload()

    def needed_bytes(self) -> int:
        """Estimate the memory in bytes that the engine takes with the whole context."""
        repack = self._profile.tuning.repack
        return needed_bytes(self._model, self._context, self._image_tokens, repack=repack)

    def unload(self) -> None:
        """Free the model's memory. The picture and the conversation stay; the next question loads the model again."""
        self._loader.unload()

    def conversation(self, successor: ResolvedModel) -> ConversationHandover:
        """Return the picture and the conversation, to be continued by an assistant with the model `successor`."""
        self._engine.cancel_ahead()  # the cores are needed by the other engine
        picture, embeddings = self._source.state, None
        if picture.image is not None and same_mmproj(self._model, successor):
            embeddings = picture.embeddings or self._engine.get_embeddings()
        return ConversationHandover(self._options, replace(picture, embeddings=embeddings), self.turns, self.cut)

    def take_over(self, handover: ConversationHandover) -> None:
        """Continue another assistant's conversation. Raises UsageError if this model cannot answer with its options."""
        self._apply(handover.request)
        self._source.state = handover.picture
        self._questions.turns, self._questions.cut = handover.turns, handover.cut

    def record_swap(self, seconds: float) -> None:
        """Record how long the switch to this model took; the next question reports it."""
        self._questions.swap_seconds = seconds

    def warm(self) -> None:
        """Load the model now, so that the first answer is quick; announce the progress. Raises AssistantError."""
        self._cancelled.clear()
        self._load(AnswerRun(0, "", 0, ProgressAnnouncer(self._reporter.announce_progress)))

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The conversation about the picture so far."""
        return self._questions.turns

    @property
    def cut(self) -> CutAnswer | None:
        """The last answer if it was cut off."""
        return self._questions.cut

    def look_at(
        self,
        capture: Callable[[], CapturedPicture],
        options: AnswerOptions | None = None,
        turns: tuple[Turn, ...] = (),
        cut: CutAnswer | None = None,
        make_text: MakeText | None = None,
    ) -> None:
        """Switch to another picture, which the next `ask` captures, and start a new conversation, or continue `turns`.

        `options` replace the present ones; `cut` is the last answer if it was cut off. Without `make_text`, answers
        are not compared with the picture's text. Raises UsageError if the model cannot answer with the options.
        """
        if options is not None:
            self._apply(options)
        self._source.state = PictureState(capture, make_text=make_text)
        self._questions.turns, self._questions.cut = turns, cut

    def ask(self, index: int, text: str | None = None, *, task: Task | None = None) -> DoneEvent | ErrorEvent:
        """Answer one question about the picture; without `text`, that of the options' task.

        `task` is what the limits and the sampling are for, by default a question, or the options' task. Never raises
        AssistantError: the last event, which is also returned, tells the outcome.
        """
        task = task or ("question" if text else self._options.task)
        settings = self._task_settings(task)
        question = settings.question_for(text) if text else settings.question
        return self._run(index, question, task, settings)

    def more(self, index: int) -> DoneEvent | ErrorEvent:
        """Go on with the last answer from where it was cut off; say more about the picture if it was whole.

        The picture is not encoded again. The answer stays one turn of the conversation, and the event that is returned
        has only what is new. Never raises AssistantError, as `ask`.
        """
        if not self.turns:
            error = InputError(
                tr("There is no answer to go on with. Describe something, or ask a question first."), code="no-answer"
            )
            return self._questions.fail(index, error)
        settings, cut = self._task_settings("more"), self.cut
        if cut is None:
            return self._run(index, settings.question, "more", settings)
        first = self._task_settings(cut.task)
        longest = replace(first, max_tokens=max(first.max_tokens, settings.max_tokens))
        return self._run(index, self.turns[-1].question, cut.task, longest, cut)

    def planned_tokens(self, size: tuple[int, int], options: AnswerOptions) -> int:
        """Return the image tokens that a picture of `size` (width and height in pixels) would be sent with."""
        return self._sizer.plan(size, options).tokens

    def encode_detail_ahead(self, options: AnswerOptions) -> None:
        """Encode the current picture again for other `options`, in the background, as `encode_ahead` does.

        Does nothing if it would be sent at the same size.
        """
        try:
            picture = self._source.resized_again(options)
        except AssistantError:
            return  # encoding ahead is optional; a question would report the error
        if picture is not None:
            self._engine.encode_ahead(picture.tobytes(), picture.width, picture.height)

    def encode_ahead(self, captured: CapturedPicture, options: AnswerOptions) -> None:
        """Start encoding, in the background, a picture that may be asked about with `options`; return at once.

        A question about another picture discards it. Does nothing if no model is loaded. Raises NothingToSeeError.
        """
        if not self._engine.loaded:
            return
        picture_checks.refuse_blank(captured)
        picture = self._sizer.resize(captured.image, options)
        self._engine.encode_ahead(picture.tobytes(), picture.width, picture.height)

    def notice(self, index: int, code: str, message: str) -> None:
        """Report something that does not end the request, by event and by voice."""
        self._reporter.notice(index, code, message)

    def cancel(self) -> None:
        """Silence the voice and stop the running question; it ends as `cancelled`."""
        self._cancelled.set()
        self._reporter.stop_speech()
        self._engine.cancel()

    def close(self) -> None:
        """End the engine at once; a running question ends as `cancelled`. The voice speaks on.

        Other parts of the program speak through it, too.
        """
        self._cancelled.set()
        self._engine.close()

    def _apply(self, options: AnswerOptions) -> None:
        check_temperature(self._model.variant, options.temperature)
        self._image_tokens = self._sizer.max_tokens(options)
        self._options = options
        self._reporter.only_answers = options.only_answers

    def _task_settings(self, task: Task) -> TaskSettings:
        return self.tasks.settings(self._model.family, task, self._model.variant, self.language)

    def _run(
        self, index: int, question: str, task: Task, settings: TaskSettings, continues: CutAnswer | None = None
    ) -> DoneEvent | ErrorEvent:
        return self._questions.run(
            index, question, task, settings, self._options, language=self.language, continues=continues
        )

    def _load_profile(self) -> profile.TuningProfile:
        return profile.load_profile(self._published_model, quick_tower=self._quick_tower)

    def _with_tower(self) -> ResolvedModel:
        """Return the model with the vision tower to use now."""
        return (
            self._published_model
            if self._exact_tower
            else profile.with_tower(self._published_model, self._load_profile())
        )

    def _load(self, run: AnswerRun) -> None:
        """Load the model if it is not loaded. Raises AssistantError."""
        self._engine.wait_for_cancelled()
        if self._engine.loaded:
            return
        # A vision tower may have been made or deleted since.
        self._model = self._with_tower()
        self._engine.set_mmproj(self._model.mmproj)
        self._loader.load(run, self._image_tokens)

    def _reload(self, run: AnswerRun) -> None:
        """Load the model again after its GPU has failed. Raises AssistantError."""
        self._loader.unload()  # so that the load is not reported as a restart
        self._load(run)
