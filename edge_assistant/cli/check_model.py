"""The check-model command: draws screens with known contents, asks models about them, and tells what came of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from edge_assistant.assistant.factory import make_assistant, resolve_model
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.cli.check_model_output import CheckOutput
from edge_assistant.cli.output_models import ModelsOutput
from edge_assistant.drawn_screens.phrases import LANGUAGES
from edge_assistant.engine.task_overrides import write_overrides
from edge_assistant.engine.task_table import TaskTable, load_table, overrides_path
from edge_assistant.model_check.candidates import Candidate, FindModel, find_candidates
from edge_assistant.model_check.check import CheckPlan, ModelCheck
from edge_assistant.model_check.findings import gather
from edge_assistant.model_check.proposals import Proposals
from edge_assistant.model_check.report import CheckReport, to_markdown
from edge_assistant.model_check.runner import AnsweringAssistant
from edge_assistant.model_check.towers import less_exact
from edge_assistant.models.resolver import ResolvedModel
from edge_assistant.models.vision_towers import VisionTowers
from edge_assistant.settings import schema
from edge_assistant.system.atomic_file import replace_file
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import AssistantError, CancelledError, InputError, UsageError
from edge_assistant.system.i18n import catalogue_language, tr, tr_count
from edge_assistant.system.ipc import AlreadyRunningError, default_endpoint
from edge_assistant.system.terminal import print_line
from edge_assistant.system.text_cleaning import Unshortened
from edge_assistant.text.scripts import base_of
from edge_assistant.tuning.quantize_process import make_tower

_FREED_S = 10.0
"""Seconds that are waited at most for the memory of the candidate before."""
_POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """The options of the command line; None leaves it to the settings."""

    model: str | None
    mmproj: str | None
    think: bool
    minutes: float
    languages: tuple[str, ...] | None
    seed: int
    make_towers: bool
    apply: bool
    report: Path | None
    speak: bool | None
    as_json: bool


def run(
    options: CheckOptions, cancellation: Cancellation, fail: Callable[[AssistantError], None] = lambda _: None
) -> int:
    """Check; return 0. Raises AssistantError, also CancelledError: then what was measured so far is reported first."""
    settings = schema.load(schema.path())
    if options.report is not None:
        _check_report_path(options.report)
    with ModelsOutput(settings, cancellation, speak=options.speak, as_json=options.as_json, fail=fail) as output:
        _Command(options, settings, output, cancellation).run()
    return 0


def _check_report_path(path: Path) -> None:
    """Refuse before the work what would fail behind it. Raises UsageError, InputError."""
    if path.exists() or path.is_symlink():
        raise UsageError(tr("{path} exists already. Give the report another name, or delete that file.", path=path))
    if path.parent.is_dir() and not os.access(path.parent, os.W_OK):
        raise InputError(
            tr("You may not write into {path}. Choose another folder.", path=path.parent), code="no-permission"
        )
    if not path.parent.is_dir():
        raise InputError(tr("There is no folder {path}. Create it first.", path=path.parent), code="no-folder")


class _Command:
    def __init__(
        self, options: CheckOptions, settings: schema.Settings, output: ModelsOutput, cancellation: Cancellation
    ) -> None:
        self._options = options
        self._settings = settings
        self._output = output
        self._cancellation = cancellation
        self._listener = CheckOutput(output)
        self._made: list[tuple[Path, str]] = []

    def run(self) -> None:
        tasks = load_table(overrides_path())
        if tasks.problem and self._options.apply:
            raise UsageError(tasks.problem)
        if tasks.problem:
            self._listener.note("tasks-ignored", tasks.problem)
        if _is_app_running():
            self._listener.note(
                "running",
                tr("The app is running: its model takes memory and time. Quit it for a check that can be relied on."),
            )
        try:
            self._check(self._find_candidates(), tasks)
        finally:
            for parent, name in self._made:
                with suppress(OSError, AssistantError):
                    VisionTowers().remove(parent, name)

    def _check(self, candidates: Sequence[Candidate], tasks: TaskTable) -> None:
        options, first = self._options, candidates[0]
        plan = CheckPlan(options.minutes, self._languages(first.model), options.seed)
        self._announce(candidates)
        check = ModelCheck(candidates, plan, tasks, self._open, self._listener, lambda: self._cancellation.is_set)
        self._listener.check = check
        try:
            check.run()
        except CancelledError:
            if check.results:
                self._listener.notes.append(tr("It was cancelled, so this is only what was found until then."))
                self._show(
                    gather(check, candidates, plan, tasks, self._listener.notes, with_towers=False), cancelled=True
                )
            raise
        if not check.results:
            raise UsageError(tr("Nothing can be drawn in these languages here. Try --languages en."))
        self._show(gather(check, candidates, plan, tasks, self._listener.notes))

    def _find_candidates(self) -> list[Candidate]:
        options = self._options
        first = self._find(options.model, options.mmproj)
        for message in first.notices:
            self._output.notice("weights-passed-over", message)
        if options.make_towers:
            self._make_towers(first)
        return find_candidates(
            self._find,
            model=options.model,
            mmproj=options.mmproj,
            weights_dir=self._settings.weights_dir,
            quick_tower=self._settings.quick_tower,
            with_made=options.make_towers,
            on_problem=self._listener.problem,
        )

    @property
    def _find(self) -> FindModel:
        def find(model: str | None, mmproj: str | None) -> ResolvedModel:
            return resolve_model(
                self._settings,
                think=self._options.think,
                model=model,
                mmproj=mmproj,
                is_cancelled=lambda: self._cancellation.is_set,
                notice=self._output.notice,
            )

        return find

    def _make_towers(self, model: ResolvedModel) -> None:
        """Make the formats of the vision encoder that are less exact than the model's and not here; for this check."""
        for name in less_exact(model.mmproj):
            if VisionTowers().find(model.mmproj, name) is None:
                self._output.step(tr("Making the vision encoder in {format} format.", format=name))
                self._made.append((model.mmproj, name))
                make_tower(
                    model.mmproj,
                    name,
                    lambda fraction, name=name: self._output.event("tower", format=name, fraction=round(fraction, 3)),  # type: ignore[misc]
                    lambda: self._cancellation.is_set,
                )

    def _languages(self, model: ResolvedModel) -> tuple[str, ...]:
        if model.family == "demo":
            self._listener.note("demo-weights", tr("The demo model knows only English, and only its own samples."))
            return ("en",)
        own = base_of(self._settings.spoken_language or catalogue_language())
        chosen = self._options.languages
        if chosen and not set(chosen) & set(LANGUAGES):
            raise UsageError(tr("Screens can be drawn in these languages only: {list}.", list=", ".join(LANGUAGES)))
        usual = tuple(dict.fromkeys((own if own in LANGUAGES else "en", "en")))
        return chosen or usual

    def _announce(self, candidates: Sequence[Candidate]) -> None:
        sentences = [
            tr_count(
                "The check takes about {number} minute.",
                "The check takes about {number} minutes.",
                max(1, round(self._options.minutes)),
            ),
            tr("Ctrl-C ends it and keeps what was found."),
            tr("Nothing leaves this computer."),
        ]
        if len(candidates) > 1:
            names = Unshortened("; ".join(each.name for each in candidates))
            sentences.append(tr("{number} are compared: {names}.", number=len(candidates), names=names))
        self._output.say(" ".join(sentences))

    @contextmanager
    def _open(self, candidate: Candidate) -> Iterator[AnsweringAssistant]:
        assistant = make_assistant(
            self._settings,
            candidate.model,
            AnswerOptions(),
            voice=None,
            on_event=lambda _: self._listener.speak_progress(),
            exact_tower=True,
        )
        with self._cancellation.calling(assistant.cancel):
            try:
                self._cancellation.check()
                assistant.warm()
                yield assistant
            finally:
                pid = assistant.engine_pid
                assistant.close()
                self._wait_for_end(pid)

    def _wait_for_end(self, pid: int | None) -> None:
        """Wait until the engine's memory is free for the next one."""
        for _ in range(round(_FREED_S / _POLL_S)):
            if pid is None or not psutil.pid_exists(pid) or self._cancellation.is_set:
                return
            self._cancellation.wait(_POLL_S)

    def _show(self, report: CheckReport, *, cancelled: bool = False) -> None:
        self._listener.report(report)
        path = self._options.report
        if path is not None:
            try:
                replace_file(path, to_markdown(report).encode())
            except OSError as error:
                if not self._options.as_json:
                    print_line(to_markdown(report))  # which took so long
                raise InputError(
                    tr("The report cannot be written to {path}: {error}.", path=path, error=error.strerror or error)
                ) from error
        elif not self._options.as_json:
            print_line(to_markdown(replace(report, verdict=())))  # which is said behind it
        if cancelled:
            return
        closing = [*report.verdict]
        if path is not None:
            closing.append(tr("The report is in {path}.", path=path))
        for sentence in closing:
            self._output.say(sentence)
        if report.proposals.changes:
            closing.append(self._apply(report.proposals))
            self._output.say(closing[-1])
        self._output.event(
            "checked",
            trials=len(report.results),
            report=None if path is None else str(path),
            applied=bool(self._options.apply and report.proposals.changes),
            undecided=list(report.proposals.undecided),
            sentences=closing,
        )

    def _apply(self, proposals: Proposals) -> str:
        """Write what is proposed if that was asked for; return the sentence about it."""
        path = overrides_path()
        if not self._options.apply:
            return tr("Run the check with --apply to use what it proposes, or write it into {path}.", path=path)
        write_overrides(path, proposals.entries)
        return tr(
            "The changes were written to {path}. Delete them there to undo them. A running app uses them from its next "
            "start on.",
            path=path,
        )


def _is_app_running() -> bool:
    try:
        default_endpoint().lock().release()
    except AlreadyRunningError:
        return True
    except AssistantError:
        return False
    return False
