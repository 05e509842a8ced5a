"""The doctor command: really tries each part, and says in plain sentences what works and how to mend what does not."""

from __future__ import annotations

import importlib.util
import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from edge_assistant.assistant.events import Event, NoticeEvent
from edge_assistant.assistant.factory import answer_options, make_assistant, make_speaker, resolve_model
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.capture import backends, qt_subprocess
from edge_assistant.engine.messages import DEVICE_FAILED
from edge_assistant.models.gguf_header import gigabytes
from edge_assistant.models.memory_estimate import check_memory, fitting_context, needed_bytes
from edge_assistant.models.resolver import ResolvedModel
from edge_assistant.settings import schema
from edge_assistant.speech.probe import check_sound
from edge_assistant.system import cpu, memory
from edge_assistant.system.errors import AssistantError, InputError
from edge_assistant.system.i18n import later, number, tr
from edge_assistant.system.terminal import complain, print_line
from edge_assistant.tuning import profile

# The parts without which no picture can be described.
_ESSENTIAL = ("Model", "Memory", "Engine")
_LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: whether it works, and the sentence that says so or how to mend it."""

    part: str
    works: bool
    sentence: str


def examine(*, speak: bool | None) -> int:
    """Print every finding as it is made, and say it; 0 when pictures can be described here, else 3."""
    chosen = schema.load(schema.path())
    speaker = make_speaker(chosen, _tell_of_voice, speak=speak)
    if speaker is not None:
        speaker.start()
    able = True
    try:
        for finding in findings(chosen):
            state = tr("works") if finding.works else tr("does not work")
            line = f"{tr(finding.part)}: {state}. {finding.sentence}"
            print_line(line)
            if speaker is not None:
                speaker.say(line)
            able = able and (finding.works or finding.part not in _ESSENTIAL)
        while speaker is not None and not speaker.wait(_LOOK_S):
            pass  # Windows gives Ctrl-C to no wait that has no end
    finally:
        if speaker is not None:
            speaker.close()
    return 0 if able else 3


def _tell_of_voice(code: str, message: str) -> None:
    """Whether there is any voice or sound is a finding of its own."""
    if code not in ("no-voice", "no-sound"):
        complain(message)


def findings(chosen: schema.Settings) -> Iterator[Finding]:
    """Every part in turn; each is tried when it is asked for, so that a slow one holds back only itself."""
    weights, finding = _weights(chosen, think=False)
    yield finding
    yield _weights(chosen, think=True)[1]
    if weights is not None:
        yield _memory(weights, chosen.context)
    yield _processor()
    if weights is not None:
        yield _tried(later("Engine"), lambda: _load_engine(weights, chosen))
    voice, sound = check_sound()
    yield Finding(later("Voice"), voice is None, voice or tr("A voice is available."))
    yield Finding(later("Sound"), sound is None, sound or tr("The audio output can be opened."))
    yield from captures()
    yield _window_library()


def captures() -> Iterator[Finding]:
    """What can be looked at here; no picture of the screen is kept, and none is asked of a portal."""
    yield _tried(later("Screen capture"), _screen)
    yield _tried(later("Window title"), _window)
    yield _tried(later("Session"), _session)
    yield _tried(later("Clipboard"), qt_subprocess.clipboard_check)
    yield _tried(later("Cameras"), _cameras)


def _weights(chosen: schema.Settings, *, think: bool) -> tuple[ResolvedModel | None, Finding]:
    part = later("Thinking model") if think else later("Model")
    try:
        weights = resolve_model(chosen, think=think)
    except AssistantError as error:
        return None, Finding(part, False, str(error))
    found = tr("This is the demo model. It understands only simple sample screens.")
    notes = "".join(f" {each}" for each in weights.notices)
    whole = tr("{name} is ready.", name=weights.name)
    return weights, Finding(part, True, f"{found if weights.demo else whole}{notes}")


def _memory(weights: ResolvedModel, context: int) -> Finding:
    wanted, repack = min(context, weights.context_length), profile.choice(weights).tuning.repack
    needed, free = needed_bytes(weights, wanted, repack=repack), memory.available()
    figures = tr("{needed} are needed, and {free} are free.", needed=gigabytes(needed), free=gigabytes(free))
    if needed <= free:
        return Finding(later("Memory"), True, figures)
    smaller = fitting_context(weights, wanted, free, repack=repack)
    if smaller is not None:
        taken = tr("A smaller context of {count} tokens fits, and is used.", count=smaller)
        return Finding(later("Memory"), True, f"{figures} {taken}")

    def explained() -> str:
        check_memory(weights, wanted, free, repack=repack, largest=memory.largest_programs)
        return figures

    return _tried(later("Memory"), explained)


def _processor() -> Finding:
    cores = tr("{count} cores are used.", count=profile.default_threads())
    best = cpu.best_instructions()
    if best is None:
        kind = tr("Its type is {kind}.", kind=platform.machine())
        return Finding(later("Processor"), True, f"{kind} {cores}")
    if not best:
        return Finding(later("Processor"), False, tr("It is too old: it lacks SSE 4.2. Use a newer computer."))
    sentences = [tr("It supports {best} instructions.", best=best), cores]
    if not cpu.is_quick(best):
        sentences.append(tr("It is an older one, so answers take longer."))
    return Finding(later("Processor"), True, " ".join(sentences))


def _load_engine(weights: ResolvedModel, chosen: schema.Settings) -> str:
    choice = profile.choice(weights, quick_tower=chosen.quick_tower)
    sentences: list[str] = []

    def hear(event: Event) -> None:
        if isinstance(event, NoticeEvent) and event.code == DEVICE_FAILED:
            sentences.append(event.message)

    request = answer_options(chosen).request(AnswerOptions(), "glance")
    assistant = make_assistant(chosen, weights, request, voice=None, on_event=hear)
    try:
        start = time.perf_counter()
        assistant.warm()
        seconds = number(time.perf_counter() - start, 1)
        sentences.append(tr("The model was loaded in {seconds} seconds.", seconds=seconds))
        if profile.is_tuned(weights):
            sentences.append(tr("The results of tune are used."))
        sentences.append(tower_words(weights, choice, quick_tower=chosen.quick_tower))
        sentences.append(assistant.offload.words() or tr("Everything runs on the processor."))
        return " ".join(sentences)
    finally:
        assistant.close()


def tower_words(weights: ResolvedModel, choice: profile.TuningProfile, *, quick_tower: bool) -> str:
    """Which vision tower is used with the published `weights`, and why."""
    if profile.with_tower(weights, choice) != weights:
        if profile.is_tuned(weights):
            return tr("Tune found that a vision encoder in {format} format is fastest.", format=choice.tower)
        return tr("A vision encoder in {format} format, made here, is used: it is faster.", format=choice.tower)
    if choice.tower is not None:
        return tr("The vision encoder that tune chose is missing; the original one is used. Run tune again.")
    if profile.usual_tower(weights) is None:
        return tr("The original vision encoder is used: it is best here.")
    if not quick_tower:
        return tr("The original vision encoder is used: a faster one is turned off in the settings.")
    return tr("The original vision encoder is used until the app has made a faster one.")


def _screen() -> str:
    backend = backends.choose()
    return f"{backend.name}: {backend.make_screen().check()}"


def _window() -> str:
    backend = backends.choose()
    if backend.make_windows is None:
        raise InputError(
            tr("{name} does not tell which window is active. The whole screen is used instead.", name=backend.name)
        )
    window = backend.make_windows().active()
    return tr("No window is active now.") if window is None else tr("The active window's title and position are known.")


def _session() -> str:
    locked = backends.choose().is_locked()
    return (
        tr("It is locked, so its screen cannot be described now.") if locked else tr("It does not seem to be locked.")
    )


def _cameras() -> str:
    names = qt_subprocess.camera_names()
    if not names:
        raise InputError(tr("No camera was found. Connect one, or turn it on."), code="no-camera")
    return " ".join(f"{number}: {name}." for number, name in enumerate(names, start=1))


def _window_library() -> Finding:
    if importlib.util.find_spec("PySide6") is None:
        return Finding(later("Window"), False, tr("This version has no window. Use the command line."))
    return Finding(later("Window"), True, tr("The library for the app's windows is installed."))


def _tried(part: str, attempt: Callable[[], str]) -> Finding:
    try:
        return Finding(part, True, attempt())
    except AssistantError as error:
        return Finding(part, False, str(error))
