"""The pictures in docs/images show the windows as they are: beside each window's pictures are its texts, and the texts
are made anew here.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from rendering.fixed_machine import fixed_machine, show_filled
from rendering.picture_files import LOOKS, checksum, read_texts, write_texts
from rendering.texts import window_texts
from rendering.windows import WINDOWS
from support.own_look import look_of_pictures
from support.platforms import LINUX_PICTURES, lacks

IMAGES = Path(__file__).resolve().parents[3] / "docs" / "images"
_kept: list[QWidget] = []
"""Windows that were shown: what they still wait for must find them."""
DRAW_AGAIN = "the window has changed: run scripts/screenshots.py"


@lacks(LINUX_PICTURES)
@pytest.mark.parametrize("name", WINDOWS)
def test_the_pictures_of_a_window_were_drawn_with_the_texts_that_it_has(name: str) -> None:
    kept = read_texts(IMAGES / f"{name}.txt")
    with look_of_pictures(), fixed_machine():
        window = show_filled(WINDOWS[name])
        texts = window_texts(window)
        window.hide()
        _kept.append(window)
    assert len(texts) > 1
    assert texts == kept.texts, DRAW_AGAIN
    pictures = [IMAGES / f"{name}-{look}.png" for look in LOOKS]
    assert {each.name: checksum(each) for each in pictures} == kept.pictures, DRAW_AGAIN


def test_there_are_no_pictures_of_a_window_that_is_gone() -> None:
    wanted = {f"{name}-{look}.png" for name in WINDOWS for look in LOOKS} | {f"{name}.txt" for name in WINDOWS}
    assert {each.name for each in IMAGES.iterdir()} == wanted, "delete them"


def test_texts_and_checksums_are_read_as_they_were_written(tmp_path: Path) -> None:
    picture = tmp_path / "a-light.png"
    picture.write_bytes(b"1")
    write_texts(tmp_path / "a.txt", ["Title: A", "Button: Ümlaut"], [picture])
    kept = read_texts(tmp_path / "a.txt")
    assert kept.texts == ["Title: A", "Button: Ümlaut"]
    assert kept.pictures == {"a-light.png": checksum(picture)}
    picture.write_bytes(b"2")
    assert kept.pictures != {"a-light.png": checksum(picture)}
