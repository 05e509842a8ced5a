"""Coordinates in running text: "at (512, 300)", "[100, 200, 300, 400]", <|box_start|>(1,2),(3,4)<|box_end|>."""

from __future__ import annotations

import re
from collections.abc import Callable

_LEADS = ("at", "around", "near", "bei")
_LEAD_WORDS = (
    *("the", "approximate", "approximately", "pixel", "pixels", "coordinate", "coordinates", "position", "location"),
    *("point", "center", "centre", "den", "der", "Koordinate", "Koordinaten", "Position"),
)
_NOUN = (
    r"(?:coordinates?|position|location|point|pixels?|center|centre|(?:bounding )?box|bbox(?:_2d)?|Koordinaten?|Rahmen"
    r"|Mittelpunkt|Punkt|Stelle)"
)
_N = r"\s*-?\d{1,4}(?:\.\d{1,3})?\s*"
_PAIR = rf"\({_N},{_N}\)"
_NEXT = r"\s*(?:,\s*)?(?:(?:-|–|to|and|bis|und)\s*)?"
_NUMBERS = re.compile(
    rf"(?P<tick>`?)(?P<numbers>{_PAIR}(?:{_NEXT}{_PAIR}){{1,9}}|[\[(]{_N},{_N},{_N},{_N}[\])]|[\[(]{_N},{_N}[\])]"
    rf"|\(\s*x\s*[=:]{_N},?\s*y\s*[=:]{_N}\))(?P=tick)"
)
_OPEN_NUMBERS = re.compile(r"(?:`?[\[(][\s\d.,xy=:-]{0,60}|`)\Z")
_OPEN_PAIRS = re.compile(
    rf"`?{_PAIR}(?:{_NEXT}{_PAIR}){{0,8}}(?:\s*(?:,\s*)?(?:(?:[-–]|to?|a(?:nd?)?|b(?:is?)?|u(?:nd?)?)\s*)?(?:\([\s\d.,-]{{0,30}})?)?\Z"
)
_LEAD = re.compile(rf"\b(?:{'|'.join(_LEADS)})((?:\s+(?:{'|'.join(_LEAD_WORDS)}))*)\s*:?\s*(?=`?[\[(])", re.IGNORECASE)
_OPEN_LEAD = re.compile(rf"\b(?:{'|'.join(_LEADS)})((?:\s+\w+)*)(\s*:?\s*`?)\Z", re.IGNORECASE)
_TAG = re.compile(
    r"<\|?(?P<close>/?)(?P<name>box|points?|quad|poly|object_ref|ref)(?P<end>_start|_end)?"
    r"(?P<attributes>(?:\s+[a-z]+\d*\s*=\s*(?:\"[^\"<>]{0,80}\"|'[^'<>]{0,80}'|[\d.]{1,9}))*)\s*/?\|?>"
)
_OPEN_TAG = re.compile(r"<(?:\|?/?[a-z_]{0,20}\|?|points?\s[^<>]{0,300})\Z")
_STARTS = re.compile(rf"[\[(<`]|\b(?:{'|'.join(_LEADS)})(?!\w)", re.IGNORECASE)
_OPEN_START = re.compile(
    rf"\b(?:{'|'.join({lead[:n] for lead in _LEADS for n in range(1, len(lead))})})\Z", re.IGNORECASE
)
_AFTER_NOUN = re.compile(rf"\b{_NOUN}\W{{0,4}}(?:(?:is|are|of|at|ist|sind)\W{{1,3}})?\Z", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_LARGE = 100  # smaller numbers in brackets are seldom coordinates: "the vertex (3, 4)"
_LONGEST_TAGGED = 200
_NO_NUMBERS = re.compile(r"[^\d\s.,;:()\[\]xy=-]")
_TAIL = 60


class ProsePlaces:
    """An incremental filter. `place` puts numbers x1, y1, x2, y2 … into words, or returns "" if they are no place.

    With `only_tagged` only what Qwen's tags mark as coordinates is taken for them.
    """

    def __init__(self, place: Callable[[list[float]], str], *, only_tagged: bool = False) -> None:
        self._place = place
        self._only_tagged = only_tagged
        self._pending = ""
        self._tail = ""  # the end of what was returned
        self._in_tag = False
        self._point = ""  # the words of a place that follow the text it belongs to

    def feed(self, text: str) -> str:
        """Add text; return what is decided."""
        self._pending += text
        return self._release(final=False)

    def finish(self) -> str:
        """Return the text that was held back."""
        return self._release(final=True)

    def _release(self, *, final: bool) -> str:
        out: list[str] = []
        while self._pending:
            if self._in_tag:
                if not self._end_tagged(out, final=final):
                    break
                continue
            found = _STARTS.search(self._pending)
            start = found.start() if found else len(self._pending)
            if found is None and not final and (opening := _OPEN_START.search(self._pending)):
                start = opening.start()
            self._put(self._pending[:start], out)
            self._pending = self._pending[start:]
            if not self._pending or found is None:
                break
            length = self._convert(out, final=final)
            if length is None:
                break
            self._pending = self._pending[length:]
        return "".join(out)

    def _end_tagged(self, out: list[str], *, final: bool) -> bool:
        """Put what is between two tags into words; return False to wait for more."""
        text = self._pending
        start = text.find("<")
        if start < 0 or (_OPEN_TAG.match(text, start) and not final):
            if not final and len(text) <= _LONGEST_TAGGED:
                return False
            start = len(text) if start < 0 else start
        inside, self._pending = text[:start], text[start:]
        numbers = [float(number) for number in _NUMBER.findall(inside)]
        where = "" if _NO_NUMBERS.search(inside) or len(numbers) < 2 else self._place(numbers)
        if where:
            self._point = where
        else:
            self._put(inside, out)
        self._in_tag = False
        return True

    def _put(self, text: str, out: list[str]) -> None:
        if text:
            self._tail = (self._tail + text)[-_TAIL:]
            out.append(text)

    def _convert(self, out: list[str], *, final: bool) -> int | None:
        """Put the start of the pending text into words or let it pass; return its length, None to wait for more."""
        text = self._pending
        if text[0] == "<":
            tag = _TAG.match(text)
            if tag:
                self._apply_tag(tag, out)
                return tag.end()
            if not final and _OPEN_TAG.match(text):
                return None
        elif not self._only_tagged:
            attached = text[0].isalpha() and self._tail[-1:].isalnum()
            lead = None if attached else _LEAD.match(text)
            if not final and not attached and lead is None and self._is_open_lead(text):
                return None
            start = lead.end() if lead else 0
            if not final and (_OPEN_NUMBERS.match(text, start) or _OPEN_PAIRS.match(text, start)):
                return None
            numbers = _NUMBERS.match(text, start)
            where = self._where(numbers["numbers"], lead) if numbers else ""
            if numbers and where:
                self._put(where, out)
                return numbers.end()
        length = next((i for i in range(1, len(text)) if not text[i].isalpha()), len(text)) if text[0].isalpha() else 1
        self._put(text[:length], out)
        return length

    def _where(self, text: str, lead: re.Match[str] | None) -> str:
        """Return the words for coordinates in brackets; "" when they may be anything else."""
        numbers = [float(number) for number in _NUMBER.findall(text)]
        named = bool(lead or _AFTER_NOUN.search(self._tail))
        before = self._tail.rstrip(" `*")
        is_pairs = text.count("(") > 1
        is_box = len(numbers) >= 4 and numbers[2] > numbers[0] and numbers[3] > numbers[1]
        attached = self._tail[-1:].isalnum() and not lead
        if max(numbers) < _LARGE or before.endswith("=") or (attached and not is_pairs) or not (named or is_box):
            return ""
        where = self._place(numbers)
        if not where:
            return ""
        if named or before.endswith(":") or not before:
            return where
        return f" ({where})" if attached else f"({where})"

    def _is_open_lead(self, text: str) -> bool:
        """Return whether this may become words that lead to coordinates."""
        found = _OPEN_LEAD.match(text)
        if found is None:
            return False
        *whole, last = found[1].lower().split() or [""]
        known = [word.lower() for word in _LEAD_WORDS]
        ends = bool(found[2])
        return all(word in known for word in whole) and any(
            word == last if ends and last else word.startswith(last) for word in known
        )

    def _apply_tag(self, tag: re.Match[str], out: list[str]) -> None:
        closes = bool(tag["close"]) or tag["end"] == "_end"
        if tag["name"] in ("ref", "object_ref"):
            return
        if tag["attributes"]:
            values = re.findall(r"[xy]\d*\s*=\s*[\"']?(-?\d+(?:\.\d+)?)", tag["attributes"])[:2]
            numbers = [float(value) for value in values]
            if numbers and max(numbers) <= 100 and any(number % 1 for number in numbers):
                numbers = [10 * number for number in numbers]  # percent, as Molmo writes points
            self._point = self._place(numbers) if len(numbers) == 2 else ""
            closes = tag[0].endswith("/>")
        if closes:
            if self._point:
                space = "" if not self._tail or self._tail[-1:].isspace() else " "
                self._put(f"{space}({self._point})" if self._tail else self._point, out)
            self._point, self._in_tag = "", False
        elif tag["attributes"]:
            self._in_tag = False
        else:
            self._in_tag = True
