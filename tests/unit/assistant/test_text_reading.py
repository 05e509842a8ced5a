"""What comes of a reading: what is said of it, and whether the model is to read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PIL import Image

from edge_assistant.assistant.options import Reader
from edge_assistant.assistant.picture_text import PictureText
from edge_assistant.assistant.text_reading import ReadingOutcome, read_text
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.ocr.client import OcrError
from edge_assistant.ocr.page import Box, Cell, Line, Page
from edge_assistant.system.errors import AssistantError, CancelledError

BOX = Box(0, 0, 5, 5)
NOISE = Image.effect_noise((60, 40), 40).convert("RGB")
WAY = ("other-reader", "Ask the model.")


class ScriptedReader:
    """A TextReader that recognises these lines, and then ends as it is told; as the real one it calls `on_line`."""

    def __init__(self, lines: tuple[Line, ...], unreadable: int = 0, failure: AssistantError | None = None) -> None:
        self._page = Page(60, 40, lines, (), unreadable)
        self._failure = failure

    def read(self, _: object, on_line: Callable[[Line], None], __: object, **_options: object) -> Page:
        for line in self._page.lines:
            on_line(line)
        if self._failure is not None:
            raise self._failure
        return self._page


def lines(*texts: str) -> tuple[Line, ...]:
    return tuple(Line(text, BOX) for text in texts)


def outcome_of(
    reader: ScriptedReader,
    who: Reader = "auto",
    picture: Image.Image = NOISE,
    notices: tuple[tuple[str, str], ...] = (),
) -> tuple[ReadingOutcome, list[str]]:
    said: list[str] = []
    outcome = read_text(
        PictureText(reader, picture),  # type: ignore[arg-type]
        CapturedPicture(picture, notices, "file"),
        who,
        lambda _: None,
        lambda spoken: said.append(spoken.text),
        lambda: False,
        way_to_model=WAY,
    )
    return outcome, said


def test_lines_are_said_and_what_is_known_of_the_picture_after_them() -> None:
    cut = ("window-cut", "Part of it is missing.")
    outcome, said = outcome_of(ScriptedReader(lines("One", "Two")), notices=(cut,))
    assert said == ["One", "Two"]
    assert (outcome.notices, outcome.model_reads, outcome.failure) == ((cut,), False, None)


def test_what_is_known_of_the_picture_is_left_to_the_model_where_it_reads() -> None:
    outcome, _ = outcome_of(ScriptedReader((), unreadable=2), notices=(("window-cut", "Part of it is missing."),))
    assert outcome.model_reads
    assert [code for code, _ in outcome.notices] == ["unreadable-text"]


def test_the_last_row_of_a_table_is_said_too() -> None:
    table = tuple(Line(text, BOX, cell=Cell(0, 0, column)) for column, text in enumerate(("Name", "Price")))
    assert outcome_of(ScriptedReader(table))[1] != []


@pytest.mark.parametrize(("who", "advice"), [("auto", (WAY,)), ("text", ())])
def test_no_text_is_said_and_the_model_is_not_asked(who: Reader, advice: tuple[tuple[str, str], ...]) -> None:
    outcome, said = outcome_of(ScriptedReader(()), who)
    assert said == []
    assert (outcome.notices, outcome.model_reads) == ((("no-text", "No text was found."), *advice), False)


def test_a_blank_picture_has_its_own_sentence() -> None:
    outcome, _ = outcome_of(ScriptedReader(()), picture=Image.new("RGB", (60, 40), "white"))
    assert outcome.failure is not None
    assert "blank" in str(outcome.failure)


@pytest.mark.parametrize(
    ("readable", "who", "model_reads", "words", "advice"),
    [
        (0, "auto", True, "There is text in a script that I cannot read here, so the model reads.", ()),
        (0, "text", False, "There is text in a script that I cannot read here.", ()),
        (2, "auto", True, "There is text in a script that I cannot read here, so the model reads.", ()),
        (5, "auto", False, "Some of the text is in a script that I cannot read here.", (WAY,)),
        (5, "text", False, "Some of the text is in a script that I cannot read here.", ()),
    ],
)
def test_another_script_is_told_and_the_model_reads_where_most_is_in_it(
    readable: int, who: Reader, model_reads: bool, words: str, advice: tuple[tuple[str, str], ...]
) -> None:
    outcome, said = outcome_of(ScriptedReader(lines(*"abcde"[:readable]), unreadable=2), who)
    assert len(said) == readable
    assert outcome.notices == (("unreadable-text", words), *advice)
    assert outcome.model_reads == model_reads


def test_where_nothing_can_be_recognised_the_model_reads_or_the_reason_is_told() -> None:
    missing = OcrError("The files are missing.", code="text-missing")
    outcome, _ = outcome_of(ScriptedReader((), failure=missing))
    assert outcome.model_reads
    assert outcome.failure is None
    assert outcome.notices == (("text-missing", "The files are missing. The model reads instead."),)
    outcome, _ = outcome_of(ScriptedReader((), failure=missing), "text")
    assert (outcome.model_reads, outcome.failure, outcome.notices) == (False, missing, ())
    assert missing.__traceback__ is None, "it is kept, and holds nothing of the picture"


@pytest.mark.parametrize("who", ["auto", "text"])
def test_what_was_read_before_a_failure_stays(who: Reader) -> None:
    died = OcrError("The text could not be recognised. Try again.")
    outcome, said = outcome_of(ScriptedReader(lines("One"), failure=died), who)
    assert said == ["One"]
    assert (outcome.failure, outcome.model_reads) == (died, False)


def test_a_cancel_is_no_outcome() -> None:
    with pytest.raises(CancelledError):
        outcome_of(ScriptedReader(lines("One"), failure=CancelledError()))
