"""The self-extracting installer does what was answered, spares others' things, and says failures in a sentence."""

from __future__ import annotations

import os
import pty
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from build_steps import runfile
from support.platforms import NAMESPACES, OTHER_ACCOUNTS, lacks, skip_without
from support.waiting import until

_LIBRARIES = {"libc.so.6": "libc6"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def installer(tmp_path: Path, make_program: Callable[..., Path], voice: Path) -> Path:
    """One without models."""
    return runfile.build(make_program([]), voice, [], tmp_path / "edge.run", libraries=_LIBRARIES)[0]


def _run(
    command: list[str], home: Path | str | None, answers: str = "", typed_ahead: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    """`answers` are typed at a terminal, one letter at each question, `typed_ahead` before the program starts."""
    environment = {
        "PATH": os.environ["PATH"],
        "TMPDIR": "/tmp",
        **({} if home is None else {"HOME": str(home)}),
        **more,
    }
    if not answers:
        return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=100, check=False)  # fmt: skip
    ours, theirs = pty.openpty()
    os.write(ours, typed_ahead.encode())
    left, said = list(answers), ""
    try:
        with subprocess.Popen(command, env=environment, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True) as process:  # fmt: skip
            assert process.stdout is not None
            for line in process.stdout:
                said += line
                if line.endswith("then Enter.\n") and left:
                    os.write(ours, f"{left.pop(0)}\n".encode())
            assert process.stderr is not None
            return subprocess.CompletedProcess(command, process.wait(100), said, process.stderr.read())
    finally:
        os.close(ours)
        os.close(theirs)


def _install(installer: Path, home: Path | str | None, *options: str, **more: str) -> subprocess.CompletedProcess[str]:
    return _run(["sh", str(installer), "--no-start", "--no-speak", *options], home, **more)


def _refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 1, done
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, "one sentence, and nothing of the shell's"
    for word in words:
        assert word in lines[0]


def _login(home: Path) -> Path:
    return home / ".config/autostart/edge-assistant.desktop"


def test_no_to_start_at_login_turns_it_off_and_an_update_without_questions_leaves_it(
    installer: Path, home: Path
) -> None:
    assert _install(installer, home, "--yes", "--login").returncode == 0
    assert _install(installer, home, "--yes").returncode == 0
    assert _login(home).is_file()
    done = _install(installer, home, answers="yn")
    assert "Start it each time you log in?" in done.stdout
    assert done.returncode == 0
    assert not _login(home).exists()
    assert _install(installer, home, "--yes", "--login").returncode == 0
    assert _install(installer, home, "--yes", "--no-login").returncode == 0
    assert not _login(home).exists()


def test_what_was_typed_before_a_question_is_no_answer_to_it(installer: Path, home: Path) -> None:
    refused = _install(installer, home, answers="n", typed_ahead="ls\ny\ny\nyes")
    assert refused.stderr == "Nothing was changed.\n"
    assert refused.stdout.count("Type y") == 1
    assert not (home / ".local/lib/edge-assistant").exists()
    done = _install(installer, home, answers="yn", typed_ahead="n\nn\n")
    assert done.returncode == 0, done.stderr
    assert not _login(home).exists()
    program = home / ".local/lib/edge-assistant"
    kept = _run([str(program / "uninstall"), "--no-speak"], home, answers="n", typed_ahead="y\ny\n")
    assert "Nothing was changed." in kept.stdout
    assert program.exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_one_that_is_ended_while_it_copies_leaves_nothing(
    installer: Path, tmp_path: Path, home: Path, number: signal.Signals, code: int
) -> None:
    gate, programs = tmp_path / "gate", tmp_path / "bin"
    os.mkfifo(gate)
    programs.mkdir()
    tar = shutil.which("tar")
    (programs / "tar").write_text(f'#!/bin/sh\n{tar} "$@"\ncase "$*" in *edge-assistant.new*) cat "{gate}" ;; esac\n')
    (programs / "tar").chmod(0o755)
    process = subprocess.Popen(
        ["sh", str(installer), "--yes", "--no-speak"],
        env={"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(home)},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    until(lambda: (home / ".local/lib/edge-assistant.new/uninstall").exists(), "the copying")
    process.send_signal(number)
    gate.write_text("")  # the copying may go on
    _, errors = process.communicate(timeout=100)
    assert (process.returncode, errors.splitlines()) == (code, ["Cancelled. Nothing was installed."])
    assert list((home / ".local/lib").iterdir()) == []


def test_root_by_sudo_is_told_and_may_insist(installer: Path, home: Path) -> None:
    if os.geteuid() != 0:
        skip_without("root, which alone is told")
    _refused(_install(installer, home, "--yes", SUDO_USER="somebody"), "without sudo", "--as-root")
    assert list(home.iterdir()) == []
    assert _install(installer, home, "--yes", "--as-root", SUDO_USER="somebody").returncode == 0


def test_another_program_of_that_name_is_left_alone_unless_the_person_says_so(installer: Path, home: Path) -> None:
    other = home / ".local/bin/edge-assistant"
    other.parent.mkdir(parents=True)
    other.write_text("somebody's own")
    done = _install(installer, home, "--yes")
    assert done.returncode == 0
    assert "was left alone" in done.stdout
    assert other.read_text() == "somebody's own"
    _run([str(home / ".local/lib/edge-assistant/uninstall"), "--yes", "--no-speak"], home)
    assert other.read_text() == "somebody's own"
    done = _install(installer, home, answers="yny")
    assert "Another program is called edge-assistant" in done.stdout
    assert other.resolve() == home / ".local/lib/edge-assistant/edge-assistant"


@pytest.mark.parametrize("command", [["--yes", "--no-start", "--no-speak"], ["--remove"]], ids=["update", "removal"])
def test_a_program_that_nothing_reaches_is_ended_before_its_folder_goes(
    installer: Path, home: Path, tmp_path: Path, command: list[str]
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "sleep").write_text(f"#!/bin/sh\nexec {shutil.which('sleep')} 0.05\n")  # each of ten waits is shorter
    (programs / "sleep").chmod(0o755)
    assert _install(installer, home, "--yes").returncode == 0
    program = home / ".local/lib/edge-assistant"
    sleeper = program / "_internal/sleeper"
    shutil.copy(Path("/bin/sleep").resolve(), sleeper)
    with subprocess.Popen([str(sleeper), "600"]) as process:
        until(lambda: Path(f"/proc/{process.pid}/exe").readlink() == sleeper, "the program")
        done = _run(["sh", str(installer), *command], home, PATH=f"{programs}:{os.environ['PATH']}")
        assert done.returncode == 0, done.stderr
        assert process.wait(10) == -signal.SIGTERM


def test_removing_what_is_not_there_is_a_sentence(installer: Path, home: Path) -> None:
    _refused(_install(installer, home, "--remove"), "Edge Assistant is not installed in")
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("option", ["--yes", "--remove"])
def test_without_a_home_it_says_so(installer: Path, option: str) -> None:
    _refused(_install(installer, None, option), "the variable HOME is not set")
    _refused(_install(installer, "/nowhere", option), "Your home folder, /nowhere, is missing")


def test_uninstalling_without_a_home_says_so_too(installer: Path, home: Path) -> None:
    assert _install(installer, home, "--yes").returncode == 0
    _refused(_run([str(home / ".local/lib/edge-assistant/uninstall"), "--yes"], None), "the variable HOME is not set")
    assert (home / ".local/lib/edge-assistant/edge-assistant").is_file()


def test_where_there_is_no_room_for_the_voice_in_one_place_it_takes_another(
    installer: Path, home: Path, tmp_path: Path
) -> None:
    programs, full = tmp_path / "bin", tmp_path / "full"
    for folder in (programs, full):
        folder.mkdir()
    tar = shutil.which("tar")
    (programs / "tar").write_text(f'#!/bin/sh\ncase "$*" in *{full}*) exit 2 ;; esac\nexec {tar} "$@"\n')
    (programs / "tar").chmod(0o755)
    done = _install(installer, home, "--yes", TMPDIR=str(full), PATH=f"{programs}:{os.environ['PATH']}")
    assert (done.returncode, done.stderr) == (0, "")
    assert list(full.iterdir()) == []


@lacks(OTHER_ACCOUNTS)
def test_a_home_that_cannot_be_written_to_is_named(installer: Path) -> None:
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        skip_without("setpriv, or the right to be somebody else,")
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    shutil.copy(installer, copy := Path(f"/tmp/edge-{os.getpid()}.run"))
    try:
        done = _run([*nobody, "sh", str(copy), "--yes", "--no-speak"], "/usr")
    finally:
        copy.unlink()
    _refused(done, "Your home folder, /usr, is missing or cannot be written to")


def test_without_a_folder_for_temporary_files_it_takes_another(installer: Path, home: Path) -> None:
    assert _install(installer, home, "--yes", TMPDIR="/nowhere").returncode == 0
    removed = _run([str(home / ".local/lib/edge-assistant/uninstall"), "--yes"], home, TMPDIR="/nowhere")
    assert (removed.returncode, removed.stderr) == (0, "")


def test_a_copy_that_was_cut_short_anywhere_in_its_beginning_says_so(installer: Path, home: Path) -> None:
    whole = installer.read_bytes()
    header = int(whole.split(b"\nHEADER=")[1].split()[0])
    told = whole.index(b"\nfi\n") + 4  # the end of the first thing that it does
    assert told < 300
    for size in (told, 500, 1499, header // 2, header - 1):
        installer.write_bytes(whole[:size])
        _refused(_install(installer, home, "--yes"), "was cut short", "Copy or download it again")
    for size in range(11, told, 7):  # too short for a sentence of ours, but never as if all had gone well
        installer.write_bytes(whole[:size])
        assert _install(installer, home, "--yes").returncode != 0, size
    assert list(home.iterdir()) == []


def test_the_keys_are_said_aloud(installer: Path, home: Path) -> None:
    done = _run(["sh", str(installer), "--yes", "--no-start"], home)
    assert done.returncode == 0
    said = (home / "said").read_text()
    assert "Ctrl+Shift+F9 describes the active window" in said
    assert done.stdout.count("Ctrl+Shift+F9") == 1


def test_newer_names_of_packages_are_used_where_the_system_has_them(
    tmp_path: Path, make_program: Callable[..., Path], voice: Path, home: Path
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, body in (("apt-get", "exit 0"), ("apt-cache", '[ "$2" = libgone1t64 ]')):
        (programs / name).write_text(f"#!/bin/sh\n{body}\n")
        (programs / name).chmod(0o755)
    libraries = {"libgone.so.1": "libgone1", "libnowhere.so.7": "libnowhere7"}
    installer = runfile.build(make_program([]), voice, [], tmp_path / "edge.run", libraries=libraries)[0]
    path = f"{programs}:{os.environ['PATH']}"
    done = _run(["sh", str(installer), "--yes", "--no-speak"], home, PATH=path)
    assert done.returncode == 1
    assert "sudo apt-get install libgone1t64 libnowhere7" in done.stdout.splitlines()


@lacks(NAMESPACES)
def test_it_speaks_where_no_program_may_be_run_among_temporary_files(
    installer: Path, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "temporary").mkdir()
    mounted = 'mount -t tmpfs -o noexec none "$TMPDIR" && exec sh "$@"'
    apart = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    if shutil.which("unshare") is None or subprocess.run([*apart, "true"], check=False).returncode != 0:
        skip_without("the right to mount")

    def said(program: Path, *options: str) -> list[str]:
        done = _run([*apart, mounted, "sh", str(program), *options], home, TMPDIR=str(tmp_path / "temporary"))
        assert (done.returncode, done.stderr) == (0, "")
        return (home / "said").read_text().splitlines()

    assert any(each.startswith("Installed.") for each in said(installer, "--yes", "--no-start"))
    assert said(home / ".local/lib/edge-assistant/uninstall", "--yes")[-1] == "Edge Assistant was removed."
    assert [each.name for each in home.iterdir() if each.name.startswith("edge-assistant.")] == []
