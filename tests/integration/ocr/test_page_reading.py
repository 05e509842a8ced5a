"""What the networks read in pictures of all kinds: each is drawn here, so what it says is known."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from support.drawn_lines import LINES, boxes_of_words, page

from edge_assistant.ocr import model_files
from edge_assistant.ocr.messages import NetworkPaths, PictureKind
from edge_assistant.ocr.page import Line, Page
from edge_assistant.ocr.page_reader import PageReader

LONG = " ".join(["Please send the invoice before the end of the month, or call the office about it."] * 4)


@pytest.fixture(scope="module")
def reader(repository: Path) -> PageReader:
    files = [repository / "models" / model_files.FOLDER / file.name for file in model_files.FILES]
    for file in files:
        assert file.is_file(), f"{file.name} is missing: run scripts/setup"
    return PageReader(NetworkPaths(*files))


def read(reader: PageReader, picture: Image.Image, kind: PictureKind = "screen", threads: int = 1) -> Page:
    told: list[Line] = []
    found = reader.read(picture, kind, told.append, threads)
    assert [line.text for line in told] == [line.text for line in found.lines], "all lines are told, in their order"
    for line in found.lines:
        assert 0 <= line.box.left < line.box.right <= picture.width
        assert 0 <= line.box.top < line.box.bottom <= picture.height
        for word in line.words:
            assert line.box.left <= word.box.left < word.box.right <= line.box.right
            assert line.box.top <= word.box.top < word.box.bottom <= line.box.bottom
        assert " ".join(word.text for word in line.words) == line.text
    return found


def texts(found: Page) -> list[str]:
    return [line.text for line in found.lines]


@pytest.mark.parametrize("threads", [1, 2])
def test_all_words_are_read_and_their_middles_lie_in_them(reader: PageReader, threads: int) -> None:
    found = read(reader, page(), threads=threads)
    assert texts(found) == list(LINES)
    for line, text in zip(found.lines, LINES, strict=True):
        for word, (_, left, right) in zip(line.words, boxes_of_words(text, 20), strict=True):
            assert left < word.box.center[0] < right, word


@pytest.mark.parametrize(("ink", "paper"), [("white", "black"), ("#d4d4d4", "#1e1e1e"), ("#0000c0", "#ffffe0")])
def test_light_text_on_dark_and_colours_are_read(reader: PageReader, ink: str, paper: str) -> None:
    assert texts(read(reader, page(ink=ink, paper=paper))) == list(LINES)


def test_a_long_line_is_read_to_its_end_in_pieces(reader: PageReader) -> None:
    found = read(reader, page([LONG], (3400, 60)))
    assert texts(found) == [LONG]
    for word, (text, left, right) in zip(found.lines[0].words, boxes_of_words(LONG, 20), strict=True):
        assert word.text == text
        assert left < word.box.center[0] < right


def test_a_line_is_read_once_wherever_the_picture_is_cut_into_tiles(reader: PageReader) -> None:
    lines = [f"Line {number} of the page" for number in range(60)]
    assert texts(read(reader, page(lines, (2000, 1240), height=10))) == lines


def test_a_picture_longer_than_any_screen_is_read_as_sharply(reader: PageReader) -> None:
    picture = Image.new("RGB", (400, 30000), "white")
    for top, line in ((10, "At the top"), (15000, "In the middle"), (29940, "At the end")):
        ImageDraw.Draw(picture).text((20, top), line, "black", ImageFont.load_default(14))
    assert texts(read(reader, picture)) == ["At the top", "In the middle", "At the end"]
    turned = Image.new("RGB", (30000, 80), "white")
    turned.paste(page(["Wide"], (400, 80)), (29000, 0))
    assert texts(read(reader, turned)) == ["Wide"]


def test_a_huge_letter_is_read(reader: PageReader) -> None:
    picture = Image.new("RGB", (900, 700), "white")
    ImageDraw.Draw(picture).text((200, 20), "A", "black", ImageFont.load_default(500))
    assert "A" in texts(read(reader, picture))


@pytest.mark.parametrize("turn", [-20, -5, 4, 90, 180, 270])
def test_a_photograph_may_be_held_at_any_angle(reader: PageReader, turn: int) -> None:
    lines = ["Meeting on Tuesday at nine", "The invoice 4711 is due tomorrow", "Please answer soon"]
    straight = page(lines, (560, 300), height=26)
    picture = straight.rotate(turn, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    found = read(reader, picture, "photo")
    assert texts(found) == lines


def test_what_is_no_text_is_not_read_with_certainty(reader: PageReader) -> None:
    noise = Image.effect_noise((640, 480), 120).convert("RGB")
    assert not read(reader, noise).lines
    assert not read(reader, noise, "photo").lines
    assert not read(reader, Image.new("RGB", (1, 1))).lines
    assert not read(reader, Image.new("RGB", (640, 480), "teal")).lines
    upside_down = read(reader, page().rotate(180))
    assert len(upside_down.lines) < len(LINES) / 2


def test_spaces_are_found_in_numbers_only_where_they_are(reader: PageReader) -> None:
    lines = ["+49 30 1234567", "11 21 31", "number 21", "1111 1171"]
    assert texts(read(reader, page(lines))) == lines


def test_a_narrow_column_is_read_row_by_row(reader: PageReader) -> None:
    picture = Image.new("RGB", (300, 300), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(15)
    for number in range(2, 12):
        draw.text((40, 20 * number), str(number), "black", font)
    assert {str(number) for number in range(2, 12)} <= {
        word for text in texts(read(reader, picture)) for word in text.split()
    }
