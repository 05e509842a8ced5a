"""What came unexpectedly is told with its reason, where the system gave one, and with what to do."""

from __future__ import annotations

import errno
import os
import weakref
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from pathlib import Path

import pytest
from support.platforms import FOLDER_IN_USE, KILLED_BY_SIGNAL, lacks

from edge_assistant.capture.qt import missing_error
from edge_assistant.cli import main
from edge_assistant.engine import failures
from edge_assistant.engine.client import Engine
from edge_assistant.engine.messages import EngineConfig
from edge_assistant.system.errors import CancelledError, DoesNotFitError, InputError, explain_error, run_safely
from edge_assistant.system.worker_process import WorkerDiedError


def _os_error(number: int, path: str | None = None) -> OSError:
    return OSError(number, os.strerror(number), path)


@pytest.mark.parametrize(
    ("error", "code", "kind", "words"),
    [
        (MemoryError(), "memory", "does-not-fit", "Close some programs"),
        (_os_error(errno.ENOMEM), "memory", "does-not-fit", "Close some programs"),
        (
            ImportError("libQt6Core.so.6: failed to map segment from shared object"),
            "memory",
            "does-not-fit",
            "not enough memory",
        ),
        (RuntimeError("can't start new thread"), "processes", "does-not-fit", "raise the limit"),
        (_os_error(errno.EAGAIN), "processes", "does-not-fit", "raise the limit"),
        (BrokenExecutor("A thread initializer failed"), "processes", "does-not-fit", "raise the limit"),
        (_os_error(errno.EMFILE, "/a"), "files", "does-not-fit", "start it again"),
        (_os_error(errno.ENFILE), "files", "does-not-fit", "Close some programs"),
        (_os_error(errno.ENOSPC), "disk", "does-not-fit", "Free up space"),
        (_os_error(errno.EDQUOT), "disk", "does-not-fit", "Free up space"),
        (_os_error(errno.EACCES, "/a/b"), "no-permission", "input", "The program cannot use /a/b: Permission denied."),
        (_os_error(errno.EROFS, "/a/b"), "no-permission", "input", "choose another place"),
        (_os_error(errno.ENAMETOOLONG, "x" * 3000), "too-long", "input", "Choose a shorter one"),
        (_os_error(errno.ELOOP, "/a/b"), "no-file", "input", "/a/b is a link to itself"),
        (_os_error(errno.ENOTDIR, "/dev/null/b"), "no-folder", "input", "Check the home folder"),
    ],
)
def test_the_reason_is_told_and_what_to_do(error: Exception, code: str, kind: str, words: str) -> None:
    found = explain_error(error)
    assert (found.code, found.kind) == (code, kind)
    assert words in str(found)
    assert len(str(found)) < 300


@pytest.mark.parametrize(
    "error", [ZeroDivisionError(), RuntimeError("no"), _os_error(errno.EIO), _os_error(errno.EPERM), ImportError("x")]
)
def test_all_else_is_a_bug(error: Exception) -> None:
    assert (explain_error(error).code, explain_error(error).kind) == ("internal", "engine")


@lacks(FOLDER_IN_USE)
def test_a_folder_that_was_removed_under_a_program_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    missing_file = _os_error(errno.ENOENT)
    assert explain_error(missing_file).code == "internal"
    folder = tmp_path / "removed"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    with pytest.raises(FileNotFoundError) as nowhere:
        Path("x").absolute()
    assert explain_error(nowhere.value).code == "no-folder"


def test_an_error_of_ours_stays_what_it_is() -> None:
    error = CancelledError()
    assert explain_error(error) is error


def test_what_is_run_safely_ends_with_an_error_instead_of_raising_it(expect_log: Callable[[str], None]) -> None:
    def fail(error: Exception) -> None:
        raise error

    ours = CancelledError()
    assert run_safely(list, "listing failed") is None
    assert run_safely(lambda: fail(ours), "cancelling failed") is ours
    expect_log("dividing failed")
    bug = run_safely(lambda: fail(ZeroDivisionError()), "dividing failed")
    assert bug is not None
    assert bug.code == "internal"


