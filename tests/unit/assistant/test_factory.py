"""Tests of the factory, as far as test_every_setting.py does not cover it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge_assistant.assistant import factory
from edge_assistant.assistant.events import Event, NoticeEvent
from edge_assistant.assistant.factory import can_reach_screen_readers, make_speaker, request_settings, resolve_model
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.cli import describe
from edge_assistant.cli.command_output import CommandOutput
from edge_assistant.cli.main import main
from edge_assistant.cli.output import NoOutput
from edge_assistant.controller import service
from edge_assistant.controller.service import Service, ServiceOptions
from edge_assistant.engine.task_table import overrides_path
from edge_assistant.models.resolver import ResolvedModel, resolve
from edge_assistant.settings.schema import Settings
from edge_assistant.speech.screen_reader import ScreenReaderOrVoice
from edge_assistant.speech.speaker import Speaker
from edge_assistant.system import paths
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import CancelledError

CHECKING = "Checking the model. This happens only once."


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model has to be checked first, and that takes long."""

    def checked(*, on_progress: Callable[[float], None], **wanted: Any) -> ResolvedModel:
        for part in range(3):
            on_progress(part / 2)
        return resolve(**{**wanted, "model": "demo"})

    monkeypatch.setattr(factory, "resolve", checked)
    monkeypatch.setattr(factory, "_SILENT_SECONDS", -1.0)


@pytest.mark.usefixtures("slow")
def test_a_model_that_is_checked_first_is_told_once_and_the_check_can_be_called_off() -> None:
    notices: list[tuple[str, str]] = []
    resolve_model(Settings(), notice=lambda code, message: notices.append((code, message)))
    assert notices == [("verifying", CHECKING)]
    with pytest.raises(CancelledError):
        resolve_model(Settings(), is_cancelled=lambda: True)


def announce(text: str, *, interrupt: bool) -> None:
    raise AssertionError(text, interrupt)


@pytest.mark.parametrize(
    ("output", "kind"), [("auto", ScreenReaderOrVoice), ("screen-reader", ScreenReaderOrVoice), ("own-voice", Speaker)]
)
def test_a_screen_reader_speaks_where_one_can_be_reached_and_is_wanted(output: str, kind: type) -> None:
    settings = Settings(output=output)
    assert type(make_speaker(settings, lambda *_: None, announce=announce, platform="linux")) is kind
    assert type(make_speaker(settings, lambda *_: None, platform="linux")) is Speaker
    assert type(make_speaker(settings, lambda *_: None, platform="win32")) is kind, "it needs no window there"


def test_only_on_windows_a_program_without_windows_reaches_a_screen_reader() -> None:
    assert [can_reach_screen_readers(None, platform) for platform in ("linux", "darwin", "win32")] == [
        False,
        False,
        True,
    ]
    assert can_reach_screen_readers(announce, "linux")


@pytest.mark.parametrize(
    ("set_on", "asked", "spoken"),
    [(True, None, True), (True, False, False), (False, None, False), (False, True, True)],
)
def test_the_command_line_has_the_last_word_on_speaking(set_on: bool, asked: bool | None, spoken: bool) -> None:
    assert (make_speaker(Settings(speak=set_on), lambda *_: None, speak=asked) is not None) is spoken


def test_what_a_request_asks_for_itself_holds_against_the_settings() -> None:
    options = request_settings(Settings(glance_tokens=128, thinking_tokens=33, thinking_seconds=7))
    request = options.answer_options(AnswerOptions(image_tokens=99, thinking_tokens=5), "glance")
    assert (request.image_tokens, request.thinking_tokens, request.thinking_seconds) == (99, 5, 7)


