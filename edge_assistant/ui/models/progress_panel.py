"""One long piece of work on screen and aloud: how far it is, how fast, how long still; pause, go on, cancel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QProgressBar, QPushButton, QSizePolicy, QWidget

from edge_assistant.models.checksums import ChecksumError
from edge_assistant.models.progress import Tenths, TransferProgress
from edge_assistant.system.errors import AssistantError, CancelledError
from edge_assistant.system.i18n import later, tr
from edge_assistant.system.outside_text import short
from edge_assistant.ui import confirm
from edge_assistant.ui.models.background_task import BackgroundTask
from edge_assistant.ui.plain_text import PlainLabel
from edge_assistant.ui.retranslate import TranslatedLabels

Work = Callable[[BackgroundTask], object]
State = Literal["idle", "running", "pausing", "paused", "cancelling"]

_QUEUED = Qt.ConnectionType.QueuedConnection


class ProgressPanel(QWidget):
    """Runs one task at a time. `say` speaks; `messages` are sentences to be kept on screen.

    `ended` brings what the work returned, or None and the AssistantError that ended it; a pause is no end.
    """

    ended = Signal(object, object)
    message = Signal(str)
    changed = Signal()
    """The state is another one."""

    def __init__(
        self, say: Callable[[str], None], home: Callable[[], QWidget], move_to: Callable[[QWidget], None]
    ) -> None:
        """`home` is where the keyboard goes when the work is over; while it goes on, it is at "Pause".

        `move_to` gives a widget the keyboard.
        """
        super().__init__()
        self._say = say
        self._home = home
        self._move_to = move_to
        self._state: State = "idle"
        self._task: BackgroundTask | None = None
        self._work: Work | None = None
        self._tenths = Tenths()
        self._labels = TranslatedLabels()
        self.bar = QProgressBar()
        self._labels.put(self.bar.setAccessibleName, later("Progress"))
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)  # the words beside it say more, and are read
        self._nothing = tr("Nothing in progress.")
        self.words = PlainLabel(self._nothing)
        self.words.setWordWrap(True)
        self._labels.put(self.words.setAccessibleName, later("Progress"))
        self.words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self.words.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # to hear it at any time
        self.words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.pause = QPushButton()
        self.pause.clicked.connect(self._pause_or_resume)
        self.cancel = QPushButton()
        self._labels.put(self.cancel.setText, later("&Cancel"))
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
        """What it is at."""
        return self._state

    def start(self, work: Work, words: str) -> None:
        """Run this, unless something runs. `words` say what is done until it tells by itself."""
        if self._state != "idle":
            return
        self._work = work
        self.words.setText(words)
        self._say(words)
        self._run()

    def follow_language(self) -> None:
        """The language may be another one now; what was told stays as it was told."""
        self._labels.follow()
        before, self._nothing = self._nothing, tr("Nothing in progress.")
        if self.words.text() == before:
            self.words.setText(self._nothing)
        self._show_state()

    def stop(self, seconds: float = 3.0) -> None:
        """For the end of the program: end the task, and wait for it so long at most."""
        if self._task is not None:
            self._task.stop()
            self._task.wait(seconds)

    def _run(self) -> None:
        assert self._work is not None
        self._tenths = Tenths()
        self.bar.setValue(0)
        task = BackgroundTask(self._work)
        task.progressed.connect(self._on_progress, _QUEUED)
        task.told.connect(self._on_told, _QUEUED)
        task.asked.connect(self._on_asked, _QUEUED)
        task.ended.connect(self._on_ended, _QUEUED)
        self._task = task
        self._enter("running")
        task.start()

    @Slot(str, object)
    def _on_progress(self, file: str, progress: TransferProgress) -> None:
        if self._state != "running":
            return
        self.bar.setValue(round(1000 * progress.fraction))
        self.words.setText(f"{short(file)}: {progress.words()}")
        words = self._tenths.words(progress)
        if words is not None:
            self._say(words)

    @Slot(object)
    def _on_told(self, sentence: object) -> None:
        self.message.emit(str(sentence))
        self._say(str(sentence))

    @Slot(str, object)
    def _on_asked(self, text: str, answer: Callable[[bool], None]) -> None:
        confirm.ask(self.window(), text, tr("&Yes"), tr("&No"), answer, self._say)

    @Slot(object, object)
    def _on_ended(self, result: object, error: AssistantError | None) -> None:
        before, self._task = self._state, None
        if isinstance(error, CancelledError) and before == "pausing":
            self._enter("paused")
            self._tell(tr("Paused. Progress is kept."))
            return
        if isinstance(error, CancelledError):
            self._tell(tr("Cancelled. Progress is kept; you can resume later."))
        elif error is not None:
            self._tell(str(error))
            if isinstance(error, ChecksumError):
                self.message.emit(error.sums())
        self._end(result, error)

    def _tell(self, sentence: str) -> None:
        self.words.setText(sentence)
        self.message.emit(sentence)
        self._say(sentence)

    def _end(self, result: object, error: AssistantError | None) -> None:
        self._work = None
        if error is None:
            self.bar.setValue(self.bar.maximum())
        self._enter("idle")
        self.ended.emit(result, error)

    @Slot()
    def _pause_or_resume(self) -> None:
        if self._state == "paused":
            self._say(tr("Resumed."))
            self._run()
        elif self._state == "running" and self._task is not None:
            self._enter("pausing")
            self._task.stop()

    @Slot()
    def _cancel(self) -> None:
        if self._state == "paused":
            self._tell(tr("Cancelled. Progress is kept; you can resume later."))
            self._end(None, CancelledError())
        elif self._task is not None:
            self._enter("cancelling")
            self._task.stop()

    def _enter(self, state: State) -> None:
        """What is disabled while it has the keyboard hands it on to anything; so it is taken along before that."""
        before, self._state = self._state, state
        if state == "idle":
            self.changed.emit()
            if self._has_keyboard():
                self._move_to(self._home())
            self._show_state()
            return
        self._show_state()
        if before == "idle":
            self._move_to(self.pause)
        self.changed.emit()

    def _has_keyboard(self) -> bool:
        widget = self.window().focusWidget()
        return widget is not None and self.isAncestorOf(widget)

    def _show_state(self) -> None:
        paused = self._state in ("pausing", "paused")
        self.pause.setText(tr("&Resume") if paused else tr("&Pause"))
        for button in (self.pause, self.cancel):
            button.setEnabled(self._state != "idle")  # also while it stops, lest the keyboard go elsewhere
