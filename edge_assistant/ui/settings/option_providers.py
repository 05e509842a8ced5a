"""What there is on this computer to choose from: voices, cameras, monitors; looked up beside the GUI thread."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QLocale, QObject, Qt, Signal

from edge_assistant.capture import qt_subprocess, targets
from edge_assistant.engine.prompts import LANGUAGES
from edge_assistant.models.library import ModelLibrary
from edge_assistant.settings.schema import Settings
from edge_assistant.speech.probe import list_voices
from edge_assistant.system import i18n
from edge_assistant.system.errors import AssistantError, UsageError
from edge_assistant.system.i18n import tr
from edge_assistant.ui.settings.fields import FieldOption

_log = logging.getLogger(__name__)

Find = Callable[[], Sequence[FieldOption]]
"""It may take seconds. Raises AssistantError where nothing can be found out."""


def voices() -> list[FieldOption]:
    """By name, with the languages they speak."""
    return [
        FieldOption(each.name, f"{each.name} ({', '.join(each.languages)})" if each.languages else each.name)
        for each in list_voices()
    ]


def languages() -> list[FieldOption]:
    """In their own words; those in which the program itself speaks come first."""
    first = i18n.languages()
    codes = [*first, *sorted(set(LANGUAGES) - set(first))]
    return [FieldOption(code, _language(code)) for code in codes]


def cameras() -> list[FieldOption]:
    """By name."""
    return [FieldOption(name, name) for name in qt_subprocess.camera_names()]


def monitors() -> list[FieldOption]:
    """By number, as captures count them, with size and place."""
    return [
        FieldOption(
            each.number,
            tr(
                "Monitor {number}: {width} by {height}, at {left}, {top}",
                number=each.number,
                width=each.bounds.width,
                height=each.bounds.height,
                left=each.bounds.left,
                top=each.bounds.top,
            ),
        )
        for each in targets.monitors()
    ]


def weights(settings: Settings) -> list[FieldOption]:
    """The names of all known weights, also of those that only the settings' folder has."""
    folder: Path | None = None
    with contextlib.suppress(UsageError):  # it is nobody's home; whoever loads the weights says so
        folder = settings.weights_dir
    return [FieldOption(name, name) for name in dict.fromkeys(each.name for each in ModelLibrary(folder).catalog())]


def usual(settings: Callable[[], Settings]) -> Mapping[str, Find]:
    """What there is, by settings_entry.Offers; `settings` tells those that hold when it is looked for."""
    return {
        "voices": voices,
        "languages": languages,
        "cameras": cameras,
        "monitors": monitors,
        "weights": lambda: weights(settings()),
    }


class OptionFinder(QObject):
    """Looks things up on threads of its own; `found(kind, offers)` comes on the GUI thread."""

    _result = Signal(str, object)

    def __init__(
        self, finds: Mapping[str, Find], found: Callable[[str, Sequence[FieldOption]], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._finds = finds
        self._found = found
        self._result.connect(self._pass_on, Qt.ConnectionType.QueuedConnection)

    def start(self, kind: str) -> None:
        """Begin to look for what there is of a kind."""
        if kind in self._finds:
            threading.Thread(target=self._run, args=(kind,), name=f"find {kind}", daemon=True).start()

    def _run(self, kind: str) -> None:
        try:
            offers = list(self._finds[kind]())
        except AssistantError as error:
            _log.info("there is no list of %s: %s", kind, error)  # what was chosen can be kept all the same
            return
        with contextlib.suppress(RuntimeError):  # the dialog is gone
            self._result.emit(kind, offers)

    def _pass_on(self, kind: str, offers: Sequence[FieldOption]) -> None:
        self._found(kind, offers)


def _language(code: str) -> str:
    name = QLocale(code).nativeLanguageName()
    return f"{name[:1].upper()}{name[1:]} ({code})" if name else code
