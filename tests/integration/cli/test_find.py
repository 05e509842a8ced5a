"""The find command on a sample picture, with the real recogniser: places in words and boxes, and the exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from support.describing import DIALOG, ROOT


def find(*arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "edge_assistant", "find", *arguments, "--no-speak"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


def test_a_text_is_told_with_its_place_and_its_box() -> None:
    code, printed = find("SAV", str(DIALOG), "--json")
    match, done = map(json.loads, printed.splitlines())
    left, top, right, bottom = match.pop("box")
    width, height = done["image"]["width"], done["image"]["height"]
    assert width / 2 < left < right <= width
    assert height / 2 < top < bottom <= height
    assert match == {
        "event": "match", "index": 0, "text": "Save", "place": "at the bottom right", "number": 1, "of": 1,
    }  # fmt: skip
    assert (code, done["query"], done["matches"], done["stop"]) == (0, "SAV", 1, "end")


def test_a_text_that_is_nowhere_is_an_error_of_its_own() -> None:
    code, printed = find("xyzzy", str(DIALOG), "--json")
    (error,) = map(json.loads, printed.splitlines())
    assert (code, error["event"], error["code"]) == (4, "error", "no-match")
    assert error["message"] == "xyzzy was not found."


def test_what_is_not_found_may_be_in_a_script_that_cannot_be_read(tmp_path: Path) -> None:
    picture = Image.new("RGB", (900, 200), "white")
    font = ImageFont.load_default(26)
    ImageDraw.Draw(picture).text((30, 60), "Уважаемый клиент, ваш заказ отправлен", "black", font)
    picture.save(tmp_path / "page.png")
    code, printed = find("order", str(tmp_path / "page.png"), "--json")
    message = json.loads(printed)["message"]
    assert (code, message) == (4, "order was not found. Some of the text is in a script that I cannot read here.")


def test_nothing_to_look_for_is_refused_before_anything_is_read() -> None:
    assert find(" ", str(DIALOG))[0] == 2
