"""What holds for every test: user folders of its own, no network, no warning in the log that it did not announce.

Besides, which tests are marked as what, and which may run beside which.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import logging
import os
import re
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from support import platforms

from edge_assistant.system import i18n, pyside_workaround
from edge_assistant.ui.garbage_collection import collect_if_due

pyside_workaround.keep_constants_alive()  # Qt is at work in this process too
gc.disable()  # on other threads, as in the app: this one collects after each test

if platforms.WINE:  # which has no fonts: those of the system that it runs on
    os.environ.setdefault("QT_QPA_FONTDIR", r"Z:\usr\share\fonts\truetype\dejavu")

# Tests start programs some thousand times; without kept bytecode each would compile every module anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# The same examples every time, so that a change fails by what it changes; a time limit would measure the machine.
hypothesis.settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("repeatable")

ROOT = Path(__file__).resolve().parent.parent

if platforms.WINDOWS:  # where the package need not be installed, as under wine: what the tests start finds it here
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))

_FOLDERS = {
    "HOME": "home",
    "USERPROFILE": "home",
    "XDG_CONFIG_HOME": "home/.config",
    "XDG_DATA_HOME": "home/.local/share",
    "XDG_CACHE_HOME": "home/.cache",
    "XDG_STATE_HOME": "home/.local/state",
    "XDG_RUNTIME_DIR": "run",
    "APPDATA": "home/AppData/Roaming",
    "LOCALAPPDATA": "home/AppData/Local",
}
_OUTER_ENVIRONMENT = dict(os.environ)

# Where the tests are that a marker stands for: beginnings of paths in tests/.
_MARKED = {
    "alone": ("integration/engine/test_engine_cancel.py",),
    "gui": (
        "integration/capture/",
        "integration/controller/",
        "integration/hotkeys/",
        "integration/ui/",
        "unit/ui/",
    ),
    "slow": ("integration/",),
    "sound": ("integration/speech/",),
}
_SOUND_FIXTURES = {"card", "speak"}
# Tests of one file run one after the other, for they share what is costly to start; and so do these of several files.
_TOGETHER = {
    "sources": tuple(f"unit/test_{name}.py" for name in ("clock", "contract", "layers", "waits", "ways_out")),
    "sway": ("integration/capture/test_portal.py", "integration/controller/test_wayland.py"),  # one place for pictures
}
# What takes longest is begun first, so that no process has much to do when the others are done.
_ORDER = (
    *("integration/ui/", "integration/controller/", "integration/capture/", "integration/"),
    *("unit/ui/test_every_window.py", "unit/ui/", "unit/"),
)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if _is_one_of_several(config) and config.option.basetemp:
        # "popen-gw0" would make the paths of some tests' sockets too long.
        folder = Path(config.option.basetemp)
        config.option.basetemp = str(folder.with_name(folder.name.removeprefix("popen-gw")))


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    if platforms.is_left_out(module_path):
        return platforms.LeftOutFile.from_parent(parent, path=module_path)
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        path = _file(item.nodeid)
        for marker, places in _MARKED.items():
            if path.startswith(places):
                item.add_marker(marker)
        if _SOUND_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("sound")
    if _is_one_of_several(config):
        items.sort(key=lambda item: _turn(_file(item.nodeid)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out whole files in the order of the collection; pytest-xdist's own groups are lost with pytest 9.2."""
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _group(_file(nodeid))

        # pytest-xdist's own two would run again what crashed, and leave a new process waiting for ever.

        def remove_node(self, node: Any) -> str | None:
            left = self.assigned_work.pop(node)
            for tests in left.values():
                for crashed, ended in tests.items():
                    if not ended:
                        tests[crashed] = True
                        self.workqueue.update(left)
                        for each in self.assigned_work:
                            self._reschedule(each)
                        return str(crashed)
            return None

        def _reschedule(self, node: Any) -> None:
            # A process begins its last test only when it knows that nothing follows.
            while not node.shutting_down and self._pending_of(self.assigned_work[node]) <= 2:
                for group in [name for name, tests in self.workqueue.items() if all(tests.values())]:
                    del self.workqueue[group]
                if self.workqueue:
                    self._assign_work_unit(node)
                else:
                    node.shutdown()

    config.option.loadscopereorder = False
    return ByGroup(config, log)


