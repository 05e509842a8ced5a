"""SVG drawings: what of them is drawn, and that nothing outside the file is looked at, run or waited for."""

from __future__ import annotations

import base64
import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from edge_assistant.capture import svg
from edge_assistant.capture.decode import decode
from edge_assistant.capture.decoder import PictureDecoder
from edge_assistant.system.errors import InputError

RED, GREEN, WHITE, BLACK = (255, 0, 0), (0, 128, 0), (255, 255, 255), (0, 0, 0)
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 100 50"'
HALF = '<rect width="50" height="50" fill="red"/>'


def drawing(body: str = HALF, more: str = "") -> bytes:
    return f"{HEAD} {more}>{body}</svg>".encode()


@pytest.fixture(scope="module")
def decoder() -> Iterator[PictureDecoder]:
    """Draws in a process of its own: here Qt's application would stay, and be the wrong one for windows."""
    made = PictureDecoder()
    yield made
    made.close()


def colours(image: Image.Image) -> set[tuple[int, ...]]:
    return {colour for _, colour in image.getcolors(1 << 24) or () if isinstance(colour, tuple)}


@pytest.mark.parametrize(
    "data",
    [
        drawing(),
        b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\n<!-- by hand -->\n' + drawing(),
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://127.0.0.1:9/svg11.dtd">' + drawing(),
        gzip.compress(drawing(), mtime=0),
        drawing(more='width="1e9" height="1e9"'),
        b'<s:svg xmlns:s="http://www.w3.org/2000/svg" viewBox="0 0 100 50"><s:rect width="50" height="50" fill="red"/>'
        b"</s:svg>",
        drawing(f"<style>rect {{ fill: red }}</style>{HALF}"),
        drawing(f'<defs><g id="a">{HALF}</g></defs><use xlink:href="#a"/>'),
    ],
    ids=["plain", "declaration", "doctype", "compressed", "huge", "prefix", "style", "use"],
)
def test_a_drawing_is_drawn_at_a_size_of_ours(decoder: PictureDecoder, data: bytes) -> None:
    captured = decoder.decode(data, "logo.svg")
    assert captured.image.size == (2048, 1024)
    assert (captured.image.getpixel((500, 500)), captured.image.getpixel((1500, 500))) == (RED, WHITE)
    assert not captured.is_photo


def test_text_is_drawn(decoder: PictureDecoder) -> None:
    captured = decoder.decode(drawing('<text x="10" y="30" font-size="20">Save</text>'), "logo.svg")
    assert len(colours(captured.image)) > 2


@pytest.mark.parametrize(
    "body",
    [
        '<image width="100" height="50" xlink:href="{file}"/>',
        '<image width="100" height="50" xlink:href="{name}"/>',
        '<use xlink:href="{svg}#a"/>',
        '<style>@import url("{css}");</style><rect width="100" height="50" class="b" fill="none"/>',
        '<style>@\\69mport "{css}";</style><rect width="100" height="50" class="b" fill="none"/>',
        '<rect width="100" height="50" fill="url({svg}#p)"/>',
        '<foreignObject><image width="100" height="50" href="{file}"/></foreignObject>',
    ],
)
def test_nothing_outside_the_file_is_drawn(decoder: PictureDecoder, tmp_path: Path, body: str) -> None:
    Image.new("RGB", (10, 5), GREEN).save(tmp_path / "secret.png")
    (tmp_path / "secret.css").write_text(".b { fill: green }", encoding="utf-8")
    (tmp_path / "secret.svg").write_bytes(drawing('<g id="a"><rect width="100" height="50" fill="green"/></g>'))
    places = {kind: (tmp_path / f"secret.{kind}").as_uri() for kind in ("png", "css", "svg")}
    name = str(tmp_path / "secret.png")
    inner = body.format(file=places["png"], name=name, css=places["css"], svg=places["svg"])
    sheet = f'<?xml-stylesheet type="text/css" href="{tmp_path / "secret.css"}"?>'.encode()
    shown = colours(decoder.decode(sheet + drawing(HALF + inner), "logo.svg").image)
    assert GREEN not in shown
    assert shown & {RED, BLACK}  # what cannot be filled as it wants is black


def test_a_picture_inside_the_file_is_drawn(decoder: PictureDecoder) -> None:
    data = io.BytesIO()
    Image.new("RGB", (10, 5), GREEN).save(data, "PNG")
    inside = base64.b64encode(data.getvalue()).decode()
    shown = decoder.decode(
        drawing(f'<image width="100" height="50" xlink:href="data:image/png;base64,{inside}"/>'), "logo.svg"
    )
    assert GREEN in colours(shown.image)


def uses(levels: int) -> str:
    """A group of ten uses of a group of ten uses …"""
    groups = [f'<g id="a0">{HALF}</g>']
    for level in range(1, levels + 1):
        groups.append(f'<g id="a{level}">' + f'<use xlink:href="#a{level - 1}"/>' * 10 + "</g>")
    return f'<defs>{"".join(groups)}</defs><use xlink:href="#a{levels}"/>'


ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (drawing(uses(9)), "too-large"),
        (drawing(f'<g id="a"><use xlink:href="#a"/>{HALF}</g>'), "too-large"),
        (drawing("<g>" * 5000 + "</g>" * 5000), "too-large"),
        (drawing(HALF * 110_000), "too-large"),
        (gzip.compress(drawing(" " * 30_000_000), mtime=0), "too-large"),
        (f'<!DOCTYPE svg [<!ENTITY e0 "x">{ENTITIES}]>'.encode() + drawing("&e9;"), "entities"),
        (b'<!DOCTYPE svg [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + drawing("<text>&e;</text>"), "entities"),
        (drawing("<script>while (true) {}</script><g>"), "damaged"),
        (drawing()[:60], "damaged"),
        (gzip.compress(drawing(), mtime=0)[:60], "damaged"),
        (b'<html xmlns="http://www.w3.org/1999/xhtml"><svg/></html>', "not-a-picture"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 0 0"/>', "empty"),
    ],
)
def test_bombs_and_broken_ones_are_one_sentence(decoder: PictureDecoder, data: bytes, code: str) -> None:
    with pytest.raises(InputError, match=r"^logo\.svg ") as error:
        decoder.decode(data, "logo.svg")
    assert error.value.code == code
    assert "\n" not in str(error.value)


def test_only_what_begins_as_a_drawing_is_taken_for_one() -> None:
    assert svg.is_svg(drawing())
    assert svg.is_svg(gzip.compress(drawing(), mtime=0))
    for other in (b"", b"Dear Sir, <svg>", b"<html></html>", b"\x1f\x8b", gzip.compress(b"a letter")):
        assert not svg.is_svg(other)


@pytest.mark.parametrize("head", [b"%PDF-1.7\n", b"\r\n\x00 %PDF-1.4"])
def test_a_document_is_told_what_can_be_done_with_it(head: bytes) -> None:
    with pytest.raises(InputError, match="PDF document") as error:
        decode(io.BytesIO(head + bytes(500)), "letter.pdf")
    assert error.value.code == "document"
    assert "describe its window" in str(error.value)


@pytest.mark.parametrize(("more", "own_size"), [("", (100, 50)), ('width="400" height="200"', (400, 200))])
def test_the_size_that_a_drawing_gives_itself_is_known(
    decoder: PictureDecoder, more: str, own_size: tuple[float, float]
) -> None:
    captured = decoder.decode(drawing(more=more), "logo.svg")
    assert (captured.image.size, captured.own_size) == ((2048, 1024), own_size)
