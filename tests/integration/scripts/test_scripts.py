"""The README's commands on machines that lack things: scripts/setup and the report of scripts/demo run for real."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
from demo_training import sample_report

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the scripts are for bash")

_NEEDED = ("pyproject.toml", "README.md", "LICENSE", "scripts", "edge_assistant", "models")


def copy_checkout(repository: Path, place: Path) -> Path:
    """A checkout at `place` with what the set-up needs, and nothing that an earlier set-up made."""
    place.mkdir(parents=True)
    for name in _NEEDED:
        source = repository / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__", "*.gguf", "*.onnx"))
        elif source.is_file():
            shutil.copy(source, place)
    return place


@pytest.fixture
def checkout(repository: Path, tmp_path: Path) -> Path:
    """A fresh checkout, at a path with a space."""
    return copy_checkout(repository, tmp_path / "fresh checkout")


@pytest.fixture
def path_without(tmp_path: Path, outer_environment: dict[str, str]) -> Callable[..., str]:
    """Makes a PATH with every program of this machine but those that fit the patterns."""

    def make(*patterns: str) -> str:
        folder = tmp_path / "bin"
        folder.mkdir()
        for place in outer_environment["PATH"].split(os.pathsep):
            for program in Path(place).iterdir() if Path(place).is_dir() else ():
                link = folder / program.name
                if not link.is_symlink() and not any(fnmatch(program.name, pattern) for pattern in patterns):
                    link.symlink_to(program)
        return str(folder)

    return make


def set_up(checkout: Path, *wrapper: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run scripts/setup of a checkout with this test's environment and the given changes."""
    return subprocess.run(
        [*wrapper, checkout / "scripts" / "setup"],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def call(repository: Path, commands: str) -> str:
    """What bash prints for `commands` with the functions of scripts/setup at hand."""
    return subprocess.run(
        ["bash", "-c", f'source "{repository}/scripts/setup"; {commands}'],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout


def test_without_python_compiler_and_apt_the_packages_are_named(
    checkout: Path, path_without: Callable[..., str]
) -> None:
    ended = set_up(checkout, PATH=path_without("python*", "*++*", "*cc", "cc", "clang*", "apt-get"))
    assert ended.returncode == 2
    assert "python3 python3-venv g++" in ended.stderr
    assert not (checkout / ".venv").exists()


def test_without_a_compiler_only_the_compiler_is_named(checkout: Path, path_without: Callable[..., str]) -> None:
    path = path_without("*++*", "apt-get")
    ended = set_up(checkout, PATH=path, EDGE_ASSISTANT_PYTHON=sys.executable)
    assert ended.returncode == 2
    assert "g++" in ended.stderr
    assert "python3-venv" not in ended.stderr


def test_a_python_that_does_not_fit_is_refused_by_name(checkout: Path, path_without: Callable[..., str]) -> None:
    ended = set_up(checkout, PATH=path_without("apt-get"), EDGE_ASSISTANT_PYTHON="/bin/false")
    assert ended.returncode == 2
    assert "/bin/false" in ended.stderr


@pytest.fixture(scope="module")
def offline() -> tuple[str, ...]:
    """A wrapper that runs a command without any network."""
    wrapper = ("unshare", "--net") if os.geteuid() == 0 else ("unshare", "--map-root-user", "--net")
    if shutil.which("unshare") is None or subprocess.run([*wrapper, "true"], check=False).returncode != 0:
        pytest.skip("namespaces cannot be made here")
    return wrapper


def test_an_index_out_of_reach_is_told_in_a_sentence_and_the_old_environment_stays(
    checkout: Path, path_without: Callable[..., str], offline: tuple[str, ...]
) -> None:
    if shutil.which("c++") is None:
        pytest.skip("there is no compiler, so the set-up ends before it needs the index")
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / "kept").touch()
    ended = set_up(checkout, *offline, PATH=path_without("apt-get"), PIP_RETRIES="0")
    assert ended.returncode == 8
    assert "package index could not be reached" in ended.stderr.splitlines()[-1]
    assert (checkout / ".venv" / "kept").exists()
    assert not list((checkout / "build").glob("setup.work.*"))


def test_a_second_run_needs_no_network(
    repository: Path, outer_environment: dict[str, str], offline: tuple[str, ...]
) -> None:
    if not (repository / ".venv" / ".set-up").is_file():
        pytest.skip("this checkout was not set up by scripts/setup")
    ended = set_up(repository, *offline, **outer_environment)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Setting up" not in ended.stdout


@pytest.fixture(scope="module")
def set_up_offline(
    repository: Path,
    outer_environment: dict[str, str],
    offline: tuple[str, ...],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Path, subprocess.CompletedProcess[str]]]:
    """A checkout with half an environment, set up without a network from what an earlier set-up kept."""
    cached = call(repository, "choose_cache; cached_engine || true")
    if not cached.strip():
        pytest.skip("no earlier set-up kept the engine")
    place = copy_checkout(repository, tmp_path_factory.mktemp("offline") / "checkout")
    (place / ".venv" / "bin").mkdir(parents=True)
    (place / ".venv" / "bin" / "python").symlink_to("/nowhere/python")
    kept = {name: value for name, value in outer_environment.items() if name != "PIP_FIND_LINKS"}
    yield place, set_up(place, *offline, **kept)
    shutil.rmtree(place, ignore_errors=True)


