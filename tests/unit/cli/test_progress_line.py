"""The line that redraws itself: where it is drawn, and that it is gone before anything else is printed."""

from __future__ import annotations

import pytest
from support.stand_in_terminal import stand_in_terminal

from edge_assistant.cli.progress_line import ProgressLine


def drawn(line: ProgressLine) -> None:
    line.show("Loading", 0.5)
    line.clear()


def test_it_is_drawn_and_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = stand_in_terminal(monkeypatch)
    line = ProgressLine(wanted=True)
    line.clear()
    assert terminal.getvalue() == ""
    drawn(line)
    _, text, cleared = terminal.getvalue().split("\r\x1b[K")
    assert text.startswith("Loading:  50%|")
    assert (len(text), cleared) == (79, "")


def test_it_is_not_drawn_where_it_is_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = stand_in_terminal(monkeypatch)
    drawn(ProgressLine(wanted=False))
    assert terminal.getvalue() == ""


def test_it_is_not_drawn_while_a_screen_reader_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = stand_in_terminal(monkeypatch, screen_reader=True)
    drawn(ProgressLine(wanted=True))
    assert terminal.getvalue() == ""


def test_it_is_not_drawn_on_a_dumb_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = stand_in_terminal(monkeypatch)
    monkeypatch.setenv("TERM", "dumb")
    drawn(ProgressLine(wanted=True))
    assert terminal.getvalue() == ""


def test_it_is_not_drawn_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    drawn(ProgressLine(wanted=True))
    assert capsys.readouterr() == ("", "")


def test_a_long_name_never_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = stand_in_terminal(monkeypatch)
    ProgressLine(wanted=True).show_bytes("x" * 200, 1, 2, None)
    assert len(terminal.getvalue().split("\r\x1b[K")[1]) <= 79
