"""The window about the program: its version, its licence, and the parts of others that it is made of."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QListWidget, QVBoxLayout, QWidget

from edge_assistant import __version__
from edge_assistant.system.i18n import tr
from edge_assistant.system.parts import Part, licences_dir
from edge_assistant.system.paths import is_test_build
from edge_assistant.system.text_cleaning import shorten
from edge_assistant.ui.heading import TITLE, Heading
from edge_assistant.ui.icons.status import status_pixmap
from edge_assistant.ui.plain_text import PlainLabel
from edge_assistant.ui.speaking.announcer import tell_when_closed
from edge_assistant.ui.style import LARGE_SPACE

_ICON_LINES = 4
"""Height of the program's icon in lines of text."""


class AboutDialog(QDialog):
    """The window about the program; closed, it is deleted."""

    def __init__(self, parts: Iterable[Part]) -> None:
        """`parts` are those of others."""
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        tell_when_closed(self)
        self.setWindowTitle(tr("About Edge Assistant"))
        icon = PlainLabel()
        icon.setPixmap(status_pixmap("ready", _ICON_LINES * self.fontMetrics().height()))
        heading = Heading(TITLE)
        heading.setText(tr("Edge Assistant"))
        self.summary = PlainLabel(summary())
        self.summary.setWordWrap(True)
        self.summary.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        title = QVBoxLayout()
        title.addWidget(heading)
        title.addWidget(self.summary)
        top = QHBoxLayout()
        top.setSpacing(LARGE_SPACE)
        top.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(title, 1)
        label = PlainLabel(tr("&Parts of others, and their licences:"))
        self.parts = QListWidget()
        self.parts.setAccessibleName(tr("Parts of others, and their licences"))
        self.parts.setWordWrap(True)
        self.parts.addItems([_describe(part) for part in parts])
        label.setBuddy(self.parts)
        buttons = QDialogButtonBox()
        buttons.addButton(tr("C&lose"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        folder = licences_dir()
        if folder is not None:
            open_button = buttons.addButton(tr("&Open the licences' texts"), QDialogButtonBox.ButtonRole.ActionRole)
            open_button.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))))
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addWidget(label)
        layout.addWidget(self.parts, 1)
        layout.addWidget(buttons)
        self._fit()
        for first, second in ((self.summary, self.parts), (self.parts, buttons)):
            QWidget.setTabOrder(first, second)
        self.summary.setFocus()

    def _fit(self) -> None:
        available, line = self.screen().availableSize(), self.fontMetrics().height()
        self.resize(min(34 * line, available.width() * 9 // 10), min(30 * line, available.height() * 9 // 10))


def summary() -> str:
    """Return what the program is, in short sentences."""
    version = tr("{version} (test build)", version=__version__) if is_test_build() else __version__
    return " ".join(
        (
            tr("Version {version}.", version=version),
            tr("Describes what is on the screen, offline: pictures, questions and answers stay on this computer."),
            tr("Free software under the Apache License 2.0."),
        )
    )


def _describe(part: Part) -> str:
    return shorten(", ".join(filter(None, (f"{part.name} {part.version}".strip(), part.licence))))
