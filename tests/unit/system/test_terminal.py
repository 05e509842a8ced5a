"""Letters of any language are printed whatever code the system has, and escape codes only where they are obeyed."""

from __future__ import annotations

import ctypes
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.stand_in_terminal import stand_in_terminal
from support.standard_input import read_from_stdin

from edge_assistant.assistant.events import SentenceEvent, StageEvent, TokenEvent, cancelled
from edge_assistant.cli.output import TextOutput
from edge_assistant.system import paths, terminal
from edge_assistant.system.errors import InputError, UsageError


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("--help", "überprüfen"),
        ("trigger --list", "zählt"),
        ("settings list", "für"),
        ("models list", "überprüft"),
    ],
)
def test_redirected_output_is_utf_8_even_where_the_system_writes_another_code(
    command: str, words: str, repository: Path
) -> None:
    """As on Windows, whose redirected output is cp1252 and strict; ASCII lacks even more."""
    settings = paths.config_dir() / "settings.toml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text('language = "de"')
    run = subprocess.run(
        [sys.executable, "-m", "edge_assistant", *command.split()],
        cwd=repository,
        env=os.environ | {"PYTHONIOENCODING": "ascii:strict"},
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert run.stderr == b""
    assert words in run.stdout.decode("utf-8")


class Stream(io.StringIO):
    """What Windows' isatty says yes to: a console, or the null device."""

    def __init__(self, handle: int) -> None:
        super().__init__()
        self.handle = handle

    def isatty(self) -> bool:
        return True


class Kernel32:
    """As the system's: the handle of a console has a mode, that of the null device has none, an old one no escapes."""

    def __init__(self, modes: dict[int, int], known: int = 0xFFFF) -> None:
        self.modes = modes
        self.typed = "d"
        self._known = known

    def FlushConsoleInputBuffer(self, handle: int) -> int:
        assert handle in self.modes
        self.typed = ""
        return 1

    def GetConsoleMode(self, handle: int, mode: Any) -> int:
        if handle not in self.modes:
            return 0
        ctypes.cast(mode, ctypes.POINTER(ctypes.c_uint32))[0] = self.modes[handle]
        return 1

    def SetConsoleMode(self, handle: int, mode: int) -> int:
        if handle not in self.modes or mode & ~self._known:
            return 0
        self.modes[handle] = mode
        return 1


_CONSOLE, _NULL = 0x54, 0x58
_USUAL = 0x3  # ENABLE_PROCESSED_OUTPUT, ENABLE_WRAP_AT_EOL_OUTPUT


@pytest.fixture
def kernel32(monkeypatch: pytest.MonkeyPatch) -> Kernel32:
    """Windows' console, which has a mode; the null device has none."""
    system = Kernel32({_CONSOLE: _USUAL})
    monkeypatch.setattr(terminal, "_kernel32", lambda: system)
    monkeypatch.setattr(terminal, "_handle", lambda stream: stream.handle)
    return system


@pytest.mark.usefixtures("kernel32")
def test_windows_null_device_is_no_terminal() -> None:
    assert terminal.is_terminal(Stream(_CONSOLE))
    assert not terminal.is_terminal(Stream(_NULL))
    assert not terminal.supports_escapes(Stream(_NULL))


@pytest.mark.usefixtures("kernel32")
def test_nothing_at_standard_input_is_told_as_that() -> None:
    class Bytes(io.BytesIO):
        handle = _NULL

        def isatty(self) -> bool:
            return True

    empty = Bytes()
    with pytest.raises(InputError, match="empty"):
        read_from_stdin(empty)
    empty.handle = _CONSOLE
    with pytest.raises(UsageError, match="terminal"):
        read_from_stdin(empty)


def test_what_was_typed_at_windows_console_can_be_forgotten(kernel32: Kernel32) -> None:
    terminal.discard_typed(Stream(_CONSOLE))
    assert kernel32.typed == ""


def test_windows_console_is_told_to_obey_escape_codes(kernel32: Kernel32) -> None:
    assert terminal.supports_escapes(Stream(_CONSOLE))
    assert kernel32.modes[_CONSOLE] == _USUAL | 0x4


def test_an_old_console_gets_no_escape_codes_and_no_line_that_renews_itself(
    kernel32: Kernel32, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kernel32._known = _USUAL
    console = Stream(_CONSOLE)
    monkeypatch.setattr("sys.stderr", console)
    output = TextOutput()
    output.show(StageEvent(0, "encode", 0.5))
    output.show(TokenEvent(0, "thinking", "Let me see."))
    output.show(SentenceEvent(0, "An apple."))
    output.show(cancelled(0, "What?"))
    assert console.getvalue() == "Let me see.\n"
    assert capsys.readouterr().out == "An apple.\n"


def test_styles_are_on_terminals_only_and_not_without_colours(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal.print_state("Model", "works", "green", "It is\x1b[2J ready.")
    assert capsys.readouterr().out == "Model: works. It is ready.\n"
    shown = stand_in_terminal(monkeypatch, "stdout")
    terminal.print_state("Model", "works", "green", "It is\x1b[2J ready.")
    terminal.print_heading("German (de)")
    monkeypatch.setenv("NO_COLOR", "1")
    terminal.print_state("Model", "works", "green", "It is ready.")
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    terminal.print_heading("German (de)")
    assert shown.getvalue().splitlines() == [
        "Model: \x1b[32mworks\x1b[0m. It is ready.",
        "\x1b[1mGerman (de)\x1b[0m",
        "Model: works. It is ready.",
        "German (de)",
    ]