class Picture:
    """Something large."""


def test_an_error_that_is_kept_keeps_nothing_of_what_it_came_through() -> None:
    pictures: list[weakref.ref[Picture]] = []

    def decode() -> None:
        picture = Picture()
        pictures.append(weakref.ref(picture))
        try:
            raise ValueError
        except ValueError as error:
            raise InputError("It is damaged.") from error

    failure = run_safely(decode, "decoding failed")
    assert isinstance(failure, InputError)
    assert [each() for each in pictures] == [None], "at once, without the collector"


@pytest.mark.parametrize("bug", [KeyError("x"), _os_error(errno.EIO), _os_error(errno.ENOSPC), MemoryError()])
def test_nor_does_what_is_told_of_a_bug(bug: Exception, expect_log: Callable[[str], None]) -> None:
    def fail() -> None:
        raise bug from ValueError()

    expect_log("dividing failed")
    failure = run_safely(fail, "dividing failed")
    assert failure is not None
    assert (failure.__traceback__, failure.__cause__, failure.__context__) == (None, None, None)


def test_qt_that_finds_no_memory_is_not_called_missing() -> None:
    assert missing_error(ImportError("libQt6Core.so.6: failed to map segment from shared object")).code == "memory"
    assert missing_error(ImportError("libEGL.so.1: cannot open shared object file")).code == "not-installed"


@pytest.mark.parametrize(
    ("last_words", "code"),
    [
        (("ggml_aligned_malloc: insufficient memory (attempted to allocate 157.81 MB)", "ggml.c:1: abort"), "memory"),
        (("Traceback (most recent call last):", "MemoryError"), "memory"),
        (("GGML_ASSERT(n > 0) failed",), "engine-died"),
    ],
)
def test_an_engine_that_ended_for_lack_of_memory_says_so(last_words: tuple[str, ...], code: str) -> None:
    assert failures.worker_error(WorkerDiedError("engine", -6, last_words)).code == code
    assert failures.worker_error(WorkerDiedError("engine", -6, last_words), has_answered=False).code == code


def test_an_engine_that_ended_at_its_first_question_suspects_the_model() -> None:
    crash = WorkerDiedError("engine", -8, ())
    assert "the model is damaged" in str(failures.worker_error(crash, has_answered=False))
    assert str(failures.worker_error(crash)) == "The engine stopped. It ended unexpectedly. Ask again."


@lacks(KILLED_BY_SIGNAL)
def test_an_engine_that_was_killed_at_its_first_question_suspects_no_model() -> None:
    killed = WorkerDiedError("engine", -9, ())
    assert "stopped from outside" in str(failures.worker_error(killed, has_answered=False))


def test_an_engine_that_cannot_be_started_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise _os_error(errno.EMFILE)

    monkeypatch.setattr("edge_assistant.engine.client.WorkerProcess", refused)
    engine = Engine(EngineConfig(Path("model"), Path("mmproj"), 256, 1, 0, ""))
    with pytest.raises(DoesNotFitError) as failure:
        engine.load(lambda _: None)
    assert failure.value.code == "files"


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (MemoryError(), 7, "There is not enough memory. Close some programs and try again.\n"),
        (ZeroDivisionError(), 6, "Something went wrong in the program. Please try again.\n"),
    ],
)
def test_a_command_that_fails_unexpectedly_ends_with_a_sentence(
    error: Exception,
    code: int,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    expect_log: Callable[[str], None],
) -> None:
    def broken(*_: object) -> None:
        raise error

    expect_log("ERROR edge_assistant.system.errors: a command failed")
    monkeypatch.setattr("edge_assistant.cli.settings.schema.load", broken)
    monkeypatch.setattr("edge_assistant.cli.main._use_language_of_settings", lambda: None)
    assert main.main(["settings", "get", "rate"]) == code
    assert capsys.readouterr().err == sentence


def test_a_reader_that_went_away_is_no_error_of_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("builtins.print", gone)
    assert main.main(["settings", "path"]) == 130
