"""Text from outside (titles, file names, settings, catalogues, answers), made safe to show and speak.

The one place where text is cleaned. What could fool a terminal, a window or a listener is left out: control characters
and terminal escapes with all that belongs to them, invisible characters, unpaired surrogates, and direction marks that
would turn around what follows. Text stays text in every script: the joiners of Persian and of emoji, soft hyphens,
single direction marks and private-use characters are kept, and so are line ends and tabs.
"""

from __future__ import annotations

import json
import re
import unicodedata

MAX_VALUE = 200
"""The most characters of a value in a sentence: a title, a path, a name."""

MAX_MESSAGE = 2000
"""The most characters of a message. Ours are far shorter; one that quotes ten thousand names is cut here."""

_MAX_PARAMETERS = 64
_MAX_STRING = 1000  # characters of a terminal's string, such as a window's title or a link
_ELLIPSIS = "…"

_CONTROLS = r"\x00-\x1f\x7f-\x9f"
# ECMA-48: a control sequence (CSI); a string (DCS, SOS, OSC, PM, APC) and its end; any other escape.
_CSI = rf"(?:\x1b\[|\x9b)[0-?]{{0,{_MAX_PARAMETERS}}}[ -/]{{0,{_MAX_PARAMETERS}}}"
_STRING = rf"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^{_CONTROLS}]{{0,{_MAX_STRING}}}"
_ESCAPE = r"\x1b[ -/]{0,8}"
_LINE_END = r"\r\n?|[\n\x0b\x0c\x85\u2028\u2029]"
_HIGH, _LOW = r"\ud800-\udbff", r"\udc00-\udfff"
_LAST_TWO = "".join(rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(1, 17))
_NONCHARACTERS = rf"\ufdd0-\ufdef\ufffe\uffff{_LAST_TWO}"
# Invisible and without meaning here: zero-width space, word joiners, the byte order mark, annotations, tags.
_INVISIBLE = r"\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff0-\ufffb\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
# The flag of a subdivision, such as Scotland, is a black flag, a code of tag characters and a cancel tag.
_FLAG, _TAG, _CANCEL_TAG = r"\U0001f3f4", r"[\U000e0030-\U000e0039\U000e0061-\U000e007a]", r"\U000e007f"
_DIRECTIONS = r"\u202a-\u202e\u2066-\u2069"
_EMBEDDINGS, _ISOLATES = "\u202a\u202b\u202d\u202e", "\u2066\u2067\u2068"
_POP_EMBEDDING, _POP_ISOLATE = "\u202c", "\u2069"

_OUTSIDE = re.compile(
    rf"(?P<flag>{_FLAG}{_TAG}{{3,6}}{_CANCEL_TAG})"
    rf"|(?P<code>{_CSI}[@-~]|{_STRING}(?:\x07|\x1b\\|\x9c)|{_ESCAPE}[0-~])"
    rf"|(?P<end>{_LINE_END})"
    rf"|(?P<pair>[{_HIGH}][{_LOW}])"
    rf"|(?P<broken>[{_HIGH}{_LOW}{_NONCHARACTERS}])"
    rf"|[\x00-\x08\x0e-\x1f\x7f-\x9f{_INVISIBLE}]"
)
# The beginning of a sequence that more text could complete.
_UNFINISHED = re.compile(rf"(?:{_FLAG}{_TAG}{{0,6}}|{_CSI}|{_STRING}\x1b?|{_ESCAPE}|\r|[{_HIGH}])\Z")
_PAIR = re.compile(f"[{_HIGH}][{_LOW}]")
_DIRECTION = re.compile(f"[{_DIRECTIONS}]")
_UNSAFE = re.compile(rf"[{_CONTROLS}\u2028\u2029{_HIGH}{_LOW}{_NONCHARACTERS}{_INVISIBLE}{_DIRECTIONS}]")


class Unshortened(str):
    """A value that is not shortened when it is put into a sentence: the result of `tr`, a list of ours, typed text."""

    __slots__ = ()


def clean(text: str) -> str:
    """Return the text without what could do harm, however long; line ends become newlines. Cleaning twice changes
    nothing.
    """
    return _balance_directions(_OUTSIDE.sub(_replacement, text))


def one_line(text: str) -> str:
    """Clean the text and join its lines to one."""
    return clean(text).replace("\n", " ").replace("\t", " ")


def shorten(text: str, limit: int = MAX_VALUE) -> str:
    """Clean the text to one line of at most `limit` characters; of longer text the middle becomes an ellipsis."""
    if len(text) > 20 * limit:  # so that a megabyte of text takes no time
        text = f"{text[: 10 * limit]}{_ELLIPSIS}{text[-10 * limit :]}"
    line = one_line(text)
    if len(line) <= limit:
        return line
    end = limit // 4
    return _balance_directions(f"{line[: limit - end - len(_ELLIPSIS)]}{_ELLIPSIS}{line[-end:]}")


