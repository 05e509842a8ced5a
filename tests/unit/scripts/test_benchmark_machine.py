"""What the benchmark tells of the machine, and takes for the same one."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest
from benchmarking.machine import _processor_name, description, same_machine

CPUINFO = """processor\t: 0
vendor_id\t: AuthenticAMD
cpu family\t: {family}
model\t\t: {model}
model name\t: AMD EPYC

processor\t: 1
cpu family\t: 1
model name\t: Other
"""


def test_processors_of_one_name_differ_by_family_and_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda _: "0.3.36")  # an engine may be there without a wheel's
    names = []
    for family, model in ((25, 17), (26, 2)):
        info = tmp_path / f"cpuinfo-{family}"
        info.write_text(CPUINFO.format(family=family, model=model))
        names.append(_processor_name(info))
    assert names == ["AMD EPYC (family 25, model 17)", "AMD EPYC (family 26, model 2)"]
    one, other = ({**description(2), "processor": name} for name in names)
    assert not same_machine(one, other)
    assert same_machine(one, one | {"system": "Linux 7"})


@pytest.mark.parametrize(("lines", "name"), [("model name : Some\n", "Some"), ("Hardware : Board\n", None)])
def test_where_family_or_name_are_not_told_what_is_told_is_taken(tmp_path: Path, lines: str, name: str | None) -> None:
    info = tmp_path / "cpuinfo"
    info.write_text(lines)
    without = _processor_name(tmp_path / "none")
    assert _processor_name(info) == (name or without)
    assert without
