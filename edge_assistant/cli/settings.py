"""The settings commands: list, get and set the settings by name, and list what models are asked."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from edge_assistant.cli.command import Command, CommandContext
from edge_assistant.settings import schema
from edge_assistant.settings.entry import describe_entry, format_value, parse_value
from edge_assistant.system.errors import AssistantError, NotRunningError, UsageError
from edge_assistant.system.i18n import tr
from edge_assistant.system.ipc import RELOAD, default_endpoint, send
from edge_assistant.system.terminal import print_error, print_line
from edge_assistant.system.text_cleaning import one_line, shorten

if TYPE_CHECKING:
    from edge_assistant.engine.task_entries import Variant


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands of `settings` to its parser."""
    commands = parser.add_subparsers(title=tr("commands"), required=True, metavar=tr("COMMAND"))
    list_parser = commands.add_parser("list", help=tr("print every setting, its value and its meaning"))
    list_parser.set_defaults(command=Command(_list))
    get_parser = commands.add_parser("get", help=tr("print one value; an empty line if not set"))
    get_parser.add_argument("name", metavar=tr("NAME"), help=tr("a name from settings list"))
    get_parser.set_defaults(command=Command(_get))
    set_parser = commands.add_parser("set", help=tr("change one value, also in the running program"))
    set_parser.add_argument("name", metavar=tr("NAME"), help=tr("a name from settings list"))
    set_parser.add_argument("value", metavar=tr("VALUE"), help=tr('"" lets the program choose'))
    set_parser.set_defaults(command=Command(_set))
    path_parser = commands.add_parser("path", help=tr("print where the settings file is, or would be"))
    path_parser.set_defaults(command=Command(_path))
    tasks_parser = commands.add_parser("tasks", help=tr("print what models are asked, and within which limits"))
    tasks_parser.add_argument("--think", action="store_true", help=tr("for the Thinking model"))
    tasks_parser.add_argument("--language", metavar=tr("CODE"), help=tr("for answers in this language, such as de"))
    tasks_parser.set_defaults(command=Command(_tasks))


def _list(_: argparse.Namespace, __: CommandContext) -> int:
    from edge_assistant.settings import store

    settings = schema.load(schema.path())
    for entry in schema.entries():
        value = schema.get_value(settings, entry.name)
        info = entry.info
        text = shorten(format_value(value)) or tr(info.unset)
        unit = f" {tr(info.unit)}" if info.unit and value is not None else ""
        print_line(f"{entry.name}: {text}{unit}. {describe_entry(entry)}")
    if message := store.retired_notice(schema.path()):
        print_error(message)
    return 0


def _get(arguments: argparse.Namespace, _: CommandContext) -> int:
    entry = schema.find_entry(arguments.name)
    print_line(one_line(format_value(schema.get_value(schema.load(schema.path()), entry.name))))
    return 0


def _set(arguments: argparse.Namespace, _: CommandContext) -> int:
    from edge_assistant.settings import store

    entry = schema.find_entry(arguments.name)
    value = parse_value(entry, arguments.value)
    path = schema.path()
    store.save(path, schema.with_values(schema.load(path), {entry.name: value}))
    words = format_value(value) or tr(entry.info.unset)
    print_line(tr("{name} is now: {value}.", name=entry.name, value=words))
    _notify_running_program()
    return 0


def _notify_running_program() -> None:
    """Let the running program reload the settings, and print its answer."""
    try:
        answer = send(default_endpoint(), RELOAD)
    except NotRunningError:
        return
    except AssistantError as error:
        answer = str(error)
    if answer:
        print_line(answer)


def _path(_: argparse.Namespace, __: CommandContext) -> int:
    print_line(one_line(str(schema.path())))
    return 0


def _tasks(arguments: argparse.Namespace, _: CommandContext) -> int:
    """List the task table as it holds for real models; a file of the person's own with an error is an error here."""
    from edge_assistant.engine.task_entries import TASKS
    from edge_assistant.engine.task_table import load_table, overrides_path

    path = overrides_path()
    table = load_table(path)
    if table.problem:
        raise UsageError(table.problem)
    language = arguments.language or schema.load(schema.path()).spoken_language
    variant: Variant = "thinking" if arguments.think else "instruct"
    print_line(tr("Your own changes are read from {path}.", path=path))
    found = {task: table.settings("qwen3-vl", task, variant, language) for task in TASKS}
    for system in dict.fromkeys(settings.system for settings in found.values()):
        print_line(one_line(f"system: {system}"))
    for task, settings in found.items():
        limits = tr(
            "{least} to {most} image tokens, at most {tokens} tokens of answer.",
            least=settings.min_image_tokens,
            most=settings.image_tokens,
            tokens=settings.max_tokens,
        )
        sampling = settings.sampling
        how = (
            f"temperature {sampling.temperature:g}, top_p {sampling.top_p:g}, top_k {sampling.top_k}, "
            f"presence_penalty {sampling.presence_penalty:g}"
        )
        print_line(one_line(f"{task}: {limits} {how}. {settings.question}").rstrip())
    return 0
