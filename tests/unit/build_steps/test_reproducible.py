"""Two builds of one commit are equal: times, modes and places of the building machine do not get into them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import compare_builds
import pytest
from build_steps import deb, freeze, libraries, product, runfile
from build_steps.weights import WeightsFile
from support.platforms import FILE_MODES, LINKS, LINUX_INSTALLERS, lacks, skip_without


@pytest.fixture
def two_folders(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("first", "second"):
        (tmp_path / name / "inside").mkdir(parents=True)
        (tmp_path / name / "inside/file").write_text("same")
    return tmp_path / "first", tmp_path / "second"


def test_equal_builds_are_said_to_be_equal(
    two_folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(two_folders[0] / "inside/file", (1, 1))
    monkeypatch.setattr(sys, "argv", ["compare_builds.py", *map(str, two_folders)])
    assert compare_builds.main() == 0
    assert capsys.readouterr().out == "They are equal.\n"
    (two_folders[1] / "inside/file").write_text("diff")
    assert compare_builds.main() == 1
    assert capsys.readouterr().out == "inside: file: the contents differ\n"


@lacks(LINKS)
@lacks(FILE_MODES)
def test_what_differs_is_named(two_folders: tuple[Path, Path]) -> None:
    first, second = two_folders
    (first / "only").touch()
    (second / "inside/file").chmod(0o755)
    (first / "inside/file").chmod(0o644)
    (first / "link").symlink_to("inside")
    (second / "link").symlink_to("elsewhere")
    assert compare_builds.differences(first, second) == [
        "inside/file: a file of mode 644 and a file of mode 755",
        "link: a link to inside and a link to elsewhere",
        "only: only in the first",
    ]


@lacks(LINUX_INSTALLERS)
def test_both_installers_are_the_same_bytes_whoever_builds_them_and_when(
    tmp_path: Path,
    make_program: Callable[..., Path],
    voice: Path,
    some_weights: list[WeightsFile],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if shutil.which("dpkg-deb") is None:
        skip_without("dpkg-deb")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    program = make_program(some_weights)
    made = []
    for number, mode in enumerate((0o644, 0o600)):
        copy = tmp_path / f"build-{number}/program"
        shutil.copytree(program, copy, symlinks=True)
        (copy / "models/README.md").chmod(mode)
        os.utime(copy / "models/README.md", (1_800_000_000 + number, 1_800_000_000 + number))
        folder = copy.with_name("dist")
        folder.mkdir()
        runfile.build(copy, voice, some_weights, folder / "edge.run", libraries={"libc.so.6": "libc6"})
        deb.build(copy, folder / "edge.deb", compressed=True)
        made.append(folder)
    assert compare_builds.differences(*made) == []
    (made[1] / "edge.run").write_bytes(b"another")
    assert compare_builds.differences(*made) == [".: edge.run: the contents differ"]


def test_modes_are_nobody_s(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir(mode=0o700)
    (tmp_path / "folder/file").touch(mode=0o600)
    with tarfile.open(runfile._archive(tmp_path / "folder", tmp_path / "a.tar.gz", ".", set())) as archive:
        modes = {entry.name: entry.mode for entry in archive}
    assert modes == {".": 0o755, "./file": 0o644}


def test_the_time_of_a_build_is_that_of_its_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "12")
    assert product.source_date() == 12
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert product.source_date() > 1_700_000_000
    monkeypatch.setattr(product, "ROOT", Path("/nowhere"))
    assert product.source_date() == product._NO_COMMIT


@pytest.mark.parametrize(("place", "dropped"), [
    ("llama_cpp_python-0.3.36.dist-info/direct_url.json", True),
    ("llama_cpp_python-0.3.36.dist-info\\RECORD", True),
    ("llama_cpp_python-0.3.36.dist-info/METADATA", False),
    ("llama_cpp_python-0.3.36.dist-info/licenses/RECORD", False),
    ("numpy/RECORD", False),
])  # fmt: skip
def test_what_tells_of_an_installation_stays_away(place: str, dropped: bool) -> None:
    assert libraries.of_installation(place) is dropped


@lacks(LINUX_INSTALLERS)
def test_symbols_and_second_copies_are_left_out(tmp_path: Path) -> None:
    if shutil.which("strip") is None or shutil.which("gcc") is None:
        skip_without("strip or gcc (of binutils and gcc)")
    folder = tmp_path / "_internal"
    (folder / "llama_cpp/lib").mkdir(parents=True)
    for name in ("libllama.so", "libllama.so.0", "libmtmd.so", "libggml-cpu-haswell.so"):
        (folder / "llama_cpp/lib" / name).write_text("llama" if "llama.so" in name else name)
    python = folder / "libpython3.11.so.1.0"
    command = ["gcc", "-shared", "-fPIC", "-x", "c", "-o", str(python), "-"]
    source = "static int hidden(void) { return 1; } int seen(void) { return hidden(); }"
    subprocess.run(command, input=source, text=True, check=True)
    before = python.stat().st_size
    freeze.slim(tmp_path)
    assert python.stat().st_size < before
    assert (folder / "llama_cpp/lib/libllama.so").readlink() == Path("libllama.so.0")
    assert not (folder / "llama_cpp/lib/libmtmd.so").is_symlink()


def test_files_that_name_the_building_machine_are_found(tmp_path: Path) -> None:
    (tmp_path / "clean").write_text("nothing")
    (tmp_path / "traced").write_text(f"in {freeze.ROOT}/build")
    assert freeze.traces(tmp_path) == ["traced"]
