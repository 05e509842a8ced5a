"""Start at login, on Linux for real in a folder of the test's, elsewhere with stand-ins."""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from support.platforms import DEVICES, LINUX_DESKTOP, lacks, skip_without

from edge_assistant.system.autostart import (
    Autostart,
    LinuxAutostart,
    MacAutostart,
    WindowsAutostart,
    get_autostart,
    program_command,
    set_autostart,
)


class Registry:
    """As much of winreg as is used, over a dictionary."""

    HKEY_CURRENT_USER, KEY_SET_VALUE, REG_SZ = object(), 2, 1

    def __init__(self) -> None:
        self.keys: dict[str, dict[str, Any]] = {}

    def OpenKey(self, _: object, name: str, *_rest: int) -> Key:
        return Key(self.keys[name]) if name in self.keys else missing()

    def CreateKey(self, _: object, name: str) -> Key:
        return Key(self.keys.setdefault(name, {}))

    def QueryValueEx(self, key: Key, name: str) -> tuple[Any, int]:
        return (key.values[name], self.REG_SZ) if name in key.values else missing()

    def SetValueEx(self, key: Key, name: str, _: int, kind: int, value: str) -> None:
        assert kind == self.REG_SZ
        key.values[name] = value

    def DeleteValue(self, key: Key, name: str) -> None:
        if key.values.pop(name, None) is None:
            missing()


class Key:
    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def __enter__(self) -> Key:
        return self

    def __exit__(self, *_: object) -> None: ...


def missing() -> Any:
    raise FileNotFoundError


@pytest.fixture(params=["linux", "win32", "darwin"])
def at_login(request: pytest.FixtureRequest, tmp_path: Path) -> Autostart:
    return {
        "linux": lambda: LinuxAutostart(tmp_path / "autostart"),
        "win32": lambda: WindowsAutostart(Registry()),
        "darwin": lambda: MacAutostart(tmp_path / "LaunchAgents"),
    }[request.param]()


def test_it_is_off_until_it_is_turned_on_and_off_again_afterwards(at_login: Autostart) -> None:
    assert not at_login.is_enabled()
    set_autostart(False, at_login, ["edge"])
    set_autostart(True, at_login, ["edge"])
    assert at_login.is_enabled()
    set_autostart(True, at_login, ["edge"])
    set_autostart(False, at_login, ["edge"])
    assert not at_login.is_enabled()
    at_login.disable()


def test_a_desktop_that_turned_it_off_is_believed(tmp_path: Path) -> None:
    at_login = LinuxAutostart(tmp_path)
    at_login.enable(["edge"])
    (file,) = tmp_path.iterdir()
    whole = file.read_text(encoding="utf-8")
    for text in (whole.replace("enabled=true", "enabled=false"), f"{whole}Hidden=true\n", "nonsense"):
        file.write_text(text, encoding="utf-8")
        assert not at_login.is_enabled()


@lacks(LINUX_DESKTOP)
def test_the_command_arrives_whatever_letters_it_has(tmp_path: Path) -> None:
    if shutil.which("gio") is None:
        skip_without("gio, of libglib2.0-bin,")
    written = tmp_path / "out file"
    script = tmp_path / 'a "b" $c `d` é.sh'
    script.write_text(f'#!/bin/sh\nprintf %s "$1" > "{written}"\n', encoding="utf-8")
    script.chmod(0o755)
    LinuxAutostart(tmp_path / "autostart").enable([str(script), '100 % of "two" words'])
    subprocess.run(["gio", "launch", tmp_path / "autostart" / "edge-assistant.desktop"], check=True, timeout=30)
    for _ in range(300):
        if written.exists() and written.read_text(encoding="utf-8"):
            break
        subprocess.run(["sleep", "0.05"], check=True)
    assert written.read_text(encoding="utf-8") == '100 % of "two" words'


def test_windows_gets_one_command_line_and_the_mac_a_list(tmp_path: Path) -> None:
    command = [r"C:\Program Files\edge.exe", "app"]
    registry = Registry()
    WindowsAutostart(registry).enable(command)
    ((values),) = registry.keys.values()
    assert values == {"Edge Assistant": '"C:\\Program Files\\edge.exe" app'}
    MacAutostart(tmp_path).enable(command)
    (file,) = tmp_path.iterdir()
    agent = plistlib.loads(file.read_bytes())
    assert agent["ProgramArguments"] == command
    assert agent["RunAtLoad"] is True


_RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
_APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"


