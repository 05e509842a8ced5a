"""Wayland's portal and the locked session: refusals by stand-ins on a bus, pictures of a real headless sway."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import SUPPORT
from support.describing import Describe, describe, done, user_environment
from support.desktops import Programs, environment, needs, private_bus, scene, wayland_desktop
from support.waiting import until

from edge_assistant.capture.portal import PortalScreen
from edge_assistant.capture.session_lock import is_linux_locked
from edge_assistant.system.errors import CancelledError, InputError

SCENE = scene()
_SERVICES = SUPPORT / "fake_services.py"


@pytest.fixture
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    yield from user_environment(tmp_path_factory.mktemp("user"))


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Programs]]:
    """Starts stand-ins on a bus of their own, which this process and what it starts take for theirs."""
    with contextlib.ExitStack() as stack:

        def make(portal: str = "none", picture: Path = Path("none"), locked: str = "-", saver: str = "-") -> Programs:
            programs = stack.enter_context(Programs(environment(WAYLAND_DISPLAY="wayland-of-nobody")))
            address = stack.enter_context(private_bus(programs))
            programs.environment["DBUS_SYSTEM_BUS_ADDRESS"] = address
            service = programs.start(sys.executable, _SERVICES, portal, picture, locked, saver, stdout=subprocess.PIPE)
            assert service.stdout is not None
            assert service.stdout.readline() == b"ready\n"
            for name, value in programs.environment.items():
                monkeypatch.setenv(name, value)
            return programs

        yield make


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """The file that a portal leaves."""
    path = tmp_path / "Screenshot from today.png"
    path.write_bytes(SCENE.picture.read_bytes())
    return path


def test_the_portals_picture_is_described_and_its_file_deleted(
    services: Callable[..., Programs], left: Path, folders: dict[str, str]
) -> None:
    seen = describe("--screen", environment={**services("give", left).environment, **folders})
    assert all(fact in done(seen)["answer"] for fact in SCENE.facts)
    assert not left.exists()


def test_a_file_that_is_no_picture_is_deleted_too(services: Callable[..., Programs], left: Path) -> None:
    left.write_bytes(b"not a picture")
    services("give", left)
    with pytest.raises(InputError, match="not a picture"):
        PortalScreen().grab()
    assert not left.exists()


def test_no_window_is_known_to_be_active_and_that_is_said_once(
    services: Callable[..., Programs], left: Path, folders: dict[str, str]
) -> None:
    asks = ("--ask", "Describe this screen.", "--ask", "Read the text.")
    seen = describe("--window", *asks, environment={**services("give", left).environment, **folders})
    assert seen.wait() == 0
    codes = [each["code"] for each in seen.of("notice")]
    assert codes.count("no-active-window") == 1
    assert "Wayland" in seen.of("notice")[0]["message"]


@pytest.mark.parametrize(
    ("portal", "code", "words"),
    [
        ("refuse", "refused", "denied the screen capture"),
        ("fail", "portal", "Try again"),
        ("none", "no-portal", "Install"),
    ],
)
def test_a_refusal_a_failure_and_a_missing_portal_are_one_sentence_each(
    services: Callable[..., Programs], folders: dict[str, str], portal: str, code: str, words: str
) -> None:
    seen = describe("--screen", environment={**services(portal).environment, **folders})
    assert seen.wait() == 5
    (error,) = seen.of("error")
    assert error["code"] == code
    assert words in error["message"]
    assert seen.complaints == error["message"] + "\n"


def test_a_desktop_without_a_bus_has_no_portal(monkeypatch: pytest.MonkeyPatch) -> None:
    for address in ("", "unix:path=/nonexistent", "tcp:host=127.0.0.1", "nonsense"):
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        with pytest.raises(InputError) as failure:
            PortalScreen().grab()
        assert failure.value.code == "no-portal", address
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    with pytest.raises(InputError):
        PortalScreen().check()


def test_a_portal_that_never_answers_is_given_up_and_can_be_cancelled(services: Callable[..., Programs]) -> None:
    services("ignore")
    with pytest.raises(InputError, match="in time"):
        PortalScreen(timeout=0.3).grab()
    started = time.monotonic()
    with pytest.raises(CancelledError):
        PortalScreen(is_cancelled=lambda: True).grab()
    assert time.monotonic() - started < 5, "promised: 0.1 s"


def test_a_portal_that_is_there_is_reported_without_a_picture_being_taken(services: Callable[..., Programs]) -> None:
    services("refuse")
    assert "can capture the screen" in PortalScreen().check()


@pytest.mark.parametrize("saver", ["org.gnome.ScreenSaver", "org.freedesktop.ScreenSaver"])
def test_a_screen_saver_of_gnome_or_kde_counts_as_locked(services: Callable[..., Programs], saver: str) -> None:
    services(saver=saver)
    assert is_linux_locked()


def test_logind_says_whether_the_session_is_locked(services: Callable[..., Programs]) -> None:
    services(locked="yes")
    assert is_linux_locked()
    services(locked="no")
    assert not is_linux_locked()


def test_a_locked_session_is_never_captured(
    services: Callable[..., Programs], left: Path, folders: dict[str, str]
) -> None:
    seen = describe("--screen", environment={**services("give", left, locked="yes").environment, **folders})
    assert seen.wait() == 4
    assert seen.of("error")[0]["code"] == "locked"
    assert left.exists(), "the portal was asked all the same"


@pytest.fixture(scope="module")
def sway() -> Iterator[Programs]:
    # In a place that another user may enter, as the folders of pytest are not.
    with tempfile.TemporaryDirectory(prefix="sway-") as outer:
        Path(outer).chmod(0o755)
        with wayland_desktop(Path(outer) / "run", SCENE.picture, SCENE.size) as programs:
            yield programs


def run(sway: Programs, folders: dict[str, str], *arguments: str) -> Describe:
    own = {name: value for name, value in folders.items() if name != "XDG_RUNTIME_DIR"}
    return describe(*arguments, environment={**sway.environment, **own})


def test_a_monitor_of_a_real_wayland_desktop_is_taken_through_the_real_portal(
    sway: Programs, folders: dict[str, str]
) -> None:
    before = time.time()
    seen = run(sway, folders, "--screen=1")
    assert all(fact in done(seen)["answer"] for fact in SCENE.facts)
    assert (done(seen)["image"]["width"], done(seen)["image"]["height"]) == SCENE.size
    other = done(run(sway, folders, "--screen=2", "--image-tokens", "400", "--max-tokens", "1"))
    assert (other["image"]["width"], other["image"]["height"]) == (640, 480), "both are taken at the higher density"
    out = Path("/tmp/out.png")  # where xdg-desktop-portal-wlr leaves it
    assert not (out.exists() and out.stat().st_mtime > before)


def test_the_clipboard_of_a_real_wayland_desktop_is_read_without_a_window(
    sway: Programs, folders: dict[str, str]
) -> None:
    needs(**{"wl-copy": "wl-clipboard"})
    assert run(sway, folders, "--clipboard").of("error")[0]["code"] == "no-picture"
    with SCENE.picture.open("rb") as picture:
        holder = sway.start("wl-copy", "--foreground", "-t", "image/png", stdin=picture.fileno())
        until(lambda: "image/png" in sway.output("wl-paste", "-l"), "the copy")
    seen = run(sway, folders, "--clipboard")
    sway.end(holder)
    assert all(fact in done(seen)["answer"] for fact in SCENE.facts)
