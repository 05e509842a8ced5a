"""The steps of Windows' setup that are the program's own work."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import setup_steps
from setup_steps import CANCELLED, DAMAGED, DISK, FAILED, IN_USE, OK, SUMS, USAGE, StepError
from support.platforms import FULL_DEVICE, lacks

from edge_assistant.system import ipc, windows_processes


def write(folder: Path, files: dict[str, str]) -> Path:
    for place, text in files.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text)
    return folder


def sums(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{hashlib.sha256(text.encode()).hexdigest()}  {place}\n" for place, text in files.items()]
    (folder / SUMS).write_text("".join(lines))


def texts(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and path.name != SUMS
    }


LARGE = {"model.gguf": "weights " * 1000, "deep/mmproj.gguf": "eyes"}
SMALL = {"catalog.toml": "catalogue"}


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """The new version's models/, in which the large files are still missing."""
    folder = write(tmp_path / "new/models", SMALL)
    sums(folder, LARGE | SMALL)
    return folder


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    return write(tmp_path / "stick/models", LARGE)


def test_what_is_missing_is_copied_and_told(models: Path, beside: Path) -> None:
    told: list[int] = []
    setup_steps.copy_models(beside, models, told.append, lambda: False)
    assert texts(models) == LARGE | SMALL
    assert told == sorted(told)
    assert told[-1] == 100
    setup_steps.copy_models(beside / "nowhere", models, told.append, lambda: False)  # all is there


@pytest.mark.parametrize(("place", "text"), [("model.gguf", "other"), ("deep/mmproj.gguf", "eyez")])
def test_a_damaged_model_is_refused_and_never_bears_its_name(models: Path, beside: Path, place: str, text: str) -> None:
    write(beside, {place: text})
    with pytest.raises(StepError) as refused:
        setup_steps.copy_models(beside, models, lambda _: None, lambda: False)
    assert refused.value.args[0] == DAMAGED
    assert not (models / place).exists()
    assert not list(models.rglob("*.part"))


def test_a_missing_model_is_refused_before_anything_is_copied(models: Path, beside: Path) -> None:
    (beside / "deep/mmproj.gguf").unlink()
    with pytest.raises(StepError) as refused:
        setup_steps.copy_models(beside, models, lambda _: None, lambda: False)
    assert refused.value.args[0] == DAMAGED
    assert texts(models) == SMALL


def test_copying_can_be_cancelled(models: Path, beside: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup_steps, "models_beside", lambda: models)
    (tmp_path / "progress.cancel").touch()
    assert setup_steps.main(["copy-models", str(beside), str(tmp_path / "progress")]) == CANCELLED
    assert texts(models) == SMALL
    (tmp_path / "progress.cancel").unlink()
    assert setup_steps.main(["copy-models", str(beside), str(tmp_path / "progress")]) == OK
    assert (tmp_path / "progress").read_text() == "100"


@lacks(FULL_DEVICE)
@pytest.mark.parametrize("size", [1, 8191, 2**20, 5 * 2**20])
def test_a_full_disk_is_told_as_such_whatever_meets_it(
    models: Path, beside: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "w" * size
    write(beside, {"model.gguf": text})
    sums(models, {"model.gguf": text})
    (models / "model.gguf.part").symlink_to("/dev/full")
    monkeypatch.setattr(setup_steps, "models_beside", lambda: models)
    assert setup_steps.main(["copy-models", str(beside), str(models.parent / "progress")]) == DISK
    assert texts(models) == SMALL


def test_a_folder_that_cannot_be_made_is_not_called_a_damaged_model(models: Path, beside: Path) -> None:
    (models / "deep").write_text("a file of this name")
    with pytest.raises(StepError) as refused:
        setup_steps.copy_models(beside, models, lambda _: None, lambda: False)
    assert refused.value.args[0] == DISK


def old_version(tmp_path: Path) -> Path:
    """models/ of a version before, in which somebody has put, changed and linked something."""
    brought = {"catalog.toml": "older catalogue", "demo/demo.gguf": "demo", "README.md": "about"}
    old = write(tmp_path / "old/models", brought)
    sums(old, brought)
    own = {"mine.gguf": "mine", "demo/more.gguf": "more", "README.md": "my notes", "folder/inner.gguf": "inner"}
    return write(old, own)


KEPT = {
    "catalog.toml": "catalogue",
    "demo/demo.gguf": "demo",
    "demo/more.gguf": "more",
    "mine.gguf": "mine",
    "folder/inner.gguf": "inner",
    "README.md": "about now",
    "README.md.old": "my notes",
}


def new_version(tmp_path: Path) -> Path:
    brought = {"catalog.toml": "catalogue", "demo/demo.gguf": "demo", "README.md": "about now"}
    new = write(tmp_path / "new/models", brought)
    sums(new, brought)
    return new


def test_what_people_put_into_models_goes_over_and_what_setup_brought_does_not(tmp_path: Path) -> None:
    old, new = old_version(tmp_path), new_version(tmp_path)
    assert setup_steps.keep_models(old, new)
    assert texts(new) == KEPT
    assert setup_steps.keep_models(tmp_path / "nowhere", new)


@pytest.mark.parametrize("moves", range(5))
def test_an_end_between_two_moves_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moves: int) -> None:
    old, new = old_version(tmp_path), new_version(tmp_path)
    rename, left = Path.rename, [moves]

    def until_the_end(path: Path, target: Path) -> Path:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return rename(path, target)

    with monkeypatch.context() as context:
        context.setattr(Path, "rename", until_the_end)
        if moves < 4:
            with pytest.raises(KeyboardInterrupt):
                setup_steps.keep_models(old, new)
    assert setup_steps.keep_models(old, new)
    assert texts(new) == KEPT


