"""Streams an answer with its JSON and its coordinates put into words: each object as it closes, the rest unchanged."""

from __future__ import annotations

import re

from edge_assistant.imaging.token_budget import ResizePlan
from edge_assistant.system.i18n import tr_noop
from edge_assistant.text.json_candidate import NOTHING_FOUND, JsonCandidate, Verdict
from edge_assistant.text.place_list import own_words
from edge_assistant.text.places_output import Piece, PlacesOutput

_NO_WORDS = tr_noop("The model gave an answer that cannot be put into words.")

_RESCANNED = 200
"""Characters of text that turned out not to be JSON in which JSON is looked for again."""

_JSON_FENCES = frozenset(("", "json", "json5", "jsonc", "jsonl", "javascript", "js", "text", "txt", "plaintext"))
_TAG_NAMES = ("tool_call", "tool_calls", "tools", "tool", "function_call", "json")
_TAG = rf"</?(?:{'|'.join(_TAG_NAMES)})>"
_OPEN_TAG = rf"</?(?:{'|'.join(sorted({name[:n] for name in _TAG_NAMES for n in range(len(name) + 1)}))})"
# What may stand before JSON and is dropped with it.
_OPENER = re.compile(
    rf"(?P<tags>(?:{_TAG}\s*)*)"
    rf"(?:(?P<fence>```+|~~~+)[ \t]*(?P<language>[\w+#.-]*)[ \t]*\n?\s*(?:{_TAG}\s*)*|(?P<tick>`{{1,2}}))?(?=[{{\[])"
)
_OPEN_OPENER = re.compile(
    rf"(?:{_TAG}\s*)*(?:{_OPEN_TAG}|`{{1,2}}|~{{1,2}}"
    rf"|(?:```+|~~~+)[ \t]*[\w+#.-]*[ \t]*(?:\n\s*)?(?:{_TAG}\s*)*(?:{_OPEN_TAG})?)?\Z"
)
_CANDIDATE = re.compile(r"[\[{<]|`+|~{3,}")
_OPEN_TILDES = re.compile(r"~{1,2}\Z")
_CLOSERS = re.compile(rf"(?:[\s,;}}\])]|{_TAG})*")
_FENCE = re.compile(r"(`+|~+)[ \t]*")
_AFTER_BROKEN = re.compile(r"[{`<]")


