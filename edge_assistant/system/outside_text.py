"""Text that came from outside, made fit to be shown and spoken: titles, file names, settings, catalogues, answers.

The one place where it is cleaned. What it may hold to fool a terminal, a window or an ear is left out: control
characters and terminal escapes with all that belongs to them, characters that nobody sees, halves of characters, and
marks of direction that would turn around what follows. Text stays text in every script: the joiners of Persian and of
emoji, soft hyphens, single marks of direction and private characters are kept, and so are line ends and tabs.
"""

from __future__ import annotations

import json
import re

VALUE = 200
"""Characters that one value in a sentence may have: a title, a path, a name."""

MESSAGE = 2000
"""Characters of the longest message. Ours are far shorter; one that quotes ten thousand names is cut here."""

_LONGEST_CODE = 64
_LONGEST_STRING = 1000  # characters of what a terminal is told, such as a window's title or a link
_ELLIPSIS = "…"

_CONTROLS = r"\x00-\x1f\x7f-\x9f"
# ECMA-48: a control sequence (CSI); a string (DCS, SOS, OSC, PM, APC) and its end; any other escape.
_CSI = rf"(?:\x1b\[|\x9b)[0-?]{{0,{_LONGEST_CODE}}}[ -/]{{0,{_LONGEST_CODE}}}"
_STRING = rf"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^{_CONTROLS}]{{0,{_LONGEST_STRING}}}"
_ESCAPE = r"\x1b[ -/]{0,8}"
_LINE_END = r"\r\n?|[\n\x0b\x0c\x85\u2028\u2029]"
_HIGH, _LOW = r"\ud800-\udbff", r"\udc00-\udfff"
_LAST_TWO = "".join(rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(1, 17))
_NO_CHARACTERS = rf"\ufdd0-\ufdef\ufffe\uffff{_LAST_TWO}"
# No width, no meaning that is seen: zero-width space, word joiners, the byte order mark, annotations, tags.
_UNSEEN = r"\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff0-\ufffb\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
# The flag of a land within a country, such as Scotland, is a black flag with a code of tags, and their end.
_FLAG, _TAG, _END_OF_TAGS = r"\U0001f3f4", r"[\U000e0030-\U000e0039\U000e0061-\U000e007a]", r"\U000e007f"
_DIRECTIONS = r"\u202a-\u202e\u2066-\u2069"
_EMBEDDINGS, _ISOLATES = "\u202a\u202b\u202d\u202e", "\u2066\u2067\u2068"
_END_OF_EMBEDDING, _END_OF_ISOLATE = "\u202c", "\u2069"

_OUTSIDE = re.compile(
    rf"(?P<flag>{_FLAG}{_TAG}{{3,6}}{_END_OF_TAGS})"
    rf"|(?P<code>{_CSI}[@-~]|{_STRING}(?:\x07|\x1b\\|\x9c)|{_ESCAPE}[0-~])"
    rf"|(?P<end>{_LINE_END})"
    rf"|(?P<pair>[{_HIGH}][{_LOW}])"
    rf"|(?P<broken>[{_HIGH}{_LOW}{_NO_CHARACTERS}])"
    rf"|[\x00-\x08\x0e-\x1f\x7f-\x9f{_UNSEEN}]"
)
# What more text could still make one of those that are left out as a whole.
_UNFINISHED = re.compile(rf"(?:{_FLAG}{_TAG}{{0,6}}|{_CSI}|{_STRING}\x1b?|{_ESCAPE}|\r|[{_HIGH}])\Z")
_PAIR = re.compile(f"[{_HIGH}][{_LOW}]")
_DIRECTION = re.compile(f"[{_DIRECTIONS}]")
_RAW = re.compile(rf"[{_CONTROLS}\u2028\u2029{_HIGH}{_LOW}{_NO_CHARACTERS}{_UNSEEN}{_DIRECTIONS}]")


class Whole(str):
    """A value that is not cut short when it is put into a sentence: what `tr` made, a list of ours, what was typed."""

    __slots__ = ()


def clean(text: str) -> str:
    """The text without what could do harm, however long; line ends are newlines. Cleaning twice changes nothing."""
    return _balanced(_OUTSIDE.sub(_kept, text))


def one_line(text: str) -> str:
    """As `clean`, on one line."""
    return clean(text).replace("\n", " ").replace("\t", " ")


def short(text: str, most: int = VALUE) -> str:
    """As `one_line`, at most so many characters: beginning and end with an ellipsis between, as with file names."""
    if len(text) > 20 * most:  # so that a megabyte costs nothing
        text = f"{text[: 10 * most]}{_ELLIPSIS}{text[-10 * most :]}"
    line = one_line(text)
    if len(line) <= most:
        return line
    end = most // 4
    return _balanced(f"{line[: most - end - len(_ELLIPSIS)]}{_ELLIPSIS}{line[-end:]}")


