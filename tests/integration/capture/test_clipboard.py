"""`describe --clipboard` with a real clipboard: xclip holds what was copied, as any program would."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from support.describing import describe, done, user_environment
from support.desktops import XDesktop, environment, needs, scene, x_desktop
from support.waiting import until

SCENE = scene()


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    yield from user_environment(tmp_path_factory.mktemp("user"))


@pytest.fixture(scope="module")
def desktop() -> Iterator[XDesktop]:
    needs(xclip="xclip")
    with x_desktop((800, 600), manager=False) as made:
        yield made


@pytest.fixture
def copy(desktop: XDesktop) -> Iterator[Callable[[str, bytes], None]]:
    """Copies data as one type: `copy("image/png", data)`."""
    holders: list[subprocess.Popen[bytes]] = []

    def make(kind: str, data: bytes) -> None:
        holder = desktop.start("xclip", "-quiet", "-selection", "clipboard", "-t", kind, "-i", stdin=subprocess.PIPE)
        holders.append(holder)
        assert holder.stdin is not None
        holder.stdin.write(data)
        holder.stdin.close()
        until(lambda: kind in desktop.output("xclip", "-selection", "clipboard", "-t", "TARGETS", "-o"), kind)

    yield make
    for holder in holders:
        desktop.end(holder)


def test_a_copied_picture_is_described_rightly_and_not_passed_off_as_more_than_a_demo(
    desktop: XDesktop, folders: dict[str, str], copy: Callable[[str, bytes], None]
) -> None:
    copy("image/png", SCENE.picture.read_bytes())
    seen = describe("--clipboard", environment={**desktop.environment, **folders})
    assert all(fact in done(seen)["answer"] for fact in SCENE.facts)
    assert (done(seen)["image"]["width"], done(seen)["image"]["height"]) == SCENE.size
    assert [each["code"] for each in seen.of("notice")] == ["demo-weights"]


def test_a_copied_photograph_is_turned_as_it_says(
    desktop: XDesktop, folders: dict[str, str], copy: Callable[[str, bytes], None]
) -> None:
    exif, data = Image.Exif(), io.BytesIO()
    exif[0x0112] = 6
    with Image.open(SCENE.picture) as picture:
        picture.convert("RGB").transpose(Image.Transpose.ROTATE_90).save(data, "JPEG", exif=exif)
    copy("image/jpeg", data.getvalue())
    seen = describe("--clipboard", "--max-tokens", "1", environment={**desktop.environment, **folders})
    assert (done(seen)["image"]["width"], done(seen)["image"]["height"]) == SCENE.size


@pytest.mark.parametrize("kind", ["text/uri-list", "UTF8_STRING"])
def test_a_copied_picture_file_is_described(
    desktop: XDesktop, folders: dict[str, str], copy: Callable[[str, bytes], None], kind: str, tmp_path: Path
) -> None:
    file = tmp_path / "a copy.png"
    file.write_bytes(SCENE.picture.read_bytes())
    second = "\r\nfile:///no/such/picture.png" if kind == "text/uri-list" else ""
    copy(kind, f"{file.as_uri()}{second}".encode())
    seen = describe("--clipboard", "--max-tokens", "1", environment={**desktop.environment, **folders})
    notices = [each["message"] for each in seen.of("notice") if each["code"] == "one-file"]
    assert notices == (["2 files are copied. This is the first."] if second else [])
    assert (done(seen)["image"]["width"], done(seen)["image"]["height"]) == SCENE.size


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        ("UTF8_STRING", b"only words", "no-picture"),
        ("text/uri-list", b"file:///no/such/picture.png", "no-such-file"),
        ("text/uri-list", b"http://127.0.0.1/picture.png", "no-picture"),
        ("image/png", b"\x89PNG\r\n\x1a\n but broken", "not-a-picture"),
    ],
)
def test_a_clipboard_without_a_picture_is_one_sentence(
    desktop: XDesktop, folders: dict[str, str], copy: Callable[[str, bytes], None], kind: str, data: bytes, code: str
) -> None:
    copy(kind, data)
    seen = describe("--clipboard", environment={**desktop.environment, **folders})
    assert seen.wait() == 5
    assert seen.of("error")[0]["code"] == code
    assert seen.complaints == seen.of("error")[0]["message"] + "\n"


@pytest.mark.parametrize("display", ["", ":4711"])
def test_without_a_display_there_is_no_clipboard_and_that_is_said(display: str, folders: dict[str, str]) -> None:
    seen = describe("--clipboard", environment={**environment(DISPLAY=display), **folders})
    assert seen.wait() == 5
    assert seen.of("error")[0]["code"] == "no-display"
    assert seen.complaints.count("\n") == 1