class PlacesStream:
    """An incremental filter of an answer in `language` (such as "de"; None is the person's own).

    `frame` tells where the picture lies in the one that was sent. With `verbatim` the answer reads text aloud: JSON
    without places is that text, and of objects with places only the text is given.
    """

    def __init__(self, frame: ResizePlan | None = None, language: str | None = None, *, verbatim: bool = False) -> None:
        self._output = PlacesOutput(frame, language, verbatim=verbatim)
        self._words = own_words(language)
        self._verbatim = verbatim
        self._start()

    def _start(self) -> None:
        self._output.start()
        self._pending = ""
        self._json: JsonCandidate | None = None
        self._opener = ""  # what stood before its bracket
        self._fence = ""  # around JSON that is put into words, not closed yet
        self._in_code = False  # in a fence that is shown
        self._after_json = False
        self._after_broken = False  # the next object is looked for
        self._nothing = ""  # an empty list or object that is the answer if nothing follows

    def feed(self, text: str) -> list[Piece]:
        """Add text of any length; return what can be shown now."""
        self._pending += text
        self._release(final=False)
        return self._output.take()

    def finish(self, *, cut: bool = False) -> list[Piece]:
        """Return the rest, and get ready for the next answer. `cut`: the answer was ended at a limit."""
        self._release(final=True)
        unfinished = False
        if self._json:
            verdict, unfinished = self._json.finish(cut=cut)
            self._end_json(self._json, verdict)
            self._show(self._pending)
        if self._nothing:
            self._output.say(self._words(NOTHING_FOUND))
        self._output.end_list(unfinished=unfinished and not cut)
        self._output.finish()
        if self._output.wordless and not self._output.said and not cut:
            self._output.say(self._words(_NO_WORDS))
        pieces = self._output.take()
        self._start()
        return pieces

    def _release(self, *, final: bool) -> None:
        while self._pending:
            if self._json:
                if not self._read(self._json):
                    return
            elif self._after_json:
                if not self._skip_closers(final=final):
                    return
            elif not self._scan(final=final):
                return

    def _scan(self, *, final: bool) -> bool:
        """Show the text before the next candidate and begin to read that; return False to wait for more."""
        text = self._pending
        found = _CANDIDATE.search(text)
        if found is None:
            tildes = None if final else _OPEN_TILDES.search(text)
            start = tildes.start() if tildes else len(text)
            self._show(text[:start])
            self._pending = text[start:]
            return False
        self._show(text[: found.start()])
        self._pending = text = text[found.start() :]
        if opener := _OPENER.match(text):
            self._begin_json(opener)
        elif not final and _OPEN_OPENER.match(text):
            return False
        elif tag := re.match(_TAG, text):
            self._pending = text[tag.end() :]
        else:
            self._pending = text[len(found[0]) :]
            is_fence = found[0][0] in "`~" and len(found[0]) >= 3 and self._output.line_is_empty
            if is_fence and self._fence:  # it closes that of JSON, after text that came in between
                self._fence = ""
            else:
                self._in_code ^= is_fence
                self._show(found[0])
        return True

    def _begin_json(self, opener: re.Match[str]) -> None:
        fence, tick, is_tagged = opener["fence"] or "", opener["tick"] or "", bool(opener["tags"])
        framed = (bool(fence) or is_tagged) and (opener["language"] or "").lower() in _JSON_FENCES
        self._json = self._candidate(
            everything=not (self._verbatim or self._in_code or tick) and (framed or not fence),
            alone=framed or not (self._output.said or fence or tick),
            framed=framed,
        )
        self._opener = opener[0]
        self._fence = self._fence or fence or tick
        self._pending = self._pending[opener.end() :]

    def _candidate(self, *, everything: bool, alone: bool, framed: bool) -> JsonCandidate:
        return JsonCandidate(self._output, everything=everything, alone=alone, framed=framed, verbatim=self._verbatim)

    def _read(self, candidate: JsonCandidate) -> bool:
        """Read on in JSON; return False when the pending text is used up, True when that is decided."""
        for i, character in enumerate(self._pending):
            if candidate.ends_before(character):
                self._pending = self._pending[i:]
                self._end_json(candidate, candidate.break_off())
                return True
            if verdict := candidate.feed(character):
                self._pending = self._pending[i + 1 :]
                self._end_json(candidate, verdict)
                return True
        self._pending = ""
        candidate.flush()
        return False

    def _end_json(self, candidate: JsonCandidate, verdict: Verdict) -> None:
        self._json = None
        self._after_json = True
        if verdict is Verdict.TEXT:
            self._after_json = False
            self._show_text(candidate)
        elif verdict is Verdict.BROKEN:
            self._after_broken = True
        elif verdict is Verdict.NOTHING:
            if self._opener or candidate.raw.strip("[]{} \n\t"):
                self._output.say(self._words(NOTHING_FOUND))
            else:
                self._after_json, self._nothing = False, candidate.raw

    def _show_text(self, candidate: JsonCandidate) -> None:
        """Show text that is no JSON; it is looked for inside it again, where that is not long."""
        opener = self._opener.strip()
        if opener.startswith(("`", "~")):
            self._fence = ""
            self._in_code ^= len(opener) >= 3 and self._output.line_is_empty
        raw = candidate.raw
        shown = 1 if len(raw) <= _RESCANNED and not candidate.complete else len(raw)
        self._show(re.sub(_TAG, "", self._opener) + raw[:shown])
        self._pending = raw[shown:] + self._pending

    def _show(self, text: str) -> None:
        """Show text around JSON."""
        if self._nothing:
            if not text.strip():
                self._nothing += text
                return
            text, self._nothing = self._nothing + text, ""
        if text:
            self._output.show(text)

    def _skip_closers(self, *, final: bool) -> bool:
        """Drop what ends JSON that was put into words; return False to wait for more."""
        text = self._pending
        if self._after_broken:
            found = _AFTER_BROKEN.search(text)
            self._after_broken = found is None
            text = text[found.start() :] if found else ""
        closers = _CLOSERS.match(text)
        self._pending = rest = text[closers.end() :] if closers else text
        if not rest or (not final and re.fullmatch(_OPEN_TAG, rest)):
            return False
        fence = _FENCE.match(rest)
        if fence and self._fence and rest[0] == self._fence[0]:
            if fence.end() == len(rest) and not final:
                return False
            self._fence = ""
            self._pending = rest[fence.end() :]
            return True
        self._after_json = False
        return True
