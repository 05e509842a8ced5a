"""The sample screens of the demo model, the only ones it was made for, and what it should say about them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from edge_assistant.drawn_screens.truth import DrawnScreen, Kind, Question, ScreenTruth, TextBox
from edge_assistant.model_check.trials import Trial

_NOWHERE = (0, 0, 1, 1)  # where a text stands was not recorded, and is not asked
_TRUTHS: dict[str, tuple[Kind, ScreenTruth]] = {
    "save-dialog": (
        "dialog",
        ScreenTruth(
            title="Music",
            texts=tuple(TextBox(text, _NOWHERE) for text in ("Music", "Cancel", "Save")),
            key_facts=(("Music",), ("Cancel on the left",), ("Save on the right",)),
            absent=("Delete", "Print", "Printer"),
            questions=(Question("Where is Save?", "text", (("bottom right",),)),),
        ),
    ),
    "error-notification": (
        "error",
        ScreenTruth(
            texts=(TextBox("Printer offline", _NOWHERE),),
            key_facts=(("error message",), ("Printer offline",)),
            absent=("Save", "Cancel", "Music"),
            questions=(Question("What is on the screen?", "text", (("Printer offline",),)),),
        ),
    ),
    "coloured-shapes": (
        "counting",
        ScreenTruth(
            key_facts=(("3 shapes",), ("small green circle",), ("large orange triangle",), ("large blue circle",)),
            counts={"circle": 2, "triangle": 1},
            absent=("star", "Save", "Printer"),
        ),
    ),
}


def sample_trials(folder: Path) -> Iterator[Trial]:
    """Yield the trials on the samples in `folder`; a picture that is not there, or cannot be read, is left out."""
    for name, (kind, truth) in _TRUTHS.items():
        try:
            with Image.open(folder / f"{name}.png") as picture:
                image = picture.convert("RGB")
        except OSError:
            continue
        screen = DrawnScreen(f"sample-{name}", kind, image, "en", "", dark=False, truth=truth)
        yield Trial("sample", screen, "glance")
        if truth.texts:
            yield Trial("sample", screen, "read")
        for question in truth.questions:
            yield Trial("sample", screen, "question", question=question)
