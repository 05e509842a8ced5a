"""Which window system is chosen: by what the machine says, apart from what is installed."""

from __future__ import annotations

import re

import pytest

from edge_assistant.capture.backends import BACKENDS, SessionFacts, choose_backend, session_facts
from edge_assistant.capture.portal import PortalScreen
from edge_assistant.capture.screen import MssScreen
from edge_assistant.system.errors import InputError
from edge_assistant.system.installation import reinstall_advice


@pytest.mark.parametrize(
    ("platform", "environ", "name"),
    [
        ("linux", {"DISPLAY": ":0"}, "X11"),
        ("linux", {"DISPLAY": ":0", "XDG_SESSION_TYPE": "x11"}, "X11"),
        ("linux", {"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "Wayland"),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, "Wayland"),
        ("linux", {"XDG_SESSION_TYPE": "wayland"}, "Wayland"),
        ("linux", {"DISPLAY": ":99", "XDG_SESSION_TYPE": "wayland"}, "X11"),
        ("linux", {"DISPLAY": ":99", "WAYLAND_DISPLAY": ""}, "X11"),
        ("win32", {}, "Windows"),
        ("darwin", {}, "macOS"),
        ("darwin", {"DISPLAY": ":0"}, "macOS"),
        ("linux", {}, None),
        ("linux", {"XDG_SESSION_TYPE": "tty"}, None),
        ("freebsd14", {"DISPLAY": ":0"}, None),
    ],
)
def test_the_window_system_follows_from_the_facts(platform: str, environ: dict[str, str], name: str | None) -> None:
    found = session_facts(platform, environ)
    compatible = [backend.name for backend in BACKENDS if backend.compatible(found)]
    assert compatible[:1] == ([name] if name else [])
    if name is None:
        with pytest.raises(InputError) as failure:
            choose_backend(found, lambda _: True)
        assert failure.value.code == "no-display"
    else:
        assert choose_backend(found, lambda _: True).name == name


@pytest.mark.parametrize(
    ("found", "missing", "name"),
    [
        (SessionFacts("linux", x11=True), "mss", "X11"),
        (SessionFacts("linux", x11=True), "Xlib", "X11"),
        (SessionFacts("linux", wayland=True), "jeepney", "Wayland"),
        (SessionFacts("darwin"), "Quartz", "macOS"),
        (SessionFacts("win32"), "mss", "Windows"),
    ],
)
def test_a_part_that_is_not_installed_is_told_and_nothing_else_is_tried(
    found: SessionFacts, missing: str, name: str
) -> None:
    with pytest.raises(InputError, match=f"{name} support is missing.*{re.escape(reinstall_advice())}") as failure:
        choose_backend(found, lambda module: module != missing)
    assert failure.value.code == "not-installed"


def test_wayland_needs_nothing_that_only_x11_needs() -> None:
    backend = choose_backend(
        SessionFacts("linux", wayland=True, x11=True), lambda module: module not in ("mss", "Xlib")
    )
    assert isinstance(backend.make_screen(list_monitors=None, is_cancelled=lambda: False), PortalScreen)
    assert backend.make_windows is None


@pytest.mark.parametrize("found", [SessionFacts("linux", x11=True), SessionFacts("win32"), SessionFacts("darwin")])
def test_where_mss_works_it_is_taken_and_windows_are_known(found: SessionFacts) -> None:
    backend = choose_backend(found, lambda _: True)
    assert isinstance(backend.make_screen(list_monitors=None, is_cancelled=lambda: False), MssScreen)
    assert backend.make_windows is not None