def _is_one_of_several(config: pytest.Config) -> bool:
    """Whether this is one of the processes that pytest-xdist runs the tests in."""
    return hasattr(config, "workerinput")


def _file(nodeid: str) -> str:
    """The file of a test, from tests/ on; "" elsewhere."""
    return platforms.file_in_tests(nodeid.partition("::")[0])


def _is_alone(path: str) -> bool:
    return path.startswith(_MARKED["alone"])


def _group(path: str) -> str:
    """What is run one after the other in one process."""
    return "alone" if _is_alone(path) else next((name for name, files in _TOGETHER.items() if path in files), path)


def _turn(path: str) -> tuple[bool, int]:
    """What tests that run in several processes are sorted by."""
    return _is_alone(path), next((place for place, part in enumerate(_ORDER) if path.startswith(part)), len(_ORDER))


@contextlib.contextmanager
def _room(*, alone: bool) -> Iterator[None]:
    """Be where the tests of all processes are: any number at once, or one alone."""
    import fcntl  # there is none on Windows

    door, room = (os.open(path, os.O_RDONLY) for path in (ROOT / "tests", ROOT / "tests" / "conftest.py"))
    try:
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)  # who waits to be alone has kept it shut
        yield
    finally:
        for lock in (door, room):
            fcntl.flock(lock, fcntl.LOCK_UN)  # a child of a test may have inherited them open
            os.close(lock)


def pytest_runtest_logfinish() -> None:
    collect_if_due()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    if not _is_one_of_several(item.config) or sys.platform == "win32":
        return (yield)
    with _room(alone=_is_alone(_file(item.nodeid))):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Iterator[None]:
    return _sendable((yield))


def _sendable(data: Any) -> Any:
    """What a process tells of its tests, without the halves of letters that cannot be sent."""
    if isinstance(data, str):
        return data.encode("utf-8", "backslashreplace").decode()
    if isinstance(data, dict):
        return {_sendable(key): _sendable(value) for key, value in data.items()}
    return type(data)(map(_sendable, data)) if isinstance(data, list | tuple) else data


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def outer_environment() -> dict[str, str]:
    """The environment that pytest was started with, for tests of the set-up, which needs the real caches."""
    return dict(_OUTER_ENVIRONMENT)


