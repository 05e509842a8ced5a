"""Screens, answers and results for tests of the check of a model, without drawing and without a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image

from edge_assistant.assistant.conversation import ConversationHandover
from edge_assistant.assistant.events import DoneEvent, ErrorEvent, Timings
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.assistant.picture_source import PictureState
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.drawn_screens.truth import DrawnScreen, Kind, Question, ScreenTruth, TextBox
from edge_assistant.engine.messages import Embeddings
from edge_assistant.engine.task_entries import Task
from edge_assistant.engine.task_table import TaskTable, load_table
from edge_assistant.imaging.token_budget import ResizePlan, plan
from edge_assistant.model_check.candidates import Candidate
from edge_assistant.model_check.results import TrialResult
from edge_assistant.models.resolver import ResolvedModel

NUMBER = "111122223333"
_TRUTHS: dict[str, ScreenTruth] = {
    "numbers": ScreenTruth(
        texts=(TextBox(NUMBER, (0, 0, 9, 9)),),
        numbers=(NUMBER,),
        questions=(Question("Which number?", "number", ((NUMBER,),)),),
    ),
    "places": ScreenTruth(
        places={"Save": (0, 0, 320, 320), "Cancel": (320, 320, 640, 640)},
        questions=(Question("Is there “Notes”?", "absent", (("no", "not"),), ("yes",)),),
    ),
    "blank": ScreenTruth(blank=True),
    "unreadable": ScreenTruth(readable=False, absent=("2024-916", "Leeds")),
}
_USUAL = ScreenTruth(
    title="Save",
    texts=(TextBox("Save the file?", (0, 0, 9, 9)), TextBox("Cancel", (0, 9, 9, 18))),
    key_facts=(("Save",), ("Cancel",)),
    absent=("Printer",),
    questions=(
        Question("What is it?", "text", (("file",),)),
        Question("Is there “Help”?", "absent", (("no", "not"),), ("yes",)),
    ),
)


def screen(kind: Kind = "dialog", language: str = "en", **truth: Any) -> DrawnScreen:
    """A screen of 640 x 640 pixels; `truth` are other fields of what is known of it."""
    known = replace(_TRUTHS.get(kind, _USUAL), **truth)
    return DrawnScreen(f"{kind}-{language}-0", kind, Image.new("RGB", (640, 640)), language, "", False, known)


def done(raw: str, text: str | None = None, **fields: Any) -> DoneEvent:
    """An answer; `text` is what was heard, by default the same."""
    event = DoneEvent(
        index=0,
        question="?",
        answer=raw,
        reasoning=None,
        model="m",
        variant="instruct",
        seed=1,
        image={"width": 640, "height": 640, "tokens": 400},
        reused={"prefix_tokens": 0, "image": False},
        timings_s=Timings(first_token=1.0, total=2.0),
        generated_tokens=5,
        tokens_per_s=5.0,
        peak_pss_bytes=None,
        peak_rss_bytes=None,
        stop="end",
        text=raw if text is None else text,
    )
    return replace(event, **fields)


def candidate(name: str = "m, F16", family: str = "qwen3-vl", model: str = "", mmproj: str = "f16") -> Candidate:
    """A model that is nowhere, by default with a file of its own."""
    resolved = ResolvedModel(
        name.partition(",")[0],
        Path(model or f"{name}.gguf"),
        Path(mmproj),
        "instruct",
        "Q4_K_M",
        family == "demo",
        1,
        1,
        4096,
    )
    return Candidate(name, resolved)


def result(measure: str = "glance", condition: str = "", **fields: Any) -> TrialResult:
    """A result of the candidate of `candidate()`."""
    known: dict[str, Any] = {"stop": "end", "raw": "It.", "text": "It.", "first_token_s": 1.0, "total_s": 2.0}
    return TrialResult("m, F16", measure, condition, "dialog-en-0", "dialog", "en", **(known | fields))


class FakeAssistant:
    """Answers with what `answer` returns for a task and a question, after `seconds` of the clock `pass_time`."""

    def __init__(
        self,
        model: ResolvedModel,
        answer: Callable[[Task, str | None], DoneEvent | ErrorEvent],
        pass_time: Callable[[], None] = lambda: None,
    ) -> None:
        self.tasks: TaskTable = load_table(None)
        self.language: str | None = None
        self.model = model
        self.frame: ResizePlan | None = plan((640, 640), max_tokens=400)
        self.asked: list[tuple[Task, str | None, str | None, float]] = []
        self.options = AnswerOptions()
        self.embeddings: Embeddings | None = None
        self.cancelled = 0
        self._answer = answer
        self._pass_time = pass_time

    def look_at(self, capture: Callable[[], CapturedPicture], options: AnswerOptions | None = None) -> None:
        capture()
        self.options = options or self.options

    def ask(self, index: int, text: str | None = None, *, task: Task | None = None) -> DoneEvent | ErrorEvent:  # noqa: ARG002
        task = task or self.options.task
        settings = self.tasks.settings("qwen3-vl", task, "instruct", self.language)
        self.asked.append((task, text, self.language, settings.sampling.presence_penalty))
        self._pass_time()
        return self._answer(task, text)

    def conversation(self, successor: ResolvedModel) -> ConversationHandover:  # noqa: ARG002
        return ConversationHandover(self.options, PictureState(embeddings=self.embeddings))

    def cancel(self) -> None:
        self.cancelled += 1
