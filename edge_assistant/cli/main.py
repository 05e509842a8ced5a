"""The main function of the command line: parses and checks the arguments, then imports and runs one command."""

from __future__ import annotations

import argparse
import contextlib
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from edge_assistant.cli.models_arguments import add_models
from edge_assistant.cli.parser import Parser, seconds, temperature, whole
from edge_assistant.cli.settings import add_settings
from edge_assistant.system import logger, signals
from edge_assistant.system.errors import AssistantError, InputError, UsageError, explain_error
from edge_assistant.system.i18n import languages, tr, tr_noop, translate_libraries, use_language

if TYPE_CHECKING:
    from edge_assistant.capture.targets import Target

_log = logging.getLogger(__name__)

_APP = "app_"
"""The prefix of the destinations of the app's options, since commands have options of the same names."""


def main(arguments: Sequence[str]) -> int:
    """Run one command; return its exit code: 0 for success, the others as in system/errors.py."""
    _use_language_of_settings()
    logger.set_up_logging()
    try:
        with translate_libraries():
            parsed = _make_parser().parse_args(arguments)
        _check_app_options(parsed)
        command: Callable[[argparse.Namespace], int] = parsed.command
        if command is _describe:  # handles signals itself, since it must complete its JSON output
            return command(parsed)
        with signals.raise_interrupts():
            return command(parsed)
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 (a bug must be reported to the user like any other error)
        if not isinstance(error, AssistantError):
            _log.exception("a command failed")
        failure = explain_error(error)
        _report_error(failure, as_json="--json" in arguments)
        return failure.exit_code


def _use_language_of_settings() -> None:
    """Use the language of the settings, or the system's if the file is broken (the command will report that)."""
    from edge_assistant.settings import schema
    from edge_assistant.system import i18n

    try:
        i18n.use_language(schema.load(schema.path()).spoken_language)
    except AssistantError:
        i18n.use_language(i18n.system_language())


def _report_error(error: AssistantError, *, as_json: bool) -> None:
    """Print an error outside of any question: on standard error, or as the end of question 0 in JSON output."""
    from edge_assistant.assistant.events import ErrorEvent
    from edge_assistant.cli.output import JsonOutput, TextOutput

    output = JsonOutput() if as_json else TextOutput()
    with contextlib.suppress(OSError):
        output.show(ErrorEvent(0, error.code, str(error), error.exit_code))


def _make_parser() -> Parser:
    parser = Parser(
        prog="edge-assistant",
        description=tr("Describes pictures and the screen aloud. Works without a network."),
        epilog=tr("Answers can be wrong. Do not rely on them for medicine, traffic or money."),
    )
    _add_app(parser)
    commands = parser.add_subparsers(
        title=tr("commands"), metavar=tr("COMMAND"), description=tr("Without one, the app starts.")
    )
    _add_describe(commands.add_parser("describe", help=tr("describe a picture, or answer questions about it")))
    cameras = commands.add_parser("cameras", help=tr("list the cameras, with their numbers for describe --camera"))
    cameras.set_defaults(command=_cameras)
    _add_listen(
        commands.add_parser("listen", help=tr("run in the background, and describe what is there at a key press"))
    )
    _add_trigger(commands.add_parser("trigger", help=tr("run an action in the running program, like a shortcut")))
    doctor = commands.add_parser("doctor", help=tr("show what works on this computer, and how to fix what does not"))
    doctor.add_argument("--speak", action=argparse.BooleanOptionalAction, help=tr("also speak (default: yes)"))
    doctor.set_defaults(command=_doctor)
    _add_tune(commands.add_parser("tune", help=tr("find the fastest configuration for this computer")))
    voices = commands.add_parser("voices", help=tr("list the voices"))
    voices.add_argument("--language", metavar=tr("CODE"), help=tr("only voices for this language"))
    voices.set_defaults(command=_voices)
    add_settings(commands.add_parser("settings", help=tr("show and change the settings")))
    add_models(commands.add_parser("models", help=tr("download, verify, export and remove models")))
    return parser


