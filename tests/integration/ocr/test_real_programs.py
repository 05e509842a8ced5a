"""Windows of real programs are read as a person read them."""

from __future__ import annotations

import itertools
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from support.desktops import XDesktop, needs, x_desktop
from support.waiting import PATIENCE

from edge_assistant.ocr import model_files
from edge_assistant.ocr.messages import NetworkPaths
from edge_assistant.ocr.page_reader import PageReader

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="programs of X11")

DATA = Path(__file__).parent.parent.parent / "data"
LISTING = (
    "Name        Size  Changed",
    "report.pdf   120  12 May 2026",
    "photo.jpg   2048   3 June 2026",
    "notes.txt      7  28 July 2026",
    "",
    "Disk /dev/sda1 is 83% full.",
    "See https://example.org/help?id=42 for details.",
)
QUESTION = "The file report.pdf was changed by another program.\nDo you want to keep your version?"
NOTES = """Shopping list for Saturday

Two loaves of bread, butter and 250 g of cheese.
Ask Mr Miller about order 4711 and the invoice
of 12 May. The shop opens at 9:30.

Phone: +49 30 123456
Mail: info@example.org
"""


@pytest.fixture(scope="module")
def reader(repository: Path) -> PageReader:
    return PageReader(NetworkPaths(*(repository / "models" / "text" / file.name for file in model_files.FILES)))


def xterm(desktop: XDesktop, folder: Path) -> None:
    (folder / "listing").write_text("\n".join(LISTING), encoding="utf-8")
    font = ("-fa", "DejaVu Sans Mono", "-fs", "10", "-geometry", "72x16+20+40")
    desktop.start("xterm", *font, "-e", "sh", "-c", f"cat '{folder}/listing'; sleep 60")


def xmessage(desktop: XDesktop, _folder: Path) -> None:
    desktop.start("xmessage", "-buttons", "Keep:1,Delete:2,Cancel:3", "-center", QUESTION)


def xedit(desktop: XDesktop, folder: Path) -> None:
    (folder / "notes.txt").write_text(NOTES, encoding="utf-8")
    desktop.start("xedit", folder / "notes.txt")


@pytest.mark.parametrize(
    ("program", "package"),
    [(xterm, "xterm"), (xmessage, "x11-utils"), (xedit, "x11-apps")],
    ids=("xterm", "xmessage", "xedit"),
)
def test_a_real_program_is_read_in_order(
    program: Callable[[XDesktop, Path], None], package: str, reader: PageReader, tmp_path: Path
) -> None:
    needs(**{program.__name__: package})
    truth: list[str] = tomllib.loads((DATA / "real_programs.toml").read_text("utf-8"))[program.__name__]["lines"]
    with x_desktop((900, 600), manager=True) as desktop:
        program(desktop, tmp_path)
        page = reader.read(still_picture(desktop), "screen", lambda _: None, 2)
    said = "".join(page.text.split())  # a wide font may be read with a space before a dot
    words = [word for line in truth for word in line.split()]
    missed = [word for word in words if word not in said]
    assert len(missed) <= 0.1 * len(words), (missed, page.text)
    # Each line of the truth is found by the first of its words that is nowhere else.
    marks = [next((word for word in line.split() if said.count(word) == 1), None) for line in truth]
    places = [said.index(mark) for mark in marks if mark is not None]
    assert len(places) >= 0.7 * len(truth)
    assert sum(one < other for one, other in itertools.pairwise(places)) >= 0.9 * (len(places) - 1), page.text
    assert page.unreadable == 0, page.text


def still_picture(desktop: XDesktop) -> Image.Image:
    """The desktop once something is shown and has stopped changing."""
    import mss

    deadline = time.monotonic() + PATIENCE
    with mss.MSS(display=desktop.environment["DISPLAY"]) as server:
        before: bytes = b""
        still = 0
        while time.monotonic() < deadline:
            shot = server.grab(server.monitors[1])
            seen = bytes(shot.bgra)
            still = still + 1 if seen == before and len(set(seen[::4097])) > 3 else 0
            if still >= 3:
                return Image.frombytes("RGB", shot.size, seen, "raw", "BGRX")
            before = seen
            time.sleep(0.4)
    raise AssertionError("nothing was shown")
