"""The same computer in every picture, and the wait until a window has filled itself.

What windows find out on a thread of their own (memory, disk, voices, cameras) would differ from machine to machine.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from unittest.mock import patch

from PySide6.QtCore import QAbstractAnimation
from PySide6.QtWidgets import QApplication, QWidget

from edge_assistant.assistant import advice
from edge_assistant.models.recommend import Machine
from edge_assistant.system.i18n import catalogue_language, use_language
from edge_assistant.ui.settings.fields import FieldOption
from edge_assistant.ui.settings.option_providers import OptionProvider, languages

_MACHINE = Machine(memory=16 * 2**30, free_disk=200_000_000_000, cores=4, quick=True)
_DATA_HOME = "/data"
_PATIENCE_S = 3.0

PROVIDERS: Mapping[str, OptionProvider] = {
    "voices": lambda _: [FieldOption("English (Great Britain)", "English (Great Britain) (en-gb)")],
    "languages": languages,
    "cameras": lambda _: [FieldOption("Integrated Camera", "Integrated Camera")],
    "monitors": lambda _: [],
    "weights": lambda _: [FieldOption("demo", "demo")],
}
"""What the settings offer to choose from."""


@contextlib.contextmanager
def fixed_machine(language: str = "en") -> Iterator[None]:
    """Let windows find the same memory, disk and folders everywhere, and speak a language."""
    before = catalogue_language()
    with (
        patch.object(advice, "_inspect_machine", lambda _: _MACHINE),
        patch.dict(os.environ, {"XDG_DATA_HOME": _DATA_HOME}),
    ):
        use_language(language)
        try:
            yield
        finally:
            use_language(before)


def show_filled(make: Callable[[], QWidget]) -> QWidget:
    """Make a window, show it in front, and return it when its animations, and the threads that it started, have ended.

    Raises TimeoutError where one of them goes on and on.
    """
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    before = set(threading.enumerate())
    widget = make()
    widget.show()
    widget.activateWindow()
    deadline = time.monotonic() + _PATIENCE_S
    while running := [each.name for each in threading.enumerate() if each not in before]:
        if time.monotonic() > deadline:
            raise TimeoutError(f"Still running: {', '.join(running)}")
        application.processEvents()
        time.sleep(0.002)
    for _ in range(10):  # what they found is shown, and the layout follows
        application.processEvents()
    for animation in widget.findChildren(QAbstractAnimation):  # such as of the cross in a line, which comes by and by
        animation.setCurrentTime(animation.totalDuration())
    return widget
