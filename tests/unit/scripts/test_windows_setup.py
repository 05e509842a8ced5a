"""The set-up from source on Windows: all but the compiler is the same elsewhere, and tried there."""

from __future__ import annotations

import re
import sys
import zipfile
from pathlib import Path

import on_windows
import pytest
import text_models
from build_steps import visual_studio
from windows_setup import environment, machine, steps
from windows_setup.environment import Checkout
from windows_setup.steps import DISK_FULL, FAILED, MISSING, NETWORK, SetUpError, Steps


@pytest.fixture
def checkout(tmp_path: Path, repository: Path) -> Path:
    """As much of a checkout as is read."""
    root = tmp_path / "a checkout é"
    (root / "scripts").mkdir(parents=True)
    for name in ("pyproject.toml", "scripts/constraints.txt"):
        (root / name).write_bytes((repository / name).read_bytes())
    return root


@pytest.fixture
def ready(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One that was set up, with the test tools."""
    monkeypatch.setattr(Checkout, "_engine_loads", lambda _: True)
    folder = checkout / ".venv" / environment._SCRIPTS
    folder.mkdir(parents=True)
    (folder / f"edge-assistant{environment._SUFFIX}").touch()
    Checkout(checkout, dev=True).write_stamp()
    return checkout


@pytest.mark.parametrize("name", ["setup", "demo", "test"])
def test_powershell_only_finds_a_python_that_does_the_work(name: str, repository: Path) -> None:
    lines = (repository / "scripts" / f"{name}.ps1").read_bytes().decode("ascii").splitlines()
    code = [line for line in lines if not line.startswith("#")]
    assert code == [f"& (Join-Path $PSScriptRoot 'with_python.ps1') {name} @args", "exit $LASTEXITCODE"]
    assert (repository / "scripts" / "with_python.ps1").read_bytes().isascii()
    assert on_windows.main.__module__ == "on_windows"


def test_what_is_ready_is_left_alone(ready: Path) -> None:
    assert Checkout(ready, dev=True).is_ready()
    assert Checkout(ready, dev=False).is_ready(), "the test tools do no harm"
    Checkout(ready, dev=False).write_stamp()
    assert not Checkout(ready, dev=True).is_ready()


def test_another_place_file_python_or_engine_is_set_up_again(ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = ready.rename(ready.with_name("elsewhere"))
    assert not Checkout(moved, dev=True).is_ready()
    moved.rename(ready)
    with monkeypatch.context() as patch:
        patch.setattr(machine, "processor_facts", lambda: "another processor")
        assert not Checkout(ready, dev=True).is_ready()
    with monkeypatch.context() as patch:
        patch.setattr(Checkout, "_engine_loads", lambda _: False)
        assert not Checkout(ready, dev=True).is_ready()
    assert Checkout(ready, dev=True).is_ready()
    with (ready / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert not Checkout(ready, dev=True).is_ready()


def test_only_who_develops_has_to_have_the_models_that_recognise_text(
    ready: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> Path:
        raise SetUpError(NETWORK, "No network.")

    monkeypatch.setattr(text_models, "provide", fail)
    environment.set_up(ready, dev=False)
    assert (
        "No network.\nNotice: without these models no text is recognised; the rest works.\n" in capsys.readouterr().out
    )
    with pytest.raises(SetUpError, match="No network") as caught:
        environment.set_up(ready, dev=True)
    assert caught.value.code == NETWORK


def test_the_test_tools_are_asked_for_only_where_they_are_wanted(checkout: Path) -> None:
    def names(*, dev: bool) -> set[str]:
        return {re.split(r"[^\w.-]", wanted)[0] for wanted in Checkout(checkout, dev=dev).requirements()}

    assert {"setuptools", "Pillow", "llama-cpp-python"} <= names(dev=False)
    assert "pytest" not in names(dev=False)
    assert "pytest" in names(dev=True)


@pytest.fixture
def run(tmp_path: Path) -> Steps:
    return Steps(tmp_path / "setup.log", tmp_path)


@pytest.mark.parametrize(
    ("output", "code", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", DISK_FULL, "free some space"),
        ("[WinError 112] There is not enough space on the disk", DISK_FULL, "free some space"),
        ("socket.gaierror: [Errno 11001] getaddrinfo failed", NETWORK, "connect to the network"),
        ("ERROR: No matching distribution found for x", NETWORK, "connect to the network"),
        ("error: cl failed", FAILED, "the last lines are above"),
    ],
)
def test_a_step_that_fails_says_why_and_what_to_do(
    run: Steps, output: str, code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SetUpError, match=sentence) as caught:
        run.run("Building", [sys.executable, "-c", f"import sys; sys.exit({output!r})"])
    assert caught.value.code == code
    assert output in run.log.read_text(encoding="utf-8")
    told = capsys.readouterr()
    assert told.out == "Building…\n"
    assert (output in told.err) is (code == FAILED)


def test_a_long_step_says_that_it_goes_on(
    run: Steps, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(steps, "_SPOKEN_EVERY_S", 0.1)
    code = "import time; print('[1/9] a\\n[3/9] b', flush=True); time.sleep(1)"
    run.run("Building", [sys.executable, "-c", code])
    assert "  still working, " in (told := capsys.readouterr().out)
    assert ", step 3 of 9\n" in told


def test_a_step_ends_with_the_set_up(run: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    started = []

    def interrupted(_: Steps, process: object, *, say: bool) -> None:  # noqa: ARG001
        started.append(process)
        raise KeyboardInterrupt

    monkeypatch.setattr(Steps, "_wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run.run("Building", [sys.executable, "-c", "import time; time.sleep(100)"])
    assert started[0].returncode is not None


def test_on_any_failure_the_old_environment_comes_back(tmp_path: Path) -> None:
    venv, aside = tmp_path / ".venv", tmp_path / "aside"
    venv.mkdir()
    (venv / "old").touch()

    def fail(failure: BaseException) -> None:
        with environment._replacing(venv, aside):
            venv.mkdir()
            (venv / "new").touch()
            raise failure

    for failure in (SetUpError(NETWORK, "No network."), KeyboardInterrupt()):
        with pytest.raises(type(failure)):
            fail(failure)
        assert [each.name for each in venv.iterdir()] == ["old"]
    with environment._replacing(venv, aside):
        venv.mkdir()
        (venv / "new").touch()
    assert [each.name for each in venv.iterdir()] == ["new"]


def test_an_environment_in_use_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Access is denied")

    (tmp_path / ".venv").mkdir()
    monkeypatch.setattr(Path, "rename", refuse)
    with (
        pytest.raises(SetUpError, match="Quit Edge Assistant"),
        environment._replacing(tmp_path / ".venv", tmp_path / "a"),
    ):
        pass


def test_kept_wheels_are_whole(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with zipfile.ZipFile(tmp_path / "a-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("a.py", "a = 1")
    environment._keep(tmp_path / "a-1-py3-none-any.whl", cache)
    (cache / "b-1-py3-none-any.whl").write_bytes((cache / "a-1-py3-none-any.whl").read_bytes()[:-30])
    environment._drop_damaged(cache)
    assert [each.name for each in cache.iterdir()] == ["a-1-py3-none-any.whl"]


def test_without_a_compiler_it_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacks_it() -> dict[str, str]:
        raise LookupError

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(visual_studio, "build_environment", lacks_it)
    with pytest.raises(SetUpError, match=r"winget install --id Microsoft\.VisualStudio") as caught:
        environment._compiler_environment()
    assert caught.value.code == MISSING
    monkeypatch.setattr(visual_studio, "build_environment", lambda: {"Path": r"C:\vs", "CC": "gcc"})
    found = environment._compiler_environment()
    assert (found["CC"], environment._path(found)) == ("cl", r"C:\vs"), "not MinGW's compiler, which may be on PATH"


def test_what_python_lacks_is_named(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_NEEDED", ("ssl", "no_such_module"))
    with pytest.raises(SetUpError, match=r"lacks no_such_module.*winget install") as caught:
        environment.set_up(checkout, dev=False)
    assert caught.value.code == MISSING
    assert not (checkout / "build").exists()


@pytest.mark.parametrize(
    ("failure", "code", "told"),
    [
        (SetUpError(NETWORK, "No network."), 8, "No network.\n"),
        (OSError(28, "No space left on device"), 7, "Setting up failed"),
        (PermissionError(13, "Permission denied"), 1, "Setting up failed"),
        (KeyboardInterrupt(), 130, "Cancelled.\n"),
    ],
)
def test_each_end_has_a_sentence_and_a_code(
    failure: BaseException, code: int, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: Path, *, dev: bool) -> None:  # noqa: ARG001
        raise failure

    monkeypatch.setattr(on_windows, "set_up", fail)
    for command in ("setup", "demo", "test"):
        assert on_windows.main([command]) == code
        assert told in capsys.readouterr().err


def test_what_is_asked_runs_with_the_python_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    asked: list[bool] = []
    monkeypatch.setattr(on_windows, "set_up", lambda _, *, dev: asked.append(dev))
    monkeypatch.setattr(on_windows, "_run", lambda command: ran.append(command[1:]) or 3)
    assert on_windows.main(["setup"]) == 0
    assert on_windows.main(["setup", "--dev"]) == 0
    assert on_windows.main(["test", "tests/unit/system", "-k", "ipc"]) == 3
    assert on_windows.main(["demo"]) == 3
    assert asked == [False, True, True, False]
    assert ran[0] == ["-m", "pytest", "tests/unit/system", "-k", "ipc"]
    assert ran[1][1:] == ["report"]
    with pytest.raises(SystemExit):
        on_windows.main(["setup", "--nope"])
