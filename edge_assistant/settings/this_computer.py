"""Settings that are valid, but that this computer cannot do: refused when they are set, and told where a file has them.

A settings file is not refused for them: it may have come from another computer, or a stick is not plugged in. So it is
with shortcuts that all programs need: who has had one until now keeps it.
"""

from __future__ import annotations

import os

from edge_assistant.hotkeys.key import parse_new_key
from edge_assistant.settings.entry import HOTKEYS, QUESTIONS, SettingError
from edge_assistant.settings.schema import Settings, entries, get_value
from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr, tr_noop


def check_changes(current: Settings, new: Settings) -> None:
    """Raise SettingError for a value that is new and that this computer cannot do, or that is no good shortcut."""
    for entry in entries():
        value = get_value(new, entry.name)
        if value is not None and value != get_value(current, entry.name):
            _check(new, entry.name)
            if entry.info.group == HOTKEYS:
                _check_key(str(value), entry.name, "{name}: {error}")
    had = {each.key for each in current.questions}
    for question in new.questions:
        if question.key not in had:
            _check_key(question.key, QUESTIONS, tr_noop("The question {value}: {error}"), value=question.name)


def problems(settings: Settings) -> tuple[str, ...]:
    """Return a sentence for each setting that cannot be done here, with what is done instead.

    A missing folder of models is told by who looks for a model.
    """
    try:
        _check(settings, "threads")
    except SettingError as error:
        all_used = tr("All of them are used.")
        return (f"{error} {all_used}",)
    return ()


def _check(settings: Settings, name: str) -> None:
    if name == "threads" and settings.usable_threads != settings.threads:
        raise SettingError(
            tr_noop("{name} is {value}, but this computer has {cores} cores. Set no more."),
            name,
            value=settings.threads,
            cores=os.cpu_count() or 1,
        )
    if name == "weights_folder":
        folder = settings.weights_dir
        if folder is not None and not folder.is_dir():
            raise SettingError(
                tr_noop("{name}: there is no folder {value}. Make it, or name another one."), name, value=folder
            )


def _check_key(key: str, name: str, message: str, value: str = "") -> None:
    if not key:
        return
    try:
        parse_new_key(key)
    except UsageError as error:
        raise SettingError(message, name, error=error, value=value) from error
