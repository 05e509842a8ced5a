"""Everything that is given away has a part that it belongs to, and every part the text of its licence."""

from __future__ import annotations

import importlib.metadata
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from build_steps import embedded, licences, parts
from build_steps.debian_packages import owners
from build_steps.freeze import BuildError
from build_steps.licences import Component
from support.platforms import LINUX_INSTALLERS, PYTHON_LICENCE, lacks

ROOT = Path(__file__).parents[3]


@pytest.fixture
def make_frozen(tmp_path: Path) -> Callable[..., Path]:
    """A folder in the shape of the frozen one: `make_frozen("numpy/core.so", ...)`, paths below _internal/."""

    def make(*places: str) -> Path:
        for place in (
            "edge-assistant",
            "_internal/edge_assistant/locale/de.mo",
            *(f"_internal/{each}" for each in places),
        ):
            path = tmp_path / "frozen" / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"")
        return tmp_path / "frozen"

    return make


def _names(components: list[Component]) -> set[str]:
    return {each.name for each in components}


def test_a_file_that_belongs_to_no_part_stops_the_build(make_frozen: Callable[..., Path], tmp_path: Path) -> None:
    packages = [
        Component("numpy", "1", "BSD", "pkg:pypi/numpy@1", files=frozenset({"numpy/core.so", "numpy/msvcp140.dll"}))
    ]
    modules = tmp_path / "modules.txt"
    modules.write_text("edge_assistant\njson\nnumpy\npyimod01_archive\n")
    folder = make_frozen("numpy/core.so", "numpy/MSVCP140.dll")
    parts.check(folder, modules, packages)
    make_frozen("numpy.libs/libmystery.so.3", "numpy/other.so")
    assert parts.unknown_files(folder, packages) == ["_internal/numpy.libs/libmystery.so.3", "_internal/numpy/other.so"]
    with pytest.raises(BuildError, match=r"libmystery\.so\.3"):
        parts.check(folder, modules, packages)


def test_a_module_that_belongs_to_no_part_stops_the_build(make_frozen: Callable[..., Path], tmp_path: Path) -> None:
    six = Component("six", "1", "MIT", "pkg:pypi/six@1", files=frozenset({"six.py", "six-1.dist-info/METADATA"}))
    modules = tmp_path / "modules.txt"
    modules.write_text("six\nmystery\n")
    assert parts.unknown_modules(["six", "json", "setup_steps"], [six]) == []
    with pytest.raises(BuildError, match="mystery"):
        parts.check(make_frozen(), modules, [six])


@pytest.mark.parametrize("place", [
    "base_library.zip",
    "lib-dynload/_json.so",
    "python3.11/lib-dynload/_json.cpython-311-x86_64-linux-gnu.so",
    "python311.dll",
    "_socket.pyd",
    "VCRUNTIME140_1.dll",
    "libcrypto-3.dll",
])  # fmt: skip
def test_what_python_itself_brings_is_python_s(place: str, make_frozen: Callable[..., Path]) -> None:
    python = licences.python_components(Path(sys.executable))[0]
    assert parts.unknown_files(make_frozen(place), [python]) == []


@pytest.mark.parametrize(("place", "name"), [
    ("PySide6/Qt/lib/libQt6Core.so.6", "Qt"),
    ("PySide6/Qt6Core.dll", "Qt"),
    ("PySide6/plugins/platforms/qwindows.dll", "Qt"),
    ("PySide6/Qt/lib/libavcodec.so.63", "FFmpeg"),
    ("PySide6/swscale-10.dll", "FFmpeg"),
    ("PySide6/Qt/lib/libicudata.so.73", "ICU"),
    ("llama_cpp/lib/libllama.so.0", "llama.cpp"),
    ("llama_cpp/lib/ggml-cpu-haswell.dll", "llama.cpp"),
    ("pi_heif.libs/libheif-7a3e919c.so.1.23.0", "libheif"),
    ("libheif-75127e764628a95f6db9f5070bfc87cb.dll", "libheif"),
    ("pi_heif/.dylibs/libheif.1.dylib", "libheif"),
    ("pi_heif.libs/libde265-90fb0ce1.so.0.2.0", "libde265"),
    ("libde265-0-aa0625e0aec56a9d4310a2447674dd8a.dll", "libde265"),
    ("libstdc++-6-110c9d51f08f0d1d0f38fa2f49cf7128.dll", "GCC-runtime-library"),
    ("libgcc_s_seh-1-70f48b1fbf7790872df2fde4b79a7c3b.dll", "GCC-runtime-library"),
    ("numpy.libs/libgfortran-040039e1-0352e75f.so.5.0.0", "GCC-runtime-library"),
    ("numpy.libs/libquadmath-96973f99-934c22de.so.0.0.0", "libquadmath"),
    ("numpy.libs/libopenblas64__v0.3.23-293-gc2f4bdbb-gcc_10_3_0-2bde3a66.dll", "libquadmath"),
    ("numpy.libs/libopenblas64__v0.3.23-293-gc2f4bdbb-gcc_10_3_0-2bde3a66.dll", "GCC-runtime-library"),
    ("libwinpthread-1-1be1ab2940d5d04137beed0ce27c7f8a.dll", "winpthreads"),
])  # fmt: skip
def test_libraries_inside_of_wheels_are_parts_of_their_own(
    place: str, name: str, make_frozen: Callable[..., Path]
) -> None:
    packages = licences.python_components(Path(sys.executable))
    found = embedded.embedded_components(make_frozen(place), packages)
    assert name in _names(found)
    assert all(text.is_file() for each in found for text in each.texts)


