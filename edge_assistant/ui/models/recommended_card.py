"""The card of the recommended model: what it is in plain words, and the one button to get or use it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout

from edge_assistant.assistant.model_overview import ModelOverview, NextStep
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.ui.heading import Heading
from edge_assistant.ui.readable_label import ReadableLabel
from edge_assistant.ui.retranslate import TranslatedLabels

_LABELS: dict[NextStep, str] = {
    "download": tr_noop("&Download"),
    "resume": tr_noop("Resume the &download"),
    "use": tr_noop("&Use it"),
    "none": "",
}


class RecommendedCard(QFrame):
    """The card. Its button is shown where there is something to do."""

    download_requested = Signal()
    """The recommended model is to be downloaded."""

    use_requested = Signal()
    """The recommended model is to be used from now on."""

    def __init__(self) -> None:
        super().__init__()
        self._step: NextStep = "none"
        self.setFrameShape(QFrame.Shape.StyledPanel)
        title = Heading()
        TranslatedLabels(self).add(title.setText, tr_noop("Recommended model"))
        self.text = ReadableLabel(tr("Checking this computer."))
        self.button = QPushButton()
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self._on_clicked)
        self.button.hide()
        layout = QVBoxLayout(self)
        layout.addWidget(title)
        layout.addWidget(self.text)
        layout.addWidget(self.button, alignment=Qt.AlignmentFlag.AlignLeft)

    def show_overview(self, overview: ModelOverview) -> None:
        """Show the recommendation, and the button for what can be done."""
        self._step = overview.next_step
        self.text.setText("\n".join(overview.recommendation_sentences()))
        self.button.setText(tr(_LABELS[self._step]) if self._step != "none" else "")

    def show_button(self, shown: bool) -> None:
        """Show or hide the button; it stays hidden where there is nothing to do."""
        self.button.setVisible(shown and self._step != "none")

    @Slot()
    def _on_clicked(self) -> None:
        if self._step == "use":
            self.use_requested.emit()
        else:
            self.download_requested.emit()
