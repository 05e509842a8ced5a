"""Tests of the doctor command, with fake backends for other machines."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.waiting import PATIENCE

from edge_assistant import __version__
from edge_assistant.assistant import factory
from edge_assistant.capture import backends, qt_subprocess
from edge_assistant.cli import doctor
from edge_assistant.cli.doctor import capture_findings
from edge_assistant.cli.finding import Finding, State, try_part
from edge_assistant.models.memory_estimate import needed_bytes
from edge_assistant.models.resolver import resolve
from edge_assistant.models.vision_towers import VisionTowers
from edge_assistant.ocr import availability, model_files, self_test
from edge_assistant.settings.schema import Settings
from edge_assistant.speech.speaker import Speaker
from edge_assistant.system import cpu, paths
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import CancelledError
from edge_assistant.tuning import profile
from edge_assistant.tuning.profile import TuningProfile

PARTS = ["Screen capture", "Window title", "Session", "Clipboard", "Cameras"]


def found() -> dict[str, Finding]:
    return {finding.part: finding for finding in capture_findings()}


@pytest.fixture(autouse=True)
def _no_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qt_subprocess, "check_clipboard", lambda: "The clipboard can be read.")
    monkeypatch.setattr(qt_subprocess, "query_cameras", lambda: ("Front", "Back"))


def use(monkeypatch: pytest.MonkeyPatch, name: str, **changes: object) -> None:
    backend = next(backend for backend in backends.BACKENDS if backend.name == name)
    monkeypatch.setattr(doctor.backends, "choose_backend", lambda: replace(backend, **changes))  # type: ignore[arg-type]


class Screen:
    def check(self) -> str:
        return "It can be read."


class Nowhere:
    def active(self) -> None:
        return None


def test_every_capture_is_reported_where_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, "X11", make_screen=Screen, make_windows=Nowhere, is_locked=lambda: False)
    assert list(found()) == PARTS
    assert all(finding.works for finding in found().values())
    assert found()["Screen capture"].sentence == "X11: It can be read."
    assert found()["Window title"].sentence == "No window is active now."
    assert found()["Cameras"].sentence == "1: Front. 2: Back."


def test_on_wayland_there_is_no_active_window_and_what_happens_instead_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, "Wayland", make_screen=Screen, is_locked=lambda: True)
    assert found()["Window title"].state == "none"
    assert "whole screen" in found()["Window title"].sentence
    assert "locked" in found()["Session"].sentence


def test_without_a_display_each_capture_says_so_and_cameras_work(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(backends, "session_facts", lambda: backends.SessionFacts("linux"))
    for part in ("Screen capture", "Window title", "Session"):
        assert not found()[part].works
        assert "no display" in found()[part].sentence
    assert found()["Cameras"].works


def test_no_camera_is_no_surprise_but_a_way_to_mend_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qt_subprocess, "query_cameras", tuple)
    assert found()["Cameras"] == Finding("Cameras", "none", "No camera was found. Connect one, or turn it on.")


def test_it_is_said_which_vision_tower_is_used_and_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = resolve(model="demo", mmproj=None, think=False, preferred=None, weights_dir=None)
    for path in (found.model, found.mmproj):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    model = replace(found, model=tmp_path / found.model.name, mmproj=tmp_path / found.mmproj.name, demo=False)
    monkeypatch.setattr(cpu, "best_instructions", lambda: "avx2")

    def words(*, quick_tower: bool = True, least_bytes: int = 0) -> str:
        monkeypatch.setattr(profile, "MIN_TOWER_BYTES", least_bytes)
        choice = profile.load_profile(model, quick_tower=quick_tower)
        return doctor.describe_tower(model, choice, quick_tower=quick_tower)

    assert "until the app has made" in words()
    assert "it is best here" in words(least_bytes=10**9)
    path = VisionTowers().make(model.mmproj, "Q6_K", lambda data, *_: data, lambda _: None).path
    assert "Q6_K format, made here, is used" in words()
    assert "turned off in the settings" in words(quick_tower=False)
    profile.save_profile(model, TuningProfile(1, tower="Q6_K"))
    assert "Tune found that a vision encoder in Q6_K format" in words(quick_tower=False)
    path.unlink()
    assert "is missing" in words()
    profile.save_profile(model, TuningProfile(1))
    assert "it is best here" in words()


def test_a_cancel_silences_the_last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = threading.Event()

    class Talkative(Speaker):
        def start(self) -> None:
            pass

        def wait(self, _: float | None = None) -> bool:
            cancellation.set()
            return closed.wait(PATIENCE)

        def close(self) -> None:
            closed.set()

    cancellation = Cancellation()
    monkeypatch.setattr(factory, "Speaker", Talkative)
    monkeypatch.setattr(doctor, "findings", lambda _: iter(()))
    doctor.examine(cancellation, speak=True)
    assert closed.is_set()


def test_a_cancel_ends_it_before_the_next_part(monkeypatch: pytest.MonkeyPatch) -> None:
    def findings(_: Settings) -> Iterator[Finding]:
        cancellation.set()
        yield Finding("Model", "works", "It is ready.")
        pytest.fail("another part was tried")

    cancellation = Cancellation()
    monkeypatch.setattr(doctor, "findings", findings)
    with pytest.raises(CancelledError):
        doctor.examine(cancellation, speak=False)


class Listener(Speaker):
    """A speaker that keeps what it is to say."""

    said: list[str]

    def start(self) -> None:
        self.said = []
        heard.append(self)

    def say(self, text: str, *_: object, **__: object) -> None:
        self.said.append(text)

    def wait(self, _: float | None = None) -> bool:
        return True

    def close(self) -> None:
        pass


heard: list[Listener] = []


@pytest.mark.parametrize(
    ("engine", "verdict", "code"),
    [("works", "Pictures can be described on this computer.", 0), ("fails", "Pictures cannot be described", 3)],
)
def test_the_verdict_is_heard_first_then_what_fails_and_the_rest_by_names(
    engine: State, verdict: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [
        Finding("Model", "works", "It is ready."),
        Finding("Engine", engine, "It was tried."),
        Finding("Sound", "fails", "Turn it on."),
        Finding("Cameras", "none", "Plug one in."),
        Finding("Tray", "fails", "Turn it on."),
        Finding("Portal", "fails", "Turn it on."),
        Finding("Shortcuts", "not-tried", "Press them."),
    ]
    monkeypatch.setattr(factory, "Speaker", Listener)
    monkeypatch.setattr(doctor, "findings", lambda _: iter(found))
    assert doctor.examine(Cancellation(), speak=True) == code
    first, told, *rest = heard.pop().said
    assert first == "Every part is being tried."
    assert told.startswith(verdict)
    fails = ["Engine: does not work. It was tried."] if engine == "fails" else []
    works = "Model" if engine == "fails" else "Model, Engine"
    others = [f"These work: {works}.", "This computer does not have: Cameras.", "Not tried: Shortcuts."]
    assert rest == [*fails, "Sound: does not work. Turn it on. The same is true of: Tray, Portal.", *others]
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "Model: works. It is ready."
    assert printed[-1] == told


def test_a_test_build_is_named_first(monkeypatch: pytest.MonkeyPatch) -> None:
    assert next(doctor.findings(Settings())).part == "Model"
    monkeypatch.setattr(paths, "is_test_build", lambda: True)
    finding = next(doctor.findings(Settings()))
    assert finding.part == "Version"
    assert finding.sentence.startswith(f"This is a test build of {__version__}.")


def test_a_folder_of_weights_below_nobody_s_home_is_said() -> None:
    finding = next(doctor.findings(Settings(weights_folder="~nosuchuser/x")))
    assert not finding.works
    assert "The home folder in ~nosuchuser/x is not known." in finding.sentence


def test_a_drawn_line_is_really_recognised() -> None:
    finding = try_part("Text recognition", doctor._read_text)
    assert finding.works, finding.sentence
    assert re.fullmatch(r"A line was read in \d+ milliseconds\.", finding.sentence)


def test_a_picture_file_is_really_opened() -> None:
    assert try_part("Picture files", doctor._open_picture) == Finding(
        "Picture files", "works", "Picture files can be opened."
    )


def test_where_no_text_can_be_recognised_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_files, "find", lambda _: None)
    finding = try_part("Text recognition", doctor._read_text)
    assert not finding.works
    assert finding.sentence.startswith("The files that recognise text are missing. ")


def test_a_line_that_is_read_wrongly_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_test, "_LINE", "\u2302 \u2302")
    finding = try_part("Text recognition", doctor._read_text)
    assert not finding.works
    assert "cannot be trusted" in finding.sentence


def test_the_memory_is_told_as_the_load_will_find_it(monkeypatch: pytest.MonkeyPatch) -> None:
    model = resolve(model="demo", mmproj=None, think=False, preferred=None, weights_dir=None)
    free = needed_bytes(model, 4096)
    monkeypatch.setattr(doctor.memory, "available_bytes", lambda: free)
    monkeypatch.setattr(availability, "WORKER_BYTES", free - needed_bytes(model, 1024))
    assert "A smaller context of 1024 tokens fits, and is used." in doctor._check_memory(model, 4096).sentence
    monkeypatch.setattr(model_files, "find", lambda _: None)
    assert "smaller" not in doctor._check_memory(model, 4096).sentence


def test_the_window_library_is_tried_with_all_that_it_needs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert doctor._check_window_library() == Finding(
        "Window", "works", "The library for the app's windows can be loaded."
    )
    if sys.platform == "linux":
        (tmp_path / "libEGL.so.1").touch()  # found before the system's, and of no use
        monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
        finding = doctor._check_window_library()
        assert finding.state == "fails"
        assert "libEGL.so.1 is missing and needed here." in finding.sentence
