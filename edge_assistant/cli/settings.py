"""The settings commands: list, get and set the settings by name."""

from __future__ import annotations

import argparse

from edge_assistant.cli.command import Command, CommandContext
from edge_assistant.settings import schema
from edge_assistant.settings.entry import describe_entry, format_value, parse_value
from edge_assistant.system.errors import AssistantError, NotRunningError
from edge_assistant.system.i18n import tr
from edge_assistant.system.ipc import RELOAD, default_endpoint, send
from edge_assistant.system.terminal import print_error, print_line
from edge_assistant.system.text_cleaning import one_line, shorten


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
