"""The self-extracting installer, really run by sh: it installs, refuses, asks, speaks, and leaves nothing behind."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from build_steps import runfile
from build_steps.weights import WeightsFile

_LIBRARIES = {"libc.so.6": "libc6"}
_MOST_S = 120


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "some one's $home"  # characters that scripts trip over
    folder.mkdir()
    return folder


@pytest.fixture
def installer(tmp_path: Path, make_program: Callable[..., Path], voice: Path, some_weights: list[WeightsFile]) -> Path:
    """One that has its weights in three files."""
    target = tmp_path / "stick/edge.run"
    target.parent.mkdir()
    made = runfile.build(make_program(some_weights), voice, some_weights, target, limit=200_000, libraries=_LIBRARIES)
    assert [path.name for path in made] == ["edge.run", "edge.run.part2", "edge.run.part3"]
    assert all(path.stat().st_size <= 200_000 for path in made)
    return target


def _run(installer: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(installer), *arguments],
        env=_environment(home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_MOST_S,
        check=False,
    )


def _environment(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "PATH": os.environ["PATH"], "TMPDIR": str(home.parent)}


def _said(home: Path) -> str:
    return (home / "said").read_text() if (home / "said").exists() else ""


def test_it_installs_and_says_so(installer: Path, home: Path, some_weights: list[WeightsFile]) -> None:
    done = _run(installer, home, "--yes")
    assert done.returncode == 0, done.stderr
    program = home / ".local/lib/edge-assistant"
    for file in some_weights:
        assert (program / "models" / file.target).read_bytes() == file.path.read_bytes()
    assert (program / "_internal/library").is_file()
    assert (home / ".local/bin/edge-assistant").resolve() == program / "edge-assistant"
    entry = (home / ".local/share/applications/edge-assistant.desktop").read_text()
    quoted = str(program).replace("$", "\\\\$")  # the specification wants two backslashes
    assert f'Exec="{quoted}/edge-assistant" trigger window' in entry
    assert (home / ".local/share/icons/hicolor/48x48/apps/edge-assistant.png").is_file()
    assert not (home / ".config/autostart").exists()
    assert "edge-assistant trigger window" in done.stdout
    assert "Installed." in _said(home)
    assert not list(home.parent.glob("tmp.*"))


def test_it_can_start_at_login(installer: Path, home: Path) -> None:
    assert _run(installer, home, "--yes", "--login").returncode == 0
    assert (home / ".config/autostart/edge-assistant.desktop").is_file()


def test_its_desktop_entries_are_valid(installer: Path, home: Path) -> None:
    if shutil.which("desktop-file-validate") is None:
        pytest.skip("desktop-file-validate is missing: install desktop-file-utils")
    _run(installer, home, "--yes", "--login")
    entries = [*home.glob(".local/share/applications/*.desktop"), *home.glob(".config/autostart/*.desktop")]
    assert len(entries) == 3
    for entry in entries:
        done = subprocess.run(["desktop-file-validate", str(entry)], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("place", ["header", "voice", "program", "weights", "part"])
def test_a_damaged_one_refuses_in_a_clear_sentence(installer: Path, home: Path, place: str) -> None:
    path = installer.with_name("edge.run.part2") if place == "part" else installer
    content = bytearray(path.read_bytes())
    voice = content.find(b"\nexit 0\n") + 8
    whole = installer.read_bytes()
    program = voice + int(whole.split(b"\nVOICE_SIZE=")[1].split(b"\n")[0])
    at = {
        "header": content.find(b"# ---- Checking"),
        "voice": voice + 20,
        "program": program + 100,
        "weights": len(content) - 3000,
        "part": 500,
    }[place]
    content[at] ^= 1
    path.write_bytes(content)
    done = _run(installer, home, "--yes")
    assert done.returncode == 1
    assert "This installer is damaged" in done.stdout + done.stderr
    assert "Copy or download it again" in done.stdout + done.stderr
    assert not (home / ".local").exists() or not list((home / ".local/lib").iterdir())
    if place in ("program", "weights", "part"):
        assert "This installer is damaged" in _said(home)


def test_a_cut_one_and_one_without_its_part_refuse(installer: Path, home: Path) -> None:
    whole = installer.read_bytes()
    installer.write_bytes(whole[:-1])
    done = _run(installer, home, "--yes")
    assert done.returncode == 1
    assert f"{len(whole) - 1} bytes instead of {len(whole)}" in done.stderr
    installer.write_bytes(whole)
    installer.with_name("edge.run.part3").unlink()
    done = _run(installer, home, "--yes")
    assert done.returncode == 1
    assert "The file edge.run.part3 is missing." in done.stdout + done.stderr


def test_missing_libraries_are_named(
    tmp_path: Path, home: Path, make_program: Callable[..., Path], voice: Path
) -> None:
    target = tmp_path / "edge.run"
    libraries = {**_LIBRARIES, "libnowhere.so.7": "libnowhere7", "libgone.so.1": "libgone1"}
    runfile.build(make_program([]), voice, [], target, libraries=libraries)
    done = _run(target, home, "--yes")
    assert done.returncode == 1
    named = "sudo apt-get install libgone1 libnowhere7" if shutil.which("apt-get") else "libgone.so.1\nlibnowhere.so.7"
    assert named in done.stdout.splitlines() or named in done.stdout
    said = _said(home).splitlines()[-1]
    assert said.startswith("This system lacks libraries that a desktop has: 2.")
    assert len(said) < 160, "it is heard, so it has to be short"


def test_it_is_installed_again_over_itself_and_foreign_weights_stay(installer: Path, home: Path) -> None:
    assert _run(installer, home, "--yes").returncode == 0
    program = home / ".local/lib/edge-assistant"
    (program / "models/somebodys.gguf").write_text("weights")
    (program / "old").touch()
    assert _run(installer, home, "--yes", "--no-speak").returncode == 0
    assert (program / "models/somebodys.gguf").read_text() == "weights"
    assert not (program / "old").exists()
    assert [path.name for path in (home / ".local/lib").iterdir()] == ["edge-assistant"]
    assert "trigger quit" in (home / "started").read_text()


def test_uninstalling_removes_all_but_the_settings(installer: Path, home: Path) -> None:
    _run(installer, home, "--yes", "--login")
    settings = home / ".config/edge-assistant/settings.toml"
    data = home / ".local/share/edge-assistant/models/pulled.gguf"
    for path in (settings, data):
        path.parent.mkdir(parents=True)
        path.write_text("x")
    before = {home / "said", home / "started", settings}
    done = subprocess.run(
        [str(home / ".local/lib/edge-assistant/uninstall")],
        env=_environment(home), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_MOST_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert {path for path in home.rglob("*") if path.is_file() or path.is_symlink()} == before
    assert "Your settings are kept" in _said(home)


def test_at_a_terminal_it_asks_before_it_does_anything(installer: Path, home: Path) -> None:
    output, status = _at_terminal(["sh", str(installer)], home, ["x", "n"])
    assert status == 1
    assert "Type y or n, then Enter." in output
    assert "Nothing was changed." in output
    assert not (home / ".local/lib/edge-assistant").exists()
    output, status = _at_terminal(["sh", str(installer)], home, ["y", "y"])
    assert status == 0
    assert (home / ".config/autostart/edge-assistant.desktop").is_file()
    (home / ".config/edge-assistant").mkdir()
    output, status = _at_terminal([str(home / ".local/lib/edge-assistant/uninstall")], home, ["y", "y"])
    assert status == 0
    assert not (home / ".config/edge-assistant").exists()
    assert not (home / ".local/lib/edge-assistant").exists()


def _at_terminal(command: list[str], home: Path, answers: list[str]) -> tuple[str, int]:
    """Run a command at a terminal and answer each time it says "then Enter."."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, env=_environment(home), stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    output, asked, deadline = "", 0, time.monotonic() + _MOST_S
    while time.monotonic() < deadline:
        if not select.select([ours], [], [], 0.5)[0]:
            continue
        try:
            output += os.read(ours, 4096).decode(errors="replace")
        except OSError:  # the terminal's other side is closed
            break
        if output.count("then Enter.") > asked and asked < len(answers):
            os.write(ours, f"{answers[asked]}\n".encode())
            asked += 1
    os.close(ours)
    return output, process.wait(_MOST_S)


def test_check_only_reads(installer: Path, home: Path) -> None:
    done = _run(installer, home, "--check")
    assert done.returncode == 0
    assert "This installer is OK." in done.stdout
    assert not (home / ".local").exists()
