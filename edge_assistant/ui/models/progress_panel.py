"""The progress of one operation on models, on screen and aloud, with buttons to pause, resume and cancel it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QGridLayout, QProgressBar, QPushButton, QSizePolicy, QWidget

from edge_assistant.models.checksums import ChecksumError
from edge_assistant.models.operations import CANCELLED, Operation, OperationResult
from edge_assistant.models.progress import ProgressAnnouncements, TransferProgress
from edge_assistant.system.errors import AssistantError, CancelledError
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.system.shown_text import ShownText, heard
from edge_assistant.system.text_cleaning import shorten
from edge_assistant.text.passing import Passing
from edge_assistant.ui import confirm, front
from edge_assistant.ui.models.background_task import BackgroundTask, TaskListener
from edge_assistant.ui.readable_label import ReadableLabel
from edge_assistant.ui.retranslate import TranslatedLabels

State = Literal["idle", "running", "pausing", "paused", "cancelling"]

_QUEUED = Qt.ConnectionType.QueuedConnection


class ProgressPanel(QWidget):
    """Runs one operation at a time, shows and speaks its progress and result, and asks what it asks.

    Bar and buttons are shown while it runs, and its last sentence until the next one.
    """

    ended = Signal(object)
    """The operation is over: the AssistantError that ended it, or None. A pause is no end."""
    message = Signal(str)
    """A sentence to keep on screen."""
    changed = Signal()
    """The state has changed."""

    def __init__(
        self, say: Callable[[str], None], focus_after: Callable[[], QWidget], move_focus: Callable[[QWidget], None]
    ) -> None:
        """`say` speaks a sentence; `move_focus` gives a widget the focus.

        While a task runs the focus is on "Pause"; when it is over it goes to the widget that `focus_after` returns.
        """
        super().__init__()
        self._say: Callable[[str], None] = lambda sentence: say(heard(sentence))
        self._focus_after = focus_after
        self._move_focus = move_focus
        self._state: State = "idle"
        self._task: BackgroundTask | None = None
        self._operation: Operation | None = None
        self._tenths = ProgressAnnouncements()
        self._waits_again = False
        self._labels = TranslatedLabels(self)
        self.bar = QProgressBar()
        self._labels.add(self.bar.setAccessibleName, tr_noop("Progress"))
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)  # the words beside it say more, and are read
        self.words = ReadableLabel()
        self._labels.add(self.words.setAccessibleName, tr_noop("Progress"))
        self.words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.pause = QPushButton()
        self.pause.clicked.connect(self._pause_or_resume)
        self.cancel = QPushButton()
        self._labels.add(self.cancel.setText, tr_noop("&Cancel"))
        self.cancel.clicked.connect(self._cancel)
        for button in (self.pause, self.cancel):
            button.setAutoDefault(False)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.bar, 0, 0, 1, 2)
        layout.addWidget(self.words, 1, 0, 1, 2)
        layout.addWidget(self.pause, 2, 0)
        layout.addWidget(self.cancel, 2, 1)
        self._show_state()

    @property
    def state(self) -> State:
        """What the panel is doing."""
        return self._state

    def start(self, operation: Operation) -> None:
        """Run an operation, unless one runs."""
        if self._state != "idle":
            return
        self._operation = operation
        self.words.setText(operation.start_sentence)
        self._say(operation.start_sentence)
        self._start_task(operation)

    def changeEvent(self, event: QEvent) -> None:
        """Show the state in another language; what the task reported stays as it is."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._show_state()

    def stop(self) -> None:
        """Stop the task and wait for it, at most a few seconds; for the end of the program."""
        if self._task is not None:
            self._task.stop()
            self._task.wait(3.0)

    def _start_task(self, operation: Operation) -> None:
        self._tenths = ProgressAnnouncements()
        self.bar.setValue(0)
        task = BackgroundTask(lambda task: operation.run(TaskListener(task), task.cancel))
        task.progressed.connect(self._on_progress, _QUEUED)
        task.reported.connect(self._on_reported, _QUEUED)
        task.asked.connect(self._on_asked, _QUEUED)
        task.ended.connect(self._on_ended, _QUEUED)
        self._task = task
        self._set_state("running")
        task.start()

    @Slot(str, object)
    def _on_progress(self, file: str, progress: TransferProgress) -> None:
        if self._state != "running":
            return
        self.bar.setValue(round(1000 * progress.fraction))
        self.words.setText(f"{shorten(file)}: {progress.words()}")
        words = self._tenths.words(progress)
        if words is not None:
            self._say(Passing(words))
        elif self._waits_again:
            self._say(Passing(""))  # bytes arrive: it is not waiting to try again
        self._waits_again = False

    @Slot(object)
    def _on_reported(self, sentence: object) -> None:
        text = sentence if isinstance(sentence, str) else str(sentence)
        self._waits_again = isinstance(text, Passing)
        self.message.emit(text)
        self._say(text)

    @Slot(object, str, str, object)
    def _on_asked(self, question: str, yes: str, no: str, answer: Callable[[bool], None]) -> None:
        # It may have been put away, or another program is in front, and the question would be left behind that.
        is_in_front = self.window().isVisible() and QApplication.activeWindow() is not None
        box = confirm.ask(self.window(), question, yes, no, answer)
        if not is_in_front:
            front.bring_to_front(box, self._say)

    @Slot(object, object)
    def _on_ended(self, result: OperationResult | None, error: AssistantError | None) -> None:
        previous, self._task = self._state, None
        if isinstance(error, CancelledError) and previous == "pausing":
            self._set_state("paused")
            self._report(tr("Paused. Progress is kept. The button Resume goes on."))
            return
        if isinstance(error, CancelledError):
            self._report(tr(CANCELLED))
        elif error is not None:
            self._report(ShownText(str(error), error.spoken))
            if isinstance(error, ChecksumError):
                self.message.emit(error.sums())
        self._finish(result, error)

    def _report(self, sentence: str) -> None:
        self.words.setText(sentence)
        self.words.setVisible(True)
        self.message.emit(sentence)
        self._say(Passing(""))  # the progress before it is over
        self._say(sentence)

    def _finish(self, result: OperationResult | None, error: AssistantError | None) -> None:
        self._operation = None
        self._set_state("idle")
        if result is not None:  # said after what the focus moves to
            self.bar.setValue(self.bar.maximum())
            self._report(" ".join(result.sentences))
        self.ended.emit(error)

    @Slot()
    def _pause_or_resume(self) -> None:
        if self._state == "paused" and self._operation is not None:
            self._say(tr("Resumed."))
            self._start_task(self._operation)
        elif self._state == "running" and self._task is not None:
            self._set_state("pausing")
            self._task.stop()

    @Slot()
    def _cancel(self) -> None:
        if self._state == "paused":
            self._report(tr(CANCELLED))
            self._finish(None, CancelledError())
        elif self._task is not None:
            self._set_state("cancelling")
            self._task.stop()

    def _set_state(self, state: State) -> None:
        """Change the state. The focus is moved first: Qt would move it from a disabled button to any widget."""
        previous, self._state = self._state, state
        if state == "idle":
            self.changed.emit()
            if self._has_focus():
                self._move_focus(self._focus_after())
            self._show_state()
            return
        self._show_state()
        if previous == "idle":
            self._move_focus(self.pause)
        self.changed.emit()

    def _has_focus(self) -> bool:
        widget = self.window().focusWidget()
        return widget is not None and self.isAncestorOf(widget)

    def _show_state(self) -> None:
        paused = self._state in ("pausing", "paused")
        self.pause.setText(tr("&Resume") if paused else tr("&Pause"))
        for part in (self.bar, self.pause, self.cancel):
            part.setVisible(self._state != "idle")  # also while stopping, so that the focus stays
        self.words.setVisible(bool(self.words.text()))