class Voice:
    """A speaker that keeps what is said."""

    said: list[str]

    def __init__(self, **_: object) -> None:
        Voice.said = []

    def say(self, text: str, **_: object) -> None:
        self.said.append(text)

    def wait(self) -> None: ...
    def wait_unless(self, *_: object) -> bool:
        return True

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def close(self) -> None: ...


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize(("verbosity", "times"), [("normal", 1), ("brief", 0)])
def test_the_check_is_said_by_the_command_line_and_by_the_running_program_unless_only_answers_are_wanted(
    verbosity: str, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(factory, "Speaker", Voice)
    settings = Settings(verbosity=verbosity)
    monkeypatch.setattr(describe.schema, "load", lambda _: settings)
    options = describe.DescribeOptions(("nothing.png",), AnswerOptions(), None, None)
    output = CommandOutput(NoOutput(), ("What?",), lambda: None)
    assert describe.DescribeRun(options, output, Cancellation()).main() == 5, "there is no such picture"
    assert Voice.said.count(CHECKING) == times

    shown: list[Event] = []
    running = Service(ServiceOptions(), settings, shown.append)
    running._make_assistant(False, lambda: False).close()
    assert Voice.said.count(CHECKING) == times
    assert [each.code for each in shown if isinstance(each, NoticeEvent)].count("verifying") == 1


@pytest.mark.parametrize(("verbosity", "only_answers"), [("normal", False), ("brief", True)])
def test_the_running_program_loads_with_the_settings_of_a_glance(
    verbosity: str, only_answers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How long that takes is said, or not, and a picture as large as they allow is to fit."""
    first: list[AnswerOptions] = []
    make = service.make_assistant

    def made(settings: Settings, model: ResolvedModel, request: AnswerOptions, **given: Any) -> Any:
        first.append(request)
        return make(settings, model, request, **given)

    monkeypatch.setattr(service, "make_assistant", made)
    running = Service(ServiceOptions(speak=False), Settings(verbosity=verbosity, glance_tokens=777), lambda _: None)
    running._make_assistant(False, lambda: False).close()
    assert [(each.image_tokens, each.only_answers) for each in first] == [(777, only_answers)]


@pytest.mark.usefixtures("slow")
def test_an_own_task_table_with_an_error_is_told_by_the_command_line_and_once_by_the_running_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    overrides_path().parent.mkdir(parents=True, exist_ok=True)
    overrides_path().write_text("[qwen3-vl]\nmax_token = 9\n", encoding="utf-8")
    sentence = f"The file {overrides_path()} is ignored: qwen3-vl.max_token is not known."
    monkeypatch.setattr(factory, "Speaker", Voice)
    options = describe.DescribeOptions(("nothing.png",), AnswerOptions(), None, None)
    output = CommandOutput(NoOutput(), ("What?",), lambda: None)
    assert describe.DescribeRun(options, output, Cancellation()).main() == 5, "there is no such picture"
    assert Voice.said.count(sentence) == 1

    shown: list[Event] = []
    running = Service(ServiceOptions(), Settings(), shown.append)
    for think in (False, True, False):
        running._make_assistant(think, lambda: False).close()
    told = [each for each in shown if isinstance(each, NoticeEvent) and each.code == "tasks-file"]
    assert [each.message for each in told] == [sentence]
    overrides_path().unlink()
    running._make_assistant(False, lambda: False).close()
    overrides_path().write_text("[qwen3-vl]\nmax_token = 9\n", encoding="utf-8")
    running._make_assistant(False, lambda: False).close()
    assert len([each for each in shown if isinstance(each, NoticeEvent) and each.code == "tasks-file"]) == 2


def test_the_assistant_asks_with_a_persons_own_task_table_of_the_settings_folder_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in (tmp_path, paths.data_dir(), paths.data_dir() / "models", paths.config_dir()):
        folder.mkdir(parents=True, exist_ok=True)
        tokens = 77 if folder == paths.config_dir() else 55
        (folder / "tasks.toml").write_text(f"[demo.glance]\nmax_tokens = {tokens}\n", encoding="utf-8")
    settings = Settings(weights_folder=str(tmp_path))
    model = resolve(model="demo", mmproj=None, think=False, preferred=None, weights_dir=tmp_path)
    assistant = factory.make_assistant(settings, model, AnswerOptions(), voice=None, on_event=lambda _: None)
    try:
        assert assistant.tasks.settings("demo", "glance", "instruct", None).max_tokens == 77
    finally:
        assistant.close()


@pytest.mark.parametrize(
    ("given", "task"),
    [
        ([], "glance"),
        (["--mode", "detail"], "detail"),
        (["--ask", "Why?"], "question"),
        (["--ask", "Why?", "--mode", "read"], "read"),
        (["--ask", "Why?", "--mode", "glance"], "glance"),
    ],
)
def test_a_picture_is_taken_for_the_question_unless_a_mode_is_asked_for(
    given: list[str], task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[describe.DescribeOptions] = []

    class Run:
        def __init__(self, options: describe.DescribeOptions, *_: object) -> None:
            runs.append(options)

        def main(self) -> int:
            return 0

    monkeypatch.setattr(describe, "DescribeRun", Run)
    assert main(["describe", "picture.png", "--no-speak", *given]) == 0
    assert [each.answer_options.task for each in runs] == [task]
