"""The run on a Windows Python counts what passed, failed, died, hung or was left out; it accepts only known reasons."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path

import pytest
import windows_tests
from support import platforms

_FILES = {
    "test_good.py": f"""
import pytest
def test_one():
    pass
@pytest.mark.parametrize("way", "ab")
def test_left_out(way):
    pytest.skip({platforms.FORK!r})
""",
    "test_bad.py": """
import pytest
@pytest.fixture
def broken():
    yield
    raise ValueError
def test_fails():
    assert False
def test_is_broken(broken):
    pass
""",
    "test_whole.py": f"import pytest\npytest.skip({platforms.NAMES!r}, allow_module_level=True)",
    "test_lazy.py": "import pytest\n@pytest.mark.skip('too hard')\ndef test_it():\n    pass\n",
    "test_dies.py": "import os\ndef test_it():\n    os._exit(3)\n",
    "test_unreadable.py": "import no_such_module\n",
}
_HANGS = "import time\ndef test_it():\n    time.sleep(600)\n"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of its own, in which this Python stands for the one of Windows."""
    monkeypatch.setattr(windows_tests, "ROOT", tmp_path)
    if sys.platform != "win32":
        monkeypatch.setenv("WINDOWS_PYTHON", shlex.join([sys.executable, "-W", "ignore"]))
    for name in [name for name in os.environ if name.startswith("PYTEST_")]:
        monkeypatch.delenv(name)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p no:hypothesispytest -p no:xdist -p no:pytest-qt\n")
    (tmp_path / "tests").mkdir()
    return tmp_path


def _write(checkout: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (checkout / "tests" / name).write_text(text)


def test_what_became_of_each_file_is_told_and_the_run_goes_on(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(checkout, _FILES)
    assert windows_tests.main(["tests"]) == 1
    told = capsys.readouterr().out
    for line in (
        "tests/test_good.py: 1 passed, 2 skipped (",
        "tests/test_whole.py: 0 passed, 1 skipped (",
        "tests/test_bad.py: 0 passed, 2 FAILED (",
        "tests/test_lazy.py: 0 passed, 1 skipped, SKIPPED WITHOUT A REASON OF THE LIST",
        "tests/test_dies.py: 0 passed, DIED WITH 3",
        "tests/test_unreadable.py: 0 passed, 1 FAILED",
        "6 files: 1 passed, 3 failed, 4 skipped",
        f"   2 skipped: {platforms.FORK}",
        f"   1 skipped: {platforms.NAMES}",
        "   1 skipped: too hard (NOT ON THE LIST)",
        "Failed: tests/test_bad.py: test_fails",
        "Died: tests/test_dies.py: died with 3",
    ):
        assert line in told
    kept = json.loads((checkout / "build/windows-tests/test_good.json").read_text())
    assert kept["skipped"] == {platforms.FORK: 2}


def test_a_run_goes_on_with_what_has_not_passed(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ("test_good.py", "test_bad.py", "test_whole.py")
    _write(checkout, {name: _FILES[name] for name in names[:2]})
    windows_tests.main(["tests"])
    _write(checkout, {"test_bad.py": "def test_it():\n    pass\n", names[2]: _FILES[names[2]]})
    capsys.readouterr()
    assert windows_tests.main(["tests", "--report"]) == 1
    assert "Not run: tests/test_whole.py" in capsys.readouterr().out
    assert windows_tests.main(["tests", "--continue"]) == 0
    told = capsys.readouterr().out
    assert "test_good.py" not in told
    assert "3 files: 2 passed, 0 failed, 3 skipped" in told
    assert windows_tests.main(["tests", "--report"]) == 0


def test_a_file_that_hangs_is_ended_and_has_failed(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(checkout, {"test_hangs.py": _HANGS})
    assert windows_tests.main(["tests/test_hangs.py", "--limit", "3"]) == 1
    assert "ENDED AFTER 3 SECONDS" in capsys.readouterr().out


def test_a_file_given_by_its_name_is_run_where_the_whole_run_leaves_out_what_hears_linux(checkout: Path) -> None:
    (checkout / "tests/integration/cli").mkdir(parents=True)
    for name in ("test_commands_speak.py", "test_describe.py"):
        (checkout / "tests/integration/cli" / name).touch()
    assert windows_tests.test_files(["tests"]) == ["tests/integration/cli/test_describe.py"]


def test_the_command_of_a_windows_python_has_to_be_named_where_this_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WINDOWS_PYTHON", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(SystemExit, match="WINDOWS_PYTHON"):
        windows_tests.windows_python()
    monkeypatch.setattr(sys, "platform", "win32")
    assert windows_tests.windows_python() == [sys.executable]


def test_files_that_use_the_desktop_are_run_last_and_alone() -> None:
    desktop, others = ["tests/integration/windows/test_start.py"], ["tests/unit/test_a.py", "tests/unit/test_b.py"]
    assert windows_tests.groups([others[0], *desktop, others[1]], 2) == [(others, 2), (desktop, 1)]
