"""Tests of the settings commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_assistant.cli import main
from edge_assistant.cli.own_questions import question_text
from edge_assistant.engine.task_entries import TASKS
from edge_assistant.settings import schema
from edge_assistant.settings.schema import HotkeySettings
from edge_assistant.speech import probe
from edge_assistant.speech.messages import SystemVoice
from edge_assistant.system import paths
from edge_assistant.system.errors import InputError
from edge_assistant.system.ipc import RELOAD, IpcServer, default_endpoint


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main.main(["settings", *arguments])
    return code, *capsys.readouterr()


def file() -> Path:
    return paths.config_dir() / "settings.toml"


def test_a_value_is_set_and_got_and_taken_back(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "path") == (0, f"{file()}\n", "")
    assert run(capsys, "get", "rate") == (0, "\n", "")
    assert run(capsys, "set", "rate", "180") == (0, "rate is now: 180.\n", "")
    assert run(capsys, "get", "rate") == (0, "180\n", "")
    assert run(capsys, "set", "rate", "") == (0, "rate is now: 200 words a minute.\n", "")
    assert schema.load(file()).rate is None


def test_every_setting_is_listed_with_its_value_and_meaning(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "set", "ticks", "off")
    code, listed, _ = run(capsys, "list")
    assert code == 0
    lines = listed.splitlines()
    assert [line.split(":")[0] for line in lines] == [each.name for each in schema.grouped_entries()]
    assert "ticks: off. A quiet tick every two seconds of work." in lines
    assert f"hotkeys.window: {HotkeySettings().window}. Describes the active window." in lines


def test_what_models_are_asked_is_listed_with_a_persons_own_changes(capsys: pytest.CaptureFixture[str]) -> None:
    tasks = paths.config_dir() / "tasks.toml"
    code, listed, _ = run(capsys, "tasks", "--language", "de")
    assert code == 0
    lines = listed.splitlines()
    assert lines[0] == f"Your own changes are read from {tasks}."
    assert [line.split(":")[0] for line in lines[1:]] == ["system", *TASKS]
    assert lines[1].endswith("Antworte sonst nur auf Deutsch.")
    glance = "64 to 256 image tokens, at most 232 tokens of answer. temperature 0.7, top_p 0.8, top_k 20"
    assert lines[2].startswith(f"glance: {glance}, presence_penalty 1.5. Was ist das")
    tasks.parent.mkdir(parents=True, exist_ok=True)
    tasks.write_text("[qwen3-vl.glance]\nmax_tokens = 300\nen.prompt = 'What?'\n", encoding="utf-8")
    code, listed, _ = run(capsys, "tasks", "--language", "en", "--think")
    assert (code, listed.splitlines()[2].endswith("at most 300 tokens of answer. temperature 1, top_p 0.95, top_k 20, "
                                                  "presence_penalty 0. What?")) == (0, True)  # fmt: skip


def test_an_error_in_a_persons_own_changes_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    tasks = paths.config_dir() / "tasks.toml"
    tasks.parent.mkdir(parents=True, exist_ok=True)
    tasks.write_text("[qwen3-vl.glance]\nmax_token = 300\n", encoding="utf-8")
    sentence = f"The file {tasks} is ignored: qwen3-vl.glance.max_token is not known."
    assert run(capsys, "tasks") == (2, "", f"{sentence}\n")
    tasks.unlink()
    assert run(capsys, "tasks", "--language", "german")[0] == 2


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("dance", "1", "There is no setting dance. Try edge-assistant settings list."),
        ("rate", "fast", "rate must be a whole number."),
        ("rate", "5", "rate must be from 20 to 1000."),
        ("speak", "loudly", "speak must be on or off."),
        ("voice", "Anna\udcff", "voice contains characters that are not text."),
        ("output", "braille", "output must be one of auto, screen-reader, own-voice."),
        ("language", "Klingon!", "language: Klingon! is not a language code. Use one such as en, de or pt-BR."),
        (
            "hotkeys.camera",
            HotkeySettings().window,
            (
                f"{HotkeySettings().window} is used twice: "
                "it describes the active window, "
                "and it counts to three and describes what the camera sees. Change one of them."
            ),
        ),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence_and_nothing_is_written(
    name: str, value: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "set", name, value) == (2, "", f"{sentence}\n")
    assert not file().exists()


def test_a_voice_that_is_not_there_is_refused_and_one_that_is_may_be_called_by_its_name_or_id(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    voices = [SystemVoice("gmw/en", "English (Great Britain)", ("en-gb",), None)]
    monkeypatch.setattr(probe, "list_voices", lambda: voices)
    refused = "There is no voice called Swahili on this computer. The command edge-assistant voices lists them."
    assert run(capsys, "set", "voice", "Swahili") == (2, "", f"{refused}\n")
    assert run(capsys, "set", "voice", "english (great britan)")[2].endswith(
        "lists them. Did you mean English (Great Britain)?\n"
    )
    assert not file().exists()
    for name in ("gmw/en", "english (great britain)", ""):
        assert run(capsys, "set", "voice", name)[0] == 0

    def fail() -> list[SystemVoice]:
        raise InputError("There is no voice on this computer.")

    monkeypatch.setattr(probe, "list_voices", fail)
    assert run(capsys, "set", "voice", "Anna")[0] == 0, "nobody can know"


def test_a_broken_file_is_named_and_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    file().parent.mkdir(parents=True)
    file().write_text("rate = ", encoding="utf-8")
    code, _, error = run(capsys, "set", "rate", "180")
    assert (code, str(file()) in error) == (2, True)
    assert file().read_text(encoding="utf-8") == "rate = "


def test_the_running_program_is_told_and_its_answer_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    heard: list[str] = []

    def on_call(text: str) -> str:
        heard.append(text)
        return "F9 is used by another program."

    door = IpcServer(default_endpoint(), on_call)
    try:
        _, out, _ = run(capsys, "set", "rate", "180")
    finally:
        door.close()
    assert heard == [RELOAD]
    assert out == "rate is now: 180.\nF9 is used by another program.\n"


def test_the_list_says_what_the_file_has_in_vain(capsys: pytest.CaptureFixture[str]) -> None:
    file().parent.mkdir(parents=True, exist_ok=True)
    file().write_text("target_seconds = 9\n", encoding="utf-8")
    code, listed, complaint = run(capsys, "list")
    assert (code, complaint) == (
        0,
        "The settings file has an entry that is no longer used, and is ignored: target_seconds.\n",
    )
    assert "target_seconds" not in listed
    assert run(capsys, "set", "rate", "180")[0] == 0


def test_own_questions_are_listed_and_found_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    file().parent.mkdir(parents=True, exist_ok=True)
    file().write_text(
        "[[questions]]\nname = 'Free seat'\ntext = 'Which?'\n"
        "[[questions]]\nname = 'Total'\ntext = 'Sum?'\nkey = 'F3'\n",
        encoding="utf-8",
    )
    code, listed, _ = run(capsys, "list")
    assert code == 0
    assert listed.splitlines()[-2:] == ["question Free seat: Which? (no shortcut)", "question Total: Sum? (F3)"]
    assert main.main(["trigger", "--list"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "question Total: asks Sum?"
    for words, reason in (
        (("question", "Nothing"), "There is no question Nothing. Try edge-assistant settings list."),
        (("question",), "Which question? Write its name after question."),
        (("window", "Total"), "There is no action window Total. Try edge-assistant trigger --list."),
    ):
        assert main.main(["trigger", *words]) == 2
        assert capsys.readouterr().err == f"{reason}\n"
    heard: list[str] = []
    server = IpcServer(default_endpoint(), lambda text: heard.append(text) or "")
    try:
        assert main.main(["trigger", "question", "free", "SEAT"]) == 0
    finally:
        server.close()
    assert heard == ["question Free seat"]
    assert question_text("total") == "Sum?"
