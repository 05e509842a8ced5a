"""Answers that were cut off, went on or are empty: what is said then, and what is needed to go on."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from edge_assistant.engine.messages import Done
from edge_assistant.engine.task_entries import Task
from edge_assistant.system.i18n import tr, tr_noop

NOTICE_CODES: dict[str, str] = {"length": "cut-off", "loop": "loop"}
"""The code of the notice behind an answer that was cut off, by the reason why it ended (engine.messages.StopReason)."""

_ITEM = re.compile(r"^[ \t]*(?:[-*+•|]|\d{1,3}[.)])[^\n]*\n[ \t]*\Z", re.MULTILINE)

_LOOP = tr_noop("The answer began to repeat itself, so it was stopped here.")
_MORE = tr_noop("There is more.")
_NO_SENTENCE = tr_noop("The answer was cut off before the end of its first sentence.")
_STILL_NO_SENTENCE = tr_noop("The answer was cut off again before the end of the sentence.")
_NO_ROOM = tr_noop("There may be more, but no room for it: the context is full. Ask about a part of it.")
_COMPLETE = tr_noop("The answer is complete.")
_REPEATED = tr_noop("The answer began to repeat itself; the repetition was left out.")
NO_TEXT = tr_noop("There is no text.")
"""Said instead of an empty answer in reading."""

NOTHING_MORE = Done(
    id=0,
    answer="",
    reasoning="",
    stop="length",
    image_tokens=0,
    reused_cells=0,
    reused_image=False,
    encode=0.0,
    prefill=0.0,
    generated_tokens=0,
    generation=0.0,
)
"""The report on an answer that cannot go on: the context has no room."""


@dataclass(frozen=True, slots=True)
class CutAnswer:
    """The last answer of a conversation, which was cut off: `raw` is as the model wrote it, with the space at its end.

    `spoken` are the pieces of its plain text that were spoken, `task` is what was asked; `looped`: it had begun to
    repeat itself.
    """

    raw: str
    spoken: tuple[str, ...] = ()
    task: Task = "question"
    looped: bool = False


@dataclass(slots=True)
class SpokenPieces:
    """The pieces of an answer's plain text, of which those that were spoken before it went on are not spoken again.

    An answer that goes on is read from its beginning, so that a table's header or a list's number still holds. As soon
    as a piece differs from what was spoken, all is spoken: a repeated sentence is better than a lost one.
    """

    pieces: list[str] = field(default_factory=list)
    _before: deque[str] = field(default_factory=deque)

    def expect(self, before: Sequence[str]) -> None:
        """Expect the pieces that were spoken before."""
        self._before.extend(before)

    def is_new(self, piece: str) -> bool:
        """Note a piece; return whether it is to be spoken."""
        self.pieces.append(piece)
        if self._before and self._before[0] == piece:
            self._before.popleft()
            return False
        self._before.clear()
        return True


def ends_with_item(raw: str) -> bool:
    """Return whether an answer, as the model wrote it, ends behind a whole item of a list or row of a table.

    The line's end is no longer in its plain text. Behind any other line the sentence may go on in the next one.
    """
    return _ITEM.search(raw) is not None


def notice(stop: str, *, spoke: bool, continues: bool, way_on: str) -> tuple[str, str]:
    """Return the code and the message of the notice behind an answer that was cut off, by `stop`.

    `spoke`: some of it was spoken; `continues`: it had gone on from an earlier cut. `way_on` is how to go on.
    """
    if stop == "loop":
        code, sentence = ("loop", tr(_LOOP))
    elif spoke:
        code, sentence = ("cut-off", tr(_MORE))
    else:
        code, sentence = ("cut-off", tr(_STILL_NO_SENTENCE if continues else _NO_SENTENCE))
    return code, f"{sentence} {way_on}".strip()


def no_room() -> tuple[str, str]:
    """Return the code and the message of the notice that an answer cannot go on, as the context is full."""
    return ("cut-off", tr(_NO_ROOM))


def complete() -> tuple[str, str]:
    """Return the code and the message of the notice that an answer that was to go on had just been at its end."""
    return "complete", tr(_COMPLETE)


def repeated() -> tuple[str, str]:
    """Return the code and the message of the notice that the answer went on after it had begun to repeat itself."""
    return "repeated", tr(_REPEATED)


def no_text() -> tuple[str, str]:
    """Return the code and the message of the notice that there is nothing to read."""
    return "no-text", tr(NO_TEXT)


def join_reports(first: Done, part: Done, answer: str) -> Done:
    """Return the report on an answer that went on once, and is `answer` as a whole."""
    return replace(
        part,
        answer=answer.strip(),
        reasoning=first.reasoning,
        image_tokens=first.image_tokens,
        reused_cells=first.reused_cells,
        reused_image=first.reused_image,
        encode=first.encode + part.encode,
        prefill=first.prefill + part.prefill,
        generated_tokens=first.generated_tokens + part.generated_tokens,
        generation=first.generation + part.generation,
        loops=first.loops + part.loops,
        material=first.material,
    )
