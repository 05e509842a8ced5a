"""The workflows of .github, as far as they can be read here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_every_action_is_pinned_by_its_hash_and_says_its_version(file: Path) -> None:
    uses = re.findall(r"uses: (.+)", file.read_text(encoding="utf-8"))
    assert uses
    assert [each for each in uses if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v?[\d.]+", each)] == []


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_the_files_that_a_workflow_names_exist(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:packaging|scripts|tests|\.ci|models)/[\w./-]*\w", text))
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_tests_run_on_each_system_and_installers_are_tried_where_they_are_built() -> None:
    jobs = {file.stem: yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"] for file in WORKFLOWS}
    systems = jobs["tests"]["unit"]["strategy"]["matrix"]["system"]
    assert {system.split("-")[0] for system in systems} == {"ubuntu", "windows", "macos"}
    assert set(jobs["installers"]) == {"linux", "windows", "nvda", "macos"}


def test_no_step_runs_in_powershell_which_goes_on_after_a_program_that_failed() -> None:
    for file in WORKFLOWS:
        for job in yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"].values():
            for step in job["steps"]:
                assert step.get("shell") != "pwsh"
                if job["runs-on"].startswith("windows"):
                    assert "\n" not in step.get("run", "").strip() or step["shell"] == "bash", step