def test_what_a_wheel_says_is_under_the_gpl_or_lgpl_is_a_part_of_its_own_with_the_whole_text(
    make_frozen: Callable[..., Path],
) -> None:
    libraries = [
        str(file)
        for package in ("pi_heif", "numpy")
        for file in importlib.metadata.distribution(package).files or []
        if ".libs" in str(file) or ".dylibs" in str(file) or file.suffix == ".dll"
    ]
    packages = licences.python_components(Path(sys.executable))
    found = {each.name: each for each in embedded.embedded_components(make_frozen(*libraries), packages)}
    said = re.compile(r"^Name: ([^\n]+)\n(?:(?!Name:|----)[^\n]*\n)*?License: *[^\n]*?(L?GPL)", re.MULTILINE)
    told = {
        (name.strip().replace(" ", "-"), licence)
        for package in packages
        for text in package.texts
        for name, licence in said.findall(text.read_text(encoding="utf-8", errors="replace"))
    }
    assert ("libheif", "LGPL") in told
    for name, licence in told:
        words = "LESSER GENERAL PUBLIC LICENSE" if licence == "LGPL" else "GNU GENERAL PUBLIC LICENSE"
        assert any(words in text.read_text(encoding="utf-8") for text in found[name].texts), name


def test_a_version_is_read_from_the_library_and_else_is_its_wheel_s(make_frozen: Callable[..., Path]) -> None:
    places = {
        "libheif-75.dll": b"\0\0\x0b1.23.0\0",
        "pi_heif.libs/libde265-90.so.0.2.0": b"\x001.1.0\0",
        "libgcc_s_seh-1-70.dll": b"GCC: (Rev5, Built by MSYS2 project) 16.1.0\0",
        "libwinpthread-1-1b.dll": b"",
    }
    folder = make_frozen(*places)
    for place, content in places.items():
        (folder / "_internal" / place).write_bytes(content)
    packages = [Component("pi_heif", "1.4.0", "BSD", "pkg:pypi/pi-heif@1.4.0")]
    assert {each.name: each.version for each in embedded.embedded_components(folder, packages)} == {
        "libheif": "1.23.0",
        "libde265": "1.1.0",
        "GCC-runtime-library": "16.1.0",
        "winpthreads": "of-pi-heif-1.4.0",
    }


def test_the_version_of_ffmpeg_is_read_from_it(make_frozen: Callable[..., Path]) -> None:
    folder = make_frozen("PySide6/Qt/lib/libavutil.so.61", "PySide6/Qt/lib/libicuuc.so.73")
    (folder / "_internal/PySide6/Qt/lib/libavutil.so.61").write_bytes(b"\0FFmpeg version 9.0.1\0")
    versions = {each.name: each.version for each in embedded.embedded_components(folder, [])}
    assert (versions["FFmpeg"], versions["ICU"]) == ("9.0.1", "73")


@pytest.mark.parametrize(("file", "words"), [
    ("LGPL-3.txt", "GNU LESSER GENERAL PUBLIC LICENSE\n                       Version 3"),
    ("GPL-3.txt", "GNU GENERAL PUBLIC LICENSE\n                       Version 3"),
    ("LGPL-2.1.txt", "Version 2.1, February 1999"),
    ("llama.cpp.txt", "Copyright (c) 2023-2026 The ggml authors"),
    ("icu.txt", "UNICODE LICENSE V3"),
    ("qt.txt", "HarfBuzz-NG"),
    ("qt.txt", "qtsvg"),
    ("gcc-runtime.txt", "Version 3.1, 31 March 2009"),
    ("winpthreads.txt", "2011-2016 mingw-w64 project"),
])  # fmt: skip
def test_texts_that_wheels_lack_are_here(file: str, words: str) -> None:
    assert words in (licences.NOTICES / file).read_text(encoding="utf-8")


@lacks(PYTHON_LICENCE)
def test_every_part_of_a_build_by_this_python_has_a_text(tmp_path: Path) -> None:
    components = licences.python_components(Path(sys.executable))
    licences.write_texts(components, tmp_path / "licences")
    for name in ("PySide6_Essentials", "PySide6_Addons", "shiboken6"):
        assert "LESSER GENERAL PUBLIC" in (tmp_path / f"licences/{name}.txt").read_text(encoding="utf-8")
    without = Component("mystery", "1", "unknown", "pkg:pypi/mystery@1")
    with pytest.raises(BuildError, match="mystery has no licence text"):
        licences.write_texts([without], tmp_path / "licences")


def test_texts_that_debian_only_names_go_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "common").mkdir()
    (tmp_path / "common/GPL-3").write_text("the text of version 3")
    monkeypatch.setattr(licences, "COMMON", tmp_path / "common")
    place = (tmp_path / "common").as_posix()
    copyright_file = tmp_path / "copyright"
    copyright_file.write_text(f"On Debian systems the text is in `{place}/GPL-3'. See {place}/Nothing.\n")
    licences.write_texts([Component("espeak-ng", "1", "GPL", "pkg:deb/x", (copyright_file,))], tmp_path / "licences")
    assert (tmp_path / "licences/common/GPL-3").read_text() == "the text of version 3"
    assert "common" in (tmp_path / "licences/README.md").read_text()


@lacks(LINUX_INSTALLERS)
def test_a_library_is_the_package_s_in_whose_loader_folder_it_lies() -> None:
    found = owners(["libc.so.6", "libmystery.so.99"])
    assert found["libc.so.6"] <= {"libc6"}
    assert found["libmystery.so.99"] == set()
