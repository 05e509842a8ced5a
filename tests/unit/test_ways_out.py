"""Text from outside on each of its ways out: terminal, JSON, voice and log; and that there are no others."""

from __future__ import annotations

import ast
import io
import json
import logging
import re
import sys
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.source_trees import nodes

from edge_assistant.assistant.answer_run import AnswerRun, ProgressAnnouncer
from edge_assistant.assistant.events import (
    DoneEvent,
    ErrorEvent,
    Event,
    NoticeEvent,
    SentenceEvent,
    TokenEvent,
    WindowEvent,
    cancelled,
)
from edge_assistant.assistant.reporter import AnswerReporter
from edge_assistant.capture import qt_subprocess
from edge_assistant.capture.targets import spoken_title
from edge_assistant.cli import main
from edge_assistant.cli.output import JsonOutput, TextOutput
from edge_assistant.cli.output_models import ModelsOutput
from edge_assistant.engine.messages import Done, TextDelta
from edge_assistant.models.library import ModelLibrary
from edge_assistant.models.progress import TransferProgress
from edge_assistant.settings.schema import Settings
from edge_assistant.speech import probe
from edge_assistant.speech.messages import SystemVoice
from edge_assistant.speech.qt_announcer import AnnouncedReader
from edge_assistant.speech.screen_reader import ScreenReaderOrVoice
from edge_assistant.speech.speaker import Speaker
from edge_assistant.system import ipc, paths, terminal
from edge_assistant.system import logger as log
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import InputError
from edge_assistant.system.terminal import print_error

HOSTILE = "evil \x1b]0;owned\x07\x1b[2J\x9b31m\u202e\x00\u2028n\u200came\ud83d"
HARMLESS = "evil  n\u200came\ufffd"
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
PACKAGE = Path(main.__file__).parents[1]


def run(capsys: pytest.CaptureFixture[str], *arguments: str, exit_code: int = 0) -> str:
    """What a command printed, on either stream; nothing of it commands the terminal."""
    assert main.main(arguments) == exit_code
    shown = capsys.readouterr()
    assert not RAW.search(shown.out + shown.err)
    return shown.out + shown.err


def test_a_setting_is_printed_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    path = paths.config_dir() / "settings.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    value = "evil \u202e\u2028n\u200came\u200b"
    path.write_text(f"voice = {json.dumps(value)}\nweights_folder = {json.dumps('x' * 4000)}\n")
    assert tomllib.loads(path.read_text())["voice"] == value
    listed = run(capsys, "settings", "list")
    assert "voice: evil  n\u200came. " in listed
    assert max(map(len, listed.splitlines())) < 600
    assert run(capsys, "settings", "get", "voice") == "evil  n\u200came\n"
    assert run(capsys, "settings", "get", "weights_folder") == f"{'x' * 4000}\n"
    assert run(capsys, "settings", "set", "camera", f"{value}x").startswith("camera is now: evil  n\u200camex.")


def test_a_setting_with_controls_is_refused_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    told = run(capsys, "settings", "set", "language", HOSTILE, exit_code=2)
    assert told == "language contains characters that are not text.\n"


def own_catalog(name: str, file: str) -> None:
    """A person's own list of weights that says `name` wherever it can, of a model in the file `file`."""
    path = ModelLibrary(None).own_catalog
    path.parent.mkdir(parents=True, exist_ok=True)
    said, model = json.dumps(name), json.dumps(file)
    path.write_text(
        f'[[source]]\nvariant = "instruct"\nlicence = {said}\nsource = {said}\n'
        f"[[source.model]]\nname = {said}\nfile = {model}\nquantisation = {said}\nbytes = 1\nram_bytes = 1\n"
        f"[[source.mmproj]]\nfile = {model}\nquantisation = {said}\nbytes = 1\n"
    )


def test_a_list_of_weights_is_printed_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    own_catalog("evil\u200b n\u200came", "model.gguf")
    assert "evil n\u200came, Instruct, evil n\u200came, " in run(capsys, "models", "list")
    lines = run(capsys, "models", "list", "--json").removesuffix("\n").split("\n")
    names = [json.loads(line)["name"] for line in lines]
    assert "evil\u200b n\u200came" in names, "a program gets the name that it can ask for"


