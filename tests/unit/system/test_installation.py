"""What is said about repairing the program names the means of its installation."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

import pytest

from edge_assistant.system.errors import explain_error
from edge_assistant.system.installation import reinstall_advice


@pytest.mark.parametrize(
    ("platform", "sentence"),
    [
        ("linux", "Run scripts/setup again."),
        ("darwin", "Run scripts/setup again."),
        ("win32", r"Run scripts\setup.ps1 again."),
    ],
)
def test_a_checkout_is_set_up_again(platform: str, sentence: str, repository: Path) -> None:
    assert reinstall_advice(platform) == sentence
    command = sentence.removeprefix("Run ").removesuffix(" again.")
    assert (repository / command.replace("\\", "/")).is_file()


@pytest.mark.parametrize("platform", ["linux", "win32"])
def test_elsewhere_the_program_is_installed_again(
    platform: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reinstall_advice(platform, tmp_path) == "Install the program again."
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert reinstall_advice(platform) == "Install the program again."


def test_windows_has_no_limit_of_open_files_that_a_person_could_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert "ulimit" in str(explain_error(OSError(errno.EMFILE, "Too many open files")))
    monkeypatch.setattr(sys, "platform", "win32")
    assert str(explain_error(OSError(errno.EMFILE, "Too many open files"))).endswith("Quit it and start it again.")
