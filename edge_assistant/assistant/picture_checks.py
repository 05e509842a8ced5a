"""Checks of a picture: whether it is blank, blurred, or too large for its text. Also the codes of related notices."""

from __future__ import annotations

from PIL import Image

from edge_assistant.capture.decode import CapturedPicture, Origin
from edge_assistant.engine.task_entries import Task
from edge_assistant.imaging import blank, sharpness, token_budget
from edge_assistant.system.errors import NothingToSeeError
from edge_assistant.system.i18n import tr, tr_noop

_USUAL_SMALL_TEXT = 12
"""Font height in pixels of the smallest text that programs usually show: 9 points at 96 dpi."""

_BLANK: dict[Origin, str] = {
    "file": tr_noop("The picture is blank: it has only one colour. There is nothing to describe."),
    "screen": tr_noop("The screen is blank: it has only one colour. There is nothing to describe."),
    "window": tr_noop("The window is blank: it has only one colour. There is nothing to describe."),
    "region": tr_noop("That part of the screen is blank: it has only one colour. There is nothing to describe."),
    "clipboard": tr_noop(
        "The picture in the clipboard is blank: it has only one colour. There is nothing to describe."
    ),
    "camera": tr_noop(
        "The camera sees nothing: its picture is black or of one colour. Uncover it, or turn on a light."
    ),
}

_CURTAIN = tr_noop(
    "The screen is black. If the screen curtain of NVDA or JAWS is on, turn it off: with NVDA+Control+Escape, or in "
    "JAWS with Insert+Space, then F11."
)

UNSPOKEN_IF_BRIEF = frozenset(
    ("window", "no-active-window", "detail", "small-text", "context-reduced", "turns-dropped", "verifying", "waiting")
)
"""Codes of notices that are not spoken when only answers are wanted; "waiting" is spoken progress."""

DEMO = "demo-weights"
"""The code of the notice that the demo model answers."""

_ONLY_DEMO = tr_noop("This is only the demo model, for sample screens. Do not trust its answers.")
_BLURRED = tr_noop("The camera picture seems blurred. Hold it still, or further away.")


def refuse_blank(captured: CapturedPicture) -> None:
    """Raise NothingToSeeError if the picture is blank: a model would invent its contents."""
    if captured.blacked_out and captured.image.getbbox() is None:
        raise NothingToSeeError(tr(_CURTAIN), code="blacked-out")
    if blank.is_blank(captured.image):
        raise NothingToSeeError(tr(_BLANK[captured.origin]))


def picture_warnings(captured: CapturedPicture, *, demo: bool) -> tuple[tuple[str, str], ...]:
    """Return (code, sentence) pairs to report before the answer; `demo` tells whether to say that the demo answers."""
    found: list[tuple[str, str]] = []
    if demo and captured.origin != "file":
        found.append((DEMO, tr(_ONLY_DEMO)))
    if captured.origin == "camera" and sharpness.is_blurred(captured.image):
        found.append(("blurred", tr(_BLURRED)))
    return tuple(found)


def unreadable_below(captured: CapturedPicture, sent: Image.Image) -> int | None:
    """Return the font height in pixels below which text is lost where a picture is sent so small that usual text is.

    None where it is not, and of photographs, whose text has no usual size. That of drawings is usual at their own size.
    """
    smallest = token_budget.smallest_readable_px(captured.image.size, sent.size)
    enlarged = max(captured.image.size) / max(captured.own_size or captured.image.size)
    is_photo = captured.is_photo or captured.origin == "camera"
    return smallest if smallest > _USUAL_SMALL_TEXT * enlarged and not is_photo else None


def small_text_sentence(origin: Origin, task: Task, screen_advice: str) -> str:
    """Return the sentence about small text that was lost; `screen_advice` is what to do about a screen."""
    if origin in ("screen", "region"):
        return tr("Small text on the screen could not be read. {advice}", advice=screen_advice)
    if task == "read":
        return tr("Small text could not be read. Take a smaller part of the picture.")
    return tr("Small text could not be read. Have the text recognised, or take a smaller part of the picture.")
