"""The window of the tutorial: a sample picture, what to press, and buttons for what its letters do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QPixmap
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout

from edge_assistant.controller.view import Status
from edge_assistant.engine.task_entries import Mode
from edge_assistant.hotkeys.key import Key, parse_key
from edge_assistant.system import paths
from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.ui.heading import Heading
from edge_assistant.ui.plain_text import PlainLabel
from edge_assistant.ui.primary_button import mark_primary
from edge_assistant.ui.retranslate import TranslatedLabels
from edge_assistant.ui.settings.shortcut_edit import shortcut_name
from edge_assistant.ui.speaking.announcer import activate_quietly, move_focus
from edge_assistant.ui.strings import key_label
from edge_assistant.ui.tutorial.steps import (
    NEXT_LABEL,
    REPEAT_LABEL,
    Step,
    TutorialCourse,
    next_letter,
    repeat_letter,
    steps_for,
)

_PICTURE_WIDTH = 512
"""The width of the sample picture on the screen in pixels; it is drawn for half of that."""

_BUSY: tuple[Status, ...] = ("looking", "thinking", "speaking")


class TutorialActions(Protocol):
    """What the tutorial has the program do; all methods return at once."""

    def describe(self, picture: Path, mode: Mode) -> None:
        """Describe a picture file, or read its text."""

    def perform(self, action: str) -> None:
        """Do what the key of an action does."""

    def end(self) -> None:
        """The tutorial has ended."""


class TutorialWindow(QDialog):
    """Says which key to press, and has the program do on a sample what the key does."""

    HELP = (
        tr_noop("Here each important key is pressed once, on a sample picture."),
        tr_noop("R says the step again, N goes to the next one, Escape ends."),
    )

    def __init__(
        self,
        actions: TutorialActions,
        say: Callable[[str], None],
        silence: Callable[[], None],
    ) -> None:
        """`say` speaks a sentence after those before it, `silence` ends these."""
        super().__init__()
        self._actions = actions
        self._say = say
        self._silence = silence
        self._keys: Mapping[str, Key] = {}
        self._course = TutorialCourse(steps_for({}))
        self._seen_busy = False
        self.takes_keys = False
        """Whether the global keys are the tutorial's: it is in front, and not at its end. May be read on any thread."""
        self.picture_path = paths.shipped_models_dir() / "demo" / "samples" / "save-dialog.png"
        self._build()

    def _build(self) -> None:
        labels = TranslatedLabels(self)
        labels.add(self.setWindowTitle, tr_noop("Tutorial"))
        picture = PlainLabel("")
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        picture.setPixmap(
            QPixmap(str(self.picture_path)).scaledToWidth(_PICTURE_WIDTH, Qt.TransformationMode.SmoothTransformation)
        )
        labels.add(picture.setAccessibleName, tr_noop("Sample picture: a window that asks where to save"))
        self.task = Heading()
        self.task.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByKeyboard)
        self.task.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # so that it can be read again
        buttons = QHBoxLayout()
        for label, on_click in (
            (REPEAT_LABEL, self.repeat),
            (NEXT_LABEL, self.go_on),
            (tr_noop("&End the tutorial"), self.reject),
        ):
            button = QPushButton()
            button.setAutoDefault(False)  # Enter goes on, wherever the focus is but on another button
            labels.add(button.setText, label)
            button.clicked.connect(on_click)
            if label == NEXT_LABEL:
                mark_primary(button)
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.addWidget(picture)
        layout.addWidget(self.task)
        layout.addLayout(buttons)

    @property
    def step(self) -> Step:
        """The present step."""
        return self._course.step

    @property
    def phase(self) -> str:
        """What the present step waits for; see steps.Phase."""
        return self._course.phase

    def begin(self, keys: Mapping[str, Key]) -> None:
        """Start from the first step with these keys, which work."""
        self._keys = keys
        self._course = TutorialCourse(steps_for(keys))
        activate_quietly(self)  # the task is said
        move_focus(self.task, quietly=True)
        self._note_active()
        self._show_task()
        for sentence in self._course.begin():
            self._say(sentence)

    @Slot(str)
    def on_pressed(self, action: str) -> None:
        """Handle the key of an action: do what it does, if this is the key that the step waits for."""
        if self._course.phase == "over":
            self._actions.perform(action)
        elif self._course.phase == "running":
            self._actions.perform("stop")
        elif action == self.step.action:
            self._run_step()
        else:
            self._silence()
            self._say(self._course.wrong_action(action, self._keys.get(action)))

    @Slot(str)
    def on_status(self, status: Status) -> None:
        """Go on when the answer of the step was heard to its end."""
        if self._course.phase != "running" or self.step.action == "palette":
            return
        if status in _BUSY:
            self._seen_busy = True
        elif self._seen_busy and status in ("ready", "error"):
            self._advance()

    @Slot()
    def on_overlay_hidden(self) -> None:
        """Go on when the list of choices was closed."""
        if self._course.phase == "running" and self.step.action == "palette":
            activate_quietly(self)  # the next task is said
            self._advance()

    def repeat(self) -> None:
        """Say again what to do, and wait for the key again."""
        self._interrupt()
        if self._course.phase == "running":
            self._course.phase = "waiting"
        for sentence in self._course.task():
            self._say(sentence)

    def go_on(self) -> None:
        """Go to the next step; at the end, close the window."""
        if self._course.phase == "over":
            self.reject()
            return
        self._interrupt()
        self._advance(praise=False)

    def reject(self) -> None:
        """End the tutorial."""
        if self._course.phase != "over":
            self._interrupt()
            self._course.phase = "over"
        super().reject()
        self._actions.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle the letters of the window; say what else was pressed instead of the expected key."""
        unimportant = Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier
        plain = event.modifiers() & ~unimportant == Qt.KeyboardModifier.NoModifier
        letter = event.text().upper()
        if event.isAutoRepeat():
            return
        if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_enter()
        elif plain and letter == repeat_letter():
            self.repeat()
        elif plain and letter == next_letter():
            self.go_on()
        elif self._course.phase == "waiting" and _types_or_functions(event):
            self._on_other_key(shortcut_name(event))
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Take the keys while the window is in front; show the task in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:
            self._note_active()
        elif event.type() == QEvent.Type.LanguageChange:
            self._show_task()

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave the keys to the program while the window is hidden, as for a picture of the screen."""
        self.takes_keys = False
        super().hideEvent(event)

    def _note_active(self) -> None:
        self.takes_keys = self.isVisible() and self.isActiveWindow() and self._course.phase != "over"

    def _on_enter(self) -> None:
        focused = self.focusWidget()
        if isinstance(focused, QPushButton):
            focused.click()
        elif self._course.phase == "waiting" and self.step.key is None:
            self._run_step()
        else:
            self.go_on()

    def _on_other_key(self, name: str) -> None:
        try:
            key: Key | None = parse_key(name)
        except UsageError:
            key = None
        if key is not None and key == self.step.key:  # the desktop passed it on to us as well
            self._run_step()
            return
        self._silence()
        self._say(self._course.wrong_key(key.spoken if key is not None else name.replace("+", " ")))

    def _run_step(self) -> None:
        action = self.step.action
        self._course.phase, self._seen_busy = "running", False
        if action != "stop":  # which silences by itself, and says so where nothing was to be silenced
            self._silence()
        if action in ("window", "read"):
            self._actions.describe(self.picture_path, "read" if action == "read" else "glance")
            return
        self._actions.perform(action)
        if action == "stop":
            self._advance()

    def _interrupt(self) -> None:
        """Stop what is said, and the answer that comes."""
        if self._course.phase == "running":
            self._actions.perform("stop")
        self._silence()

    def _advance(self, *, praise: bool = True) -> None:
        self._course.advance()
        self._note_active()
        self._show_task()
        if praise:
            self._say(tr("Good."))
        for sentence in self._course.task():
            self._say(sentence)

    def _show_task(self) -> None:
        self.task.setText(self._course.task_to_show(key_label))


def _types_or_functions(event: QKeyEvent) -> bool:
    """Return whether a key types something or is a function key, and so may have been meant for the tutorial."""
    is_function = Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F24
    is_letter = Qt.Key.Key_A <= event.key() <= Qt.Key.Key_Z or Qt.Key.Key_0 <= event.key() <= Qt.Key.Key_9
    return is_function or (is_letter and not event.modifiers() & Qt.KeyboardModifier.AltModifier)
