"""A text that is read aloud sentence by sentence: paused, and moved through by sentence and by paragraph."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Literal

from edge_assistant.controller.speech_channel import SpeechChannel
from edge_assistant.ocr.page import Line
from edge_assistant.ocr.spoken_lines import Spoken
from edge_assistant.system.errors import AssistantError, run_safely
from edge_assistant.system.i18n import tr
from edge_assistant.text.languages import Sentence, language_of

SILENCED_S = 2.0
"""Seconds after which a silenced screen reader ends the reading. Its Control key is a part of our keys, too: what is
pressed with it comes within this time."""

_AHEAD = 2
"""So many sentences our own voice has at a time: the one that is heard, and the next, so that there is no gap."""

Mode = Literal["speaking", "paused", "silenced", "muted"]
"""It is spoken; paused by the person; the person silenced the screen reader, and may still press one of our keys;
silent until `resume` or `restart`, and over as soon as nothing more comes."""


class ReadAloud:
    """The sentences of one reading, which may still come, and the place that is heard.

    All methods may be called from any thread. `on_change` is called when it begins to be heard, and when its keys are
    no longer of use; `on_end` once, when everything was spoken, or nothing more is to be. Both on another thread.
    """

    def __init__(
        self, request_id: int, speech: SpeechChannel, on_change: Callable[[], object], on_end: Callable[[], object]
    ) -> None:
        self.request_id = request_id
        self._speech = speech
        self._on_change, self._on_end = on_change, on_end
        self._changed = threading.Condition()
        self._sentences: list[Sentence] = []
        self._spoken: list[Spoken] = []
        self._line_numbers: dict[int, int] = {}  # by the id of the line, which is kept in `_lines`
        self._lines: list[Line] = []
        self._next = 0  # the sentence that is handed to the voice next
        self._awaited = True  # and nothing was handed over since the last move
        self._moves = 0  # counts what makes the voice start anew
        self._mode: Mode = "speaking"
        self._begun = self._complete = self._stopped = self._over = False
        self._timer: threading.Timer | None = None

    def start(self) -> AssistantError | None:
        """Begin to speak what comes; return why that is impossible."""
        thread = threading.Thread(target=self._run, name="aloud", daemon=True)
        return run_safely(thread.start, "nothing can be read aloud")

    def add_line(self, line: Line) -> None:
        """Note the next recognised line; its place is where it comes in the page."""
        with self._changed:
            self._line_numbers[id(line)] = len(self._lines)
            self._lines.append(line)

    def add(self, spoken: Spoken, sentence: Sentence) -> None:
        """Take the next sentence, also in its language."""
        with self._changed:
            self._spoken.append(spoken)
            self._sentences.append(sentence)
            self._changed.notify_all()

    def complete(self) -> None:
        """Say that nothing more comes."""
        with self._changed:
            self._complete = True
            self._changed.notify_all()
        self._speech.recheck_waiters()

    @property
    def mode(self) -> Mode:
        """What is done with it now."""
        return self._mode

    @property
    def can_be_steered(self) -> bool:
        """Whether it is heard, or paused, so that keys to move through it are of use."""
        return self._begun and not self._over and self._mode != "muted"

    @property
    def line_index(self) -> int:
        """The number of the line that is heard, or where it stopped, in the lines of the page; 0 after the last one."""
        with self._changed:
            index = self._heard()
            ended = self._complete and self._next >= len(self._spoken) and not self._speech.pending()
            lines = self._spoken[index].lines if index < len(self._spoken) and not ended else ()
            return self._line_numbers.get(id(lines[0]), 0) if lines else 0

    def toggle_pause(self) -> None:
        """Pause, or go on with the sentence that was interrupted."""
        if self._mode == "paused":
            self.resume()
        else:
            self._halt("paused")

    def pause(self) -> None:
        """Be silent, and wait to be resumed."""
        if self._mode == "speaking":
            self._halt("paused")

    def mute(self) -> None:
        """Be silent; it is over as soon as nothing more comes."""
        self._halt("muted")

    def resume(self) -> None:
        """Go on with the sentence that was interrupted."""
        with self._changed:
            self._go_to(self._next, "speaking")

    def restart(self) -> None:
        """Begin with the first sentence again."""
        with self._changed:
            self._go_to(0, "speaking")

    def stop(self) -> None:
        """End it, wherever it is."""
        self._halt("muted")
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._speech.recheck_waiters()

    def note_silenced(self) -> None:
        """Note that the person silenced the screen reader: it ends, unless one of its keys comes soon."""
        with self._changed:
            if self._mode != "speaking":
                return
            self._next, self._mode = self._heard(), "silenced"
            self._moves += 1
            self._timer = threading.Timer(SILENCED_S, self._end_silenced)
            self._timer.daemon = True
            self._timer.start()

    def move(self, step: int) -> None:
        """Go to the next sentence (1) or the previous one (-1), and say it at once.

        Before the first one is the first; after the last one the end is told. What is paused stays so behind it.
        """
        with self._changed:
            self._go_to_or_end(max(0, self._heard() + step))

    def move_by_paragraph(self, step: int) -> None:
        """Go to the next paragraph (1), or to the begin of this one, or of the previous one where this has just begun
        (-1).
        """
        with self._changed:
            heard = self._heard()
            paragraphs = [spoken.paragraph for spoken in self._spoken]
            if not paragraphs:
                return
            here = paragraphs[min(heard, len(paragraphs) - 1)]
            if step > 0:
                place = next((i for i, each in enumerate(paragraphs) if i > heard and each != here), len(paragraphs))
            else:
                here = here if heard and paragraphs[heard - 1] == here else paragraphs[max(0, heard - 1)]
                place = paragraphs.index(here)
            self._go_to_or_end(place)

    def _heard(self) -> int:
        """Return the number of the sentence that is heard now, or was last."""
        if self._mode != "speaking" or self._awaited:
            return self._next
        return max(0, self._next - max(1, self._speech.pending()))

    def _go_to_or_end(self, place: int) -> None:
        if place < len(self._spoken):
            self._go_to(place, self._mode if self._mode == "paused" else "speaking")
        elif not self._complete:
            self._go_to(len(self._spoken), "speaking")  # it is said once it is recognised
        else:
            self._go_to(len(self._spoken) - (self._mode == "paused"), self._mode, say=tr("End of the text."))

    def _go_to(self, place: int, mode: Mode, say: str = "") -> None:
        """Let the sentence at `place` be said at once; where it is paused, only this one."""
        self._cancel_timer()
        self._moves += 1
        self._next, self._mode, self._awaited = place, mode, True
        self._speech.silence()
        if say:
            self._speech.say(say, self.request_id)
        elif mode == "paused":
            self._say(place)
        self._changed.notify_all()
        self._speech.recheck_waiters()

    def _halt(self, mode: Mode) -> None:
        with self._changed:
            if self._mode == "speaking" and not self._over:
                self._next = self._heard()
                self._speech.silence()
            self._cancel_timer()
            self._moves += 1
            self._mode = mode
            self._changed.notify_all()
        self._speech.recheck_waiters()

    def _end_silenced(self) -> None:
        with self._changed:
            if self._mode != "silenced":
                return
            self._mode = "muted"
            self._changed.notify_all()
        self._on_change()

    def _cancel_timer(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    def _say(self, place: int) -> bool:
        sentence = self._sentences[place]
        return self._speech.say(sentence, self.request_id, language=language_of(sentence))

    def _run(self) -> None:
        while self._step():
            pass
        with self._changed:
            self._over = True
        self._on_change()
        self._on_end()

    def _step(self) -> bool:
        """Wait for something to do, and do it; return False when there will be nothing more."""
        with self._changed:
            self._changed.wait_for(self._has_work)
            if self._stopped or self._mode == "muted":
                return not (self._stopped or self._complete)
            moves, place = self._moves, self._next
            most = (0 if self._speech.reader_announces_focus() else _AHEAD - 1) if place < len(self._spoken) else 0
        more = place < len(self._spoken)
        self._speech.wait_unless(lambda: self._moves != moves or (more and self._speech.pending() <= most))
        with self._changed:
            if self._moves != moves or self._stopped:
                return True
            if not more:
                if self._complete:
                    self._speech.tone("end", self.request_id)
                    return False
                return True
            if not self._say(place):  # the person has silenced the screen reader, or it is muted: that is told next
                self._changed.wait_for(lambda: self._moves != moves or self._stopped, 1.0)
                return True
            self._next, self._awaited = place + 1, False
            first, self._begun = not self._begun, True
        if first:
            self._on_change()
        return True

    def _has_work(self) -> bool:
        if self._stopped:
            return True
        if self._mode == "muted":
            return self._complete
        return self._mode == "speaking" and (self._next < len(self._spoken) or self._complete)
