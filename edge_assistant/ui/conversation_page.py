"""The page of the main window with a conversation: its text, the picture that it is about, and the reasoning."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from edge_assistant.system.i18n import tr_noop
from edge_assistant.ui.conversation_view import ConversationView
from edge_assistant.ui.disclosure_button import DisclosureButton
from edge_assistant.ui.picture_view import PictureView
from edge_assistant.ui.plain_text import PlainLabel
from edge_assistant.ui.read_only_text import ReadOnlyText
from edge_assistant.ui.retranslate import TranslatedLabels
from edge_assistant.ui.style import SPACE

_TEXT_WIDTH, _PICTURE_WIDTH = 3, 2
"""How the width is shared between the conversation and the picture."""


class ConversationPage(QWidget):
    """The conversation on the left, the picture on the right, the reasoning folded below them."""

    def __init__(self) -> None:
        super().__init__()
        labels = TranslatedLabels(self)
        self.conversation = ConversationView()
        labels.add(self.conversation.setAccessibleName, tr_noop("Conversation"))
        self.reasoning = ReadOnlyText()
        labels.add(self.reasoning.setAccessibleName, tr_noop("Reasoning"))
        self.show_reasoning = DisclosureButton(self.reasoning)
        labels.add(self.show_reasoning.setText, tr_noop("&Reasoning"))
        self.picture, self.picture_name = PictureView(), PlainLabel()
        self.picture_name.setWordWrap(True)
        self.picture_name.setMinimumWidth(1)  # one very long word must not widen the window
        self._side = QWidget()
        side_layout = QVBoxLayout(self._side)
        side_layout.setContentsMargins(0, 0, 0, 0)
        side_layout.addWidget(self.picture, 1)
        side_layout.addWidget(self.picture_name)
        upper = QHBoxLayout()
        upper.addWidget(self.conversation, _TEXT_WIDTH)
        upper.addWidget(self._side, _PICTURE_WIDTH)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        layout.addLayout(upper, 2)
        layout.addWidget(self.show_reasoning)
        layout.addWidget(self.reasoning, 1)
        for first, second in (
            (self.conversation, self.picture),
            (self.picture, self.picture_name),
            (self.picture_name, self.show_reasoning),
            (self.show_reasoning, self.reasoning),
        ):
            QWidget.setTabOrder(first, second)

    def show_picture(self, image: QImage | None) -> None:
        """Show a picture, or None, which leaves its place empty."""
        self.picture.show_image(image)
        self.picture.setVisible(image is not None)

    def name_picture(self, text: str, *, is_picture: bool) -> None:
        """Show what the picture is, or that there is none. With a picture it is the name of that button; without one
        the text itself can have the focus, so that it is heard."""
        self.picture_name.setText(text)
        self.picture.setAccessibleName(text)
        self.picture_name.setFocusPolicy(Qt.FocusPolicy.NoFocus if is_picture else Qt.FocusPolicy.TabFocus)
