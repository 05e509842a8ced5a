"""The process that draws: what is told where it fails, where there are no fonts or no Qt, and when it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import pytest
from support.platforms import LINUX_FONTS, lacks, skip_without

from edge_assistant.drawn_screens import drawing
from edge_assistant.drawn_screens.drawing import draw_screens
from edge_assistant.drawn_screens.jobs import Job, plan_jobs
from edge_assistant.drawn_screens.truth import SkippedLanguage
from edge_assistant.system.errors import CancelledError, DoesNotFitError, EngineError, InputError
from edge_assistant.system.installation import reinstall_advice


def die(_: Connection, __: Sequence[Job]) -> None:
    os._exit(6)


def die_of_memory(_: Connection, __: Sequence[Job]) -> None:
    print("terminate called after throwing an instance of 'std::bad_alloc'", flush=True)
    os._exit(6)


def hang(connection: Connection, _: Sequence[Job]) -> None:
    connection.recv()


def children() -> list[psutil.Process]:
    """The processes that draw; what recognises text or decodes pictures in the tests before may still be there."""
    workers = [each for each in psutil.Process().children() if "multiprocessing.spawn" in " ".join(each.cmdline())]
    return [each for each in workers if sys.platform != "linux" or each.name() not in ("edge-ocr", "edge-pictures")]


def test_nothing_asked_is_nothing_drawn() -> None:
    assert list(draw_screens(())) == []
    assert list(draw_screens(languages=())) == []


def test_a_process_that_dies_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_serve", die)
    with pytest.raises(EngineError, match="could not be drawn") as failure:
        next(draw_screens())
    assert failure.value.code == "no-screens"


def test_a_process_that_gets_no_memory_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_serve", die_of_memory)
    with pytest.raises(DoesNotFitError, match="not enough memory"):
        next(draw_screens())


def test_a_process_that_hangs_is_given_up_and_can_be_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_serve", hang)
    asked = iter((False, False, True))
    with pytest.raises(CancelledError):
        next(draw_screens(is_cancelled=lambda: next(asked)))
    monkeypatch.setattr(drawing, "_TIMEOUT_S", 0.2)
    with pytest.raises(EngineError, match="could not be drawn"):
        next(draw_screens())
    assert not children()


def test_the_process_ends_with_the_last_screen_that_is_wanted() -> None:
    screens = draw_screens(("blank",), count=50)
    assert next(screens).name == "blank-en-0"
    assert len(children()) == 1
    screens.close()  # type: ignore[attr-defined]
    assert not children()


def test_without_qt_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("edge_assistant.drawn_screens.qt")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "PySide6", None)
    monkeypatch.setitem(sys.modules, "PySide6.QtCore", None)
    monkeypatch.setitem(sys.modules, "PySide6.QtWidgets", None)
    monkeypatch.setitem(sys.modules, "PySide6.QtGui", None)
    here, there = Pipe()
    drawing._serve(there, plan_jobs(("dialog",), ("en",), 0, 1))
    kind, code, sentence = here.recv()
    assert (kind, code) == ("input", "not-installed")
    assert sentence == f"PySide6 is missing and needed here. {reinstall_advice()}"


@lacks(LINUX_FONTS)
def test_without_fonts_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FONTCONFIG_FILE", str(fonts(tmp_path, "")))
    with pytest.raises(InputError, match="no fonts") as failure:
        next(draw_screens(("dialog",)))
    assert failure.value.code == "no-fonts"


@lacks(LINUX_FONTS)
def test_a_language_without_letters_is_left_out_and_told_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of the fonts only one without Arabic letters is left."""
    found = sorted(Path("/usr/share/fonts").rglob("DejaVuSerif.ttf"))
    if not found:
        skip_without("DejaVu Serif")
    (tmp_path / "only").mkdir()
    (tmp_path / "only" / "DejaVuSerif.ttf").symlink_to(found[0])
    monkeypatch.setenv("FONTCONFIG_FILE", str(fonts(tmp_path, "only")))
    skipped: list[SkippedLanguage] = []
    screens = list(draw_screens(("dialog",), languages=("ar", "ru"), count=2, on_skip=skipped.append))
    assert [screen.name for screen in screens] == ["dialog-ru-0", "dialog-ru-1"]
    assert {screen.font for screen in screens} == {"DejaVu Serif"}
    assert [each.language for each in skipped] == ["ar"]
    assert skipped[0].reason == "No font on this computer has the letters of this language, so it is left out."


def test_a_language_without_phrases_is_left_out_and_told_once() -> None:
    skipped: list[SkippedLanguage] = []
    screens = list(draw_screens(("blank",), languages=("tlh", "en"), count=2, on_skip=skipped.append))
    assert [screen.name for screen in screens] == ["blank-en-0", "blank-en-1"]
    assert skipped == [SkippedLanguage("tlh", "No screens are drawn in this language yet.")]


def fonts(folder: Path, inside: str) -> Path:
    """A configuration of fontconfig that knows one folder only."""
    path = folder / "fonts.conf"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{folder / (inside or 'none')}</dir><cachedir>{folder / 'cache'}</cachedir></fontconfig>",
        encoding="utf-8",
    )
    return path
