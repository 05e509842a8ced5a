"""The name by which Windows' taskbar knows the program."""

from __future__ import annotations

import sys

import pytest
from support.platforms import windows_only

from edge_assistant.system.windows_app_id import APP_ID, set_app_id

_E_INVALIDARG = -2147024809  # 0x80070057 as an HRESULT


class Shell32:
    """As the system's: takes one name of a process, and refuses one with blanks or of more than 128 characters."""

    def __init__(self) -> None:
        self.name = ""

    def SetCurrentProcessExplicitAppUserModelID(self, name: str) -> int:
        if not name or len(name) > 128 or " " in name:
            return _E_INVALIDARG
        self.name = name
        return 0


def test_the_process_gets_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    system = Shell32()
    monkeypatch.setattr(sys, "platform", "win32")
    set_app_id(system)
    assert system.name == APP_ID


def test_a_frozen_program_keeps_the_name_that_its_shortcut_has(monkeypatch: pytest.MonkeyPatch) -> None:
    system = Shell32()
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    set_app_id(system)
    assert system.name == ""


def test_elsewhere_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    system = Shell32()
    monkeypatch.setattr(sys, "platform", "linux")
    set_app_id(system)
    assert system.name == ""


def test_a_refusal_is_only_logged(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    class Refuses(Shell32):
        def SetCurrentProcessExplicitAppUserModelID(self, name: str) -> int:  # noqa: ARG002
            return _E_INVALIDARG

    monkeypatch.setattr(sys, "platform", "win32")
    with caplog.at_level("INFO"):
        set_app_id(Refuses())
    assert "0x80070057" in caplog.text


@windows_only
def test_windows_takes_the_name(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        set_app_id()
    assert caplog.text == ""