@pytest.mark.parametrize("name", ["model.gguf", HOSTILE.replace("\ud83d", "").replace("\x00", "")])
def test_a_list_with_hostile_names_is_refused_harmless(capsys: pytest.CaptureFixture[str], name: str) -> None:
    own_catalog(HOSTILE.replace("\ud83d", "").replace("\x00", ""), name)
    assert "[[source]] number 1: " in run(capsys, "models", "list")


def test_a_list_of_weights_that_is_damaged_is_told_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    path = ModelLibrary(None).own_catalog
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"[[source]]\nvariant = {json.dumps('evil' + chr(0x200B) + 'x' * 240)}\n")
    told = run(capsys, "models", "list")
    assert "unknown variant evilxxx" in told
    assert max(map(len, told.splitlines())) < 600


def test_names_of_cameras_and_voices_are_printed_harmless(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qt_subprocess, "query_cameras", lambda: (HOSTILE, "x" * 1_000_000))
    first, second = run(capsys, "cameras").splitlines()
    assert first == f"1: {HARMLESS}"
    assert len(second) < 210
    monkeypatch.setattr(probe, "list_voices", lambda: [SystemVoice(HOSTILE, HOSTILE, (HOSTILE,), None)])
    assert run(capsys, "voices").endswith(f"\n  {HARMLESS}: {HARMLESS} ({HARMLESS})\n")


def test_what_the_running_program_answers_is_printed_harmless(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ipc, "send", lambda *_: f"A\x1b[2J\x9bmB{HOSTILE[-1]}")
    assert run(capsys, "trigger", "status") == "AB\ufffd\n"


def test_a_title_is_told_short_and_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    for title, words in ((HOSTILE, HARMLESS), ("\u202egpj.exe " + "x" * 1_000_000, None)):
        event = WindowEvent(0, title, 0, 0, 1, 1)
        TextOutput().show(event)
        shown = capsys.readouterr().err
        assert not RAW.search(shown)
        assert len(shown) < 210
        JsonOutput().show(event)
        line = capsys.readouterr().out
        assert not RAW.search(line)
        assert json.loads(line)["title"] == shown.removesuffix("\n")
        assert not RAW.search(spoken_title(title))
        assert words is None or shown == f"{words}\n"


