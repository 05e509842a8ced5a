"""Starting the program at login: one small class per operating system, chosen by `get_autostart`."""

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
from edge_assistant.system.bounded_read import read_regular_text
from edge_assistant.system.file_retry import unlink
from edge_assistant.system.paths import config_dir

_NAME = "Edge Assistant"
_WINDOWED = "edge-assistantw.exe"  # the program without a console window, see pyproject.toml
_MAX_BYTES = 65_536  # of a desktop file; ours has 150
_UNREADABLE_ERRNOS = frozenset((errno.EINVAL, errno.EFBIG, errno.ENXIO))  # a pipe, a folder, a device, or far too large
_DISABLED_ENTRY = {"Hidden": "true"}


class Autostart(Protocol):
    """A way to start the program at login, on one operating system. All methods may raise OSError."""

    def is_enabled(self) -> bool:
        """Return whether a program is started at login, whatever its command."""

    def enable(self, command: Sequence[str]) -> None:
        """Start `command` at each login, in place of what was started before."""

    def disable(self) -> None:
        """Start nothing at login any more."""


def program_command(
    executable: str = sys.executable,
    *,
    frozen: bool = getattr(sys, "frozen", False),
    platform: str = sys.platform,
) -> list[str]:
    """Return the command line that starts this program again; on Windows without a console window.

    `executable` is this process's, `platform` a `sys.platform` value.
    """
    here, module = Path(executable).parent, ["-m", "edge_assistant"]
    if platform != "win32":
        script = here / "edge-assistant"
        return [str(script)] if script.exists() and not frozen else [executable, *([] if frozen else module)]
    beside = [here] if frozen else [here, here / "scripts"]  # the second: outside of a virtual environment
    for folder in beside:
        if (folder / _WINDOWED).exists():
            return [str(folder / _WINDOWED)]
    windowed_python = here / "pythonw.exe"
    if frozen or not windowed_python.exists():
        return [executable, *([] if frozen else module)]
    return [str(windowed_python), *module]


def get_autostart(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> Autostart:
    """Return the autostart of `platform`, a `sys.platform` value."""
    if platform == "win32":
        return WindowsAutostart()
    if platform == "darwin":
        return MacAutostart(Path(environ.get("HOME", "")) / "Library/LaunchAgents")
    return LinuxAutostart(config_dir(platform=platform, environ=environ).parent / "autostart")


def set_autostart(enabled: bool, autostart: Autostart, command: Sequence[str]) -> None:
    """Turn autostart on or off, as the settings say. Raises OSError."""
    if enabled:
        autostart.enable(command)
    elif autostart.is_enabled():
        autostart.disable()


class LinuxAutostart:
    """A desktop file in the autostart folder (freedesktop.org's Desktop Application Autostart Specification)."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "edge-assistant.desktop"

    def is_enabled(self) -> bool:
        """Return whether the file is there and does not say "off": desktops turn it off by a key in the file."""
        entry = self._entry()
        off = entry.get("Hidden", "").lower() == "true"
        return bool(entry) and not off and entry.get("X-GNOME-Autostart-enabled", "true").lower() != "false"

    def enable(self, command: Sequence[str]) -> None:
        """Write the desktop file."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        lines = (
            "[Desktop Entry]",
            "Type=Application",
            f"Name={_NAME}",
            f"Exec={' '.join(map(_quote, command))}",
            "Terminal=false",
            "X-GNOME-Autostart-enabled=true",
        )
        replace_file(self._file, ("\n".join(lines) + "\n").encode())

    def disable(self) -> None:
        """Remove the desktop file."""
        unlink(self._file, missing_ok=True)

    def _entry(self) -> Mapping[str, str]:
        parser = configparser.RawConfigParser(strict=False)
        parser.optionxform = str  # type: ignore[assignment,method-assign]  # names are told apart by their case
        try:
            parser.read_string(read_regular_text(self._file, _MAX_BYTES))
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except (configparser.Error, UnicodeDecodeError):
            return _DISABLED_ENTRY
        except OSError as error:
            if error.errno not in _UNREADABLE_ERRNOS:
                raise
            return _DISABLED_ENTRY
        return dict(parser["Desktop Entry"]) if parser.has_section("Desktop Entry") else {}


class WindowsAutostart:
    """A value under the person's Run key. `registry` replaces winreg in tests. Run under wine, not yet on Windows.

    Where the person turned it off in the Task Manager or in Windows' settings, the value stays, and an odd first byte
    of another value says so. (That value is not documented. The Task Manager writes 02 and 03, some systems 06 and 07.)
    """

    _KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"
    _APPROVED_KEY = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"

    def __init__(self, registry: Any = None) -> None:
        self._registry = registry

    def is_enabled(self) -> bool:
        """Return whether the value is there and was not turned off."""
        approved = self._read(self._APPROVED_KEY)
        turned_off = isinstance(approved, bytes) and approved[:1] != b"" and bool(approved[0] & 1)
        return self._read(self._KEY) is not None and not turned_off

    def enable(self, command: Sequence[str]) -> None:
        """Write the value, and forget that it was turned off."""
        winreg = self._winreg()
        self._remove(self._APPROVED_KEY)
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, self._KEY) as key:
            winreg.SetValueEx(key, _NAME, 0, winreg.REG_SZ, subprocess.list2cmdline(command))

    def disable(self) -> None:
        """Remove the value."""
        self._remove(self._APPROVED_KEY)
        self._remove(self._KEY)

    def _read(self, name: str) -> object:
        """Return our value under a key; None where there is none."""
        winreg = self._winreg()
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, name) as key:
                value: object = winreg.QueryValueEx(key, _NAME)[0]
        except FileNotFoundError:
            return None
        return value

    def _remove(self, name: str) -> None:
        """Remove our value under a key."""
        winreg = self._winreg()
        with (
            contextlib.suppress(FileNotFoundError),
            winreg.OpenKey(winreg.HKEY_CURRENT_USER, name, 0, winreg.KEY_SET_VALUE) as key,
        ):
            winreg.DeleteValue(key, _NAME)

    def _winreg(self) -> Any:
        return self._registry or importlib.import_module("winreg")


class MacAutostart:
    """A property list for launchd, which reads it at login. Not yet run on macOS."""

    _LABEL = "edge-assistant"

    def __init__(self, folder: Path) -> None:
        self._file = folder / f"{self._LABEL}.plist"

    def is_enabled(self) -> bool:
        """Return whether the property list is there."""
        return self._file.exists()

    def enable(self, command: Sequence[str]) -> None:
        """Write the property list."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        agent = {
            "Label": self._LABEL,
            "ProgramArguments": list(command),
            "RunAtLoad": True,
            "LimitLoadToSessionType": "Aqua",
        }
        replace_file(self._file, plistlib.dumps(agent))

    def disable(self) -> None:
        """Remove the property list."""
        unlink(self._file, missing_ok=True)


def _quote(argument: str) -> str:
    """Quote an argument for an Exec key (Desktop Entry Specification): string escapes on top of those of the quotes."""
    inside = "".join(f"\\{each}" if each in '"`$\\' else each for each in argument.replace("%", "%%"))
    return f'"{inside}"'.replace("\\", "\\\\")
