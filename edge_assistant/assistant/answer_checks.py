"""Compares what an answer claims to have read with the text that was recognised in the picture.

A claim is confirmed where the recognised text has it, but for a few misread letters; a digit must be right. One that
was given to the model as recognised text is only copied. Nothing is said of a claim that the recogniser could not
have read.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from edge_assistant.assistant.answer_claims import Claim, claims_of
from edge_assistant.assistant.picture_text import PictureText
from edge_assistant.assistant.text_lookup import RecognisedText
from edge_assistant.ocr.page import Line
from edge_assistant.system.i18n import tr, tr_count
from edge_assistant.system.text_cleaning import shorten
from edge_assistant.text.scripts import script_of

READABLE_SCRIPTS = frozenset(("LATIN", "HAN", "HIRAGANA", "KATAKANA"))
"""The scripts that the recogniser reads well enough to doubt an answer. Of Greek it loses letters."""

UNCONFIRMED = "unconfirmed"
"""The code of the notice that says what could not be confirmed."""

WAIT_S = 1.0
"""The longest wait for text that is still being read when the answer is at its end."""

_LOOK_S = 0.05
_MOST_NAMED = 3
_SURE, _MOST_UNSURE = 0.8, 0.1
"""The score of a line that is surely right, and the most letters of others, as a share, on a page that is clear."""


@dataclass(frozen=True, slots=True)
class AnswerChecks:
    """The claims of an answer: in the recognised text; in what the model was given of it; nowhere, though readable."""

    confirmed: tuple[str, ...] = ()
    copied: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()


def check_answer(
    answer: str,
    text: PictureText,
    *,
    given: Iterable[str] = (),
    is_cancelled: Callable[[], bool] = lambda: False,
) -> AnswerChecks | None:
    """Check an answer as it is spoken with what was read of its picture; `given` is as for `check_with_lines`.

    If there is something to check, waits a moment for the end of the reading, unless `is_cancelled`. None where there
    is nothing to compare it with.
    """
    claimed = bool(claims_of(answer))
    deadline = time.monotonic() + WAIT_S
    page = text.page
    while claimed and page is None and text.failure is None and time.monotonic() < deadline and not is_cancelled():
        page = text.wait(_LOOK_S)
    if page is None:  # what is there may confirm something, but what is missing says nothing
        return check_with_lines(answer, text.lines, complete=False, given=given)
    return check_with_lines(answer, page.lines, unreadable=page.unreadable, given=given)


def check_with_lines(
    answer: str, lines: Sequence[Line], *, complete: bool = True, unreadable: int = 0, given: Iterable[str] = ()
) -> AnswerChecks | None:
    """Check an answer as it is spoken. None where there is no text to compare it with.

    `lines` are those that were recognised, `complete` tells whether they are all; `unreadable` is how many lines are in
    a script that cannot be read. `given` is what stood in the prompt as recognised text.
    """
    if not lines:
        return None
    page = RecognisedText([line.text for line in lines])
    prompt = RecognisedText(list(given))
    is_clear = _is_clear(lines)  # else more may be misread or missing: only what the text contradicts is doubted
    confirmed: list[str] = []
    copied: list[str] = []
    unconfirmed: list[str] = []
    for claim in claims_of(answer):
        if prompt.has(claim):
            copied.append(claim.text)
        elif page.has(claim):
            confirmed.append(claim.text)
        elif (
            complete
            and not claim.denied
            and _could_be_read(claim, len(lines), unreadable)
            and (is_clear or page.contradicts(claim))
        ):
            unconfirmed.append(claim.text)
    return AnswerChecks(*(tuple(dict.fromkeys(each)) for each in (confirmed, copied, unconfirmed)))


def unconfirmed_sentence(texts: Sequence[str]) -> str:
    """Return the sentence that says what could not be confirmed."""
    named = ", ".join(shorten(text, 60) for text in texts[:_MOST_NAMED])
    if len(texts) <= _MOST_NAMED:
        return tr("I could not confirm: {texts}", texts=named)
    return tr_count(
        "I could not confirm: {texts} and {number} more",
        "I could not confirm: {texts} and {number} more",
        len(texts) - _MOST_NAMED,
        texts=named,
    )


def _is_clear(lines: Sequence[Line]) -> bool:
    """Return whether the recogniser was sure of nearly all that it read; of a photograph it may not be."""
    unsure = sum(len(line.text) for line in lines if line.score < _SURE)
    return unsure <= _MOST_UNSURE * sum(len(line.text) for line in lines)


def _could_be_read(claim: Claim, lines: int, unreadable: int) -> bool:
    """Return whether the recogniser would have read the claim, were it in the picture."""
    scripts = {script_of(sign) for sign in claim.text if sign.isalpha()}
    if not scripts:
        return unreadable == 0  # the number may be in a line that could not be read
    known = any(script in READABLE_SCRIPTS for script in scripts)
    return known and unreadable <= lines
