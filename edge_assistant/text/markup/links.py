"""Links, images and addresses: their text is said, or the name of the computer that an address leads to."""

from __future__ import annotations

import re

_MAX_TEXT, _MAX_TARGET = 300, 2000
_START = re.compile(r"(?<![\w@./])(?:https?://|ftp://|www\.)", re.IGNORECASE)
_START_PART = re.compile(
    r"(?<![\w@./])(?:h|ht|htt|https?|https?:|https?:/|f|ft|ftp|ftp:|ftp:/|w|ww|www)\Z", re.IGNORECASE
)
_ADDRESS = re.compile(r"[^\s<>\"'`«»“”„‘’{}|\\^\u3000-\u303f\uff00-\uffef\u4e00-\u9fff*]+")
_AUTOLINK = re.compile(r"<((?:https?|ftp)://[^\s<>]*|mailto:[^\s<>]*|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)>", re.IGNORECASE)
_AUTOLINK_PART = re.compile(r"<(?:[A-Za-z]{0,6}|(?:https?|ftp|mailto):[^\s<>]*|[\w.+-]+(?:@[\w.-]*)?)\Z", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z]+:/{0,2})?(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)", re.IGNORECASE)
_TARGET = re.compile(r"\(\s*(<[^<>\n]*>|(?:[^\s()]|\([^\s()]*\))*)(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?\s*\)")
_TARGET_PART = re.compile(
    r"\(\s*(?:<[^<>\n]*\Z|(?:[^\s()]|\([^\s()]*\))*(?:\([^\s()]*)?\Z"
    r"|(?:<[^<>\n]*>|(?:[^\s()]|\([^\s()]*\))*)\s+(?:\"[^\"]*\"?|'[^']*'?|\([^()]*\)?)?\s*\Z)"
)
_ADDRESS_BEGUN = re.compile(r"\(\s*<?(?:https?:|ftp:|www\.|#|/|mailto:)", re.IGNORECASE)
_REFERENCE = re.compile(r"\[[^\[\]\n]{0,200}\]")
_REFERENCE_PART = re.compile(r"\[[^\[\]\n]{0,200}\Z")


def find_address(text: str, start: int, end: int) -> int:
    """Return where the next address on the net begins; `end` if there is none before it."""
    found = _START.search(text, start, end)
    return found.start() if found else end


def hold_address(text: str, start: int) -> int:
    """Return where the last word begins if more text may make an address of it, else the text's end."""
    found = _START_PART.search(text, max(start, len(text) - 9))
    return found.start() if found else len(text)


def read_address(text: str, start: int, *, final: bool) -> tuple[str, int] | None:
    """Read the address at `start`: it and its end; None if more is needed."""
    found = _ADDRESS.match(text, start)
    end = found.end() if found else start
    if end == len(text) and not final and end - start < _MAX_TARGET:
        return None
    address = text[start:end].rstrip(".,;:!?…*_~")
    while address.endswith((")", "]")) and address.count(address[-1]) > address.count("([)]"[")]".index(address[-1])]):
        address = address[:-1].rstrip(".,;:!?…*_~")
    return address, start + len(address)


def read_autolink(text: str, start: int, *, final: bool) -> tuple[str, int] | bool:
    """Read `<address>` at `start`: the address and the end; False: it is none; True: more is needed."""
    if found := _AUTOLINK.match(text, start):
        return found[1].removeprefix("mailto:"), found.end()
    return not final and len(text) - start < _MAX_TARGET and _AUTOLINK_PART.match(text, start) is not None


def host(address: str) -> str:
    """Return the name of the computer in an address, without "www."."""
    found = _HOST.match(address)
    name = found[1] if found else address
    return name[4:] if name.lower().startswith("www.") and name.count(".") > 1 else name


def read_brackets(text: str, start: int, *, final: bool) -> int | bool:
    """Return the end of the brackets that begin at `start`, in one line, with those inside; else as elsewhere."""
    depth = 0
    for i in range(start, min(len(text), start + _MAX_TEXT)):
        if text[i] == "\\":
            continue
        if text[i] == "[" and (i == start or text[i - 1] != "\\"):
            depth += 1
        elif text[i] == "]" and text[i - 1] != "\\":
            depth -= 1
            if depth == 0:
                return i + 1
        elif text[i] == "\n":
            return False
    return not final and len(text) - start < _MAX_TEXT


def read_target(text: str, start: int, *, final: bool) -> tuple[str, int] | bool:
    """Read what follows the brackets of a link: its address ("" for a reference) and its end; else as elsewhere."""
    if start == len(text):
        return not final
    if text[start] == "(":
        if found := _TARGET.match(text, start):
            return found[1].strip("<>"), found.end()
        if len(text) - start >= _MAX_TARGET or not _TARGET_PART.match(text, start):
            return False
        if final and _ADDRESS_BEGUN.match(text, start):
            return "", len(text)
        return not final
    if text[start] == "[":
        if reference := _REFERENCE.match(text, start):
            return "", reference.end()
        return not final and _REFERENCE_PART.match(text, start) is not None
    return False
