"""Reading by text recognition: sentences as they are recognised, and what came of it in the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from edge_assistant.assistant import picture_checks
from edge_assistant.assistant.options import Reader
from edge_assistant.assistant.picture_text import PictureText
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.ocr.page import Line, Page
from edge_assistant.ocr.spoken_lines import Spoken, SpokenLines
from edge_assistant.system.errors import AssistantError, CancelledError, without_traceback
from edge_assistant.system.i18n import tr

Notice = tuple[str, str]
"""Code and sentence."""


@dataclass(frozen=True, slots=True)
class ReadingOutcome:
    """What came of a reading: the whole page, if there is one; what is to be told; whether the model is to read now.

    `failure` is why the reading ended too early, or read nothing.
    """

    page: Page | None = None
    notices: tuple[Notice, ...] = ()
    model_reads: bool = False
    failure: AssistantError | None = None


def read_text(
    text: PictureText,
    captured: CapturedPicture,
    reader: Reader,
    on_line: Callable[[Line], None],
    on_spoken: Callable[[Spoken], None],
    is_cancelled: Callable[[], bool],
    *,
    way_to_model: Notice,
) -> ReadingOutcome:
    """Recognise the text of a picture; call `on_line` and `on_spoken` here, as its lines and sentences come.

    `way_to_model` is the notice that says how to let the model read. Raises CancelledError.
    """
    spoken_lines = SpokenLines()
    count = 0

    def take(line: Line) -> None:
        nonlocal count
        count += 1
        on_line(line)
        for spoken in spoken_lines.add(line):
            on_spoken(spoken)

    page, failure = None, None
    try:
        page = text.follow(take, is_cancelled)
    except CancelledError:
        raise
    except AssistantError as error:
        failure = without_traceback(error)
    for spoken in spoken_lines.finish(page):
        on_spoken(spoken)
    outcome = _judge(page, failure, count, captured, reader, way_to_model)
    # What is known of the picture is told with the model's answer, where that comes.
    known = () if outcome.model_reads else captured.notices
    return ReadingOutcome(outcome.page, (*known, *outcome.notices), outcome.model_reads, outcome.failure)


def _judge(
    page: Page | None,
    failure: AssistantError | None,
    count: int,
    captured: CapturedPicture,
    reader: Reader,
    way_to_model: Notice,
) -> ReadingOutcome:
    may_ask_model = reader == "auto"
    advice = (way_to_model,) if may_ask_model else ()
    if failure is not None:
        if count or not may_ask_model:
            return ReadingOutcome(failure=failure)
        missing = ("text-missing", tr("{reason} The model reads instead.", reason=str(failure)))
        return ReadingOutcome(notices=(missing,), model_reads=True)
    assert page is not None
    if not page.lines and not page.unreadable:
        try:
            picture_checks.refuse_blank(captured)
        except AssistantError as error:
            return ReadingOutcome(page, failure=error)
        return ReadingOutcome(page, (("no-text", tr("No text was found.")), *advice))
    if page.unreadable >= max(1, len(page.lines)):
        if may_ask_model:
            handed = ("unreadable-text", tr("There is text in a script that I cannot read here, so the model reads."))
            return ReadingOutcome(page, (handed,), model_reads=True)
        return ReadingOutcome(page, (("unreadable-text", tr("There is text in a script that I cannot read here.")),))
    if page.unreadable:
        some = ("unreadable-text", tr("Some of the text is in a script that I cannot read here."))
        return ReadingOutcome(page, (some, *advice))
    return ReadingOutcome(page)
