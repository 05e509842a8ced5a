"""Folders on this machine: the person's own, and those of the models and the voice that ship with the program."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr

_FOLDER = "edge-assistant"
_PACKAGE = Path(__file__).resolve().parents[1]

_PORTABLE_MARKER = "portable.txt"

_TEST_BUILD_MARKER = "test-build.txt"


def data_dir(*, platform: str = sys.platform, environ: Mapping[str, str] | None = None) -> Path:
    """Return the folder for downloaded models and records. It may not exist yet.

    `platform` is a `sys.platform` value, `environ` an environment (default: this process's); both for tests.
    """
    return _user_dir("XDG_DATA_HOME", ".local/share", "Library/Application Support", "", platform, environ)


def config_dir(*, platform: str = sys.platform, environ: Mapping[str, str] | None = None) -> Path:
    """Return the folder for the settings file. It may not exist yet. Parameters as for `data_dir`."""
    return _user_dir("XDG_CONFIG_HOME", ".config", "Library/Application Support", "config", platform, environ)


def cache_dir(*, platform: str = sys.platform, environ: Mapping[str, str] | None = None) -> Path:
    """Return the folder for files that can be made again. It may not exist yet. Parameters as for `data_dir`."""
    return _user_dir("XDG_CACHE_HOME", ".cache", "Library/Caches", "cache", platform, environ)


def runtime_dir(environ: Mapping[str, str] | None = None) -> Path:
    """Return the folder for files that live only while the program runs. It may not exist yet.

    On Linux it is in XDG_RUNTIME_DIR, else in the person's cache.
    """
    environ = os.environ if environ is None else environ
    folder = Path(environ.get("XDG_RUNTIME_DIR", ""))
    return folder / _FOLDER if folder.is_absolute() and portable_dir() is None else cache_dir(environ=environ) / "run"


def expand_path(text: str) -> Path:
    """Return a path as a person wrote it, with ~ expanded. Raises UsageError where there is no such home folder."""
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise UsageError(
            tr("The home folder in {path} is not known. Write the full path.", path=text), code="no-home"
        ) from error


def shipped_models_dir() -> Path:
    """Return the folder with catalog.toml and demo/: in a frozen program, an installed wheel, or a clone.

    The wheel keeps the repository's models/ inside the package as shipped_models/ (see pyproject.toml).
    """
    candidates = [_PACKAGE / "shipped_models", _PACKAGE.parent / "models"]
    beside = program_models_dir()
    if beside is not None:
        candidates = [beside, Path(getattr(sys, "_MEIPASS", beside.parent)) / "models", *candidates]
    return next((folder for folder in candidates if (folder / "catalog.toml").is_file()), candidates[-1])


def program_dir() -> Path | None:
    """Return the folder of the frozen program; None when not frozen."""
    return Path(sys.executable).resolve().parent if getattr(sys, "frozen", False) else None


def program_models_dir() -> Path | None:
    """Return the folder models/ beside the frozen program, where people may put models; None when not frozen."""
    folder = program_dir()
    return folder / "models" if folder is not None else None


def program_voice_dir() -> Path | None:
    """Return the folder voice/ beside the frozen program, with a voice and a player; None where there is none."""
    folder = Path(sys.executable).resolve().parent / "voice"
    return folder if getattr(sys, "frozen", False) and folder.is_dir() else None


def portable_dir() -> Path | None:
    """Return the folder data/ beside a portable program, which keeps there whatever it writes; None for others.

    A frozen program is portable where the file portable.txt lies beside it, as in the folder for a stick.
    """
    return Path(sys.executable).resolve().parent / "data" if _has_marker(_PORTABLE_MARKER) else None


def is_test_build() -> bool:
    """Return whether the program was packed to try its installer, with an engine that is not for giving away."""
    return _has_marker(_TEST_BUILD_MARKER)


def _has_marker(name: str) -> bool:
    return bool(getattr(sys, "frozen", False)) and (Path(sys.executable).resolve().parent / name).is_file()


def _user_dir(
    xdg: str, xdg_default: str, mac: str, windows: str, platform: str, environ: Mapping[str, str] | None
) -> Path:
    environ = os.environ if environ is None else environ
    portable = portable_dir()
    if portable is not None:
        return portable / windows
    if platform == "win32":
        local = environ.get("LOCALAPPDATA")
        base = Path(local) if local else _home(environ, "USERPROFILE") / "AppData/Local"
        return base / _FOLDER / windows
    if platform == "darwin":
        return _home(environ, "HOME") / mac / _FOLDER
    folder = Path(environ.get(xdg, ""))
    # The XDG Base Directory Specification: a relative path is invalid and must be ignored.
    return (folder if folder.is_absolute() else _home(environ, "HOME") / xdg_default) / _FOLDER


def _home(environ: Mapping[str, str], variable: str) -> Path:
    if environ.get(variable):
        return Path(environ[variable])
    try:
        return Path.home()
    except RuntimeError:  # an account without a home: nothing is found there, and nothing can be saved
        return Path(os.sep)
