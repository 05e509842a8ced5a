"""A window that another one was raised above, or that is partly off the screen, on a real X server."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from PIL import Image
from support.describing import SAMPLES
from support.desktops import XDesktop, scene, x_desktop
from support.waiting import until
from Xlib import X, display
from Xlib.ext import composite, shape

from edge_assistant.capture.backends import choose_backend
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.snapshot import ActiveWindow
from edge_assistant.capture.targets import capture_window, take_unchecked_snapshot

OURS, ABOVE = "Ours", "Above"


class Silent:
    """A CaptureListener."""

    def notice(self, code: str, message: str) -> None:
        raise AssertionError(f"{code}: {message}")

    def window(self, title: str, _: ActiveWindow) -> None:
        assert title == OURS

    def is_cancelled(self) -> bool:
        return False

    def wait(self, _: float) -> None:
        raise AssertionError("nothing is waited for")


@pytest.fixture(scope="module")
def desktop() -> Iterator[tuple[XDesktop, str, str]]:
    """A desktop, the active window, and one that was raised above it, each by its number."""
    with x_desktop((800, 600), manager=True) as made:
        numbers = []
        for picture, title in ((scene().picture, OURS), (SAMPLES / "coloured-shapes.png", ABOVE)):
            made.show(picture, title)
            made.wait_until_active(title)
            numbers.append(made.output("xdotool", "getactivewindow").strip())
        yield made, *numbers


@contextlib.contextmanager
def compositing(desktop: XDesktop) -> Iterator[None]:
    """What a compositing manager asks of the server, without its painting."""
    connection = display.Display(desktop.environment["DISPLAY"])
    root = connection.screen().root
    owner = root.create_window(0, 0, 1, 1, 0, 0)
    connection.composite_query_version()
    composite.redirect_subwindows(root, composite.RedirectAutomatic)
    owner.set_selection_owner(connection.get_atom("_NET_WM_CM_S0"), 0)
    connection.sync()
    yield
    connection.close()


@pytest.fixture
def look(desktop: tuple[XDesktop, str, str], monkeypatch: pytest.MonkeyPatch) -> object:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE", "DBUS_SYSTEM_BUS_ADDRESS"):
        monkeypatch.setenv(name, desktop[0].environment[name])

    def look() -> CapturedPicture:
        backend = choose_backend()
        return capture_window(take_unchecked_snapshot(backend, Silent()), backend, Silent())

    return look


def place(desktop: XDesktop, number: str, left: int, top: int) -> None:
    desktop.output("xdotool", "windowmove", "--sync", number, str(left), str(top))


def own_pixels() -> bytes:
    with Image.open(scene().picture) as picture:
        return picture.convert("RGB").tobytes()


def test_its_own_pixels_are_taken_where_they_are_kept_and_else_it_is_said_that_it_is_covered(
    desktop: tuple[XDesktop, str, str], look: object
) -> None:
    assert callable(look)
    made, ours, above = desktop
    place(made, ours, 100, 100)
    place(made, above, 180, 150)
    made.output("xdotool", "windowactivate", "--sync", ours)
    made.wait_until_active(OURS)
    until(lambda: look().image.tobytes() == own_pixels(), "the window alone")
    made.output("xdotool", "windowraise", above)
    until(lambda: look().image.tobytes() != own_pixels(), "the other window above")
    assert [code for code, _ in look().notices] == ["window-covered"]
    with compositing(made):
        until(lambda: look().image.tobytes() == own_pixels(), "its own pixels")
        assert look().notices == ()
        made.output("xdotool", "windowminimize", above)
        place(made, ours, 650, 500)
        until(lambda: look().image.tobytes() == own_pixels(), "the pixels off the screen")
        assert look().notices == ()
    until(lambda: [code for code, _ in look().notices] == ["window-cut"], "the screen's own picture")


def test_a_window_above_covers_with_its_shape_and_not_with_all_of_its_bounds(
    desktop: tuple[XDesktop, str, str], look: object
) -> None:
    """Such as a frame around what is shown to others, or a round clock."""
    assert callable(look)
    made, ours, above = desktop
    made.output("xdotool", "windowminimize", above)
    place(made, ours, 100, 100)
    made.output("xdotool", "windowactivate", "--sync", ours)
    made.wait_until_active(OURS)
    connection = display.Display(made.environment["DISPLAY"])
    frame = connection.screen().root.create_window(0, 0, 800, 600, 0, X.CopyFromParent, override_redirect=True)
    rows = [(0, 0, 800, 2), (0, 0, 2, 600)]
    frame.shape_rectangles(shape.SO.Set, shape.SK.Bounding, X.Unsorted, 0, 0, rows)
    frame.map()
    connection.sync()
    until(lambda: look().image.tobytes() == own_pixels(), "the window within the frame")
    assert look().notices == ()
    frame.shape_mask(shape.SO.Set, shape.SK.Bounding, 0, 0, X.NONE)
    connection.sync()
    until(lambda: [code for code, _ in look().notices] == ["window-covered"], "all of the frame")
    connection.close()
