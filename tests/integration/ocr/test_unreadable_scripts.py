"""Pages in scripts that cannot be recognised are known for it, and those that can be are read."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from edge_assistant.drawn_screens.drawing import draw_screens
from edge_assistant.ocr import model_files
from edge_assistant.ocr.messages import NetworkPaths, PictureKind
from edge_assistant.ocr.page import Line, Page
from edge_assistant.ocr.page_reader import PageReader

DATA = Path(__file__).parent.parent.parent / "data" / "scripts"


@pytest.fixture(scope="module")
def reader(repository: Path) -> PageReader:
    return PageReader(NetworkPaths(*(repository / "models" / "text" / file.name for file in model_files.FILES)))


def read(reader: PageReader, image: Image.Image, kind: PictureKind = "screen") -> Page:
    """Read a picture; the lines that are handed on are those of the page."""
    lines: list[Line] = []
    page = reader.read(image.convert("RGB"), kind, lines.append, 2)
    assert tuple(lines) == page.lines
    assert all(line.text for line in lines)
    return page


@pytest.mark.parametrize("name", ["ko", "hi", "th", "he"])
def test_a_page_in_another_script_is_known(reader: PageReader, name: str) -> None:
    with Image.open(DATA / f"{name}.png") as image:
        page = read(reader, image)
    assert page.is_unreadable
    assert page.unreadable >= 3


def test_screens_in_other_scripts_are_known_and_of_latin_ones_no_line_is_doubted(reader: PageReader) -> None:
    for screen in draw_screens(("settings",), languages=("ru", "el", "de", "pl"), seed=6, scale=1):
        page = read(reader, screen.image)
        if screen.language in ("ru", "el"):
            assert page.is_unreadable, screen.name
            continue
        assert page.unreadable == 0, screen.name
        known = {word.text for line in screen.truth.lines for word in line.words}
        said = {word.text for line in page.lines for word in line.words}
        assert len(known & said) >= 0.8 * len(known), (screen.name, known - said)


@pytest.mark.parametrize("kind", ["screen", "photo"])
@pytest.mark.parametrize(
    ("colour", "size"),
    [("white", (300, 200)), ("white", (1200, 800)), ("#336699", (1280, 720)), ("#336699", (1920, 1080))],
)
def test_a_blank_page_is_not_unreadable(
    reader: PageReader, colour: str, size: tuple[int, int], kind: PictureKind
) -> None:
    page = read(reader, Image.new("RGB", size, colour), kind)
    assert (page.lines, page.unreadable, page.is_unreadable) == ((), 0, False)
