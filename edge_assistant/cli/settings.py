"""The settings command: every setting by name, for people in a terminal and on computers without a display."""

from __future__ import annotations

import argparse

from edge_assistant.settings import schema
from edge_assistant.settings.entry import meaning, parsed, shown
from edge_assistant.system.errors import AssistantError, NotRunningError
from edge_assistant.system.i18n import tr
from edge_assistant.system.ipc import RELOAD
from edge_assistant.system.outside_text import one_line, short


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add the commands below `settings`."""
    commands = parser.add_subparsers(title=tr("commands"), required=True, metavar=tr("COMMAND"))
    listing = commands.add_parser("list", help=tr("print every setting, its value and its meaning"))
    listing.set_defaults(command=_list)
    getting = commands.add_parser("get", help=tr("print one value; an empty line if not set"))
    getting.add_argument("name", metavar=tr("NAME"), help=tr("a name from settings list"))
    getting.set_defaults(command=_get)
    setting = commands.add_parser("set", help=tr("change one value, also in the running program"))
    setting.add_argument("name", metavar=tr("NAME"), help=tr("a name from settings list"))
    setting.add_argument("value", metavar=tr("VALUE"), help=tr('"" lets the program choose'))
    setting.set_defaults(command=_set)
    path = commands.add_parser("path", help=tr("print where the settings file is, or would be"))
    path.set_defaults(command=_path)


def _list(_: argparse.Namespace) -> int:
    from edge_assistant.settings import store
    from edge_assistant.system.terminal import complain, print_line

    chosen = schema.load(schema.path())
    for each in schema.entries():
        value = schema.value_of(chosen, each.name)
        about = each.about
        words = short(shown(value)) or tr(about.unset)
        unit = f" {tr(about.unit)}" if about.unit and value is not None else ""
        print_line(f"{each.name}: {words}{unit}. {meaning(each)}")
    if sentence := store.retired_notice(schema.path()):
        complain(sentence)
    return 0


def _get(parsed_arguments: argparse.Namespace) -> int:
    from edge_assistant.system.terminal import print_line

    entry = schema.entry(parsed_arguments.name)
    print_line(one_line(shown(schema.value_of(schema.load(schema.path()), entry.name))))
    return 0


def _set(arguments: argparse.Namespace) -> int:
    from edge_assistant.settings import store
    from edge_assistant.system.terminal import print_line

    entry = schema.entry(arguments.name)
    value = parsed(entry, arguments.value)
    path = schema.path()
    store.save(path, schema.changed(schema.load(path), {entry.name: value}))
    words = shown(value) or tr(entry.about.unset)
    print_line(tr("{name} is now: {value}.", name=entry.name, value=words))
    _tell_running_program()
    return 0


def _tell_running_program() -> None:
    """What runs takes the new settings at once, and says what came of it."""
    from edge_assistant.system.ipc import call, endpoint
    from edge_assistant.system.terminal import print_line

    try:
        answer = call(endpoint(), RELOAD)
    except NotRunningError:
        return
    except AssistantError as error:
        answer = str(error)
    if answer:
        print_line(answer)


def _path(_: argparse.Namespace) -> int:
    from edge_assistant.system.terminal import print_line

    print_line(one_line(str(schema.path())))
    return 0
