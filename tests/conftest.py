"""What holds for every test: user folders of its own, no network, no warning in the log that it did not announce."""

from __future__ import annotations

import logging
import os
import re
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from edge_assistant import constants

constants.keep_alive()  # Qt is at work in this process too

# Tests start programs some thousand times; without kept bytecode each would compile every module anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

ROOT = Path(__file__).resolve().parent.parent

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


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def outer_environment() -> dict[str, str]:
    """The environment that pytest was started with, for tests of the set-up, which needs the real caches."""
    return dict(_OUTER_ENVIRONMENT)


@pytest.fixture(autouse=True)
def user_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point every user folder into an empty place, and drop the person's own settings; returns that place."""
    place = tmp_path_factory.mktemp("user")
    for variable, folder in _FOLDERS.items():
        path = place / folder
        path.mkdir(parents=True, exist_ok=True)
        monkeypatch.setenv(variable, str(path))
    (place / "run").chmod(0o700)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")  # whatever language the person speaks
    for variable in [name for name in os.environ if name.startswith("EDGE_ASSISTANT_")]:
        monkeypatch.delenv(variable)
    return place


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