def test_a_title_keeps_its_joiners_when_it_is_spoken() -> None:
    assert (
        spoken_title("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645")
        == "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    )


def test_notices_and_errors_are_told_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    for event in (NoticeEvent(0, "a", HOSTILE), ErrorEvent(0, "a", str(InputError(HOSTILE)), "input")):
        for output in (TextOutput(), JsonOutput()):
            output.show(event)
            shown = capsys.readouterr()
            assert not RAW.search(shown.out + shown.err)
            assert "evil" in shown.out + shown.err
    print_error(HOSTILE)
    assert capsys.readouterr().err == HARMLESS.replace("  ", " \n") + "\n"


def test_progress_names_its_file_harmless(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(terminal, "supports_escapes", lambda stream: stream is screen)
    monkeypatch.setattr("sys.stderr", screen)
    output = ModelsOutput(Settings(), Cancellation(), speak=False, as_json=False)
    output.progress("pull", HOSTILE, TransferProgress(1, 1, None, None))
    assert screen.getvalue().startswith(f"\r\x1b[K{HARMLESS}: ")
    assert screen.getvalue().count("\x1b") == 1


class Heard:
    """A voice that notes down what it is to say."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str, **_: object) -> None:
        self.said.append(text)

    def stop(self) -> None:
        raise AssertionError("nothing was to be silenced")


def answered(*pieces: tuple[str, str]) -> tuple[list[Event], list[str], DoneEvent]:
    """What is told and said of an answer that the model writes in these pieces: their kind and their text."""
    events: list[Event] = []
    heard = Heard()
    reporter = AnswerReporter(heard, events.append, threading.Event())
    run = AnswerRun(0, "What?", 0, ProgressAnnouncer(reporter.announce_progress))
    for kind, text in pieces:
        reporter.handle_reply(run, TextDelta(1, kind, text))  # type: ignore[arg-type]
    answer, reasoning = ("".join(text for each, text in pieces if each == kind) for kind in ("answer", "thinking"))
    done = Done(1, answer, reasoning, "end", 0, 0, False, 0.0, 0.0, len(pieces), 1.0)
    reporter.finish(run, done)
    weights: Any = SimpleNamespace(variant="thinking", name="demo")
    return events, heard.said, run.done_event(weights, None, done)


def written(events: list[Event], kind: str) -> str:
    return "".join(event.text for event in events if isinstance(event, TokenEvent) and event.kind == kind)


def test_an_answer_is_the_same_on_the_screen_in_the_ear_and_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    text = "A d\x1b[31mog\x1b]0;owned\x07 runs \ud83d\ude00 \u202equickly.\nIt \x9b2Jbarks.\x1b"
    events, said, done = answered(
        ("thinking", "Let \x1b"), ("thinking", "[31mme see.\x1b]"), *(("answer", each) for each in text)
    )
    assert written(events, "answer") == done.answer == "A dog runs 😀 quickly.\nIt barks."
    assert done.reasoning == "Let me see."
    assert written(events, "thinking") == "Let me see."
    assert said == ["A dog runs quickly.", "It barks."]
    assert [event.text for event in events if isinstance(event, SentenceEvent)] == said
    for output in (TextOutput(), JsonOutput()):
        for event in (*events, done):
            output.show(event)
        assert not RAW.search(capsys.readouterr().out)


def test_an_answer_without_escapes_comes_piece_by_piece() -> None:
    events, said, _ = answered(("answer", "A "), ("answer", "dog."), ("answer", " It barks."))
    assert [event.text for event in events if isinstance(event, TokenEvent)] == ["A ", "dog.", " It barks."]
    assert said == ["A dog.", "It barks."]


def test_escapes_that_an_answer_writes_in_json_reach_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    events, said, done = answered(("answer", r'{"bbox_2d": [0, 0, 9, 9], "label": "\u001b]0;owned\u0007S\u009b2Jave"}'))
    assert [sentence.split(":")[0] for sentence in said] == ["Save"]
    output = TextOutput()
    for event in (*events, cancelled(0, "Where?")):
        output.show(event)
    shown = capsys.readouterr().out
    assert shown.startswith("Save: at the top left")
    assert not RAW.search(shown)
    assert "\\u001b" in done.answer


def test_speech_and_the_screen_reader_get_harmless_text() -> None:
    speaker = Speaker(on_notice=lambda *_: None)
    speaker.say(HOSTILE)
    assert [sentence.text for sentence in speaker._queue] == ["evil \nn\u200came "]
    speaker.say("\x1b[31m")  # nothing to be heard
    assert len(speaker._queue) == 1
    for text in ('<silence msec="60000"/>', "[[[slnc 60000]] A list"):
        speaker.say(text)
    assert [sentence.text for sentence in speaker._queue][1:] == [
        ' <silence msec="6 0 0 0 0"/>',
        "[ [ [slnc 6 0 0 0 0]] A list",
    ]
    announced: list[str] = []
    reader = AnnouncedReader(lambda text, **_: announced.append(text), lambda: True)
    voice = ScreenReaderOrVoice(speaker, reader, "screen-reader")
    voice.say(HOSTILE)
    assert announced == [HARMLESS.replace("  ", " \n")]


@pytest.fixture
def written_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The log file that the environment names, while it is written."""
    monkeypatch.setenv("EDGE_ASSISTANT_LOG", str(tmp_path / "log"))
    root, ours = logging.getLogger(), logging.getLogger("edge_assistant")
    before, level = list(root.handlers), ours.level
    log.set_up_logging()
    (handler,) = [each for each in root.handlers if each not in before and isinstance(each, logging.FileHandler)]
    yield tmp_path / "log"
    root.removeHandler(handler)
    handler.close()
    ours.setLevel(level)


def test_a_log_holds_no_escapes_and_no_lines_but_its_own(written_log: Path) -> None:
    logger = logging.getLogger("edge_assistant.test")
    logger.info("reading %s", f"{HOSTILE}\n2026-01-01 ERROR forged")
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        logger.debug("it failed", exc_info=True)
    text = written_log.read_text(encoding="utf-8")
    assert not RAW.search(text)
    assert "\\x1b[2J\\x9b31m" in text
    assert "\n2026-01-01 ERROR forged" not in text
    assert "\nTraceback" in text
    assert text.count("evil") == 1, "an error is told by its kind and place, not by what it quotes"


def test_a_log_tells_of_errors_what_they_are_and_nothing_that_they_quote(written_log: Path) -> None:
    logger = logging.getLogger("edge_assistant.test")
    quoted = "wombat"
    for error in (
        InputError(f"There is no {quoted}.png.", code="no-file"),
        FileNotFoundError(2, "No such file", f"{quoted}.png"),
        KeyError(quoted),
        ImportError("no module named numpy"),
        MemoryError("std::bad_alloc"),
    ):
        logger.info("it failed: %s", error)
        try:
            try:
                raise ValueError(quoted)
            except ValueError as cause:
                raise error from cause
        except Exception:
            logger.info("it failed", exc_info=True)
    text = written_log.read_text(encoding="utf-8")
    assert quoted not in text
    for told in ("InputError (no-file)", "FileNotFoundError: No such file", "KeyError\n", "numpy", "std::bad_alloc"):
        assert text.count(told) >= 2, told
    assert text.count("ValueError\n") == 5, "the cause too"
    if sys.platform != "win32":
        assert written_log.stat().st_mode & 0o077 == 0


TERMINAL = "moves the cursor and dims, with clean text between"
WORKER = "a worker's output, which goes to the log"
TRACE = "a worker's error without what it quotes, which goes to the log"
PRINTS = {
    "cli/output.py": TERMINAL,
    "cli/progress_line.py": TERMINAL,
    "system/terminal.py": "cleans what it prints",
    "engine/prompt_cache.py": WORKER,
    "ocr/worker.py": TRACE,
    "system/worker_process.py": TRACE,
    "speech/synthesis.py": WORKER,
    "speech/playback.py": WORKER,
    "speech/bundled_voice.py": WORKER,
    "speech/sapi_voice.py": WORKER,
    "speech/sapi_voices.py": WORKER,
}
"""The modules that may print by themselves, and why; all others use terminal.print_line, print_json and print_error."""

AS_BYTES = {"system/logger.py": "a sentence made by tr, before there is a stream", "engine/llama_model.py": WORKER}


def calls(source: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call in a module, by the name it is called by: "print", "sys.stdout.write"."""
    for node in nodes(source):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def leaks(path: str, source: str) -> list[str]:
    """Where a module of the package lets text out without cleaning it; `path` is relative to the package."""
    found = []
    for name, call in calls(source):
        where = f"{path}:{call.lineno} {name}"
        if name == "print" and path not in PRINTS:
            found.append(f"{where}: use terminal.print_line")
        if re.search(r"\bstd(out|err)(\.buffer)?\.write(lines)?$", name):
            found.append(f"{where}: use terminal.print_line")
        if name == "os.write" and ast.unparse(call.args[0]) in ("1", "2") and path not in AS_BYTES:
            found.append(f"{where}: use terminal.print_error")
        if name == "json.dumps" and path == "system/terminal.py":
            found.append(f"{where}: use text_cleaning.json_line")
        if name.startswith("logging.") and name.endswith("Formatter"):
            found.append(f"{where}: use logger.Formatter")
        if name == "QLabel" and path != "ui/plain_text.py" and not path.startswith("drawn_screens/"):
            found.append(f"{where}: use ui.plain_text.PlainLabel")
        if name.endswith(".setToolTip") and path != "ui/tray.py" and "tooltip(" not in ast.unparse(call.args[0]):
            found.append(f"{where}: use ui.plain_text.tooltip")
        if re.search(r"\b(setHtml|insertHtml|appendHtml|setMarkdown|insertMarkdown)$", name):
            found.append(f"{where}: text is shown as it is")
        if re.match(r"QMessageBox(\.|$)", name) and path != "ui/confirm.py":
            found.append(f"{where}: use ui.confirm.ask")
    return found


def test_all_text_leaves_through_the_ways_that_clean_it() -> None:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        found += leaks(path.relative_to(PACKAGE).as_posix(), path.read_text(encoding="utf-8"))
    assert not found, "\n".join(found)


def test_modules_that_may_print_still_do() -> None:
    for path in (*PRINTS, *AS_BYTES):
        names = {name for name, _ in calls((PACKAGE / path).read_text(encoding="utf-8"))}
        assert names & {"print", "os.write"}, path


@pytest.mark.parametrize(
    "line",
    [
        "print(name)",
        "sys.stderr.write(name)",
        "sys.stdout.buffer.write(name)",
        "os.write(1, name)",
        "logging.Formatter('x')",
        "QLabel(name)",
        "item.setToolTip(name)",
        "edit.setHtml(name)",
        "QMessageBox.warning(self, title, name)",
    ],
)
def test_a_new_way_out_is_found(line: str) -> None:
    assert len(leaks("new.py", line)) == 1
