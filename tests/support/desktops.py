"""Desktops for tests: an X server of its own with or without a window manager, a headless sway, and their programs."""

from __future__ import annotations

import contextlib
import itertools
import operator
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pytest
from PIL import Image

from support import SUPPORT
from support.describing import SAMPLES
from support.waiting import PATIENCE, until


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture that the demo weights know: what to ask, and what a right answer says."""

    picture: Path
    size: tuple[int, int]
    facts: tuple[str, ...]


def scene() -> Scene:
    """The one place that says which scene the desktop tests show."""
    picture = SAMPLES / "save-dialog.png"
    with Image.open(picture) as image:
        return Scene(picture, image.size, ("Music", "Cancel on the left", "Save on the right"))


def needs(**programs: str) -> None:
    """Skip the test when a program is missing; `programs` are names with their Debian packages."""
    for program, package in programs.items():
        if shutil.which(program) is None:
            pytest.skip(f"{program} is missing: install {package}")


_DISPLAYS = itertools.count(100 + os.getpid() % 500 * 100)
"""Numbers of displays, of which each process that runs tests has a hundred; the largest one there is is 59,535."""


class Programs:
    """Programs of one test, with an environment of theirs; all are ended again, the last one first."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = {**os.environ, **environment}
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for program in reversed(self._running):
            self.end(program)

    def start(self, *command: str | Path, **options: int) -> subprocess.Popen[bytes]:
        """Start a program that goes on running; what it prints is dropped."""
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **options}
        self._running.append(subprocess.Popen([*map(str, command)], env=self.environment, **quiet))
        return self._running[-1]

    def end(self, program: subprocess.Popen[bytes]) -> None:
        """End one program."""
        program.terminate()
        try:
            program.wait(5)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait(5)
        for stream in (program.stdin, program.stdout):
            if stream:
                stream.close()

    def output(self, *command: str) -> str:
        """What a program prints that ends by itself; "" when it fails."""
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        return done.stdout if done.returncode == 0 else ""


