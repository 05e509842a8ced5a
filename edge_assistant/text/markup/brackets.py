"""Links, images, addresses, footnotes and tick boxes inside a line."""

from __future__ import annotations

import re

from edge_assistant.text.markup import links
from edge_assistant.text.markup.signs import ANY_BOX, SignReader

_BOX = re.compile(r"\[([ xX✓✔✗]?)\](?=[\s.,;:)|]|\Z)")
_BOX_PART = re.compile(r"\[(?:[ xX✓✔✗]?\]?)?\Z")
_FOOTNOTE = re.compile(r"\[\^[\w.*†‡-]{1,40}\](?![+*?{])")
_FOOTNOTE_PART = re.compile(r"\[\^[\w.*†‡-]{0,40}\]?\Z")


class BracketReader(SignReader):
    """Reads brackets and addresses."""

    def _read_bracket(self, i: int) -> int:
        text, final = self._text, self._final
        if not self._previous(i).isalnum():
            if not final and _BOX_PART.match(text, i):
                return i
            box = _BOX.match(text, i)
            if box and (box[1] or self._line_start) and not (box.end() == len(text) and not final):
                if self._box_first is None and not self._is_first:
                    rest = self._rest_of_line(box.end())
                    if rest is None:
                        return i
                    self._box_first = self._boxes_lead(rest)
                    if self._box_first and not ANY_BOX.search(rest) and self._lines.last[-1:] not in ":?;":
                        self._box_first = None  # a sentence names it: "Press [X] to close."
                        return self._literal(i, box.end())
                self._write_box(ticked=box[1] in ("x", "X", "✓", "✔"))
                return box.end()
        if not final and _FOOTNOTE_PART.match(text, i) and len(text) - i < 42 and text[i + 1 : i + 2] in ("", "^"):
            return i
        if footnote := _FOOTNOTE.match(text, i):
            return footnote.end()
        end = links.read_brackets(text, i, final=final)
        if end is True:
            return i
        if end is False:
            return self._literal(i, i + 1)
        target = links.read_target(text, end, final=final)
        if target is True:
            return i
        inner = text[i + 1 : end - 1]
        if target is False:
            if "](" in inner or re.search(r"[*_`<&\\$~!]", inner):
                return self._literal(i, i + 1)
            return self._literal(i, end)
        address, stop = target
        return self._write_link(inner, address, stop)

    def _write_link(self, inner: str, address: str, end: int) -> int:
        if not inner.strip():
            self._write(self._address_text(address) if address else "")
        else:
            self._nested(inner, end)
        return end

    def _read_exclamation(self, i: int) -> int:
        text = self._text
        if i + 1 == len(text) and not self._final:
            return i
        if text[i + 1 : i + 2] != "[":
            return self._literal(i, i + 1)
        end = links.read_brackets(text, i + 1, final=self._final)
        if end is True:
            return i
        if end is False:
            return self._literal(i, i + 1)
        target = links.read_target(text, end, final=self._final)
        if target is True:
            return i
        if target is False:
            return self._literal(i, i + 1)
        if inner := text[i + 2 : end - 1].strip():
            self._nested(inner, end)
        return target[1]

    def _read_address(self, i: int) -> int:
        if links.find_address(self._text, i, i + 9) != i:
            return i  # it may become one: wait
        address = links.read_address(self._text, i, final=self._final)
        if address is None:
            return i
        self._write(self._address_text(address[0]) if len(links.host(address[0])) > 1 else address[0])
        return address[1]

    def _address_text(self, address: str) -> str:
        if "@" in address and "://" not in address:
            return address
        short = "://" not in address and len(address) <= 40 and not re.search(r"[?=&%#]", address)
        if self._reading and short:
            return address
        return self._words.link(links.host(address))
