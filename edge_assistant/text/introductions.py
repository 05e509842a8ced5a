"""Sentences around an answer that tell nothing, as "Of course. Here is a description of the image:", are left out.

Only whole sentences, at the very beginning and at the very end. Which those are is in style_phrases.py.
"""

from __future__ import annotations

import re

from edge_assistant.text.style_phrases import (
    ANNOUNCING,
    CLOSING_LEADS,
    CLOSINGS,
    INTERJECTION,
    INTRODUCTION,
    LEADS,
    READING,
    TELLS_NOTHING,
)

# A first sentence may be spoken up to a clause's end after so many characters; an introduction has none there.
_MIN_CLAUSE = 39
_CLAUSE = re.compile(r"[,;–—،؛](?=\s)|[，；、]")
_MAX_SENTENCE, _MAX_CLOSING = 220, 400
_CLOSERS = r"\"'”’»)\]』」"
_END = re.compile(rf"(?:\s?[.!?:…]+[{_CLOSERS}]*(?=\s)|[。！？：][{_CLOSERS}]*|\n)")
_END_OF_ALL = re.compile(rf"(?:[.!?:…]+[{_CLOSERS}]*\Z)")
_BOUNDARY = re.compile(rf"(?:[.!?…][{_CLOSERS}]*\s+|[。！？][{_CLOSERS}]*\s*|\n\s*)")
_RECENT = 12


class StyleFilter:
    """An incremental filter of plain text. Text that cannot become such a sentence passes at once.

    `task` is as for PlainTextStream: a reading loses an introduction that announces the text, and nothing else.
    """

    def __init__(self, task: str) -> None:
        self._introduction = READING if task == "read" else INTRODUCTION
        self._may_be_answer = task in ("question", "read")  # "Of course." may be what was asked for, or be written
        self._closings = task != "read"
        self._begun = False
        self._pending = ""  # at the beginning: not decided; later: what may be a last sentence
        self._dropped = ""  # all that was left out at the beginning
        self._interjection = ""  # the last of it, if it may be an answer
        self._recent = "\n"

    def feed(self, text: str) -> str:
        """Add plain text; return what is decided."""
        if self._begun:
            return self._pass(text)
        self._pending += text
        return self._begin(final=False)

    def finish(self, *, cut: bool = False) -> str:
        """Return the rest. An answer that was nothing but an introduction is one; with `cut` it is not."""
        if not self._begun:
            text = self._begin(final=True)
            if self._begun:
                return text + self.finish(cut=cut)
            return "" if cut and self._dropped.strip()[-1:] in ("", ":", "：") else self._dropped.strip()
        rest, self._pending = self._pending, ""
        if self._is_closing(rest) and not cut:
            return ""
        return rest

    def end_beginning(self) -> str:
        """Return what is left of the beginning: what follows is the answer, whatever it looks like."""
        if self._begun:
            return ""
        text = self._begin(final=True)
        return text if self._begun else self._end_beginning()

    def _begin(self, *, final: bool) -> str:
        """Leave out introductions; return "" as long as there may be one."""
        while True:
            lead = self._pending[: len(self._pending) - len(self._pending.lstrip())]
            text = self._pending[len(lead) :]
            if not text:
                return ""
            normal = _normal(text)
            if not normal.startswith(LEADS):
                if not final and any(each.startswith(normal) for each in LEADS):
                    return ""
                return self._end_beginning()
            end = _END.search(text) or (_END_OF_ALL.search(text) if final else None)
            clause = _CLAUSE.search(text, _MIN_CLAUSE, end.start() if end else len(text))
            if clause and not ANNOUNCING.search(normal[: clause.start()]):
                return self._end_beginning()
            if end is None:
                if final or len(text) > _MAX_SENTENCE:
                    return self._end_beginning()
                return ""
            sentence = _normal(text[: end.end()]).strip()
            interjection = INTERJECTION.fullmatch(sentence) is not None
            if not interjection and not self._is_introduction(sentence):
                return self._end_beginning()
            self._interjection = self._pending[: len(lead) + end.end()] if interjection and self._may_be_answer else ""
            self._dropped += self._pending[: len(lead) + end.end()]
            self._pending = text[end.end() :]

    def _is_introduction(self, sentence: str) -> bool:
        if not self._introduction.fullmatch(sentence):
            return False
        return sentence[-1] in ":：" or self._introduction is READING or TELLS_NOTHING.search(sentence) is not None

    def _end_beginning(self) -> str:
        self._begun = True
        text, self._pending = (self._interjection + self._pending).lstrip(), ""
        self._dropped = ""
        return self._pass(text)

    def _pass(self, text: str) -> str:
        """Return text, but hold back what may be a closing sentence."""
        if not self._closings:
            return text
        text = self._pending + text
        self._pending = ""
        window = self._recent + text
        offset = len(self._recent)
        for boundary in _BOUNDARY.finditer(window):
            start = boundary.end()
            if start < offset:
                continue
            rest = _normal(window[start:])
            if len(rest) > _MAX_CLOSING:
                continue
            if rest and rest.startswith(CLOSING_LEADS):
                end = _END.search(rest)
                if end and rest[end.end() :].strip():
                    if not CLOSINGS.fullmatch(rest[: end.end()].strip()):
                        continue
                    # another closing sentence may follow
                    following = rest[end.end() :].lstrip()
                    if not _may_close(following):
                        continue
            elif not rest or not any(each.startswith(rest) for each in CLOSING_LEADS):
                continue
            self._pending = window[start:]
            window = window[:start]
            break
        self._recent = window[-_RECENT:]
        return window[offset:]

    def _is_closing(self, text: str) -> bool:
        """Return whether all of the text is closing sentences."""
        rest = _normal(text).strip()
        while rest:
            end = _END.search(rest)
            sentence = rest[: end.end()] if end else rest
            if not CLOSINGS.fullmatch(sentence.strip()):
                return False
            rest = rest[len(sentence) :].strip()
        return bool(text.strip())


def _may_close(text: str) -> bool:
    """Return whether a text is closing sentences, or may become them."""
    while text:
        if not text.startswith(CLOSING_LEADS):
            return any(each.startswith(text) for each in CLOSING_LEADS)
        end = _END.search(text)
        if end is None:
            return len(text) <= _MAX_SENTENCE
        if not CLOSINGS.fullmatch(text[: end.end()].strip()) and text[end.end() :].strip():
            return False
        text = text[end.end() :].lstrip()
    return True


def _normal(text: str) -> str:
    """Return the text in small letters, as long as it was, with straight apostrophes."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(each.lower() if len(each.lower()) == 1 else each for each in text)
    return lowered.translate(_APOSTROPHES)


_APOSTROPHES = str.maketrans("’ʼ‘`´\u00a0", "''''' ")
