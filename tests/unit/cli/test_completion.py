"""The scripts for shells: bash completes with its own; the others are as complete."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support.platforms import BASH, lacks

from edge_assistant.cli import main
from edge_assistant.cli.commands import SHELLS
from edge_assistant.cli.completion import script
from edge_assistant.models.library import ModelLibrary


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_printed_as_it_is(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["completion", shell]) == 0
    printed = capsys.readouterr().out
    assert printed.rstrip("\n") == script(shell).rstrip("\n")
    for word in ("check-model", "--gpu-layers", "next-paragraph", "demo"):
        assert word in printed


def test_no_name_from_elsewhere_can_be_run_by_a_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["good-1.0", "$(touch gone)", "`touch gone`", "a b", "x';touch gone;'"]

    class Named:
        def __init__(self, name: str) -> None:
            self.name = name

    monkeypatch.setattr(ModelLibrary, "catalog", lambda _: [Named(name) for name in names])
    for shell in SHELLS:
        written = script(shell)
        assert "good-1.0" in written
        assert "gone" not in written


@lacks(BASH)
@pytest.mark.parametrize(
    ("words", "completed"),
    [
        (["che"], ["check-model"]),
        (["models", "pul"], ["pull"]),
        (["models", "pull", "dem"], ["demo"]),
        (["trigger", "re"], ["read", "region", "repeat"]),
        (["settings", "get", "unload"], ["unload_minutes"]),
        (["describe", "--mod"], ["--mode", "--model"]),
        (["describe", "--mode", "gl"], ["glance"]),
        (["describe", "pho"], ["photo.png"]),
    ],
)
def test_bash_completes(words: list[str], completed: list[str], tmp_path: Path) -> None:
    (tmp_path / "photo.png").touch()
    (tmp_path / "script").write_text(script("bash"), encoding="utf-8")
    typed = f"COMP_WORDS=(edge-assistant {' '.join(words)}); COMP_CWORD={len(words)}"
    code = f"source ./script; {typed}; _shtab_edge_assistant; echo ${{COMPREPLY[@]}}"
    run = subprocess.run(["bash", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert sorted(run.stdout.split()) == completed
