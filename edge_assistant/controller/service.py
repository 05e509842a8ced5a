"""Everything of the waiting program that needs no window: keys, presses, work and voice, wired together."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.events import Event, NoticeEvent
from edge_assistant.assistant.factory import (
    AnySpeaker,
    OnNotice,
    answer_options,
    make_assistant,
    make_speaker,
    resolve_model,
)
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.capture.backends import choose as choose_capture
from edge_assistant.capture.backends import facts
from edge_assistant.controller import settings_applier
from edge_assistant.controller.event_loop import EventLoop
from edge_assistant.controller.latency import LatencyRecords
from edge_assistant.controller.overlay import OverlayView
from edge_assistant.controller.settings_applier import GlobalHotkeys
from edge_assistant.controller.speech_channel import SpeechChannel
from edge_assistant.controller.status import Condition
from edge_assistant.controller.view import View
from edge_assistant.controller.worker import RequestSpeech, RequestWorker
from edge_assistant.engine.prompts import system_prompt
from edge_assistant.hotkeys.backends import choose as choose_hotkeys
from edge_assistant.hotkeys.protocol import Hotkeys
from edge_assistant.settings import schema, store
from edge_assistant.settings.schema import Settings
from edge_assistant.speech.screen_reader import Announce
from edge_assistant.system import cpu, memory, paths
from edge_assistant.system.errors import AssistantError
from edge_assistant.system.i18n import tr
from edge_assistant.system.json_store import JsonStore
from edge_assistant.tuning.idle_quantizer import IdleQuantizer

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """What the command line asks for; None leaves it to the settings."""

    speak: bool | None = None
    temperature: float | None = None
    seed: int | None = None


class Service:
    """`run` owns one thread; `control` is how all others reach it.

    `show` and `on_condition` are called on the program's own threads.
    """

    def __init__(
        self,
        options: ServiceOptions,
        chosen: Settings,
        show: Callable[[Event], None],
        on_condition: Callable[[Condition], None] = lambda _: None,
        *,
        announce: Announce | None = None,
        windows: View | None = None,
        choosers: OverlayView | None = None,
        stays: bool = False,
    ) -> None:
        """`announce` reaches a screen reader, which only a program with windows can. The others are as for Control.

        Raises UsageError for a language that is none.
        """
        system_prompt(chosen.language)
        memory.give_back_pictures()
        self._chosen = chosen
        self._path = schema.path()
        self._announce = announce
        self.on_settings: Callable[[Settings], None] = lambda _: None
        """Called on one of the program's threads when other settings hold."""
        self._keys_are_held = False
        self._speaks = options.speak
        self._request = AnswerOptions(temperature=options.temperature, seed=options.seed)
        settings_applier.follow_language(chosen)
        self._voice = SpeechChannel(self._make_speaker, lambda code, message: show(NoticeEvent(0, code, message)))
        self._voice.sound(tones=chosen.tones, ticks=chosen.ticks)
        self._work = RequestWorker(
            self._make_assistant,
            self._request,
            self._voice,
            show,
            LatencyRecords(JsonStore(paths.data_dir() / "measurements.json")),
            may_encode_ahead=lambda: self._chosen.encode_ahead and not cpu.on_battery(),
        )
        self._towers = IdleQuantizer(
            lambda: self._work.idle_seconds, lambda: self._chosen.quick_tower and not cpu.on_battery()
        )
        self._keep(chosen)
        self.control = control = EventLoop(
            self._work, self._voice, show, on_condition=on_condition, windows=windows, choosers=choosers, stays=stays
        )
        control.behave(answer_options(chosen))
        if chosen.output == "screen-reader" and announce is None:
            control.tell("no-screen-reader", tr("Only the app can use a screen reader, so the program's voice speaks."))
        self._keys = GlobalHotkeys(_hotkeys, control.press, lambda message: control.tell("keys", message))

    def run(self) -> None:
        """Until it is to end. Raises AssistantError when there are no weights at all."""
        control = self.control
        try:
            for sentence in self._keys.take(self._chosen.hotkeys.bound()):
                control.tell("keys", sentence)
            _warm_capture()
            control.run()
        finally:
            self._voice.silence()
            self._work.close()
            self._towers.close()
            self._voice.close()
            self._keys.close()

    def catch_up(self) -> None:
        """Do what the settings file says since it was edited while the program did not run; tell of retired entries."""
        if sentence := store.retired_notice(self._path):
            self.control.tell("settings", sentence)
        if sentence := settings_applier.catch_up_with_login(self._chosen.start_at_login):
            self.control.tell("settings", sentence)

    @property
    def chosen(self) -> Settings:
        """The settings that hold now."""
        return self._chosen

    def apply(self, wanted: Settings) -> None:
        """Write these settings down and let them hold, all but the running request; what comes of it is told."""

        def on_control() -> None:
            self._tell_applied(settings_applier.with_saved(self._path, wanted), wanted)

        self.control.do(on_control)

    def reload(self) -> str:
        """Let hold what the settings file says by now; what there is to say of it."""
        return self.control.answered(self._reload)

    def take_tuned(self) -> str:
        """Load the weights anew, as tune now says; what there is to say of it."""

        def on_control() -> str:
            self.control.renew()
            return tr("The running program is reloading the model with these results.")

        return self.control.answered(on_control)

    def hold_keys(self, held: bool) -> None:
        """Let go of the global keys, because one is being recorded; or take them again."""
        self.control.do(lambda: self._hold_keys(held))

    def _hold_keys(self, held: bool) -> None:
        self._keys_are_held = held
        if held:
            self._keys.close()
        else:
            self._keys.take(self._chosen.hotkeys.bound())  # what cannot be had was told before

    def _reload(self) -> str:
        wanted, trouble = settings_applier.read_again(self._path, self._chosen)
        return self._tell_applied(trouble, wanted)

    def _tell_applied(self, trouble: str, wanted: Settings) -> str:
        told = [trouble] if trouble else []
        told += self._take_over(wanted)
        sentence = " ".join(told) or tr("Settings applied.")
        self.control.tell("settings", sentence)
        return sentence

    def _take_over(self, wanted: Settings) -> list[str]:
        """On the control's thread; the sentences about what could not be done."""
        told: list[str] = []
        differs = settings_applier.differing(self._chosen, wanted)
        self._chosen = wanted
        if "language" in differs:
            settings_applier.follow_language(wanted)
        if differs & settings_applier.VOICE:
            self._voice.renew(self._make_speaker)
        self._voice.sound(tones=wanted.tones, ticks=wanted.ticks)
        self.control.behave(answer_options(wanted))
        self._keep(wanted)
        if differs & settings_applier.ENGINE:
            told.append(tr("Reloading the model."))
            self.control.renew()
        if "hotkeys" in differs:
            told += self._keys.take(wanted.hotkeys.bound())
            if self._keys_are_held:
                self._keys.close()
        if "start_at_login" in differs:
            told += filter(None, [settings_applier.follow_login(wanted.start_at_login)])
        self.on_settings(wanted)
        return told

    def _keep(self, wanted: Settings) -> None:
        minutes = wanted.unload_minutes
        self._work.keep(from_start=wanted.load == "start", rest_after=minutes * 60.0 if minutes else None)

    def _make_speaker(self, on_notice: OnNotice) -> AnySpeaker | None:
        return make_speaker(self._chosen, on_notice, speak=self._speaks, announce=self._announce)

    def _make_assistant(
        self, think: bool, spoken: RequestSpeech, on_event: Callable[[Event], None], is_cancelled: Callable[[], bool]
    ) -> Assistant:
        chosen, options = self._chosen, answer_options(self._chosen)

        def notice(code: str, message: str) -> None:
            on_event(NoticeEvent(0, code, message))
            if options.says(code):
                spoken.say(message)

        weights = resolve_model(chosen, think=think, is_cancelled=is_cancelled, notice=notice)
        request = options.request(self._request, "glance")
        assistant = make_assistant(chosen, weights, request, voice=spoken, on_event=on_event)
        if chosen.quick_tower:
            self._towers.want(weights)
        for message in weights.notices:
            assistant.notice(0, "weights-passed-over", message)
        return assistant


def _hotkeys() -> Hotkeys:
    seen = facts()
    return choose_hotkeys(seen.platform, wayland=seen.wayland, x11=seen.x11)


def _warm_capture() -> None:
    """Load what reads the screen, so that the first press need not."""
    try:
        backend = choose_capture()
        if backend.make_windows is not None:
            backend.make_windows().active()  # first: of a server that does not answer it tells, and a screen waits
        backend.make_screen().check()
    except AssistantError as error:
        _log.info("the screen cannot be read now: %s", error)  # it is said when somebody wants it
