"""A Python of another system that freezes: here this system's own takes its part."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from build_steps import foreign_python, licences
from build_steps.freeze import BuildError
from support.platforms import ENGINE_WHEEL, lacks


def test_its_command_is_split_as_a_shell_does_and_must_be_there() -> None:
    assert foreign_python.command("env 'NAME=a b' python.exe") == ["env", "NAME=a b", "python.exe"]
    with pytest.raises(BuildError, match="WINDOWS_PYTHON"):
        foreign_python.command(" ")


@lacks(ENGINE_WHEEL)
def test_the_engine_s_metadata_is_staged_anew(tmp_path: Path) -> None:
    (tmp_path / "stage/old.dist-info").mkdir(parents=True)
    foreign_python._stage_engine_metadata(tmp_path / "stage")
    folder, *others = (tmp_path / "stage").iterdir()
    assert others == []
    assert folder.name.startswith("llama_cpp_python-")
    assert "Name: llama_cpp_python" in (folder / "METADATA").read_text(encoding="utf-8")
    assert list(folder.rglob("LICENSE*"))


def test_its_packages_are_the_program_s_own_with_texts_that_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreign_python, "BUILD", licences.ROOT / "build" / "nowhere")
    monkeypatch.setattr(foreign_python, "from_answer", lambda answer, _: licences.from_answer(answer, tmp_path))
    found = {each.name: each for each in foreign_python.components([sys.executable])}
    here = {each.name: each for each in licences.python_components(Path(sys.executable))}
    assert found.keys() == here.keys()
    assert not {"pytest", "hypothesis", "setuptools", "hf-xet"} & found.keys()
    for name, component in found.items():
        assert [path.read_text("utf-8") for path in component.texts] == [
            path.read_text("utf-8", errors="replace") for path in here[name].texts
        ]