@pytest.mark.parametrize(("first_byte", "enabled"), [(2, True), (6, True), (3, False), (7, False), (1, False)])
def test_what_the_person_turned_off_in_the_task_manager_is_believed(first_byte: int, enabled: bool) -> None:
    registry = Registry()
    at_login = WindowsAutostart(registry)
    at_login.enable(["edge"])
    registry.keys[_APPROVED] = {"Edge Assistant": bytes([first_byte, *bytes(11)]), "Another": bytes([3])}
    assert at_login.is_enabled() is enabled
    at_login.enable(["edge"])
    assert at_login.is_enabled(), "turned on again here, it starts again"
    assert set(registry.keys[_APPROVED]) == {"Another"}


@pytest.mark.parametrize("odd", ["text", b"", 3, None])
def test_an_entry_of_another_kind_turns_nothing_off(odd: Any) -> None:
    registry = Registry()
    registry.keys[_APPROVED] = {"Edge Assistant": odd}
    registry.keys[_RUN] = {"Edge Assistant": "edge"}
    assert WindowsAutostart(registry).is_enabled()


@pytest.mark.skipif(sys.platform != "win32", reason="needs a registry")
def test_in_the_real_registry_any_letters_arrive() -> None:
    import winreg

    command = [r"C:\Users\Ольга 日本\edge assistant\edge-assistantw.exe", "a b"]
    at_login = WindowsAutostart()
    assert not at_login.is_enabled()
    at_login.enable(command)
    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, _RUN) as key:
            found = winreg.QueryValueEx(key, "Edge Assistant")
        assert found == (f'"{command[0]}" "a b"', winreg.REG_SZ)
        assert at_login.is_enabled()
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, _APPROVED) as key:
            winreg.SetValueEx(key, "Edge Assistant", 0, winreg.REG_BINARY, bytes([3, *bytes(11)]))
        assert not at_login.is_enabled()
    finally:
        at_login.disable()
    assert not at_login.is_enabled()
    at_login.enable(command)
    assert at_login.is_enabled()
    at_login.disable()


def test_each_system_has_its_own_place(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    assert isinstance(get_autostart("win32", home), WindowsAutostart)
    get_autostart("darwin", home).enable(["edge"])
    get_autostart("linux", home).enable(["edge"])
    get_autostart("linux", {**home, "XDG_CONFIG_HOME": str(tmp_path / "conf")}).enable(["edge"])
    found = {each.relative_to(tmp_path).as_posix() for each in tmp_path.rglob("edge-assistant*")}
    assert found == {
        "Library/LaunchAgents/edge-assistant.plist",
        ".config/autostart/edge-assistant.desktop",
        "conf/autostart/edge-assistant.desktop",
    }


def test_the_program_is_started_by_its_own_command(tmp_path: Path) -> None:
    python = tmp_path / "python"
    for platform in ("linux", "darwin"):
        assert program_command(str(python), frozen=True, platform=platform) == [str(python)]
        assert program_command(str(python), frozen=False, platform=platform) == [str(python), "-m", "edge_assistant"]
    (tmp_path / "edge-assistant").touch()
    (tmp_path / "edge-assistantw").touch()
    assert program_command(str(python), frozen=False, platform="linux") == [str(tmp_path / "edge-assistant")]


def test_on_windows_it_is_started_without_a_console_window(tmp_path: Path) -> None:
    def command(name: str, *, frozen: bool) -> list[str]:
        started = program_command(str(tmp_path / name), frozen=frozen, platform="win32")
        return [str(Path(started[0]).relative_to(tmp_path)), *started[1:]]

    assert command("python.exe", frozen=False) == ["python.exe", "-m", "edge_assistant"], "nothing better is there"
    (tmp_path / "pythonw.exe").touch()
    assert command("python.exe", frozen=False) == ["pythonw.exe", "-m", "edge_assistant"]
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "edge-assistantw.exe").touch()
    assert command("python.exe", frozen=False) == [str(Path("scripts", "edge-assistantw.exe"))]
    assert command("edge-assistant.exe", frozen=True) == ["edge-assistant.exe"]
    (tmp_path / "edge-assistantw.exe").touch()
    assert command("python.exe", frozen=False) == ["edge-assistantw.exe"]
    assert command("edge-assistant.exe", frozen=True) == ["edge-assistantw.exe"]


@lacks(DEVICES)
def test_a_pipe_in_place_of_the_desktop_file_is_not_waited_for_and_starts_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "edge-assistant.desktop")
    at_login = LinuxAutostart(tmp_path)
    found: list[bool] = []
    thread = threading.Thread(target=lambda: found.append(at_login.is_enabled()), daemon=True)
    thread.start()
    thread.join(10)
    assert found == [False]
    set_autostart(True, at_login, ["edge"])
    assert at_login.is_enabled()


def test_without_a_home_the_desktop_file_is_not_looked_for_in_the_current_folder(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": "relative"}
    set_autostart(True, get_autostart("linux", environ), ["edge"])
    assert (tmp_path / ".config/autostart/edge-assistant.desktop").is_file()
    assert not get_autostart("linux", {}).is_enabled()
