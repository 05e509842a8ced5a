"""SVG drawings, drawn by Qt: without scripts and entities, and without anything that lies outside the file.

What is not a shape, a text or a picture within the file is taken out before Qt gets it.
"""

from __future__ import annotations

import re
import sys
import zlib
from xml.etree import ElementTree
from xml.parsers import expat

from PIL import Image

from edge_assistant.capture import picture_errors
from edge_assistant.capture.qt import gui_application, missing_error, to_rgb_image

_MAX_BYTES = 20_000_000
_MAX_ELEMENTS = 100_000
"""The most elements that are drawn; one that is used several times counts each time."""

_MAX_DEPTH = 200
_SIDE = 2048
"""The longer side of the picture in pixels; the size that a drawing gives itself may be that of an icon."""

_FORBIDDEN = frozenset(
    ("script", "foreignObject", "iframe", "audio", "video", "handler", "listener", "prefetch", "set", "animate")
)
"""Elements that are dropped with all that is in them; whatever else moves is drawn as it begins."""

_XLINK = "http://www.w3.org/1999/xlink"
_HREFS = ("href", f"{{{_XLINK}}}href", "src")
_INSIDE = re.compile(r"#|data:image/(png|jpeg|gif|webp|bmp);base64,", re.IGNORECASE)
_OUTSIDE = re.compile(r"""@import|url\(\s*["']?\s*(?![#"'\s])""", re.IGNORECASE)
_GZIP = b"\x1f\x8b"

# Qt looks for these prefixes, and not for what they stand for.
ElementTree.register_namespace("", "http://www.w3.org/2000/svg")
ElementTree.register_namespace("xlink", _XLINK)


def is_svg(head: bytes) -> bool:
    """Return whether a file that begins with these bytes is an SVG drawing, compressed or not."""
    if head.startswith(_GZIP):
        try:
            head = zlib.decompressobj(31).decompress(head, len(head))
        except zlib.error:
            return False
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and (b"<svg" in head or b":svg" in head)


def draw(data: bytes, name: str) -> tuple[Image.Image, tuple[float, float]]:
    """Draw a file, RGB, over a background that shows its contents; `name` is its name in sentences. Raises InputError.

    Return it, and the size that the file gives itself: width and height in pixels.

    For a process of its own, whose time and memory are limited.
    """
    drawing = _Filter(name).read(_decompress(data, name))
    if _drawn_elements(drawing) > _MAX_ELEMENTS:
        raise picture_errors.too_complicated(name)
    return _render(ElementTree.tostring(drawing), name)


def _decompress(data: bytes, name: str) -> bytes:
    if data.startswith(_GZIP):
        try:
            data = zlib.decompressobj(31).decompress(data, _MAX_BYTES + 1)
        except zlib.error as error:
            raise picture_errors.damaged(name) from error
    if len(data) > _MAX_BYTES:
        raise picture_errors.too_complicated(name)
    return data


class _Filter:
    """Reads XML and keeps what may be drawn. Processing instructions, comments and document types are dropped."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tree = ElementTree.TreeBuilder()
        self._depth = self._elements = 0
        self._skipped_at: int | None = None  # the depth of a forbidden element

    def read(self, data: bytes) -> ElementTree.Element:
        """Return the root element. Raises InputError."""
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = self._entity
        try:
            parser.Parse(data, True)
            root = self._tree.close()
        except (expat.ExpatError, AssertionError, ValueError, LookupError) as error:
            raise picture_errors.damaged(self._name) from error
        for style in root.iter():
            if _local(style.tag) == "style" and _reaches_outside("".join(style.itertext())):
                style.clear()
        if _local(root.tag) != "svg":
            raise picture_errors.not_a_picture(self._name)
        return root

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > _MAX_DEPTH or self._elements > _MAX_ELEMENTS:
            raise picture_errors.too_complicated(self._name)
        if self._skipped_at is None and _local(tag) in _FORBIDDEN:
            self._skipped_at = self._depth
        if self._skipped_at is None:
            kept = {_qualified(key): value for key, value in attributes.items() if _is_allowed(_qualified(key), value)}
            self._tree.start(_qualified(tag), kept)

    def _end(self, tag: str) -> None:
        if self._skipped_at is None:
            self._tree.end(_qualified(tag))
        elif self._skipped_at == self._depth:
            self._skipped_at = None
        self._depth -= 1

    def _text(self, text: str) -> None:
        if self._skipped_at is None:
            self._tree.data(text)

    def _entity(self, *_: object) -> None:
        raise picture_errors.entities(self._name)


def _qualified(name: str) -> str:
    """Return the name as ElementTree writes it: expat gives a namespace, "}" and the name."""
    return "{" + name if "}" in name else name


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _is_allowed(key: str, value: str) -> bool:
    if key in _HREFS:
        return bool(_INSIDE.match(value.strip()))
    if _local(key).lower().startswith("on") or _local(key) == "base":
        return False
    return not _reaches_outside(value)


def _reaches_outside(css: str) -> bool:
    """Return whether a style names another file, or may do so with its letters disguised."""
    return "\\" in css or _OUTSIDE.search(css) is not None


def _drawn_elements(root: ElementTree.Element) -> int:
    """Return how many elements are drawn, as far as _MAX_ELEMENTS matters; `use` draws another element again."""
    by_id = {each.get("id"): each for each in root.iter()}
    counts: dict[ElementTree.Element, int] = {}

    def count(element: ElementTree.Element) -> int:
        if element not in counts:
            counts[element] = sys.maxsize  # one that uses itself has no end
            total = 1 + sum(map(count, element))
            if _local(element.tag) == "use":
                targets = [by_id.get(element.get(key, "").strip()[1:]) for key in _HREFS]
                total += sum(count(each) for each in targets if each is not None)
            counts[element] = total
        return counts[element]

    try:
        return count(root)
    except RecursionError:
        return sys.maxsize


def _render(data: bytes, name: str) -> tuple[Image.Image, tuple[float, float]]:
    gui_application("offscreen")  # which knows the fonts
    try:
        from PySide6.QtCore import QByteArray, Qt
        from PySide6.QtGui import QImage, QPainter
        from PySide6.QtSvg import QSvgRenderer
    except ImportError as error:
        raise missing_error(error) from error
    renderer = QSvgRenderer(QByteArray(data))
    if not renderer.isValid():
        raise picture_errors.damaged(name)
    box = renderer.viewBoxF()
    longest = max(box.width(), box.height())
    if not 0 < min(box.width(), box.height()) <= longest < float("inf"):
        raise picture_errors.empty(name)
    width, height = (max(1, round(_SIDE * side / longest)) for side in (box.width(), box.height()))
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    own = renderer.defaultSize()
    return to_rgb_image(image), (max(1.0, own.width()), max(1.0, own.height()))
