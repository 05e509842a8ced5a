"""The doctor command: tries each part of the program, and says what works and how to fix what does not.

Each finding is printed as it is made. What is heard is short: first whether pictures can be described, then what does
not work and how to fix it, and the names of the rest.
"""

from __future__ import annotations

import importlib.util
import io
import platform
import time
from collections.abc import Iterator
from contextlib import ExitStack

from PIL import Image

from edge_assistant import __version__
from edge_assistant.assistant.events import Event, NoticeEvent
from edge_assistant.assistant.factory import make_assistant, make_speaker, request_settings, resolve_model
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.capture import backends, qt_subprocess
from edge_assistant.capture.decoder import PictureDecoder
from edge_assistant.cli.doctor_desktop import desktop_findings
from edge_assistant.cli.exit_codes import exit_code
from edge_assistant.cli.finding import Absent, Finding, State, spoken_summary, try_part
from edge_assistant.engine.messages import DEVICE_FAILED
from edge_assistant.models.gguf_header import format_size
from edge_assistant.models.memory_estimate import check_memory, fitting_context, needed_bytes
from edge_assistant.models.resolver import ResolvedModel
from edge_assistant.ocr.availability import Availability
from edge_assistant.ocr.client import TextReader
from edge_assistant.ocr.self_test import read_a_line
from edge_assistant.settings import schema
from edge_assistant.speech.probe import check_sound
from edge_assistant.system import cpu, memory, paths
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import AssistantError, WeightsError
from edge_assistant.system.i18n import format_number, tr, tr_noop
from edge_assistant.system.terminal import print_error, print_event, print_heading, print_state
from edge_assistant.system.text_cleaning import clean
from edge_assistant.tuning import profile

# The parts needed to describe a picture.
_ESSENTIAL = ("Model", "Memory", "Engine")


def examine(cancellation: Cancellation, *, speak: bool | None, as_json: bool = False) -> int:
    """Print each finding as it is made, and at the end what follows; return the exit code: 0 if pictures can be
    described here. Raises CancelledError.
    """
    settings = schema.load(schema.path())
    speaker = make_speaker(settings, _on_speaker_notice, speak=speak)
    found: list[Finding] = []
    with ExitStack() as stack:
        if speaker is not None:
            speaker.start()
            stack.callback(speaker.close)
            stack.enter_context(cancellation.calling(speaker.close))
            speaker.say(tr("Every part is being tried."))
        for finding in findings(settings):
            cancellation.check()
            _print(finding, as_json=as_json)
            found.append(finding)
        usable = all(each.works for each in found if each.part in _ESSENTIAL)
        verdict = (
            tr("Pictures can be described on this computer.")
            if usable
            else tr("Pictures cannot be described on this computer.")
        )
        if as_json:
            print_event("examined", usable=usable)
        else:
            print_heading(verdict)
        if speaker is not None:
            for sentence in (verdict, *spoken_summary(found)):
                speaker.say(sentence)
            speaker.wait()
    return 0 if usable else exit_code(WeightsError.kind)


def _print(finding: Finding, *, as_json: bool) -> None:
    if as_json:
        is_essential = finding.part in _ESSENTIAL
        print_event(
            "finding", part=finding.id, state=finding.state, essential=is_essential, message=clean(finding.sentence)
        )
        return
    print_state(tr(finding.part), finding.state_name, finding.style, finding.sentence)


def _on_speaker_notice(code: str, message: str) -> None:
    """Print notices of the speaker, except about a missing voice or sound: these are findings of their own."""
    if code not in ("no-voice", "no-sound"):
        print_error(message)


def findings(settings: schema.Settings) -> Iterator[Finding]:
    """Yield the finding of every part; each is tried when it is requested, so that results appear one by one."""
    if paths.is_test_build():
        sentence = tr("This is a test build of {version}. It was made to try the installer.", version=__version__)
        yield Finding(tr_noop("Version"), "works", sentence)
    model, finding = _check_model(settings, think=False)
    yield finding
    yield _check_model(settings, think=True)[1]
    if model is not None:
        yield _check_memory(model, settings.context)
    yield _check_processor()
    if model is not None:
        yield try_part(tr_noop("Engine"), lambda: _load_engine(model, settings))
    yield try_part(tr_noop("Text recognition"), _read_text)
    yield try_part(tr_noop("Picture files"), _open_picture)
    voice, sound = check_sound()
    yield Finding(tr_noop("Voice"), _state(voice), voice or tr("A voice is available."))
    yield Finding(tr_noop("Sound"), _state(sound), sound or tr("The audio output can be opened."))
    yield from capture_findings()
    yield from desktop_findings(settings)
    yield _check_window_library()


def capture_findings() -> Iterator[Finding]:
    """Yield the findings of the capture sources. No screenshot is kept, and none is requested from a portal."""
    yield try_part(tr_noop("Screen capture"), _check_screen)
    yield try_part(tr_noop("Window title"), _check_window)
    yield try_part(tr_noop("Session"), _check_session)
    yield try_part(tr_noop("Clipboard"), qt_subprocess.check_clipboard)
    yield try_part(tr_noop("Cameras"), _check_cameras)


def _state(problem: str | None) -> State:
    return "works" if problem is None else "fails"


