"""Crash reports of Windows, asked of libraries that stand in for the real ones where there are none."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

import pytest
from support.platforms import windows_only

from edge_assistant.system import windows_crash

_E_ACCESSDENIED = -2147024891  # 0x80070005 as an HRESULT


class System:
    """As kernel32 and wer: `answer` is the HRESULT of all that has one."""

    def __init__(self, answer: int = 0) -> None:
        self.answer = answer
        self.mode = 0x8000  # SEM_NOOPENFILEERRORBOX, from whoever started the program
        self.flags = 0
        self.excluded: list[tuple[str, int]] = []

    def GetErrorMode(self) -> int:
        return self.mode

    def SetErrorMode(self, mode: int) -> int:
        old, self.mode = self.mode, mode
        return old

    def WerSetFlags(self, flags: int) -> int:
        self.flags = flags
        return self.answer

    def WerAddExcludedApplication(self, name: str, all_users: int) -> int:
        self.excluded.append((name, all_users))
        return self.answer


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")


@pytest.mark.usefixtures("windows")
def test_a_crash_shows_no_message_box_and_reports_no_memory() -> None:
    system = System()
    windows_crash.forbid_crash_reports(system)
    assert system.mode == 0x8003, "what the mode was before stays"
    assert system.flags == 1


@pytest.mark.usefixtures("windows")
def test_only_this_person_s_reports_about_our_own_file_are_excluded() -> None:
    system = System()
    windows_crash.exclude_program(Path("C:/Programs/Ольга/edge-assistantw.exe"), system)
    assert system.excluded == [("edge-assistantw.exe", False)]


@pytest.mark.usefixtures("windows")
def test_a_refusal_is_logged_and_ends_nothing(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("INFO")
    windows_crash.forbid_crash_reports(System(_E_ACCESSDENIED))
    windows_crash.exclude_program(Path("edge-assistant.exe"), System(_E_ACCESSDENIED))
    assert caplog.text.count("0x80070005") == 2

    def lacks_it() -> System:
        raise FileNotFoundError("wer")

    monkeypatch.setattr(windows_crash, "_wer", lacks_it)
    windows_crash.exclude_program(Path("edge-assistant.exe"))
    assert "there are no crash reports" in caplog.text


def test_elsewhere_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    system = System()
    windows_crash.forbid_crash_reports(system)
    windows_crash.exclude_program(Path("edge-assistant"), system)
    assert (system.mode, system.flags, system.excluded) == (0x8000, 0, [])


@windows_only
def test_windows_does_as_it_is_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    windows_crash.forbid_crash_reports()
    assert windows_crash._kernel32().GetErrorMode() & 3 == 3
    name = "edge-assistant-test.exe"
    windows_crash.exclude_program(Path(name))
    remove = windows_crash.load_library("wer").WerRemoveExcludedApplication
    remove.argtypes, remove.restype = (ctypes.c_wchar_p, ctypes.c_int), ctypes.c_int32
    assert remove(name, False) == 0
    assert caplog.text == ""