def message(text: str) -> str:
    """Whole sentences, as `clean`; cut at the end where something in them is endless."""
    cut = clean(text[: 10 * MESSAGE])
    if len(cut) <= MESSAGE and len(text) <= 10 * MESSAGE:
        return cut
    return _balanced(cut[: MESSAGE - len(_ELLIPSIS)]) + _ELLIPSIS


def sayable(text: str) -> str:
    """As `clean`, for a voice: nothing in it is a command, such as one to fall silent for an hour.

    Windows takes text that begins with "<" for its XML (SPF_DEFAULT in sapi.h), macOS "[[" for the beginning of a
    command (NSSpeechSynthesizer); a blank makes both text again, and is not heard. Broken characters are not said.
    """
    text = re.sub(r"\[(?=\[)", "[ ", clean(text).replace("\ufffd", " "))
    return f" {text}" if text.startswith("<") else text


def in_sentence(value: object) -> object:
    """A value as it is put into a sentence: numbers as they are, all else on one line and not too long."""
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, Whole):
        return clean(value)
    return message(str(value)) if isinstance(value, BaseException) else short(str(value))


def is_unicode(text: str) -> bool:
    """Whether the text can be written down: a file name that is no UTF-8, say, holds halves of characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class StreamCleaner:
    """Cleans text that comes in pieces, cut anywhere, as an answer does. Marks that turn text around are left out:
    whether they will be closed is known too late."""

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, piece: str) -> str:
        """What is clean by now; the beginning of an escape, and half a character, wait for more."""
        text = self._rest + piece
        unfinished = _UNFINISHED.search(text)
        end = unfinished.start() if unfinished else len(text)
        self._rest = text[end:]
        return _streamed(text[:end])

    def finish(self) -> str:
        """What waited."""
        rest, self._rest = self._rest, ""
        return _streamed(rest)


def clean_answer(text: str) -> str:
    """A whole answer, as StreamCleaner makes its pieces."""
    return _streamed(text)


def json_line(value: object) -> str:
    """One line of JSON that any terminal and any parser bears. It says what `value` says: what could do harm stands
    there as an escape; only a half character, which JSON cannot say, becomes the replacement character."""
    return _RAW.sub(_in_json, _PAIR.sub(_joined, json.dumps(value, ensure_ascii=False)))


def escaped(text: str) -> str:
    """For logs: what could do harm stands there as Python writes it, such as \\x1b; but line ends and tabs stay."""
    return _RAW.sub(lambda found: found[0] if found[0] in "\n\t" else _backslashed(found), text)


def escaped_line(text: str) -> str:
    """As `escaped`, on one line."""
    return _RAW.sub(_backslashed, text)


def _joined(pair: re.Match[str]) -> str:
    return pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def _kept(found: re.Match[str]) -> str:
    if found["flag"]:
        return found[0]
    if found["end"]:
        return "\n"
    if found["pair"]:
        return _OUTSIDE.sub(_kept, _joined(found))
    return "\ufffd" if found["broken"] else ""


def _streamed(text: str) -> str:
    return _DIRECTION.sub("", _OUTSIDE.sub(_kept, text))


def _balanced(text: str) -> str:
    """Without the marks of direction that have no other half in their line."""
    if not _DIRECTION.search(text):
        return text
    return "\n".join(map(_balanced_line, text.split("\n")))


def _balanced_line(line: str) -> str:
    """What ends what is told in UAX #9, X1 to X8: the end of an isolate also ends the embeddings begun in it."""
    unmatched: set[int] = set()
    opened: list[int] = []  # places
    isolates = 0
    for found in _DIRECTION.finditer(line):
        place, mark = found.start(), found[0]
        if mark in _EMBEDDINGS or mark in _ISOLATES:
            opened.append(place)
            isolates += mark in _ISOLATES
        elif mark == _END_OF_EMBEDDING and opened and line[opened[-1]] in _EMBEDDINGS:
            opened.pop()
        elif mark == _END_OF_ISOLATE and isolates:
            while line[opened[-1]] in _EMBEDDINGS:
                unmatched.add(opened.pop())
            opened.pop()
            isolates -= 1
        else:
            unmatched.add(place)
    unmatched.update(opened)
    return "".join(each for place, each in enumerate(line) if place not in unmatched)


def _in_json(found: re.Match[str]) -> str:
    return "\ufffd" if "\ud800" <= found[0] <= "\udfff" else json.dumps(found[0])[1:-1]


def _backslashed(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
