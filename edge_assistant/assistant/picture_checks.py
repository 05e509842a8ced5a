"""What must be said about a picture besides the answer: that it is blank, blurred, or too large for its text."""

from __future__ import annotations

from PIL import Image

from edge_assistant.capture.decode import CapturedPicture, Origin
from edge_assistant.engine.prompts import Mode
from edge_assistant.imaging import blank, sharpness, token_budget
from edge_assistant.system.errors import NothingToSeeError
from edge_assistant.system.i18n import later, tr

_USUAL_SMALL_TEXT = 12
"""Font height in pixels of the smallest text that programs usually show: 9 points at 96 dots an inch."""

_BLANK: dict[Origin, str] = {
    "file": later("The picture is blank: it has only one colour. There is nothing to describe."),
    "screen": later("The screen is blank: it has only one colour. There is nothing to describe."),
    "window": later("The window is blank: it has only one colour. There is nothing to describe."),
    "region": later("That part of the screen is blank: it has only one colour. There is nothing to describe."),
    "clipboard": later("The picture in the clipboard is blank: it has only one colour. There is nothing to describe."),
    "camera": later("The camera sees nothing: its picture is black or of one colour. Uncover it, or turn on a light."),
}

BESIDES = frozenset(
    ("window", "no-active-window", "detail", "small-text", "context-reduced", "turns-dropped", "verifying", "waiting")
)
"""What is good to know, and not spoken to whoever wants nothing but answers: codes of notices, and "waiting"."""

ENDINGS: dict[str, tuple[str, str]] = {
    "length": ("cut-off", later("The answer was cut off here.")),
    "loop": ("loop", later("The answer began to repeat itself, so it was stopped here.")),
}
"""What is said right behind an answer that did not end of itself: (code, sentence) by `stop`.

Whatever was written is heard before that, also half a sentence: what is heard and what is shown then say the same, and
of a list or a table without a full stop nothing is lost.
"""
CODES_OF_ENDINGS = frozenset(code for code, _ in ENDINGS.values())

_ONLY_DEMO = later(
    "Only the demo model is in use. It understands only simple sample screens, so do not trust this answer."
)
_BLURRED = later("The camera picture seems blurred. Hold it still, or further away.")


def refuse_blank(captured: CapturedPicture) -> None:
    """Raise NothingToSeeError where the picture shows nothing, before a model invents its contents."""
    if blank.is_blank(captured.image):
        raise NothingToSeeError(tr(_BLANK[captured.origin]))


def warnings(captured: CapturedPicture, *, demo: bool) -> tuple[tuple[str, str], ...]:
    """(code, sentence) pairs that come before the answer; `demo` says whether only the demo weights answer."""
    found: list[tuple[str, str]] = []
    if demo and captured.origin != "file":
        found.append(("demo-weights", tr(_ONLY_DEMO)))
    if captured.origin == "camera" and sharpness.is_blurred(captured.image):
        found.append(("blurred", tr(_BLURRED)))
    return tuple(found)


def small_text_lost(captured: CapturedPicture, sent: Image.Image, mode: Mode) -> bool:
    """Whether a glance at a screen, or a part of it, made usual small text too small to be read in what is sent."""
    smallest = token_budget.smallest_readable_px(captured.image.size, sent.size)
    return captured.origin in ("screen", "region") and mode == "glance" and smallest > _USUAL_SMALL_TEXT