def clean_message(text: str) -> str:
    """Clean whole sentences; longer ones than MESSAGE are cut at the end."""
    cut = clean(text[: 10 * MAX_MESSAGE])
    if len(cut) <= MAX_MESSAGE and len(text) <= 10 * MAX_MESSAGE:
        return cut
    return _balance_directions(cut[: MAX_MESSAGE - len(_ELLIPSIS)]) + _ELLIPSIS


def has_text(text: str) -> bool:
    """Return whether there is something to say or see: a letter, a number or a symbol."""
    return any(unicodedata.category(each)[0] in "LNS" for each in text)


def for_speech(text: str) -> str:
    """Clean text for a synthesizer, so that nothing in it is a command, such as one to be silent for an hour.

    Windows takes text that begins with "<" for its XML (SPF_DEFAULT in sapi.h), macOS "[[" for the beginning of a
    command (NSSpeechSynthesizer); a blank makes both text again, and is not heard. Replacement characters are not
    spoken.
    """
    text = re.sub(r"\[(?=\[)", "[ ", clean(text).replace("\ufffd", " "))
    return f" {text}" if text.startswith("<") else text


def for_sentence(value: object) -> object:
    """Return a value as it is put into a sentence: numbers unchanged, all else on one line and not too long."""
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, Unshortened):
        return clean(value)
    return clean_message(str(value)) if isinstance(value, BaseException) else shorten(str(value))


def is_encodable(text: str) -> bool:
    """Return whether the text can be encoded: a file name that is not UTF-8, say, holds unpaired surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class StreamCleaner:
    """A cleaner for text that comes in pieces, cut anywhere, as an answer does.

    Direction marks are left out: whether they will be closed is known too late.
    """

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, piece: str) -> str:
        """Return the clean text so far; the beginning of an escape, or half a surrogate pair, waits for more."""
        text = self._rest + piece
        unfinished = _UNFINISHED.search(text)
        end = unfinished.start() if unfinished else len(text)
        self._rest = text[end:]
        return _clean_undirected(text[:end])

    def finish(self) -> str:
        """Return what was still waiting."""
        rest, self._rest = self._rest, ""
        return _clean_undirected(rest)


def clean_answer(text: str) -> str:
    """Clean a whole answer as StreamCleaner cleans its pieces."""
    return _clean_undirected(text)


def json_line(value: object) -> str:
    """Return one line of JSON that is safe for any terminal and any parser.

    What could do harm is written as an escape; only an unpaired surrogate, which JSON cannot hold, becomes the
    replacement character.
    """
    return _UNSAFE.sub(_json_escape, _PAIR.sub(_join_surrogates, json.dumps(value, ensure_ascii=False)))


def escape(text: str) -> str:
    """Escape text for logs as Python does, such as \\x1b; line ends and tabs stay."""
    return _UNSAFE.sub(lambda match: match[0] if match[0] in "\n\t" else _backslash_escape(match), text)


def escape_line(text: str) -> str:
    """Escape text as `escape` does, line ends and tabs too."""
    return _UNSAFE.sub(_backslash_escape, text)


def _join_surrogates(pair: re.Match[str]) -> str:
    return pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def _replacement(match: re.Match[str]) -> str:
    if match["flag"]:
        return match[0]
    if match["end"]:
        return "\n"
    if match["pair"]:
        return _OUTSIDE.sub(_replacement, _join_surrogates(match))
    return "\ufffd" if match["broken"] else ""


def _clean_undirected(text: str) -> str:
    return _DIRECTION.sub("", _OUTSIDE.sub(_replacement, text))


def _balance_directions(text: str) -> str:
    """Remove direction marks that have no counterpart in their line."""
    if not _DIRECTION.search(text):
        return text
    return "\n".join(map(_balance_line, text.split("\n")))


def _balance_line(line: str) -> str:
    """Remove unmatched direction marks by UAX #9, X1 to X8: the end of an isolate also ends embeddings opened in it."""
    unmatched: set[int] = set()
    opened: list[int] = []  # places
    isolates = 0
    for match in _DIRECTION.finditer(line):
        position, mark = match.start(), match[0]
        if mark in _EMBEDDINGS or mark in _ISOLATES:
            opened.append(position)
            isolates += mark in _ISOLATES
        elif mark == _POP_EMBEDDING and opened and line[opened[-1]] in _EMBEDDINGS:
            opened.pop()
        elif mark == _POP_ISOLATE and isolates:
            while line[opened[-1]] in _EMBEDDINGS:
                unmatched.add(opened.pop())
            opened.pop()
            isolates -= 1
        else:
            unmatched.add(position)
    unmatched.update(opened)
    return "".join(each for position, each in enumerate(line) if position not in unmatched)


def _json_escape(match: re.Match[str]) -> str:
    return "\ufffd" if "\ud800" <= match[0] <= "\udfff" else json.dumps(match[0])[1:-1]


def _backslash_escape(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()
