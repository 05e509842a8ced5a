"""What breaks the program or its tests on Windows is seen on Linux: imports of POSIX, and skips without a reason."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import windows_tests
from support import platforms

ROOT = Path(__file__).resolve().parents[2]
POSIX_ONLY = ("_curses", "_posixsubprocess", "fcntl", "grp", "pty", "pwd", "readline", "resource", "termios", "tty")
LINUX_ONLY = ("Xlib", "jeepney")
LIBRARIES = (
    *("PIL.Image", "PySide6.QtDBus", "PySide6.QtMultimedia", "PySide6.QtNetwork", "PySide6.QtWidgets", "asyncio"),
    *("concurrent.futures", "filelock", "httpx2", "huggingface_hub", "mss.tools", "multiprocessing.connection"),
    *("multiprocessing.popen_spawn_posix", "multiprocessing.shared_memory", "psutil", "pylatexenc.latexwalker"),
    *("llama_cpp.llama_cpp", "llama_cpp.mtmd_cpp", "pyttsx3", "tomlkit", "webbrowser"),
)
"""What the program uses besides its own modules: it is imported first, as this system's."""
SKIPS = {
    *("pytest.importorskip", "pytest.skip", "pytest.xfail"),
    *("pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail"),
}

_IMPORT_ALL = """
import ctypes, importlib, os, sys
from unittest.mock import MagicMock
if sys.platform != "win32":
    for name in {libraries!r}:
        importlib.import_module(name)
    sys.modules.update(dict.fromkeys({missing!r}))
    sys.modules.update({{name: MagicMock() for name in ("_winapi", "msvcrt", "winreg")}})
    ctypes.WinDLL = ctypes.WINFUNCTYPE = os.add_dll_directory = MagicMock()
    sys.platform = "win32"
for name in {modules!r}:
    try:
        importlib.import_module(name)
    except Exception as error:
        print(name, repr(error))
"""


def _modules() -> list[str]:
    found = []
    for path in sorted((ROOT / "edge_assistant").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return found


def _imported_as_on_windows(modules: list[str]) -> str:
    """What of these modules cannot be imported where there are no modules of POSIX, with the reasons."""
    code = _IMPORT_ALL.format(libraries=LIBRARIES, missing=(*POSIX_ONLY, *LINUX_ONLY), modules=modules)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_module_of_the_program_can_be_imported_where_there_are_no_modules_of_posix() -> None:
    modules = [name for name in _modules() if not name.endswith("__main__")]
    assert len(modules) > 200
    assert _imported_as_on_windows(modules) == ""


def test_a_module_that_imports_one_of_posix_is_noticed() -> None:
    assert "fcntl" in _imported_as_on_windows(["edge_assistant", "pty", "fcntl"])


def _skips(file: str) -> Iterator[str]:
    """Where a file leaves out tests by itself; that of what needs Windows is none, as it is run there."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    of_windows = {
        call.func
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and [ast.unparse(each) for each in call.args] == ["sys.platform != 'win32'"]
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node not in of_windows and ast.unparse(node) in SKIPS:
            yield f"{file}:{node.lineno} {ast.unparse(node)}"


def test_tests_are_left_out_on_windows_only_by_markers_with_a_reason_of_the_list() -> None:
    files = windows_tests.test_files(windows_tests.SCOPE)
    assert len(files) > 100
    whole = {f"tests/{file}" for file in platforms.WHOLE_FILES}
    assert [skip for file in files if file not in whole for skip in _skips(file)] == []


def test_a_skip_that_is_written_into_a_file_is_noticed() -> None:
    assert list(_skips("tests/support/platforms.py"))


@pytest.mark.parametrize("file", platforms.WHOLE_FILES)
def test_a_file_that_is_left_out_as_a_whole_is_there(file: str) -> None:
    assert (ROOT / "tests" / file).is_file()


def test_every_reason_says_what_is_lacking_and_is_used() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    names = {name for name, value in vars(platforms).items() if isinstance(value, str) and value in platforms.REASONS}
    assert len(names) == len(platforms.REASONS)
    assert [name for name in sorted(names) if text.count(name) < 2] == []
