"""The service: hotkeys, controller, worker and speech of the running program, wired together. It needs no window."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.events import ErrorEvent, Event, NoticeEvent
from edge_assistant.assistant.factory import (
    AnySpeaker,
    OnNotice,
    can_reach_screen_readers,
    make_assistant,
    make_speaker,
    request_settings,
    resolve_model,
)
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.capture.backends import choose_backend as choose_capture
from edge_assistant.controller import settings_applier, voice_keys
from edge_assistant.controller.controller import Controller
from edge_assistant.controller.event_loop import EventLoop
from edge_assistant.controller.global_hotkeys import (
    GlobalHotkeys,
    KeyReport,
    check_key,
    make_held_hotkeys,
    make_hotkeys,
)
from edge_assistant.controller.latency import LatencyRecords
from edge_assistant.controller.request_tasks import IsCancelled, RequestTasks
from edge_assistant.controller.speech_channel import SpeechChannel
from edge_assistant.controller.tutorial_mode import TutorialMode
from edge_assistant.controller.view import OverlayView, Status, View
from edge_assistant.controller.worker import RequestOutput, RequestWorker
from edge_assistant.engine.messages import DEVICE_WRONG
from edge_assistant.engine.task_table import language_code
from edge_assistant.hotkeys.key import Key
from edge_assistant.ocr.client import TextReader
from edge_assistant.settings import schema, store, this_computer
from edge_assistant.settings.schema import Settings
from edge_assistant.speech.qt_announcer import Announce
from edge_assistant.system import allocator, cpu, paths
from edge_assistant.system.errors import AssistantError, rebuild_error
from edge_assistant.system.i18n import tr
from edge_assistant.system.json_store import JsonStore
from edge_assistant.tuning.idle_device_check import IdleDeviceCheck
from edge_assistant.tuning.idle_quantizer import IdleQuantizer

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """The options of the command line; None leaves the choice to the settings."""

    speak: bool | None = None
    temperature: float | None = None
    seed: int | None = None


class Service:
    """The running program. `run` owns one thread; others reach `controller` and the settings through `event_loop`.

    `on_event` and `on_status_change` are called on the program's own threads.
    """

    def __init__(
        self,
        options: ServiceOptions,
        settings: Settings,
        on_event: Callable[[Event], None],
        on_status_change: Callable[[Status], None] | None = None,
        *,
        announce: Announce | None = None,
        view: View | None = None,
        overlay_view: OverlayView | None = None,
        keep_running: bool = False,
    ) -> None:
        """`announce` is as for make_speaker; the rest is as for Controller.

        Raises UsageError for an unknown language.
        """
        language_code(settings.language)
        on_event = partial(_note_and_show, on_event)
        allocator.release_large_blocks()
        self._settings = settings
        self._path = schema.path()
        self._announce = announce
        self.on_settings: Callable[[Settings], None] = lambda _: None
        """Called on one of the program's threads when settings have changed."""
        self._view, self._has_palette = view, overlay_view is not None
        self._tasks_problem = ""
        self._speak_override = options.speak
        self._base_options = AnswerOptions(temperature=options.temperature, seed=options.seed)
        settings_applier.apply_language(settings)
        self.event_loop = event_loop = EventLoop()
        self.speech = speech = SpeechChannel(
            self._make_speaker, lambda code, message: on_event(NoticeEvent(0, code, message))
        )
        self._output = RequestOutput(speech, on_event, event_loop.wake)
        self._tasks = RequestTasks(
            self._make_assistant,
            self._base_options,
            self._output,
            speech,
            event_loop,
            LatencyRecords(JsonStore(paths.data_dir() / "measurements.json")),
            may_encode_ahead=lambda: self._settings.encode_ahead and not cpu.on_battery(),
        )
        self._worker = RequestWorker(self._output, speech, event_loop, on_idle=self._tasks.unload)
        self._idle_quantizer = IdleQuantizer(
            lambda: self._worker.idle_seconds, lambda: self._settings.quick_tower and not cpu.on_battery()
        )
        self._device_check = IdleDeviceCheck(
            lambda: self._worker.idle_seconds,
            lambda: not cpu.on_battery(),
            lambda: self._tasks.current,
            self._worker.post,
            self._report_wrong_device,
        )
        self._hotkeys = GlobalHotkeys(
            make_hotkeys,
            lambda action: event_loop.post(self.controller.press, action),
            lambda message: self.tell("keys", message),
            make_held_hotkeys,
        )
        self._text_reader = TextReader()
        self.controller = Controller(
            event_loop,
            self._worker,
            self._tasks,
            speech,
            on_event,
            hotkeys=self._hotkeys,
            on_status_change=on_status_change,
            view=view,
            overlay_view=overlay_view,
            keep_running=keep_running,
            text_reader=self._text_reader,
        )
        self.controller.change_voice = self._change_voice
        speech.on_silenced = event_loop.posting(self.controller.on_silenced)
        self.tutorial = TutorialMode(lambda: self._tasks.current, self.controller.reload_model, self.controller.tell)
        self.controller.before_answer = self.tutorial.warn_before_answer
        self._use_settings(settings)
        if settings.output == "screen-reader" and not can_reach_screen_readers(announce):
            self.tell("no-screen-reader", tr("Only the app can use a screen reader, so the program's voice speaks."))

    def run(self) -> None:
        """Run until the program is to end. Raises AssistantError when there is no model at all."""
        try:
            for sentence in self._hotkeys.register(self._settings.keys_by_action()):
                self.tell("keys", sentence)
            _warm_capture()
            self._device_check.start()
            self.controller.run()
        finally:
            self.speech.silence()
            self._worker.close()
            self._tasks.close()
            self._text_reader.close()
            self._idle_quantizer.close()
            self._device_check.close()
            self.speech.close()
            self._hotkeys.close()

    def tell(self, code: str, message: str) -> None:
        """Speak and show a notice that belongs to no request; may be called from any thread."""
        self.event_loop.post(self.controller.tell, code, message)

    def quit(self) -> None:
        """End `run`; may be called from any thread."""
        self.event_loop.post(self.controller.end)

    def report_settings_file(self, problem: str) -> None:
        """Report what was wrong with the settings file when it was read at the start.

        Without a problem, apply what was edited in it while the program did not run, and report entries no longer used.
        """
        if problem:
            self.tell("settings-broken", problem)
            return
        told = (store.retired_notice(self._path), *this_computer.problems(self._settings))
        for sentence in filter(None, (*told, settings_applier.sync_autostart(self._settings.start_at_login))):
            self.tell("settings", sentence)

    @property
    def settings(self) -> Settings:
        """The current settings."""
        return self._settings

    def save_settings(self, new_settings: Settings) -> None:
        """Save and apply these settings, to all but the running request, and report the result.

        Belongs to the loop's thread.
        """
        self._apply_and_report(settings_applier.save_settings(self._path, new_settings), new_settings)

    def reload_settings(self) -> str:
        """Reload the settings file; return the sentence that was announced. Belongs to the loop's thread."""
        new_settings, problem = settings_applier.reload_settings(self._path, self._settings)
        return self._apply_and_report(problem, new_settings)

    def reload_tuning(self) -> str:
        """Reload the model with the result of tuning; return the sentence about that. Belongs to the loop's thread."""
        self.controller.reload_model()
        return tr("The running program is reloading the model with these results.")

    def working_key(self, action: str) -> Key | None:
        """Return the key of an action that works. Belongs to the loop's thread."""
        return self._hotkeys.working_key(action)

    def suspend_hotkeys(self, suspended: bool) -> None:
        """Release the global hotkeys while a new one is being recorded, or register them again.

        Belongs to the loop's thread.
        """
        self._hotkeys.suspend(suspended)

    def check_key(self, key: Key) -> KeyReport:
        """Find out whether a key is free.

        Belongs to the loop's thread, and to the time in which the hotkeys are suspended.
        """
        return check_key(key, make_hotkeys())

    def _apply_and_report(self, problem: str, new_settings: Settings) -> str:
        sentences = [problem] if problem else []
        sentences += self._apply(new_settings)
        sentence = " ".join(sentences) or tr("Settings applied.")
        self.controller.tell("settings", sentence)
        return sentence

    def _change_voice(self, action: str) -> str:
        """Do one of VOICE_ACTIONS, save the settings, and say the new value in the new voice; return the sentence."""
        if self.speech.reader_announces_focus():
            return self.controller.report("voice", voice_keys.reader_sentence(action))
        new_settings, sentence = voice_keys.changed_voice(self._settings, action)
        if new_settings != self._settings:
            problem = settings_applier.save_settings(self._path, new_settings)
            sentence = " ".join(filter(None, [sentence, problem, *self._apply(new_settings)]))
        return self.controller.report("voice", sentence)

    def _apply(self, new_settings: Settings) -> list[str]:
        """Apply the settings; return the sentences about what could not be done."""
        sentences: list[str] = []
        changed = settings_applier.changed_settings(self._settings, new_settings)
        self._settings = new_settings
        if "language" in changed:
            settings_applier.apply_language(new_settings)
        speech_changes = changed & settings_applier.SPEECH_SETTINGS
        is_rate_unset = "rate" in speech_changes and new_settings.rate is None
        if speech_changes and speech_changes <= settings_applier.LIVE_SPEECH_SETTINGS and not is_rate_unset:
            self.speech.configure_voice(new_settings.rate, new_settings.volume)
        elif speech_changes:
            reading = self.controller.readings.current
            was_heard = reading is not None and reading.mode == "speaking"
            if reading is not None:
                reading.pause()
            self.speech.set_speaker(self._make_speaker)
            if reading is not None and was_heard:
                reading.resume()
        self._use_settings(new_settings)
        if changed & settings_applier.ENGINE_SETTINGS:
            sentences.append(tr("Reloading the model."))
            self.controller.reload_model()
        if changed & {"hotkeys", "questions"}:
            sentences += self._hotkeys.register(new_settings.keys_by_action())
        if "start_at_login" in changed:
            sentences += filter(None, [settings_applier.apply_autostart(new_settings.start_at_login)])
        self.on_settings(new_settings)
        return sentences

    def _use_settings(self, new_settings: Settings) -> None:
        """Use what takes effect without anything being made anew."""
        self.speech.configure_tones(tones=new_settings.tones, ticks=new_settings.ticks)
        self.controller.options = request_settings(new_settings)
        self.controller.spoken_language = new_settings.spoken_language
        self.controller.questions = {each.name: each.text for each in new_settings.questions}
        self._tasks.load_at_start = new_settings.load == "start"
        minutes = new_settings.unload_minutes
        self._worker.set_idle_time(minutes * 60.0 if minutes else None)

    def _make_speaker(self, on_notice: OnNotice) -> AnySpeaker | None:
        return make_speaker(self._settings, on_notice, speak=self._speak_override, announce=self._announce)

    def _way_on(self) -> str:
        awaits_question = self._view is not None and self._view.awaits_question()
        palette = self._hotkeys.working_key("palette") if self._has_palette else None
        return way_on(self._hotkeys.working_key("more"), palette, awaits_question=awaits_question)

    def _report_wrong_device(self, message: str, leave: bool) -> None:
        """Tell that the graphics processor computes wrongly, and `leave` it if the person did not choose it."""
        self.tell(DEVICE_WRONG, message)
        if leave:
            self._worker.post(self._tasks.leave_device)

    def _make_assistant(self, think: bool, is_cancelled: IsCancelled) -> Assistant:
        settings, options, output = self._settings, request_settings(self._settings), self._output

        def notice(code: str, message: str) -> None:
            output.show(NoticeEvent(0, code, message))
            if options.speaks(code):
                output.say(message)

        name = self.tutorial.model_name()
        model = resolve_model(settings, think=think, model=name, is_cancelled=is_cancelled, notice=notice)
        glance_options = options.answer_options(self._base_options, "glance")
        assistant = make_assistant(
            settings, model, glance_options, voice=output, on_event=output.show, way_on=self._way_on
        )
        if settings.quick_tower:
            self._idle_quantizer.request_tower(model)
        for message in model.notices:
            assistant.notice(0, "weights-passed-over", message)
        if assistant.tasks.problem != self._tasks_problem:  # told once, not with every model
            self._tasks_problem = assistant.tasks.problem
            if self._tasks_problem:
                assistant.notice(0, "tasks-file", self._tasks_problem)
        return assistant


def _note_and_show(show: Callable[[Event], None], event: Event) -> None:
    """Log an error that is told, for a report of a problem, and show every event."""
    if isinstance(event, ErrorEvent):
        _log.info("an error was told: %s", rebuild_error(event.kind, event.code, event.message))
    show(event)


def way_on(more: Key | None, palette: Key | None, *, awaits_question: bool) -> str:
    """Return the sentence that says how to go on with an answer that was cut off.

    `more` and `palette` are the keys of these actions, where they have one; `awaits_question`: the window in which a
    question is entered has the keyboard.
    """
    if more is not None:
        return tr("To go on, press {key}.", key=more.spoken)
    if awaits_question:
        return tr("To go on, press Enter in the empty question.")
    if palette is not None:
        return tr("To go on, press {key}, then M.", key=palette.spoken)
    return tr("To go on, use the command edge-assistant trigger more.")


def _warm_capture() -> None:
    """Load the libraries that read the screen, so that the first press need not."""
    try:
        backend = choose_capture()
        if backend.make_windows is not None:
            backend.make_windows().active()  # first: it reports a dead server, where a screen would wait
        backend.make_screen().check()
    except AssistantError as error:
        _log.info("the screen cannot be read now: %s", error)  # reported when a picture is asked for
