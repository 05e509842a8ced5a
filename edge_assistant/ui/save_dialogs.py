"""Dialogs that save the picture or the conversation, which is never written to disk otherwise."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QDir
from PySide6.QtWidgets import QFileDialog, QWidget

from edge_assistant.system.i18n import tr

Tell = Callable[[str, str], None]
"""Reports a result to the user; called with a code and a sentence."""


def save_picture(parent: QWidget, image: Image.Image, tell: Tell) -> None:
    """Ask where to save a picture, then write it as PNG."""
    _open_save_dialog(parent, tr("Save the picture"), "picture.png", lambda path: image.save(path, format="PNG"), tell)


def save_text(parent: QWidget, text: str, tell: Tell) -> None:
    """Ask where to save a text, then write it as UTF-8."""
    _open_save_dialog(
        parent, tr("Save the conversation"), "conversation.txt", lambda path: _write_text(path, text), tell
    )  # fmt: skip


def _write_text(path: Path, text: str) -> None:
    path.write_text(text + "\n", encoding="utf-8")


def _open_save_dialog(parent: QWidget, title: str, name: str, write: Callable[[Path], object], tell: Tell) -> None:
    dialog = QFileDialog(parent, title)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDirectory(QDir.homePath())
    dialog.selectFile(name)
    dialog.setDefaultSuffix(name.rpartition(".")[2])
    dialog.fileSelected.connect(lambda path: _write_in_background(write, Path(path), tell))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def _write_in_background(write: Callable[[Path], object], path: Path, tell: Tell) -> None:
    """Write on a thread of its own: a large picture takes a second, in which the window must not freeze."""

    def run() -> None:
        try:
            write(path)
        except OSError as error:
            reason = error.strerror or str(error)
            tell("not-saved", tr("{name} cannot be saved: {reason}.", name=path.name, reason=reason))
        else:
            tell("saved", tr("Saved as {name}.", name=path.name))

    threading.Thread(target=run, name="saving").start()
