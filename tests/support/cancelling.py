"""An assistant with the demo model that does something at a certain event of a question, such as a cancel."""

from __future__ import annotations

import time
from collections.abc import Callable

from PIL import Image

from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.events import DoneEvent, Event, StageEvent
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.models.resolver import resolve
from support.describing import SAMPLES
from support.processes import resume, suspend

_DIALOG = SAMPLES / "save-dialog.png"
ANSWER = "A dialog titled Music. Buttons: Cancel on the left, Save on the right."


class Cancelling:
    """An assistant that does something, once, when a certain event comes."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.when: Callable[[Event], bool] = lambda _: False
        self.then: Callable[[], object] = lambda: None
        self.acted_at = 0.0
        weights = resolve(model="demo", mmproj=None, think=False, preferred=None, weights_dir=None)
        self.assistant = Assistant(
            weights,
            AnswerOptions(task="detail", seed=1),
            context=4096,
            threads=1,
            language=None,
            voice=None,
            on_event=self._on_event,
        )

    def _on_event(self, event: Event) -> None:
        self.events.append(event)
        if self.when(event):
            self.when = lambda _: False
            self.acted_at = time.monotonic()
            self.then()

    def ask(self, image: Image.Image | None = None) -> DoneEvent:
        """Describe a picture, the sample by default, in a conversation of its own."""
        if image is None:
            with Image.open(_DIALOG) as dialog:
                image = dialog.convert("RGB")
        picture = image
        self.assistant.look_at(lambda: CapturedPicture(picture))
        outcome = self.assistant.ask(0, "Describe this screen.")
        assert isinstance(outcome, DoneEvent), outcome
        return outcome

    def cancelled(
        self, when: Callable[[Event], bool], then: Callable[[], object], image: Image.Image | None = None
    ) -> float:
        """Ask, and do `then` at an event; the seconds from there to the question's end, which must be a cancel.

        The demo weights answer within milliseconds: where they were done before `then` was, it is tried again.
        """
        for _ in range(12):
            self.events.clear()
            self.when, self.then = when, then
            outcome = self.ask(image)
            seconds = time.monotonic() - self.acted_at
            if outcome.stop == "cancelled":
                return seconds
            assert outcome.stop == "end"
            engine = self.assistant.engine_pid
            assert engine is not None
            resume(engine)
        raise AssertionError("every question was over too soon")

    def cancel_deaf(self) -> None:
        """Cancel where the engine does not listen, as within a layer of a large picture."""
        assert self.assistant.engine_pid is not None
        suspend(self.assistant.engine_pid)
        self.assistant.cancel()


def large() -> Image.Image:
    """A picture of 640 image tokens."""
    with Image.open(_DIALOG) as dialog:
        return dialog.convert("RGB").resize((1024, 640))


def at_stage(stage: str) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, StageEvent) and event.stage == stage and event.fraction < 1
