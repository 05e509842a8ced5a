"""What Windows and wine lack: the only reasons to leave a test out there, with the markers that do so.

A test that is merely written for another system is ported instead. `scripts/windows_tests.py` counts the reasons and
refuses others; it reads this module, which therefore needs nothing but pytest.
"""

from __future__ import annotations

import ast
import ctypes
import importlib.metadata
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

WINDOWS = sys.platform == "win32"


def _is_wine() -> bool:
    """Whether this Windows is wine: its ntdll has a function that Microsoft's lacks."""
    if sys.platform != "win32":
        return False
    return hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")


def _has_symbolic_links() -> bool:
    """Whether this person may make them: on Windows administrators and developers may, under wine nobody."""
    if not WINDOWS:
        return True
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder, "link")
        try:
            link.symlink_to("nothing")
        except OSError:
            return False
        return link.is_symlink()  # wine makes something else


WINE = _is_wine()

# What only Linux has; each reason holds on macOS too.
CORE_FILTER = "Windows has no core dumps, and macOS no filter for them"
FORK = "Windows has no fork"
FULL_DEVICE = "Windows has no device that is always full"
LINUX_DESKTOP = "Windows has neither X11 nor D-Bus"
LINUX_FONTS = "Windows has no fontconfig, by which fonts are hidden from Qt"
LINUX_HOME = "Windows never had version 0.1, whose home this is"
LINUX_INSTALLERS = "Windows can neither build nor run the installers for Linux"
LINUX_MEMORY = "Windows has no proportional set size, and none of glibc's arenas"
LINUX_PICTURES = "The documents' pictures are drawn on Linux; some of their texts differ elsewhere"
LINUX_SOUND = "Windows has no ALSA, whose sound card this hears"
LINUX_VOICE = "Windows has a voice of its own, so none is brought along"
MEMORY_FILES = "Windows has no files that are only a descriptor"
NAMESPACES = "Windows has no network namespaces"
NICENESS = "Windows has neither niceness nor autogroups"
_LINUX_ONLY = {value for name, value in list(globals().items()) if name.isupper() and isinstance(value, str)}

# What any computer may lack.
ENGINE_WHEEL = "llama.cpp was not installed from a wheel here, so nothing tells its licence"
INSTALLED_PACKAGE = "The program is run from its folder here, and is no installed package"
MAKENSIS = "makensis is not installed: get NSIS"
PYTHON_LICENCE = "This Python was installed without its licence text"

# What Windows lacks.
BASH = "Windows has no bash: this is of the shell's scripts"
CORE_DUMPS = "Windows has no core dumps and no limit for them"
CLOSED_STREAMS = "Windows has no shell that closes the standard streams of a program"
DEVICES = "Windows has no pipes and devices in folders"
FILE_MODES = "Windows has no file modes: the folder's list of rights keeps others out"
FOLDER_IN_USE = "Windows never removes or shuts a folder that a program is in"
FLOCK = "Windows has no flock, by which tests of several processes take turns"
HALF_MESSAGES = "Windows' pipes carry whole messages only"
LIMITS = "Windows has no limits for the files, their sizes and the memory of a program"
FIELDS_BY_TAB = "On macOS Tab leaves out what is no field"
LINKS = "Windows lets only administrators make symbolic links, and wine nobody"
NAMES = "Windows has no such file names"
OTHER_ACCOUNTS = "Windows runs no program as somebody else without a password"
OTHER_HOMES = "Windows makes up the home folder of anybody, and refuses none"
RESOURCE_TRACKER = "Windows starts no resource tracker before a worker"
POSIX_SIGNALS = "Windows has no signals that reach another process or a chosen thread"
KILLED_BY_SIGNAL = "Windows tells an ended process by the code that its killer chose"
SMALL_DISKS = "Windows makes no disk in memory"
SOCKET_FILES = "Windows' pipes are no files, which could be left behind or lie in their place"
SYSTEM_LANGUAGE = "Windows tells programs its language, whatever their environment says"
TERMINALS = "Windows has no pseudo-terminals of POSIX"
UNIX_SOCKETS = "Windows' Python has no Unix sockets"
WINDOWS_API = "Windows has the libraries whose absence this tests"

