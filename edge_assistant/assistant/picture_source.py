"""The picture that is asked about: captured once, checked, and sized for the model."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from edge_assistant.assistant import picture_checks
from edge_assistant.assistant.answer_run import AnswerRun
from edge_assistant.assistant.events import StageEvent
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.assistant.picture_text import PictureText
from edge_assistant.assistant.reporter import AnswerReporter
from edge_assistant.capture.decode import CapturedPicture, Origin
from edge_assistant.engine.messages import Embeddings
from edge_assistant.engine.task_entries import MIN_IMAGE_TOKENS, Task
from edge_assistant.engine.task_table import TaskSettings
from edge_assistant.imaging import token_budget
from edge_assistant.system.errors import AssistantError, CancelledError, without_traceback
from edge_assistant.system.i18n import tr

MakeText = Callable[[CapturedPicture], PictureText | None]
"""Returns the recognised text of a picture, which need not be read yet; None where none is to be recognised."""

_LEAST_OF_MOST = 0.8
"""The least image tokens are at most this share of the most: every usual shape of screen has a grid in between."""

_BOX_HEIGHT = 1.6
"""The height of a recognised line, in font heights: seen with 13 pixels high fonts of screens."""


@dataclass(slots=True)
class PictureState:
    """What is known of one picture; it can be handed over to another assistant.

    `image` is as sent to the model, resized as `frame` tells; both are None before it was captured, and `error` is why
    it could not be. With `unreadable_below` it is still to be reported that text is too small to be read: below this
    font height in pixels; `origin` is the picture's. `embeddings` are the vision tower's output for it, where another
    engine has computed them and the present one does not have them. `text` is its recognised text, from `make_text`,
    None where none is recognised.
    """

    capture: Callable[[], CapturedPicture] | None = None
    image: Image.Image | None = None
    frame: token_budget.ResizePlan | None = None
    error: AssistantError | None = None
    unreadable_below: int | None = None
    origin: Origin = "file"
    embeddings: Embeddings | None = None
    make_text: MakeText | None = None
    text: PictureText | None = None


class PictureSizer:
    """Sizes pictures by the options of an answer and the task table, whose settings `task_settings` returns.

    `glance_tokens` are the most image tokens of a glance as tuned for the machine, None where that was not tuned.
    """

    def __init__(self, task_settings: Callable[[Task], TaskSettings], glance_tokens: int | None) -> None:
        self._task_settings = task_settings
        self._glance_tokens = glance_tokens

    def max_tokens(self, options: AnswerOptions) -> int:
        """Return the most image tokens that a picture may have."""
        tuned_tokens = self._glance_tokens if options.task == "glance" else None
        return options.image_tokens or tuned_tokens or self._task_settings(options.task).image_tokens

    def plan(self, size: tuple[int, int], options: AnswerOptions) -> token_budget.ResizePlan:
        """Return the sizes that `resize` gives to a picture of `size` (width and height in pixels)."""
        most, least = self._token_range(options)
        return token_budget.plan(size, max_tokens=most, min_tokens=least)

    def resize(self, image: Image.Image, options: AnswerOptions) -> Image.Image:
        """Resize a picture to the image tokens that the options allow."""
        most, least = self._token_range(options)
        return token_budget.fit(image, max_tokens=most, min_tokens=least)

    def _token_range(self, options: AnswerOptions) -> tuple[int, int]:
        """Return the most and the least image tokens of a picture.

        A least near the most would leave few shapes, and a picture of another shape would be mostly padding.
        """
        most = self.max_tokens(options)
        least = min(self._task_settings(options.task).min_image_tokens, round(most * _LEAST_OF_MOST))
        return most, min(most, max(least, MIN_IMAGE_TOKENS))


class PictureSource:
    """The present picture, in `state`, which is replaced with each other picture.

    `demo` tells whether the demo model answers. Nothing is captured after `cancelled` is set.
    """

    def __init__(
        self, sizer: PictureSizer, reporter: AnswerReporter, cancelled: threading.Event, *, demo: bool
    ) -> None:
        self.state = PictureState()
        self._sizer = sizer
        self._reporter = reporter
        self._cancelled = cancelled
        self._warns_of_demo = demo  # once is enough; another model has a source of its own

    def get(self, run: AnswerRun, options: AnswerOptions) -> Image.Image:
        """Return the picture as sent to the model. It is captured once, even if that fails: stdin cannot be reread.

        Raises AssistantError.
        """
        if self.state.error is not None:
            raise without_traceback(self.state.error)
        if self.state.image is None:
            try:
                self.state.image = self._capture(run, options)
            except CancelledError:
                raise
            except AssistantError as error:
                self.state.error = error
                raise
        return self.state.image

    def resized_again(self, options: AnswerOptions) -> Image.Image | None:
        """Return the picture as it would be sent with other `options`; None if it was not captured, or is sent so."""
        if self.state.capture is None or self.state.image is None:
            return None
        picture = self._sizer.resize(self.state.capture().image, options)
        return picture if picture.size != self.state.image.size else None

    def report_small_text(self, index: int, options: AnswerOptions) -> None:
        """Report, once, after the first answer about a large picture, that small text could not be read.

        Where the picture's text was recognised, only if some is so small, or in a script that cannot be.
        """
        height = self.state.unreadable_below
        if height is None or self._cancelled.is_set():
            return
        self.state.unreadable_below = None
        if not self._may_have_text_below(height):
            return
        advice = tr(options.small_text_advice)
        message = picture_checks.small_text_sentence(self.state.origin, options.task, advice)
        self._reporter.notice(index, "small-text", message)

    def _may_have_text_below(self, height: int) -> bool:
        page = self.state.text.page if self.state.text is not None else None
        if page is None or page.unreadable:
            return True
        return any(line.box.height < _BOX_HEIGHT * height for line in page.lines)

    def _capture(self, run: AnswerRun, options: AnswerOptions) -> Image.Image:
        assert self.state.capture is not None, "look_at comes first"
        start = time.perf_counter()
        self._reporter.emit(StageEvent(run.index, "prepare", 0.0))
        captured = self.state.capture()
        if self._cancelled.is_set():
            raise CancelledError
        for code, message in captured.notices:
            self._reporter.notice(run.index, code, message)
        picture_checks.refuse_blank(captured)
        if self.state.make_text is not None:  # beside all that the model does
            self.state.text = self.state.make_text(captured)
            if self.state.text is not None:
                self.state.text.start(beside_model=True, yields=True)
        for code, message in picture_checks.picture_warnings(captured, demo=self._warns_of_demo):
            self._reporter.notice(run.index, code, message)
            self._warns_of_demo = self._warns_of_demo and code != picture_checks.DEMO
        picture = self._sizer.resize(captured.image, options)
        self.state.frame = self._sizer.plan(captured.image.size, options)
        self.state.unreadable_below = picture_checks.unreadable_below(captured, picture)
        self.state.origin = captured.origin
        run.prepare = time.perf_counter() - start
        self._reporter.emit(StageEvent(run.index, "prepare", 1.0))
        return picture