def test_half_an_environment_is_made_anew_without_a_network(
    set_up_offline: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    place, ended = set_up_offline
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert (place / ".venv" / "bin" / "edge-assistant").is_file()
    assert len(list((place / "models" / "text").glob("*.onnx"))) == 3


def test_a_moved_checkout_is_noticed(
    set_up_offline: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    place, ended = set_up_offline
    assert ended.returncode == 0
    ready = f'source "{place}/scripts/setup"; is_ready'
    assert subprocess.run(["bash", "-c", ready], check=False).returncode == 0
    moved = place.rename(place.parent / "moved")
    try:
        ready = f'source "{moved}/scripts/setup"; is_ready'
        assert subprocess.run(["bash", "-c", ready], check=False).returncode == 1
    finally:
        moved.rename(place)


@pytest.mark.parametrize(("option", "code"), [("false", 0), ("true", 8)])
def test_only_who_develops_has_to_have_the_models_that_recognise_text(
    repository: Path, tmp_path: Path, option: str, code: int
) -> None:
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text("#!/bin/sh\nexit 8\n", encoding="utf-8")
    python.chmod(0o755)
    commands = f'source "{repository}/scripts/setup"; venv="{tmp_path}"; dev={option}; get_text_models'
    ended = subprocess.run(["bash", "-c", commands], capture_output=True, text=True, check=False)
    assert ended.returncode == code
    assert ("no text is recognised; the rest works" in ended.stdout) is (code == 0)


def test_another_processor_has_another_engine(repository: Path) -> None:
    here = call(repository, "engine_key")
    assert here == call(repository, "engine_key")
    assert here != call(repository, "processor_features() { printf 'avx9000\\n'; }; engine_key")


def test_a_damaged_wheel_in_the_cache_is_removed_and_a_whole_one_stays(repository: Path, tmp_path: Path) -> None:
    whole, damaged = tmp_path / "whole.whl", tmp_path / "damaged.whl"
    shutil.make_archive(str(tmp_path / "whole"), "zip", repository / "scripts")
    (tmp_path / "whole.zip").rename(whole)
    damaged.write_bytes(whole.read_bytes()[:-100])
    call(repository, f'python="{sys.executable}"; drop_damaged "{whole}" "{damaged}" "{tmp_path}/*.none"')
    assert whole.exists()
    assert not damaged.exists()


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts another program in the place of edge-assistant, and sample files, for the report of scripts/demo."""

    def make(program: str) -> None:
        path = tmp_path / "edge-assistant"
        path.write_text(f"#!{sys.executable}\n{program}", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setattr(sample_report, "_PROGRAM", (str(path),))
        monkeypatch.setattr(sample_report, "_SAMPLES", tmp_path)
        for step in sample_report._STEPS:
            (tmp_path / step.sample).touch()

    return make


_TIMINGS = {"load": 1.5, "prepare": 0, "encode": 0.25, "prefill": 0.1, "first_token": 0.5, "total": 2.0}


def fake_program(answer: str, *, ends: int = 0) -> str:
    """A program that answers every question with `answer`, as --json does."""
    done = {
        "event": "done",
        "question": "q",
        "answer": answer,
        "stop": "end",
        "reused": {"prefix_tokens": 0, "image": False},
        "timings_s": {**_TIMINGS, "first_sentence": None},
    }
    return f"""import json, sys
for index in range(max(1, sys.argv.count("--ask"))):
    print(json.dumps({{"event": "notice", "index": index, "code": "no-sound", "message": "There is no sound."}}))
    for text in {answer!r}:
        print(json.dumps({{"event": "token", "index": index, "kind": "answer", "text": text}}))
    print(json.dumps({{**json.loads({json.dumps(done)!r}), "index": index}}))
sys.exit({ends})
"""


def test_the_demo_shows_every_answer_with_its_times_and_a_notice_once(
    demo: Callable[[str], None], capfd: pytest.CaptureFixture[str]
) -> None:
    demo(fake_program("A dialog."))
    assert sample_report.report() == 0
    shown = capfd.readouterr().out
    assert shown.count("Answer: A dialog.\n") == sum(step.answers for step in sample_report._STEPS)
    assert "loading the model 1.50 seconds, looking at it 0.25 seconds" in shown
    assert shown.count("There is no sound.") == 1


@pytest.mark.parametrize(("code", "ends"), [("text-missing", 0), ("text-damaged", 1)])
def test_the_demo_needs_no_text_recognition_but_whole_files_of_it(
    code: str, ends: int, demo: Callable[[str], None], capfd: pytest.CaptureFixture[str]
) -> None:
    error = json.dumps({"event": "error", "index": 0, "code": code, "message": "No text."})
    reading = f"import sys\nif sys.argv[1] == 'read':\n    print({error!r})\n    sys.exit(6)\n"
    demo(reading + fake_program("A dialog."))
    assert sample_report.report() == ends
    assert "No text.\n" in capfd.readouterr().out


@pytest.mark.parametrize(
    "program",
    [fake_program("  "), fake_program("A dialog.", ends=6), "print('no JSON')", "import os; os.abort()", ""],
    ids=["empty answer", "failed", "no JSON", "aborted", "silent"],
)
def test_the_demo_fails_when_an_answer_is_missing(
    program: str, demo: Callable[[str], None], capfd: pytest.CaptureFixture[str]
) -> None:
    demo(program)
    assert sample_report.report() == 1
    assert "The demo failed" in capfd.readouterr().out