def test_a_file_that_cannot_be_moved_stays_and_the_others_go_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = old_version(tmp_path), new_version(tmp_path)
    rename = Path.rename

    def held(path: Path, target: Path) -> Path:
        if path.name == "mine.gguf":
            raise PermissionError(13, "The process cannot access the file", str(path))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", held)
    assert setup_steps.main(["keep-models", str(old), str(new)]) == IN_USE
    assert texts(new) == {place: text for place, text in KEPT.items() if place != "mine.gguf"}
    assert (old / "mine.gguf").read_text() == "mine"


class Scanned:
    """A renaming that Windows refuses the first time for each file, as while a scanner reads it."""

    def __init__(self, rename: Callable[[Path, Path], Path]) -> None:
        self._rename = rename
        self._scanned: set[Path] = set()

    def __call__(self, path: Path, target: Path) -> Path:
        if path in self._scanned:
            return self._rename(path, target)
        self._scanned.add(path)
        raise PermissionError(13, "Access is denied", str(path))


def test_a_scanner_at_a_new_file_stops_neither_copying_nor_keeping(
    models: Path, beside: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = old_version(tmp_path / "older"), new_version(tmp_path / "newer")
    renames, replaces = Scanned(Path.rename), Scanned(Path.replace)
    monkeypatch.setattr(Path, "rename", lambda path, target: renames(path, target))
    monkeypatch.setattr(Path, "replace", lambda path, target: replaces(path, target))
    monkeypatch.setattr(sys, "platform", "win32")
    setup_steps.copy_models(beside, models, lambda _: None, lambda: False)
    assert texts(models) == LARGE | SMALL
    assert setup_steps.keep_models(old, new)
    assert texts(new) == KEPT


class Running:
    """Programs of a folder: `answers` says whether they end when they are asked, `dies` whether when they are not."""

    def __init__(self, count: int, *, answers: bool = True, dies: bool = True) -> None:
        self.count, self.answers, self.dies = count, answers, dies
        self.asked: list[str] = []
        self.killed = False

    def __call__(self, folder: str) -> Running:
        assert folder == r"C:\Programs\Edge Assistant"
        return self

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __len__(self) -> int:
        return self.count

    def wait(self, _: float) -> bool:
        return (self.answers and bool(self.asked)) or (self.killed and self.dies)

    def terminate(self) -> None:
        self.killed = True

    def send(self, _: object, message: str) -> str:
        self.asked.append(message)
        if not self.answers:
            raise ipc.NotRunningError("Edge Assistant is not running.")
        return ""


@pytest.fixture
def stop(monkeypatch: pytest.MonkeyPatch) -> Callable[[Running], int]:
    def run(running: Running) -> int:
        monkeypatch.setattr(windows_processes, "processes_in", running)
        monkeypatch.setattr(ipc, "send", running.send)
        return setup_steps.main(["stop", r"C:\Programs\Edge Assistant"])

    return run


def test_nobody_is_asked_to_quit_where_nothing_of_the_folder_runs(stop: Callable[[Running], int]) -> None:
    running = Running(0)
    assert stop(running) == OK
    assert running.asked == []


def test_a_program_is_asked_first_and_ended_only_where_it_stays(stop: Callable[[Running], int]) -> None:
    polite, silent = Running(1), Running(2, answers=False)
    assert (stop(polite), polite.asked, polite.killed) == (OK, ["quit"], False)
    assert (stop(silent), silent.asked, silent.killed) == (OK, ["quit"], True)
    assert stop(Running(1, answers=False, dies=False)) == IN_USE


def test_unknown_steps_and_arguments_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert setup_steps.main([]) == USAGE
    assert setup_steps.main(["begin"]) == USAGE
    assert setup_steps.main(["stop"]) == USAGE
    assert setup_steps.main(["start"]) == OK
    if sys.platform != "win32":
        assert setup_steps.main(["stop", "folder"]) == FAILED
        assert "kernel32" in capsys.readouterr().err