def _add_app(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group(tr("options of the app")).add_argument
    add(
        "--temperature",
        dest=f"{_APP}temperature",
        metavar=tr("F"),
        type=temperature,
        help=tr("0 always takes the most likely word"),
    )
    add("--seed", dest=f"{_APP}seed", metavar=tr("N"), type=whole(0, 2**32 - 2), help=tr("makes answers repeatable"))
    add("--speak", dest=f"{_APP}speak", action=argparse.BooleanOptionalAction, help=tr("speak (default: yes)"))
    parser.set_defaults(command=_app)


def _add_describe(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("picture", metavar=tr("FILE"), nargs="?", help=tr("the picture; - is standard input"))
    add(
        "--screen", metavar=tr("N"), nargs="?", const=0, type=whole(1, 99), help=tr("describe monitor N, or all as one")
    )
    add("--window", action="store_true", help=tr("describe the active window; its title is said first"))
    add(
        "--clipboard",
        action="store_true",
        help=tr("describe the picture, or the copied picture file, in the clipboard"),
    )
    add(
        "--camera",
        metavar=tr("N"),
        nargs="?",
        const=0,
        type=whole(1, 99),
        help=tr("describe what camera N sees (see cameras)"),
    )
    add(
        "--delay", metavar=tr("SECONDS"), type=seconds, help=tr("count down aloud first, to switch windows (camera: 3)")
    )
    add("--mode", choices=("glance", "detail", "read"), default="glance", help=tr("default: glance"))
    add("--ask", metavar=tr("TEXT"), action="append", default=[], help=tr("a question; repeat for follow-ups"))
    add("--think", action="store_true", help=tr("think harder: slower, with the Thinking model"))
    add(
        "--thinking-budget",
        metavar=tr("N"),
        type=whole(1, 81_920),
        help=tr("thinking limit in tokens (default: as in settings)"),
    )
    add("--max-tokens", metavar=tr("N"), type=whole(1, 81_920), help=tr("longest answer, in tokens"))
    add(
        "--temperature",
        metavar=tr("F"),
        type=temperature,
        help=tr("0 always takes the most likely word; not with Thinking"),
    )
    add("--seed", metavar=tr("N"), type=whole(0, 2**32 - 2), help=tr("makes answers repeatable (default: random)"))
    add("--image-tokens", metavar=tr("N"), type=whole(8, 16_384), help=tr("maximum image tokens for the picture"))
    add("--context", metavar=tr("N"), type=whole(256, 262_144), help=tr("context in tokens (default: 4096)"))
    add("--model", metavar=tr("NAME|PATH"), help=tr("model: a name from the catalogue, or a GGUF file"))
    add("--mmproj", metavar=tr("PATH"), help=tr("the vision file that belongs to the model file"))
    add(
        "--gpu-layers",
        metavar=tr("N"),
        type=whole(0, 1024),
        help=tr("layers on the graphics processor (default: what fits)"),
    )
    add("--language", metavar=tr("CODE"), help=tr("language of answer and voice, such as de"))
    add("--speak", action=argparse.BooleanOptionalAction, help=tr("speak (default: yes)"))
    add("--json", action="store_true", help=tr("one JSON object per line on standard output"))
    parser.set_defaults(command=_describe)


def _add_listen(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--temperature",
        metavar=tr("F"),
        type=temperature,
        help=tr("0 always takes the most likely word; not with Thinking"),
    )
    add("--seed", metavar=tr("N"), type=whole(0, 2**32 - 2), help=tr("makes answers repeatable (default: random)"))
    add("--speak", action=argparse.BooleanOptionalAction, help=tr("speak (default: yes)"))
    parser.set_defaults(command=_listen)


def _add_tune(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--model", metavar=tr("NAME|PATH"), help=tr("model: a name from the catalogue, or a GGUF file"))
    add("--mmproj", metavar=tr("PATH"), help=tr("the vision file that belongs to the model file"))
    add("--think", action="store_true", help=tr("the Thinking model"))
    add(
        "--target",
        metavar=tr("SECONDS"),
        type=whole(1, 600),
        help=tr("time to the first word of a glance (default: 6)"),
    )
    add("--reset", action="store_true", help=tr("delete earlier results"))
    add("--speak", action=argparse.BooleanOptionalAction, help=tr("also speak (default: yes)"))
    add("--json", action="store_true", help=tr("one JSON object per line on standard output"))
    parser.set_defaults(command=_tune)


def _add_trigger(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", metavar=tr("ACTION"), nargs="?", help=tr("one of the actions from --list"))
    parser.add_argument("--list", action="store_true", help=tr("print the actions and what each one does"))
    parser.set_defaults(command=_trigger)


def _check_app_options(parsed: argparse.Namespace) -> None:
    """Refuse options of the app before a command, where they would have no effect."""
    given = [
        name.removeprefix(_APP) for name, value in vars(parsed).items() if name.startswith(_APP) and value is not None
    ]
    if given and parsed.command is not _app:
        raise UsageError(tr("The option {value} must come after the command.", value=given[0]))


def _app(parsed: argparse.Namespace) -> int:
    from edge_assistant.capture.qt import missing_error
    from edge_assistant.controller.service import ServiceOptions

    try:
        from edge_assistant.ui.application import run
    except ImportError as error:
        raise missing_error(error) from error
    return run(ServiceOptions(*(getattr(parsed, f"{_APP}{name}") for name in ("speak", "temperature", "seed"))))


def _listen(parsed: argparse.Namespace) -> int:
    from edge_assistant.cli.listen import listen
    from edge_assistant.controller.service import ServiceOptions

    return listen(ServiceOptions(parsed.speak, parsed.temperature, parsed.seed))


def _tune(parsed: argparse.Namespace) -> int:
    from edge_assistant.cli.tune import TuneOptions, run

    options = (parsed.model, parsed.mmproj, parsed.think, parsed.target, parsed.reset, parsed.speak, parsed.json)
    return run(TuneOptions(*options))


def _trigger(parsed: argparse.Namespace) -> int:
    from edge_assistant.hotkeys.actions import ACTIONS
    from edge_assistant.system.terminal import print_line

    if parsed.list:
        for action, line in ACTIONS.items():
            print_line(f"{action}: {tr(line)}")
        return 0
    if parsed.action not in ACTIONS:
        raise UsageError(
            tr(
                "There is no action {value}. Try edge-assistant trigger --list.",
                value=parsed.action or tr("without a name"),
            )
        )
    from edge_assistant.system.ipc import default_endpoint, send

    answer = send(default_endpoint(), parsed.action)
    if answer:
        print_line(answer)
    return 0


def _describe(parsed: argparse.Namespace) -> int:
    asks = tuple(_clean_question(text) for text in parsed.ask)
    _check_source(parsed)
    try:
        with signals.raise_interrupts():
            return _run_describe(parsed, asks)
    except KeyboardInterrupt:  # while modules were imported; afterwards DescribeRun handles signals
        from edge_assistant.assistant.events import cancelled
        from edge_assistant.cli.output import JsonOutput, NoOutput
        from edge_assistant.engine.prompts import MODES

        output = JsonOutput() if parsed.json else NoOutput()
        for index, question in enumerate(asks or (MODES[parsed.mode].question,)):
            output.show(cancelled(index, question))
        raise


def _run_describe(parsed: argparse.Namespace, asks: tuple[str, ...]) -> int:
    from edge_assistant.assistant.options import AnswerOptions
    from edge_assistant.cli.describe import DescribeOptions, DescribeRun
    from edge_assistant.cli.output import JsonOutput, TextOutput

    if parsed.language and parsed.language.split("-")[0] in languages():
        use_language(parsed.language)  # our own sentences are spoken by the same voice
    options = DescribeOptions(
        picture=_parse_source(parsed),
        asks=asks,
        answer_options=AnswerOptions(
            mode=parsed.mode,
            image_tokens=parsed.image_tokens,
            max_tokens=parsed.max_tokens,
            thinking_tokens=parsed.thinking_budget,
            temperature=parsed.temperature,
            seed=parsed.seed,
            small_text_advice=tr_noop("Use --window, or --mode read."),
        ),
        model=parsed.model,
        mmproj=parsed.mmproj,
        think=parsed.think,
        context=parsed.context,
        language=parsed.language,
        speak=parsed.speak,
        gpu_layers=parsed.gpu_layers,
    )
    return DescribeRun(options, JsonOutput() if parsed.json else TextOutput()).main()


def _check_source(parsed: argparse.Namespace) -> None:
    """Require exactly one picture, from a file or another source. An omitted N is 0, not None."""
    given = [
        name
        for name in ("picture", "screen", "window", "clipboard", "camera")
        if getattr(parsed, name) is not None and getattr(parsed, name) is not False
    ]
    if not given:
        raise UsageError(
            tr("Nothing to describe. Give a picture file, or use --screen, --window, --clipboard or --camera.")
        )
    if len(given) > 1:
        raise UsageError(tr("Only one picture at a time: a file, --screen, --window, --clipboard or --camera."))
    if parsed.delay is not None and given[0] not in ("screen", "window", "camera"):
        raise UsageError(tr("A delay needs --screen, --window or --camera."))


def _parse_source(parsed: argparse.Namespace) -> str | Target:
    from edge_assistant.capture.targets import Target

    if parsed.picture is not None:
        return str(parsed.picture)
    if parsed.screen is not None:
        return Target("screen", parsed.screen or None, parsed.delay)
    if parsed.camera is not None:
        return Target("camera", parsed.camera or None, parsed.delay)
    return Target("window" if parsed.window else "clipboard", None, parsed.delay)


def _cameras(_: argparse.Namespace) -> int:
    from edge_assistant.capture.qt_subprocess import query_cameras
    from edge_assistant.system.terminal import print_line
    from edge_assistant.system.text_cleaning import shorten

    names = query_cameras()
    if not names:
        raise InputError(tr("No camera was found. Connect one, or turn it on."), code="no-camera")
    for number, name in enumerate(names, start=1):
        print_line(f"{number}: {shorten(name)}")
    return 0


def _doctor(parsed: argparse.Namespace) -> int:
    from edge_assistant.cli.doctor import examine

    return examine(speak=parsed.speak)


def _voices(parsed: argparse.Namespace) -> int:
    from edge_assistant.speech.probe import list_voices
    from edge_assistant.system.terminal import print_line
    from edge_assistant.system.text_cleaning import shorten

    for voice in list_voices():
        languages = shorten(", ".join(voice.languages))
        if parsed.language is None or any(each.startswith(parsed.language) for each in voice.languages):
            words = f"{shorten(voice.id)}: {shorten(voice.name)}"
            print_line(f"{words} ({languages})" if languages else words)
    return 0


def _clean_question(text: str) -> str:
    """Return the question as valid Unicode, whatever bytes the shell passed. Raises UsageError if it is empty."""
    clean = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").strip()
    if not clean:
        raise UsageError(tr("The question is empty. Write it after --ask."))
    return clean
