"""An update that is ended at any step: the next run gives the new version, and nobody's files are lost."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from build_steps import layout, runfile
from build_steps.weights import WeightsFile, digest

_LIBRARIES = {"libc.so.6": "libc6"}


@pytest.fixture
def versions(
    tmp_path: Path, make_program: Callable[..., Path], voice: Path, some_weights: list[WeightsFile]
) -> tuple[Path, Path]:
    """The installers of an old version and of a new one, which has other models under the same names."""
    program = make_program(some_weights)
    old, new = tmp_path / "old.run", tmp_path / "new.run"
    runfile.build(program, voice, some_weights, old, libraries=_LIBRARIES)
    (program / "_internal/library").write_text("new")
    (program / "models/README.md").unlink()
    (program / "models/README.md").write_text("new")
    changed = []
    for file in some_weights:
        path = file.path.with_name(f"new-{file.target}")
        path.write_bytes(file.path.read_bytes()[::-1])
        changed.append(WeightsFile(path, file.target, file.size, digest(path)))
        (program / "models" / file.target).unlink()
        shutil.copy(path, program / "models" / file.target)
    (program / "models" / layout.SUMS).unlink()
    layout.write_sums(changed, program / "models")
    runfile.build(program, voice, changed, new, libraries=_LIBRARIES)
    return old, new


def test_after_a_kill_the_next_run_gives_the_new_version_with_everybody_s_files(
    versions: tuple[Path, Path], repository: Path
) -> None:
    steps = (
        "rename* edge-assistant",  # the old version has given up its name, and the new one has not taken it yet
        "rename* */models/sub",  # some of the person's files are moved, and some are not
        "unlink* edge-assistant.gone/uninstall",
    )
    only = [each for step in steps for each in ("--only", step)]
    done = subprocess.run(
        [sys.executable, str(repository / "scripts/crash_test.py"), "installer", *map(str, versions), *only],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, "FAILED" in done.stdout) == (0, False), done.stdout + done.stderr
    assert f" {len(steps)} of them tried" in done.stdout


def _install(installer: Path, home: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(installer), *(options or ("--yes", "--no-speak", "--no-start"))],
        env={"HOME": str(home), "PATH": os.environ["PATH"], "TMPDIR": str(home.parent)},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def test_models_that_lie_elsewhere_stay_there_and_are_linked(
    versions: tuple[Path, Path], home: Path, tmp_path: Path
) -> None:
    old, new = versions
    assert _install(old, home).returncode == 0
    models, disk = home / ".local/lib/edge-assistant/models", tmp_path / "disk"
    models.rename(disk)
    models.symlink_to(disk)
    (disk / "sub").mkdir()
    (disk / "sub/mine.gguf").write_text("mine")
    (disk / "model.gguf").write_text("mine")
    before = {path: path.stat().st_ino for path in disk.rglob("*")}
    for _ in range(2):
        assert _install(new, home).returncode == 0
        assert {path: path.stat().st_ino for path in disk.rglob("*")} == before
        assert (models / "sub").readlink() == disk / "sub"
        assert (models / "model.gguf.old").read_text() == "mine"
        assert (models / "model.gguf").stat().st_size > 1000


def test_what_a_person_put_in_the_place_of_a_model_is_kept_and_told(versions: tuple[Path, Path], home: Path) -> None:
    old, new = versions
    assert _install(old, home).returncode == 0
    models = home / ".local/lib/edge-assistant/models"
    (models / "model.gguf").write_text("mine")
    done = _install(new, home)
    assert (models / "model.gguf.old").read_text() == "mine"
    assert "so yours are now called model.gguf.old, in models." in done.stdout
    assert not list(models.glob("mmproj*.old")), "the installer's own old file was kept"


def test_after_a_kill_it_can_be_removed_too(versions: tuple[Path, Path], home: Path) -> None:
    assert _install(versions[0], home).returncode == 0
    programs = home / ".local/lib"
    (programs / "edge-assistant").rename(programs / "edge-assistant.old")  # as between the two renames of an update
    assert _install(versions[1], home, "--remove").returncode == 0
    assert list(programs.iterdir()) == []
    done = _install(versions[1], home, "--remove")
    assert done.returncode == 1
    assert "is not installed" in done.stderr


def test_of_two_installers_at_once_the_second_one_says_so_and_changes_nothing(
    versions: tuple[Path, Path], home: Path
) -> None:
    assert _install(versions[0], home).returncode == 0
    programs = home / ".local/lib"
    (programs / "edge-assistant.new").mkdir()  # as the other one unpacks it
    folder = os.open(programs, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        for options in ((), ("--remove",)):
            done = _install(versions[1], home, *options)
            assert done.returncode == 1
            assert done.stderr.startswith("Another installer of Edge Assistant is already running.")
            assert sorted(path.name for path in programs.iterdir()) == ["edge-assistant", "edge-assistant.new"]
    finally:
        os.close(folder)
    assert _install(versions[1], home).returncode == 0
    assert [path.name for path in programs.iterdir()] == ["edge-assistant"]


def test_a_relative_folder_in_the_environment_is_no_folder_to_remove(versions: tuple[Path, Path], home: Path) -> None:
    assert _install(versions[0], home).returncode == 0
    mine = home / "here/edge-assistant/mine"
    mine.mkdir(parents=True)
    relative = dict.fromkeys(("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"), "here")
    done = subprocess.run(
        [str(home / ".local/lib/edge-assistant/uninstall"), "--settings", "--no-speak"],
        env={"HOME": str(home), "PATH": os.environ["PATH"], **relative},
        cwd=home, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert mine.is_dir()
    assert not (home / ".local/share/applications/edge-assistant.desktop").exists()
