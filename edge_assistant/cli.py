"""The command line: what can be asked for, checked before anything heavy starts; one small function a command."""

from __future__ import annotations

import argparse
import contextlib
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from edge_assistant import log
from edge_assistant.errors import AssistantError, UsageError


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}. Try {self.prog} --help.")


def main(arguments: Sequence[str]) -> int:
    """Run one command; its exit code (see errors.py, and 0 for success)."""
    log.set_up()
    try:
        parsed = _parser().parse_args(arguments)
        command: Callable[[argparse.Namespace], int] = parsed.command
        return command(parsed)
    except AssistantError as error:
        _report(error, as_json="--json" in arguments)
        return error.exit_code


def _report(error: AssistantError, *, as_json: bool) -> None:
    """An error outside of any question: on standard error, and as question 0's end for a program that reads JSON."""
    from edge_assistant.events import ErrorEvent
    from edge_assistant.output import JsonOutput, TextOutput

    output = JsonOutput() if as_json else TextOutput()
    with contextlib.suppress(OSError):
        output.show(ErrorEvent(0, error.code, str(error), error.exit_code))


def _parser() -> _Parser:
    parser = _Parser(
        prog="edge-assistant",
        description="Looks at a picture and says aloud what is there. Works without a network.",
        epilog="Answers can be wrong. Not for medicine, traffic or money.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_describe(commands.add_parser("describe", help="describe a picture, or answer questions about it"))
    doctor = commands.add_parser("doctor", help="say what works on this computer, and how to mend what does not")
    doctor.add_argument("--speak", action=argparse.BooleanOptionalAction, help="say it aloud too (default: yes)")
    doctor.set_defaults(command=_doctor)
    voices = commands.add_parser("voices", help="list the voices")
    voices.add_argument("--language", metavar="CODE", help="only voices for this language")
    voices.set_defaults(command=_voices)
    _add_models(commands.add_parser("models", help="get, check, carry and remove weights"))
    return parser


def _add_models(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")

    def action(name: str, what: str, command: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=what, description=f"{what[:1].upper()}{what[1:]}.")
        added.add_argument("--speak", action=argparse.BooleanOptionalAction, help="say it aloud (default: yes)")
        added.add_argument("--json", action="store_true", help="one JSON object a line on standard output")
        added.set_defaults(command=lambda parsed: _models(parsed, command))
        return added

    def think(added: argparse.ArgumentParser) -> None:
        added.add_argument("--think", action="store_true", help="the Thinking weights of that name")

    action("list", "list all known weights, and what of them is here", _models_list)
    action("recommend", "say which weights suit this computer, and why", _models_recommend)
    pull = action("pull", "download weights, or go on with a download", _models_pull)
    pull.add_argument("name", metavar="NAME", help="a name that models list gives")
    pull.add_argument("--mmproj", metavar="QUANT", help="the vision file to take, such as F16 (default: Q8_0)")
    pull.add_argument("--trust-new", action="store_true", help="forget what the first download brought, and take anew")
    verify = action("verify", "read all weights here again, and compare their checksums", _models_verify)
    verify.add_argument("name", metavar="NAME", nargs="?", help="only these")
    bring = action("import", "add weights from files or a folder", _models_import)
    bring.add_argument("paths", metavar="PATH", nargs="+", help="GGUF files, or a folder that models export wrote")
    how = bring.add_mutually_exclusive_group()
    how.add_argument("--link", action="store_true", default=None, help="make hard links, which take no more room")
    how.add_argument("--copy", dest="link", action="store_false", help="make copies")
    carry = action("export", "write weights into a folder, for a computer without a network", _models_export)
    carry.add_argument("folder", metavar="DIR", help="the folder, on a USB stick, say")
    carry.add_argument("names", metavar="NAME", nargs="*", help="which weights (default: all that are here)")
    remove = action("remove", "delete downloaded weights", _models_remove)
    remove.add_argument("name", metavar="NAME", help="a name that models list gives")
    path = action("path", "print the folder of downloads, or where weights are", _models_path)
    path.add_argument("name", metavar="NAME", nargs="?", help="these weights")
    for added in (pull, verify, carry, remove, path):
        think(added)


def _models(parsed: argparse.Namespace, command: Callable[[argparse.Namespace], int]) -> int:
    from edge_assistant.output import JsonOutput, TextOutput

    JsonOutput() if parsed.json else TextOutput()  # both make the streams bear any letter
    return command(parsed)


def _models_list(parsed: argparse.Namespace) -> int:
    from edge_assistant.models_command import Options, list_models

    return list_models(Options(parsed.speak, parsed.json))


def _models_recommend(parsed: argparse.Namespace) -> int:
    from edge_assistant.models_command import Options, recommend_models

    return recommend_models(Options(parsed.speak, parsed.json))


def _models_pull(parsed: argparse.Namespace) -> int:
    from edge_assistant.models_command import Options, pull_models

    options = Options(parsed.speak, parsed.json)
    return pull_models(parsed.name, options, think=parsed.think, mmproj=parsed.mmproj, trust_new=parsed.trust_new)


def _models_verify(parsed: argparse.Namespace) -> int:
    from edge_assistant.models_command import Options, verify_models

    return verify_models(parsed.name, Options(parsed.speak, parsed.json), think=parsed.think)


def _models_import(parsed: argparse.Namespace) -> int:
    from edge_assistant.models_command import Options, import_models

    sources = [Path(path).expanduser() for path in parsed.paths]
    return import_models(sources, Options(parsed.speak, parsed.json), link=parsed.link)


def _models_export(parsed: argparse.Namespace) -> int:
    from edge_assistant.models_command import Options, export_models

    options = Options(parsed.speak, parsed.json)
    return export_models(Path(parsed.folder).expanduser(), parsed.names, options, think=parsed.think)


def _models_remove(parsed: argparse.Namespace) -> int:
    from edge_assistant.models_command import Options, remove_models

    return remove_models(parsed.name, Options(parsed.speak, parsed.json), think=parsed.think)


def _models_path(parsed: argparse.Namespace) -> int:
    from edge_assistant.models_command import Options, print_path

    return print_path(parsed.name, Options(parsed.speak, parsed.json), think=parsed.think)


def _add_describe(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("picture", metavar="FILE", help="the picture; - is standard input")
    add("--mode", choices=("glance", "detail", "read"), default="glance", help="default: glance")
    add("--ask", metavar="TEXT", action="append", default=[], help="a question; repeat for follow-ups")
    add("--think", action="store_true", help="think harder: slower, with the Thinking weights")
    add("--thinking-budget", metavar="N", type=_whole(1, 81_920), default=1024, help="tokens to think with (1024)")
    add("--max-tokens", metavar="N", type=_whole(1, 81_920), help="longest answer, in tokens")
    add("--temperature", metavar="F", type=_temperature, help="0 is greedy; not with Thinking")
    add("--seed", metavar="N", type=_whole(0, 2**32 - 2), help="repeatable answers (default: random)")
    add("--image-tokens", metavar="N", type=_whole(8, 16_384), help="most image tokens the picture may take")
    add("--context", metavar="N", type=_whole(256, 262_144), help="tokens of context (default: 4096)")
    add("--model", metavar="NAME|PATH", help="weights: a name from the catalogue, or a GGUF file")
    add("--mmproj", metavar="PATH", help="the vision file that belongs to the model file")
    add("--language", metavar="CODE", help="language of answer and voice, such as de")
    add("--speak", action=argparse.BooleanOptionalAction, help="say it aloud (default: yes)")
    add("--json", action="store_true", help="one JSON object a line on standard output")
    parser.set_defaults(command=_describe)


def _describe(parsed: argparse.Namespace) -> int:
    asks = tuple(_question(text) for text in parsed.ask)
    try:
        return _run_describe(parsed, asks)
    except KeyboardInterrupt:  # while modules were imported: later, DescribeRun takes care of it
        from edge_assistant.engine.prompts import MODES
        from edge_assistant.events import cancelled
        from edge_assistant.output import JsonOutput, NoOutput

        output = JsonOutput() if parsed.json else NoOutput()
        for index, question in enumerate(asks or (MODES[parsed.mode].question,)):
            output.show(cancelled(index, question))
        raise


def _run_describe(parsed: argparse.Namespace, asks: tuple[str, ...]) -> int:
    from edge_assistant.assistant import Request
    from edge_assistant.describe import DescribeRun, Options
    from edge_assistant.output import JsonOutput, TextOutput

    options = Options(
        picture=parsed.picture,
        asks=asks,
        request=Request(
            mode=parsed.mode,
            image_tokens=parsed.image_tokens,
            max_tokens=parsed.max_tokens,
            thinking_tokens=parsed.thinking_budget,
            temperature=parsed.temperature,
            seed=parsed.seed,
        ),
        model=parsed.model,
        mmproj=parsed.mmproj,
        think=parsed.think,
        context=parsed.context,
        language=parsed.language,
        speak=parsed.speak,
    )
    return DescribeRun(options, JsonOutput() if parsed.json else TextOutput()).main()


def _doctor(parsed: argparse.Namespace) -> int:
    from edge_assistant.doctor import examine

    return examine(speak=parsed.speak)


def _voices(parsed: argparse.Namespace) -> int:
    from edge_assistant.speech.check import list_voices

    for voice in list_voices():
        languages = ", ".join(voice.languages)
        if parsed.language is None or any(each.startswith(parsed.language) for each in voice.languages):
            print(f"{voice.id}: {voice.name} ({languages})" if languages else f"{voice.id}: {voice.name}")
    return 0


def _question(text: str) -> str:
    """The question as clean text: whatever bytes the shell passed."""
    clean = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").strip()
    if not clean:
        raise UsageError("The question is empty. Write it after --ask.")
    return clean


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is not a whole number from {low} to {high}")
        return value

    return parse


def _temperature(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 2:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 to 2")
    return value