class XDesktop(Programs):
    """An X server without a network, and what a test starts on it."""

    _display: Any = None  # our connection to it, once something was asked

    def show(self, picture: Path, title: str, *arguments: str) -> subprocess.Popen[bytes]:
        """A real other program whose window shows a picture at its own size; returns when it is seen."""
        program = self.start(
            sys.executable,
            SUPPORT / "show_picture.py",
            picture,
            title,
            *arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert program.stdout is not None
        assert program.stdout.readline() == b"shown\n"
        return program

    def change(self, program: subprocess.Popen[bytes], picture: Path) -> None:
        """Let a program that `show` started show another picture of the same size."""
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(f"{picture}\n".encode())
        program.stdin.flush()
        assert program.stdout.readline() == b"shown\n"

    def active(self) -> str:
        """The title of the window that the window manager says is the active one; "" where none is seen.

        Asked many times in a row, so no program is started for it.
        """
        from Xlib import X, display, error  # not on Windows

        try:
            if self._display is None:
                self._display = display.Display(self.environment["DISPLAY"])
            found = self._property(self._display.screen().root, "_NET_ACTIVE_WINDOW")
            if not found or not found[0]:
                return ""
            window = self._display.create_resource_object("window", found[0])
            if window.get_attributes().map_state != X.IsViewable:  # its frame is still to come
                return ""
            title = self._property(window, "_NET_WM_NAME") or self._property(window, "WM_NAME") or b""
        except (error.XError, error.ConnectionClosedError, error.DisplayConnectionError, OSError):
            return ""  # the window is gone meanwhile, or the whole display
        return title.decode(errors="replace").strip()

    def _property(self, window: Any, name: str) -> Any:
        assert self._display is not None
        found = window.get_full_property(self._display.intern_atom(name), 0)
        return None if found is None else found.value

    def __exit__(self, *details: object) -> None:
        if self._display is not None:
            with contextlib.suppress(Exception):
                self._display.close()
        super().__exit__(*details)

    def wait_until_active(self, title: str) -> None:
        """Block until the window with this title is the active one."""
        until(lambda: self.active() == title, f"{title} in front")


def _start_x_server(server: Programs, *screen: str) -> str:
    """Start an X server under the next number of this process; that number, "" where another server has it.

    No number comes twice: a program that lost its display looks for it again, and would find that of another test.
    """
    reader, writer = os.pipe()
    # Without noreset it forgets its monitors whenever its last client goes.
    command = ["Xvfb", f":{next(_DISPLAYS)}", "-displayfd", str(writer), *screen, "-nolisten", "tcp", "-noreset"]
    server.start(*command, pass_fds=(writer,))  # type: ignore[arg-type]
    os.close(writer)
    with os.fdopen(reader, encoding="ascii") as numbers:
        return numbers.readline().strip()


@contextlib.contextmanager
def x_desktop(size: tuple[int, int], *, manager: bool, depth: int = 24) -> Iterator[XDesktop]:
    """An X server with one screen of `size` pixels; `manager` starts openbox on it."""
    needs(Xvfb="xvfb", xdotool="xdotool", xrandr="x11-xserver-utils", xwininfo="x11-utils")
    with Programs({}) as server:
        screen = ("-screen", "0", f"{size[0]}x{size[1]}x{depth}")
        number = next(filter(None, (_start_x_server(server, *screen) for _ in range(20))))
        with XDesktop(environment(DISPLAY=f":{number}")) as desktop:
            if manager:
                needs(openbox="openbox")
                desktop.start("openbox")
                _wait_for_manager(desktop.environment["DISPLAY"])
            yield desktop


def _wait_for_manager(name: str) -> None:
    """Block until the window manager gives new windows the keyboard: those that are there before it runs get none."""
    from Xlib import X, display  # not on Windows

    connection = display.Display(name)
    root, active = connection.screen().root, connection.intern_atom("_NET_ACTIVE_WINDOW")

    patience = itertools.accumulate(itertools.repeat(1.5), operator.mul, initial=0.05)

    def gives_keyboard() -> bool:
        window = root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        window.map()
        deadline, given = time.monotonic() + next(patience), False
        while not given and time.monotonic() < deadline:
            time.sleep(0.005)
            given = root.get_full_property(active, 0) is not None
        window.destroy()
        connection.sync()
        return given

    until(gives_keyboard, "a window manager")
    root.delete_property(active)  # openbox goes on naming the window that is gone
    connection.sync()
    connection.close()


def environment(**variables: str) -> dict[str, str]:
    """Nothing of the desktop and the buses that the tests were started from, but these variables."""
    nothing = dict.fromkeys(
        ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE", "XDG_CURRENT_DESKTOP", "QT_QPA_PLATFORM"), ""
    )
    no_bus = dict.fromkeys(("DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS"), "unix:path=/nonexistent")
    return {**nothing, **no_bus, **variables}


@contextlib.contextmanager
def private_bus(programs: Programs) -> Iterator[str]:
    """The address of a message bus that nobody else knows; `programs` started later find it as their session bus."""
    needs(**{"dbus-daemon": "dbus"})
    daemon = programs.start("dbus-daemon", "--session", "--nofork", "--print-address=1", stdout=subprocess.PIPE)
    assert daemon.stdout is not None
    address = daemon.stdout.readline().decode().strip()
    programs.environment["DBUS_SESSION_BUS_ADDRESS"] = address
    yield address


# The first of two monitors is full of a picture, and of twice the usual density.
_TWO_MONITORS = """
output HEADLESS-1 resolution {width}x{height} scale 2 position 0,0 bg {picture} stretch
output HEADLESS-2 resolution 320x240 scale 1 position {half},0 bg #000000 solid_color
"""
_ONE_MONITOR = """
output HEADLESS-1 resolution {width}x{height} scale 1 position 0,0 bg {picture} stretch
"""


@contextlib.contextmanager
def wayland_desktop(
    folder: Path, picture: Path, size: tuple[int, int], *, monitors: int = 2, bound: Mapping[str, str] | None = None
) -> Iterator[Programs]:
    """A headless sway with the desktop portal on its bus. Its first monitor is of `size`, and full of a picture.

    `bound` are commands by their keys, both as sway writes them. sway refuses to run for root; then it, and what it
    starts, runs for somebody else who is root in truth, or, where that is forbidden and nothing is bound, for nobody.
    """
    portal, wlr = Path("/usr/libexec/xdg-desktop-portal"), Path("/usr/libexec/xdg-desktop-portal-wlr")
    needs(sway="sway", swaybg="swaybg", grim="grim", pipewire="pipewire")
    for program in (portal, wlr, portal.with_name("xdg-desktop-portal-gtk")):
        if not program.exists():
            pytest.skip(f"{program.name} is missing: install {program.name}")
    folder.mkdir(mode=0o700)
    shown = shutil.copy(picture, folder / "background.png")
    config = {1: _ONE_MONITOR, 2: _TWO_MONITORS}[monitors]
    lines = [config.format(width=size[0], half=size[0] // 2, height=size[1], picture=shown)]
    lines += [f"bindsym {key} exec {command}\n" for key, command in (bound or {}).items()]
    (folder / "config").write_text("".join(lines))
    variables = environment(
        XDG_RUNTIME_DIR=str(folder), HOME=str(folder), XDG_CURRENT_DESKTOP="sway", WLR_BACKENDS="headless",
        WLR_LIBINPUT_NO_DEVICES="1", WLR_RENDERER="pixman", WLR_HEADLESS_OUTPUTS=str(monitors),
    )  # fmt: skip
    as_other: list[str] = []
    if os.getuid() == 0:
        as_other = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    if as_other and subprocess.run([*as_other, "true"], capture_output=True, check=False).returncode:
        if bound:
            pytest.skip(
                "sway may not run for root here, and what it starts for another user reaches no program of root"
            )
        needs(setpriv="util-linux")
        import pwd  # there is none on Windows

        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        as_other = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    with _without_document_mount(folder), Programs(variables) as programs, private_bus(programs):
        programs.start(*as_other, "sway", "-c", folder / "config")
        until(lambda: list(folder.glob("wayland-?")), "sway")
        programs.environment["WAYLAND_DISPLAY"] = next(folder.glob("wayland-?")).name
        last = f"HEADLESS-{monitors}"
        until(lambda: programs.output("grim", "-o", last, str(folder / "probe.png")) or _taken(folder), "grim")
        programs.start("pipewire")
        until((folder / "pipewire-0").exists, "pipewire")
        # One after the other: what is not there when it is asked for, the bus would start without the display.
        programs.start(wlr)
        until(lambda: _is_on_bus(programs, "org.freedesktop.impl.portal.desktop.wlr"), "the portal's back end")
        programs.start(portal)
        until(lambda: _is_on_bus(programs, "org.freedesktop.portal.Desktop"), "the portal")
        yield programs


@contextlib.contextmanager
def _without_document_mount(folder: Path) -> Iterator[None]:
    """The portal may mount its documents in the folder; they go with its bus, and only then the folder."""
    yield
    until(lambda: str(folder / "doc") not in Path("/proc/self/mounts").read_text(encoding="utf-8"), "the unmounting")


def _is_on_bus(programs: Programs, name: str) -> bool:
    command = ("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/")
    return f'"{name}"' in programs.output(*command, "org.freedesktop.DBus.ListNames")


def _taken(folder: Path) -> bool:
    return (folder / "probe.png").exists()
