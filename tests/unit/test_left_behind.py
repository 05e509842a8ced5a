"""Whatever form a secret is written in, the test of a whole run finds it."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from PIL import Image
from support.describing import DIALOG
from support.left_behind import forms_of_picture, forms_of_text, found_in, found_in_files

TEXT = "Where is the größte wombat?"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "unicode_escape"])
@pytest.mark.parametrize("before", [0, 1, 2, 3])
def test_a_text_is_found_in_any_encoding_and_in_base64_wherever_it_begins(encoding: str, before: int) -> None:
    data = b"\x01" * before + TEXT.encode(encoding) + b"\x02"
    secrets = {"text": forms_of_text(TEXT)}
    assert found_in(data, secrets) == ["text"]
    assert found_in(base64.b64encode(data), secrets) == ["text"]
    assert found_in(data.replace(b"m", b"n"), secrets) == []


@pytest.mark.parametrize("order", ["RGB", "BGR", "RGBX", "BGRX"])
def test_a_picture_is_found_by_its_pixels_and_as_a_file(order: str, tmp_path: Path) -> None:
    secrets = {"picture": forms_of_picture(DIALOG)}
    with Image.open(DIALOG) as image:
        raw = image.convert("RGB").convert("RGBA").tobytes("raw", order.replace("X", "A"))  # opaque
    (tmp_path / "raw").write_bytes(raw)
    (tmp_path / "copy").write_bytes(b"x" + DIALOG.read_bytes())
    (tmp_path / "base64").write_bytes(base64.b64encode(DIALOG.read_bytes()))
    assert len(found_in_files(tmp_path.iterdir(), secrets)) == 3
    (tmp_path / "other.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    assert found_in_files([tmp_path / "other.jpg"], secrets) == [f"{tmp_path / 'other.jpg'}: a picture or sound"]
    assert found_in(raw[::-1], secrets) == []