# What wine lacks; on Windows these tests are run.
HALF_LETTERS = "Wine keeps no file whose name has half a letter"
MEMORY_LIMITS = "Wine heeds no limit of a job's memory"
PROCESS_NAMES = "Wine tells nobody the names of other programs"
PROCESS_WORK = "Wine tells nobody what other programs have done, and whether they are suspended"
_WINE_ONLY = {HALF_LETTERS, MEMORY_LIMITS, PROCESS_NAMES, PROCESS_WORK}

REASONS = frozenset(value for name, value in list(globals().items()) if name.isupper() and isinstance(value, str))

WHOLE_FILES = {
    "integration/cli/test_preloaded_programs.py": FORK,
    "integration/models/test_asking.py": TERMINALS,
    "integration/models/test_home_goes_on.py": LINUX_HOME,
    "unit/build_steps/test_installer_answers.py": LINUX_INSTALLERS,
    "unit/build_steps/test_parts.py": LINUX_INSTALLERS,
    "unit/build_steps/test_runfile.py": LINUX_INSTALLERS,
    "unit/build_steps/test_update_killed.py": LINUX_INSTALLERS,
    "unit/speech/test_bundled_voice.py": LINUX_VOICE,
    "unit/speech/test_forked.py": FORK,
    "unit/system/test_x_server.py": LINUX_DESKTOP,
    "unit/test_home_before.py": LINUX_HOME,
}
"""Files in tests/ of which nothing can be run, or not even imported, without what is lacking."""


def is_lacking(reason: str) -> bool:
    """Whether a reason of this module holds on this computer."""
    assert reason in REASONS, reason
    if reason in _LINUX_ONLY:
        return sys.platform != "linux"
    if reason == ENGINE_WHEEL:
        return not any(importlib.metadata.distributions(name="llama-cpp-python"))
    if reason == PYTHON_LICENCE:  # elsewhere a package of the system, or of the Python's version, has it
        return WINDOWS and not Path(sys.base_prefix, "LICENSE.txt").is_file()
    if reason == INSTALLED_PACKAGE:
        return not any(importlib.metadata.distributions(name="edge-assistant"))
    if reason == MAKENSIS:
        return shutil.which("makensis") is None
    if reason == FIELDS_BY_TAB:
        return sys.platform == "darwin"
    if reason in _WINE_ONLY:
        return WINE
    if reason == LINKS:
        return not _has_symbolic_links()
    return WINDOWS


def lacks(reason: str) -> pytest.MarkDecorator:
    """Leave a test out where this reason, which is one of this module, holds."""
    return pytest.mark.skipif(is_lacking(reason), reason=reason)


windows_only = pytest.mark.skipif(not WINDOWS, reason="this is of Windows")


def skip_without(what: str) -> NoReturn:
    """Leave a test out because this computer lacks what another one of its system may have."""
    pytest.skip(f"{what} is missing")


class LeftOutFile(pytest.Module):
    """A file that is read but not imported: each of its tests is told as skipped."""

    def collect(self) -> Iterator[pytest.Item]:
        for node in ast.walk(ast.parse(self.path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield _LeftOut.from_parent(self, name=node.name)


class _LeftOut(pytest.Item):
    def runtest(self) -> None:
        pytest.skip(WHOLE_FILES[file_in_tests(self.path.as_posix())])


def file_in_tests(path: str) -> str:
    """The part of a path from tests/ on, which WHOLE_FILES has; "" elsewhere."""
    return path.rpartition("tests/")[2]


def is_left_out(path: Path) -> bool:
    """Whether a whole test file cannot be run here."""
    reason = WHOLE_FILES.get(file_in_tests(path.as_posix()))
    return reason is not None and is_lacking(reason)
