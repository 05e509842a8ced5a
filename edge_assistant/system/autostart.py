"""Starting the program when the person logs in: one small class per operating system, chosen in `choose`."""

from __future__ import annotations

import configparser
import contextlib
import errno
import importlib
import os
import plistlib
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from edge_assistant.system.atomic_file import replace_file
from edge_assistant.system.paths import config_dir
from edge_assistant.system.regular_file import read_regular_text

_NAME = "Edge Assistant"
_MOST_BYTES = 65_536  # of a desktop file; ours has 150
_NO_FILE = frozenset((errno.EINVAL, errno.EFBIG, errno.ENXIO))  # a pipe, a folder, a device, or far too large
_STARTS_NOTHING = {"Hidden": "true"}


class Autostart(Protocol):
    """One operating system's way to start programs at login. All methods may raise OSError."""

    def is_on(self) -> bool:
        """Whether a program is started, whatever its command."""

    def turn_on(self, command: Sequence[str]) -> None:
        """Start `command` at each login, instead of what was started before."""

    def turn_off(self) -> None:
        """Start nothing any more."""


def program(executable: str = sys.executable, *, frozen: bool = getattr(sys, "frozen", False)) -> list[str]:
    """The command that starts this program anew."""
    if frozen:
        return [executable]
    script = Path(executable).with_name("edge-assistant.exe" if os.name == "nt" else "edge-assistant")
    return [str(script)] if script.exists() else [executable, "-m", "edge_assistant"]


def choose(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> Autostart:
    """`platform` is a `sys.platform` value."""
    if platform == "win32":
        return WindowsAutostart()
    if platform == "darwin":
        return MacAutostart(Path(environ.get("HOME", "")) / "Library/LaunchAgents")
    return LinuxAutostart(config_dir(platform=platform, environ=environ).parent / "autostart")


def follow(wanted: bool, at_login: Autostart, command: Sequence[str]) -> None:
    """Make the system do what the settings say. Raises OSError."""
    if wanted:
        at_login.turn_on(command)
    elif at_login.is_on():
        at_login.turn_off()


class LinuxAutostart:
    """A desktop file in the autostart folder (freedesktop.org's Desktop Application Autostart Specification)."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "edge-assistant.desktop"

    def is_on(self) -> bool:
        """Desktops turn it off by an entry in the file."""
        entry = self._entry()
        off = entry.get("Hidden", "").lower() == "true"
        return bool(entry) and not off and entry.get("X-GNOME-Autostart-enabled", "true").lower() != "false"

    def turn_on(self, command: Sequence[str]) -> None:
        """Write the file."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        lines = (
            "[Desktop Entry]",
            "Type=Application",
            f"Name={_NAME}",
            f"Exec={' '.join(map(_quoted, command))}",
            "Terminal=false",
            "X-GNOME-Autostart-enabled=true",
        )
        replace_file(self._file, ("\n".join(lines) + "\n").encode())

    def turn_off(self) -> None:
        """Remove the file."""
        self._file.unlink(missing_ok=True)

    def _entry(self) -> Mapping[str, str]:
        parser = configparser.RawConfigParser(strict=False)
        parser.optionxform = str  # type: ignore[assignment,method-assign]  # names are told apart by their case
        try:
            parser.read_string(read_regular_text(self._file, _MOST_BYTES))
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except (configparser.Error, UnicodeDecodeError):
            return _STARTS_NOTHING
        except OSError as error:
            if error.errno not in _NO_FILE:
                raise
            return _STARTS_NOTHING
        return dict(parser["Desktop Entry"]) if parser.has_section("Desktop Entry") else {}


class WindowsAutostart:
    """A value under the person's Run key. Not yet run on Windows. `registry` is winreg; tests give another."""

    _KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"

    def __init__(self, registry: Any = None) -> None:
        self._registry = registry

    def is_on(self) -> bool:
        """Whether the value is there."""
        winreg = self._winreg()
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, self._KEY) as key:
                winreg.QueryValueEx(key, _NAME)
        except FileNotFoundError:
            return False
        return True

    def turn_on(self, command: Sequence[str]) -> None:
        """Write the value."""
        winreg = self._winreg()
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, self._KEY) as key:
            winreg.SetValueEx(key, _NAME, 0, winreg.REG_SZ, subprocess.list2cmdline(command))

    def turn_off(self) -> None:
        """Remove the value."""
        winreg = self._winreg()
        with (
            contextlib.suppress(FileNotFoundError),
            winreg.OpenKey(winreg.HKEY_CURRENT_USER, self._KEY, 0, winreg.KEY_SET_VALUE) as key,
        ):
            winreg.DeleteValue(key, _NAME)

    def _winreg(self) -> Any:
        return self._registry or importlib.import_module("winreg")


class MacAutostart:
    """A property list for launchd, which reads it at login. Not yet run on macOS."""

    _LABEL = "edge-assistant"

    def __init__(self, folder: Path) -> None:
        self._file = folder / f"{self._LABEL}.plist"

    def is_on(self) -> bool:
        """Whether the file is there."""
        return self._file.exists()

    def turn_on(self, command: Sequence[str]) -> None:
        """Write the file."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        agent = {
            "Label": self._LABEL,
            "ProgramArguments": list(command),
            "RunAtLoad": True,
            "LimitLoadToSessionType": "Aqua",
        }
        replace_file(self._file, plistlib.dumps(agent))

    def turn_off(self) -> None:
        """Remove the file."""
        self._file.unlink(missing_ok=True)


def _quoted(argument: str) -> str:
    """As Exec keys want it (Desktop Entry Specification): the string's own escapes, over those of the quotes."""
    inside = "".join(f"\\{each}" if each in '"`$\\' else each for each in argument.replace("%", "%%"))
    return f'"{inside}"'.replace("\\", "\\\\")