@pytest.fixture(scope="session")
def _places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """New folders; pytest would look at all of its own before it makes one, and there are thousands."""
    folder = tmp_path_factory.mktemp("user")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def user_folders(_places: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point every user folder into an empty place, and drop the person's own settings; returns that place."""
    place = next(_places)
    place.mkdir(mode=0o700)
    for variable, folder in _FOLDERS.items():
        path = place / folder
        path.mkdir(parents=True, exist_ok=True)
        monkeypatch.setenv(variable, str(path))
    (place / "run").chmod(0o700)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")  # whatever language the person speaks
    if sys.platform == "win32":  # which does not ask the environment
        monkeypatch.setattr(i18n, "_windows_language", lambda: os.environ["LC_ALL"])
    for variable in [name for name in os.environ if name.startswith("EDGE_ASSISTANT_")]:
        monkeypatch.delenv(variable)
    return place


@pytest.fixture(autouse=True)
def user_registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Point Windows' registry of the person into an empty place that is removed again; elsewhere there is none.

    Gives the key of the real one, which programs use that a test starts.
    """
    if sys.platform != "win32":
        yield None
        return
    import winreg

    person, place = winreg.HKEY_CURRENT_USER, rf"Software\edge-assistant-test-{os.getpid()}"
    with winreg.CreateKey(person, place) as key:
        monkeypatch.setattr(winreg, "HKEY_CURRENT_USER", key)
        yield person
    _remove_key(person, place)


def _remove_key(parent: Any, name: str) -> None:
    """Remove a key of Windows' registry with all that is below it."""
    import winreg

    with winreg.OpenKey(parent, name) as key:
        below = [winreg.EnumKey(key, number) for number in range(winreg.QueryInfoKey(key)[0])]
        for each in below:
            _remove_key(key, each)
    winreg.DeleteKey(parent, name)


@pytest.fixture(scope="module", autouse=True)
def _no_windows_stay() -> Iterator[None]:
    """Delete the windows that the tests of a file leave: later ones would wait until these have followed, too, when the
    language or the look changes, and have looked for voices and cameras anew.
    """
    yield
    core, widgets = (sys.modules.get(f"PySide6.Qt{name}") for name in ("Core", "Widgets"))
    if core is None or widgets is None or not isinstance(widgets.QApplication.instance(), widgets.QApplication):
        return
    for each in widgets.QApplication.topLevelWidgets():
        # Menus and panes belong to something else, which still refers to them.
        if each.parent() is None and isinstance(each, widgets.QDialog | widgets.QFrame | widgets.QMainWindow):
            each.deleteLater()
    core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail whatever connects or sends beyond this machine, and every name look-up but that of the machine itself."""
    real: dict[str, Callable[..., Any]] = {
        name: getattr(socket.socket, name) for name in ("connect", "connect_ex", "sendto")
    }
    real_lookup = socket.getaddrinfo

    def check(host: object) -> None:
        name = host.decode() if isinstance(host, bytes) else str(host)
        if name not in ("", "None", "localhost", "::1") and not re.fullmatch(r"127(\.\d+){3}", name):
            pytest.fail(f"The test went to the network: {name}")

    def guarded(name: str) -> Callable[..., Any]:
        def call(self: socket.socket, *arguments: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6):
                check(arguments[-1][0])
            return real[name](self, *arguments)

        return call

    def lookup(host: Any, *arguments: Any, **options: Any) -> Any:
        check(host)
        return real_lookup(host, *arguments, **options)

    for name in real:
        monkeypatch.setattr(socket.socket, name, guarded(name))
    monkeypatch.setattr(socket, "getaddrinfo", lookup)


@dataclass(slots=True)
class _Announced:
    pattern: re.Pattern[str]
    seen: bool = False


class _LogWatch(logging.Handler):
    """Keeps the records of WARNING and above that nobody announced."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.announced: list[_Announced] = []
        self.unexpected: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = f"{record.levelname} {record.name}: {record.getMessage()}"
        fitting = [announced for announced in self.announced if announced.pattern.search(line)]
        for announced in fitting:
            announced.seen = True
        if not fitting:
            self.unexpected.append(line)


@pytest.fixture(autouse=True)
def _log_watch() -> Iterator[_LogWatch]:
    watch = _LogWatch()
    logging.getLogger().addHandler(watch)
    try:
        yield watch
    finally:
        logging.getLogger().removeHandler(watch)
    if watch.unexpected:
        pytest.fail("The log has warnings the test did not announce with expect_log:\n" + "\n".join(watch.unexpected))
    unseen = [announced.pattern.pattern for announced in watch.announced if not announced.seen]
    if unseen:
        pytest.fail(f"The log lacks what the test announced with expect_log: {unseen}")


@pytest.fixture
def expect_log(_log_watch: _LogWatch) -> Callable[[str], None]:
    """Announce log records of WARNING and above: `expect_log(regex)`, matched against "LEVEL logger: message".

    At least one such record has to come before the test ends, and any number may.
    """

    def announce(pattern: str) -> None:
        _log_watch.announced.append(_Announced(re.compile(pattern)))

    return announce
