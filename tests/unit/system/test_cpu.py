"""What the processor can do, read from files like those of Linux."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from edge_assistant.system import cpu


@pytest.mark.parametrize(("flags", "able"), [("avx2 avx512_bf16", True), ("amx_bf16", True), ("avx2 avx512f", False)])
def test_multiplying_bf16_is_told_from_the_flags(tmp_path: Path, flags: str, able: bool) -> None:
    info = tmp_path / "cpuinfo"
    info.write_text(f"model name\t: Some Processor\nflags\t\t: fpu {flags}\n")
    assert cpu.has_bf16(info) is able
    assert cpu.processor_name(info) == "Some Processor"


def test_where_nothing_is_told_nothing_is_claimed(tmp_path: Path) -> None:
    assert not cpu.has_bf16(tmp_path / "none")
    assert cpu.processor_name(tmp_path / "none")


def test_quick_cores_are_counted_only_where_there_are_two_kinds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psutil, "cpu_count", lambda logical=True: 16 if logical else 12)
    assert cpu.performance_cores(tmp_path) is None
    for name, cpus in (("cpu_core", "0-7"), ("cpu_atom", "8-15")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "cpus").write_text(f"{cpus}\n")
    assert cpu.performance_cores(tmp_path) == 4


def test_all_counts_of_cores_that_may_be_quickest_are_named_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def counts(performance: int | None, physical: int | None, usable: int | None) -> tuple[int, ...]:
        monkeypatch.setattr(psutil, "cpu_count", lambda logical=True: 16 if logical else physical)
        monkeypatch.setattr(cpu, "performance_cores", lambda: performance)
        monkeypatch.setattr(cpu, "usable_cores", lambda: usable)
        return cpu.candidate_thread_counts()

    assert counts(4, 12, 16) == (4, 12, 16)
    assert counts(None, 8, 16) == (8, 16)
    assert counts(None, 16, None) == (16,)
    assert counts(4, 12, 6) == (4, 6)
    assert counts(None, None, 2) == (2,)


@pytest.mark.parametrize(
    ("battery", "draws"),
    [(None, False), (SimpleNamespace(power_plugged=True), False), (SimpleNamespace(power_plugged=False), True)],
)
def test_whether_it_draws_on_the_battery(battery: object, draws: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "sensors_battery", lambda: battery, raising=False)
    assert cpu.on_battery() is draws


def test_where_the_system_tells_nothing_of_batteries_there_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def nothing_there() -> object:
        return sorted((tmp_path / "power_supply").iterdir())

    monkeypatch.setattr(psutil, "sensors_battery", nothing_there, raising=False)
    assert cpu.on_battery() is False
