"""The report command: writes what is needed to find out why something does not work into a text file.

The app runs this command too. It holds no pictures, titles, questions or answers, and is sent nowhere.
"""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from edge_assistant import __version__
from edge_assistant.cli.command import CommandContext
from edge_assistant.cli.output_models import ModelsOutput
from edge_assistant.models.gguf_header import format_size
from edge_assistant.settings import schema
from edge_assistant.settings.entry import format_value
from edge_assistant.settings.schema import Settings
from edge_assistant.system import cpu, memory
from edge_assistant.system.atomic_file import replace_file
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import AssistantError, InputError, NotRunningError, UsageError
from edge_assistant.system.i18n import tr
from edge_assistant.system.ipc import PROBLEMS, default_endpoint, send
from edge_assistant.system.recent_problems import recent_problems
from edge_assistant.system.shown_text import ShownText
from edge_assistant.system.text_cleaning import clean

_WITHOUT_VALUE = ("weights_folder", "camera")
"""Settings of which only is told that they are set, unless it is a folder in the home folder."""


def report(parsed: argparse.Namespace, context: CommandContext) -> int:
    """Write the report into the file that is named."""
    path = Path(parsed.file).absolute()
    settings, changed = _settings_and_lines()
    with ModelsOutput(
        settings, context.cancellation, speak=parsed.speak, as_json=False, fail=context.output.fail
    ) as output:
        if not path.parent.is_dir():  # told before all parts are tried
            raise _not_saved(path, tr("there is no such folder"))
        output.step(tr("Trying each part. This takes up to a minute."))
        text = "\n".join(_report_lines(settings, changed, context.cancellation)) + "\n"
        try:
            replace_file(path, clean(text).encode("utf-8"))
        except OSError as error:
            raise _not_saved(path, error.strerror or str(error)) from error
        shown, spoken = (
            tr("The report is in {path}. Nothing was sent. Read it before you hand it on.", path=each)
            for each in (path, path.name)
        )
        output.say(ShownText(shown, spoken))
    return 0


def _not_saved(path: Path, reason: str) -> InputError:
    return InputError(tr("{name} cannot be saved: {reason}.", name=path.name, reason=reason), code="not-saved")


def _report_lines(settings: Settings, changed: Sequence[str], cancellation: Cancellation) -> Iterator[str]:
    """Yield the lines of the report; each part of the program is tried for it. Raises CancelledError."""
    yield tr("Edge Assistant: report of a problem")
    yield tr("It holds no pictures, window titles, questions or answers.")
    yield ""
    yield tr("Version: {value}", value=__version__)
    yield tr("System: {value}", value=f"{platform.system()} {platform.release()}, {platform.machine()}")
    kind = ["frozen"] if getattr(sys, "frozen", False) else []
    yield tr("Python: {value}", value=" ".join((platform.python_version(), *kind)))
    yield tr("Processor: {value}", value=f"{cpu.processor_name()}, {cpu.best_instructions() or platform.machine()}")
    yield tr("Free memory: {value}", value=format_size(memory.available_bytes()))
    yield from _section(tr("Settings that were changed"), changed)
    yield from _section(tr("What works"), _check_lines(settings, cancellation))
    yield from _section(tr("Problems of the running program"), _problems_of_running_program())
    yield from _section(tr("Problems while this was written"), recent_problems.lines())


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield from ("", f"{title}:")
    empty = True
    for line in lines:
        empty = False
        yield f"- {line}"
    if empty:
        nothing = tr("nothing")
        yield f"- {nothing}"


def _settings_and_lines() -> tuple[Settings, Sequence[str]]:
    """Return the settings, and a line for each that is not the default; the defaults for a broken file."""
    try:
        settings = schema.load(schema.path())
    except UsageError:  # its message quotes the file
        return Settings(), [tr("The settings file has an error.")]
    except AssistantError as error:
        return Settings(), [error.code]
    changed = [
        f"{entry.name}: {_value(entry.name, format_value(value))}"
        for entry in schema.entries()
        if (value := schema.get_value(settings, entry.name)) != entry.default
    ]
    if settings.questions:
        changed.append(tr("questions: {count}", count=len(settings.questions)))
    return settings, changed


def _value(name: str, value: str) -> str:
    if name not in _WITHOUT_VALUE:
        return value
    short = without_home(value)
    return short if short.startswith("~") else tr("set")


def _check_lines(settings: Settings, cancellation: Cancellation) -> Iterator[str]:
    """Yield what doctor finds."""
    from edge_assistant.cli.doctor import findings

    for finding in findings(settings):
        cancellation.check()
        yield without_home(finding.line)


def without_home(text: str) -> str:
    """Return the text with ~ in place of the home folder, whose name is often the person's."""
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text


def _problems_of_running_program() -> Sequence[str]:
    try:
        return send(default_endpoint(), PROBLEMS).splitlines()
    except NotRunningError:
        return [tr("It does not run.")]
    except AssistantError as error:
        return [error.code]