def _check_model(settings: schema.Settings, *, think: bool) -> tuple[ResolvedModel | None, Finding]:
    part = tr_noop("Thinking model") if think else tr_noop("Model")
    try:
        model = resolve_model(settings, think=think)
    except AssistantError as error:
        is_absent = think and error.code == "weights-missing"
        return None, Finding(part, "none" if is_absent else "fails", str(error))
    demo = tr("This is the demo model. It understands only simple sample screens.")
    notes = "".join(f" {each}" for each in model.notices)
    ready = tr("{name} is ready.", name=model.name)
    return model, Finding(part, "works", f"{demo if model.demo else ready}{notes}")


def _check_memory(model: ResolvedModel, context: int) -> Finding:
    requested, repack = min(context, model.context_length), profile.load_profile(model).tuning.repack
    needed, free = needed_bytes(model, requested, repack=repack), memory.available_bytes()
    figures = tr("{needed} are needed, and {free} are free.", needed=format_size(needed), free=format_size(free))
    smaller = fitting_context(model, requested, free, repack=repack, beside=Availability().worker_bytes())
    if smaller == requested:
        return Finding(tr_noop("Memory"), "works", figures)
    if smaller is not None:
        reduced = tr("A smaller context of {count} tokens fits, and is used.", count=smaller)
        return Finding(tr_noop("Memory"), "works", f"{figures} {reduced}")

    def check() -> str:
        check_memory(model, requested, free, repack=repack, largest=memory.largest_programs)
        return figures

    return try_part(tr_noop("Memory"), check)


def _check_processor() -> Finding:
    cores = tr("{count} cores are used.", count=profile.default_threads())
    best = cpu.best_instructions()
    if best is None:
        kind = tr("Its type is {kind}.", kind=platform.machine())
        return Finding(tr_noop("Processor"), "works", f"{kind} {cores}")
    if not best:
        return Finding(tr_noop("Processor"), "fails", tr("It is too old: it lacks SSE 4.2. Use a newer computer."))
    sentences = [tr("It supports {best} instructions.", best=best), cores]
    if not cpu.is_fast(best):
        sentences.append(tr("It is an older one, so answers take longer."))
    return Finding(tr_noop("Processor"), "works", " ".join(sentences))


def _load_engine(model: ResolvedModel, settings: schema.Settings) -> str:
    tuning_profile = profile.load_profile(model, quick_tower=settings.quick_tower)
    sentences: list[str] = []

    def on_event(event: Event) -> None:
        if isinstance(event, NoticeEvent) and event.code == DEVICE_FAILED:
            sentences.append(event.message)

    options = request_settings(settings).answer_options(AnswerOptions(), "glance")
    assistant = make_assistant(settings, model, options, voice=None, on_event=on_event)
    try:
        start = time.perf_counter()
        assistant.warm()
        seconds = format_number(time.perf_counter() - start, 1)
        sentences.append(tr("The model was loaded in {seconds} seconds.", seconds=seconds))
        if profile.is_tuned(model):
            sentences.append(tr("The results of tune are used."))
        sentences.append(describe_tower(model, tuning_profile, quick_tower=settings.quick_tower))
        sentences.append(assistant.offload.describe() or tr("Everything runs on the processor."))
        if assistant.tasks.problem:
            sentences.append(assistant.tasks.problem)
        return " ".join(sentences)
    finally:
        assistant.close()


def _read_text() -> str:
    reader = TextReader()
    try:
        milliseconds = round(1000 * read_a_line(reader))
    finally:
        reader.close()
    return tr("A line was read in {count} milliseconds.", count=milliseconds)


def _open_picture() -> str:
    decoder, file = PictureDecoder(), io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    try:
        decoder.decode(file.getvalue(), tr("A picture"))
    finally:
        decoder.close()
    return tr("Picture files can be opened.")


def describe_tower(model: ResolvedModel, tuning_profile: profile.TuningProfile, *, quick_tower: bool) -> str:
    """Describe which vision tower is used with the published model, and why."""
    if profile.with_tower(model, tuning_profile) != model:
        if profile.is_tuned(model):
            return tr("Tune found that a vision encoder in {format} format is fastest.", format=tuning_profile.tower)
        return tr("A vision encoder in {format} format, made here, is used: it is faster.", format=tuning_profile.tower)
    if tuning_profile.tower is not None:
        return tr("The vision encoder that tune chose is missing; the original one is used. Run tune again.")
    if profile.default_tower(model) is None:
        return tr("The original vision encoder is used: it is best here.")
    if not quick_tower:
        return tr("The original vision encoder is used: a faster one is turned off in the settings.")
    return tr("The original vision encoder is used until the app has made a faster one.")


def _check_screen() -> str:
    backend = backends.choose_backend()
    return f"{backend.name}: {backend.make_screen().check()}"


def _check_window() -> str:
    backend = backends.choose_backend()
    if backend.make_windows is None:
        return Absent(
            tr("{name} does not tell which window is active. The whole screen is used instead.", name=backend.name)
        )
    window = backend.make_windows().active()
    return tr("No window is active now.") if window is None else tr("The active window's title and position are known.")


def _check_session() -> str:
    locked = backends.choose_backend().is_locked()
    return (
        tr("It is locked, so its screen cannot be described now.") if locked else tr("It does not seem to be locked.")
    )


def _check_cameras() -> str:
    names = qt_subprocess.query_cameras()
    if not names:
        return Absent(tr("No camera was found. Connect one, or turn it on."))
    return " ".join(f"{number}: {name}." for number, name in enumerate(names, start=1))


def _check_window_library() -> Finding:
    if importlib.util.find_spec("PySide6") is None:
        return Finding(tr_noop("Window"), "fails", tr("This version has no window. Use the command line."))
    return try_part(tr_noop("Window"), qt_subprocess.check_window_library)
