"""Dialogs that save the picture, the conversation or a report of a problem, none of which is written otherwise."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QDir
from PySide6.QtWidgets import QFileDialog, QWidget

from edge_assistant.system.autostart import program_command
from edge_assistant.system.i18n import tr

_REPORT_TIMEOUT_S = 300.0
"""Longest time that the parts are tried: a large model is loaded from a slow disk."""

Tell = Callable[[str, str], None]
"""Reports a result to the user; called with a code and a sentence."""

_open_dialogs: set[QFileDialog] = set()
"""Without a parent nothing else would keep an open dialog."""


def save_picture(parent: QWidget, image: Image.Image, tell: Tell) -> None:
    """Ask where to save a picture, then write it as PNG."""
    _open_save_dialog(
        parent, tr("Save the picture"), tr("picture.png"), lambda path: image.save(path, format="PNG"), tell
    )


def save_text(parent: QWidget, text: str, tell: Tell) -> None:
    """Ask where to save a text, then write it as UTF-8."""
    _open_save_dialog(
        parent, tr("Save the conversation"), tr("conversation.txt"), lambda path: _write_text(path, text), tell
    )  # fmt: skip


def save_report(parent: QWidget | None, tell: Tell, command: Sequence[str] = ()) -> None:
    """Ask where to save a report of a problem, and have it written: the command `report` tries each part for it.

    `command` starts this program; without it, as at login.
    """

    def write(path: Path) -> None:
        tell("report", tr("Trying each part. This takes up to a minute."))
        # A process of its own: what fails or hangs there does not take the app with it.
        done = subprocess.run(
            [*(command or program_command()), "report", "--no-speak", str(path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_REPORT_TIMEOUT_S,
            check=False,
        )
        if done.returncode:
            raise OSError(tr("its check ended with code {code}", code=done.returncode))

    _open_save_dialog(parent, tr("Save the report"), tr("edge-assistant-report.txt"), write, tell, _report_sentence)


def _report_sentence(path: Path) -> str:
    return tr("The report is saved as {name}. Nothing was sent. Read it before you hand it on.", name=path.name)


def _saved_sentence(path: Path) -> str:
    return tr("Saved as {name}.", name=path.name)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text + "\n", encoding="utf-8")


def _open_save_dialog(
    parent: QWidget | None,
    title: str,
    name: str,
    write: Callable[[Path], object],
    tell: Tell,
    saved_sentence: Callable[[Path], str] = _saved_sentence,
) -> None:
    dialog = QFileDialog(parent, title)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDirectory(QDir.homePath())
    dialog.selectFile(name)
    dialog.setDefaultSuffix(name.rpartition(".")[2])
    dialog.fileSelected.connect(lambda path: _write_in_background(write, Path(path), tell, saved_sentence))
    dialog.finished.connect(dialog.deleteLater)
    _open_dialogs.add(dialog)
    dialog.finished.connect(lambda _: _open_dialogs.discard(dialog))
    dialog.open()


def _write_in_background(
    write: Callable[[Path], object], path: Path, tell: Tell, saved_sentence: Callable[[Path], str]
) -> None:
    """Write on a thread of its own: a large picture takes a second, in which the window must not freeze."""

    def run() -> None:
        try:
            write(path)
        except (OSError, subprocess.TimeoutExpired) as error:
            reason = getattr(error, "strerror", None) or str(error)
            tell("not-saved", tr("{name} cannot be saved: {reason}.", name=path.name, reason=reason))
        else:
            tell("saved", saved_sentence(path))

    threading.Thread(target=run, name="saving").start()
