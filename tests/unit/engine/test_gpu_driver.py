"""A GPU driver is told from another version of it by its own files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from edge_assistant.engine import gpu_driver
from edge_assistant.engine.gpu_driver import driver_identity, identify_files

DRIVERS = [
    "libnvidia-glcore.so.580.159.04",
    "libcuda.so.1",
    "nvcuda64.dll",
    "nvoglv64.dll",
    "libvulkan_radeon.so",
    "libvulkan_lvp.so",
    "amdvlk64.dll",
    "libvulkan_intel.so",
    "igvk64.dll",
    "libLLVM-17.so.1",
    "libgallium-24.2.so",
]
OTHERS = [
    "libc.so.6",
    "libssl.so.3",
    "libvulkan.so.1",
    "libggml-vulkan.so",
    "libggml-cuda.so",
    "kernel32.dll",
    "[heap]",
]


@pytest.fixture
def mapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    files = [tmp_path / name for name in DRIVERS + OTHERS]
    for file in files:
        file.write_bytes(b"1")
    monkeypatch.setattr(gpu_driver, "_mapped_files", lambda: [str(file) for file in files])
    return files


def test_only_drivers_files_count(mapped: list[Path]) -> None:
    found = {Path(path).name for path, _, _ in identify_files(map(str, mapped))}
    assert found == set(DRIVERS)


@pytest.mark.parametrize("name", DRIVERS)
def test_an_update_of_any_of_them_is_another_driver(mapped: list[Path], name: str) -> None:
    before = driver_identity()
    assert driver_identity() == before
    file = next(file for file in mapped if file.name == name)
    os.utime(file, ns=(1, 1))
    assert driver_identity() != before


@pytest.mark.parametrize("name", OTHERS)
def test_an_update_of_anything_else_is_not(mapped: list[Path], name: str) -> None:
    before = driver_identity()
    next(file for file in mapped if file.name == name).write_bytes(b"22")
    assert driver_identity() == before


def test_a_file_that_was_replaced_meanwhile_is_left_out(mapped: list[Path]) -> None:
    before = driver_identity()
    mapped[0].unlink()
    assert driver_identity() != before


def test_where_no_driver_is_found_the_system_s_version_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_driver, "_mapped_files", list)
    monkeypatch.setattr(gpu_driver.platform, "version", lambda: "one")
    before = driver_identity()
    monkeypatch.setattr(gpu_driver.platform, "version", lambda: "two")
    assert driver_identity() != before


def test_the_files_of_this_process_can_be_listed() -> None:
    assert any("python" in path for path in gpu_driver._mapped_files())
