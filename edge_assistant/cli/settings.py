"""The settings commands: list, get and set the settings by name, and list what models are asked."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from edge_assistant.cli.command import Command, CommandContext
from edge_assistant.cli.common_arguments import add_json, add_language, add_think
from edge_assistant.cli.own_questions import setting_line
from edge_assistant.settings import schema
from edge_assistant.settings.entry import HOTKEYS, SettingsEntry, Value, describe_entry, format_value, parse_value
from edge_assistant.system.errors import AssistantError, InputError, NotRunningError, UsageError
from edge_assistant.system.i18n import tr
from edge_assistant.system.ipc import RELOAD, default_endpoint, send
from edge_assistant.system.terminal import print_error, print_event, print_line
from edge_assistant.system.text_cleaning import one_line, shorten

if TYPE_CHECKING:
    from edge_assistant.engine.task_entries import Variant
    from edge_assistant.engine.task_table import TaskSettings


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands of `settings` to its parser."""
    commands = parser.add_subparsers(title=tr("commands"), required=True, metavar=tr("COMMAND"))

    def command(
        name: str, summary: str, run: Callable[[argparse.Namespace, CommandContext], int]
    ) -> argparse.ArgumentParser:
        command_parser = commands.add_parser(name, help=summary)
        command_parser.set_defaults(command=Command(run))
        add_json(command_parser)
        return command_parser

    command("list", tr("print every setting, its value and its meaning"), _list)
    get_parser = command("get", tr("print one value; an empty line if not set"), _get)
    get_parser.add_argument("name", metavar=tr("NAME"), help=tr("a name from settings list"))
    set_parser = command("set", tr("change one value, also in the running program"), _set)
    set_parser.add_argument("name", metavar=tr("NAME"), help=tr("a name from settings list"))
    set_parser.add_argument("value", metavar=tr("VALUE"), help=tr('"" lets the program choose'))
    command("path", tr("print where the settings file is, or would be"), _path)
    tasks_parser = command("tasks", tr("print what models are asked, and within which limits"), _tasks)
    add_think(tasks_parser, tr("for the Thinking model"))
    add_language(tasks_parser, tr("for answers in this language, such as de"))


def _list(arguments: argparse.Namespace, _: CommandContext) -> int:
    from edge_assistant.settings import store, this_computer

    settings = schema.load(schema.path())
    for entry in schema.grouped_entries():
        value = schema.get_value(settings, entry.name)
        if arguments.json:
            _print_entry(entry, value)
            continue
        info = entry.info
        text = shorten(format_value(value)) or tr(info.unset)
        unit = f" {tr(info.unit)}" if info.unit and value is not None else ""
        print_line(f"{entry.name}: {text}{unit}. {describe_entry(entry)}")
    for question in settings.questions:
        if arguments.json:
            print_event("question", name=question.name, text=question.text, key=question.key)
        else:
            print_line(setting_line(question))
    for message in filter(None, (store.retired_notice(schema.path()), *this_computer.problems(settings))):
        print_error(message)
    return 0


def _print_entry(entry: SettingsEntry, value: Value) -> None:
    """Print one entry as JSON."""
    info = entry.info
    print_event(
        "setting",
        name=entry.name,
        value=value,
        default=entry.default,
        group=info.group,
        unit=tr(info.unit) if info.unit else "",
        range=info.range,
        choices=list(info.choices),
        meaning=describe_entry(entry),
    )


def _get(arguments: argparse.Namespace, _: CommandContext) -> int:
    entry = schema.find_entry(arguments.name)
    value = schema.get_value(schema.load(schema.path()), entry.name)
    if arguments.json:
        _print_entry(entry, value)
    else:
        print_line(one_line(format_value(value)))
    return 0


def _set(arguments: argparse.Namespace, _: CommandContext) -> int:
    from edge_assistant.settings import store

    entry = schema.find_entry(arguments.name)
    value = parse_value(entry, arguments.value)
    if entry.name == "voice" and value:
        _check_voice(str(value))
    path = schema.path()
    store.save(path, schema.with_values(schema.load(path), {entry.name: value}))
    if arguments.json:
        _print_entry(entry, value)
    else:
        words = format_value(value) or tr(entry.info.unset)
        print_line(tr("{name} is now: {value}.", name=entry.name, value=words))
    answer = _notify_running_program()
    if answer is None and entry.info.group == HOTKEYS and value:
        answer = _whether_key_is_free(str(value))
    if answer and arguments.json:
        print_event("running", message=answer)
    elif answer:
        print_line(answer)
    return 0


def _check_voice(name: str) -> None:
    """Raise UsageError for a voice that this computer does not have; not where it has none, or lists none."""
    from edge_assistant.speech import probe
    from edge_assistant.speech.voices import choose_voice
    from edge_assistant.system.similar_words import did_you_mean

    try:
        voices = probe.list_voices()
    except InputError:
        return
    if choose_voice(voices, name, None) is None:
        sentence = tr(
            "There is no voice called {value} on this computer. The command edge-assistant voices lists them.",
            value=shorten(name),
        )
        raise UsageError(f"{sentence} {did_you_mean(name, [each.name for each in voices])}".strip())


def _whether_key_is_free(text: str) -> str:
    """Say whether another program has the key, "" where that cannot be known. It must not be ours that has it."""
    from edge_assistant.controller.global_hotkeys import check_key, make_hotkeys
    from edge_assistant.hotkeys.key import parse_key

    report = check_key(parse_key(text), make_hotkeys())
    return "" if report.free is None else report.sentence


def _notify_running_program() -> str | None:
    """Let the running program reload the settings, and return its answer; None where none runs."""
    try:
        return send(default_endpoint(), RELOAD)
    except NotRunningError:
        return None
    except AssistantError as error:
        return str(error)


def _path(arguments: argparse.Namespace, _: CommandContext) -> int:
    if arguments.json:
        print_event("path", path=str(schema.path()))
    else:
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
    found = {task: table.settings("qwen3-vl", task, variant, language) for task in TASKS}
    if arguments.json:
        for task, settings in found.items():
            _print_task(task, settings)
        return 0
    print_line(tr("Your own changes are read from {path}.", path=path))
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


def _print_task(task: str, settings: TaskSettings) -> None:
    """Print what models are asked for one task as JSON."""
    sampling = settings.sampling
    print_event(
        "task",
        task=task,
        system=settings.system,
        question=settings.question,
        min_image_tokens=settings.min_image_tokens,
        image_tokens=settings.image_tokens,
        max_tokens=settings.max_tokens,
        temperature=sampling.temperature,
        top_p=sampling.top_p,
        top_k=sampling.top_k,
        presence_penalty=sampling.presence_penalty,
    )
