"""Which window has the keyboard and who gives it back: on a real X server, with and without a window manager."""

from __future__ import annotations

import subprocess
import sys

import pytest
from support.describing import ROOT, SAMPLES
from support.desktops import XDesktop, scene, x_desktop
from support.waiting import until

from edge_assistant.capture.backends import SessionFacts, choose_backend
from edge_assistant.capture.focus import NoFocus, X11Focus


def focused(desktop: XDesktop) -> str:
    return desktop.output("xdotool", "getwindowfocus").strip()


@pytest.mark.parametrize("manager", [True, False])
def test_the_window_that_had_the_focus_gets_it_back(manager: bool) -> None:
    with x_desktop((800, 600), manager=manager) as desktop:
        focus = X11Focus(desktop.environment["DISPLAY"])
        assert focus.current() is None, "there is no window"
        desktop.show(scene().picture, "First")
        first = desktop.output("xdotool", "search", "--name", "First").split()[-1]
        if not manager:
            desktop.output("xdotool", "windowfocus", first)
        until(lambda: focus.current() == int(first), "the first one")
        second_program = desktop.show(SAMPLES / "error-notification.png", "Second")
        second = desktop.output("xdotool", "search", "--name", "Second").split()[-1]
        if not manager:
            desktop.output("xdotool", "windowfocus", second)
        until(lambda: focus.current() == int(second), "the second one")
        focus.give(int(first))
        until(lambda: focus.current() == int(first), "the first one again")
        desktop.end(second_program)
        focus.give(int(second))  # it is gone
        assert focus.current() == int(first)


def test_without_a_display_nothing_is_told_and_nothing_happens() -> None:
    # In a process of its own, because Xlib leaves its socket to the garbage collector there.
    code = "from edge_assistant.capture.focus import X11Focus as F; print(F(':4711').current(), F(':4711').give(1))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("None True\n", "")  # what a system does not tell is no refusal


def test_wayland_gives_the_focus_back_by_itself() -> None:
    backend = choose_backend(SessionFacts("linux", wayland=True, x11=True), lambda _: True)
    assert isinstance(backend.make_focus(), NoFocus)
