"""The code for macOS, against stand-ins for its libraries: it has not run on the real ones yet."""

from __future__ import annotations

import ctypes
from types import SimpleNamespace
from typing import Any

import mss.darwin
import pytest

from edge_assistant.capture.focus import MacFocus
from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.screen import MssScreen
from edge_assistant.capture.screen_mac import MacScreen
from edge_assistant.capture.session_lock import is_mac_locked
from edge_assistant.capture.snapshot import ActiveWindow
from edge_assistant.capture.window_mac import MacWindows
from edge_assistant.system.errors import InputError


def quartz(*windows: dict[str, Any]) -> Any:
    return SimpleNamespace(
        kCGWindowListOptionOnScreenOnly=1,
        kCGWindowListExcludeDesktopElements=16,
        kCGNullWindowID=0,
        CGWindowListCopyWindowInfo=lambda options, _: windows if options == 17 else (),
    )


def appkit(pid: int | None) -> Any:
    program = None if pid is None else SimpleNamespace(processIdentifier=lambda: pid)
    return SimpleNamespace(
        NSWorkspace=SimpleNamespace(sharedWorkspace=lambda: SimpleNamespace(frontmostApplication=lambda: program))
    )


def mac_window(pid: int, layer: int = 0, **more: Any) -> dict[str, Any]:
    bounds = {"X": 10.0, "Y": 38.0, "Width": 800.4, "Height": 600.0}
    about = {"kCGWindowOwnerPID": pid, "kCGWindowLayer": layer, "kCGWindowBounds": bounds, "kCGWindowNumber": 42}
    return {**about, **more}


def test_macos_tells_the_first_ordinary_window_that_can_be_seen() -> None:
    listing = quartz(
        mac_window(7, layer=25, kCGWindowName="A menu"),
        mac_window(1, kCGWindowName="Seen through", kCGWindowAlpha=0.0),
        mac_window(7, kCGWindowName="Invoice 1042", kCGWindowOwnerName="Writer", kCGWindowAlpha=1.0),
        mac_window(7, kCGWindowName="Behind it"),
    )
    window = MacWindows(listing).active()
    assert window == ActiveWindow("Invoice 1042", Rect(10, 38, 800, 600), Rect(10, 38, 800, 600), 42)


def test_macos_without_permission_for_titles_tells_the_program() -> None:
    window = MacWindows(quartz(mac_window(7, kCGWindowOwnerName="Writer"))).active()
    assert window is not None
    assert window.title == "Writer"


def test_macos_without_an_ordinary_window_tells_none() -> None:
    assert MacWindows(quartz(mac_window(7, layer=25))).active() is None
    no_list = SimpleNamespace(**{**vars(quartz()), "CGWindowListCopyWindowInfo": lambda *_: None})
    assert MacWindows(no_list).active() is None


class Permission:
    """CoreGraphics' permission to record the screen: whether it is given, and what the person says when asked."""

    def __init__(self, *, given: bool, answer: bool = False) -> None:
        self.given, self.answer, self.asked = given, answer, 0

    def CGPreflightScreenCaptureAccess(self) -> bool:
        return self.given

    def CGRequestScreenCaptureAccess(self) -> bool:
        self.asked += 1
        return self.answer


@pytest.fixture
def grabbed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What MssScreen was asked for; the options of mss are put back after the test."""
    calls: list[str] = []
    monkeypatch.setattr(mss.darwin, "IMAGE_OPTIONS", mss.darwin.IMAGE_OPTIONS)
    monkeypatch.setattr(MssScreen, "grab", lambda _: calls.append("grab"))
    monkeypatch.setattr(MssScreen, "check", lambda _: calls.append("check") or "It works.")
    return calls


def test_macos_is_asked_for_the_screen_before_a_picture_and_the_refusal_is_said(grabbed: list[str]) -> None:
    refused = Permission(given=False)
    with pytest.raises(InputError, match="Screen Recording") as failure:
        MacScreen(refused).grab()
    assert (failure.value.code, refused.asked, grabbed) == ("no-permission", 1, [])
    MacScreen(Permission(given=False, answer=True)).grab()
    given = Permission(given=True)
    MacScreen(given).grab()
    assert (given.asked, grabbed) == (0, ["grab", "grab"])


def test_a_check_of_the_screen_asks_nobody(grabbed: list[str]) -> None:
    refused = Permission(given=False, answer=True)
    with pytest.raises(InputError, match="Screen Recording"):
        MacScreen(refused).check()
    assert MacScreen(Permission(given=True)).check() == "It works."
    assert (refused.asked, grabbed) == (0, ["check"])


@pytest.mark.usefixtures("grabbed")
def test_macos_gives_the_pixels_of_a_retina_display() -> None:
    asked: list[int] = []
    pixels = ctypes.create_string_buffer(bytes(range(64)), 64)
    core = SimpleNamespace(
        CGWindowListCreateImage=lambda *arguments: asked.append(arguments[3]) or 1,
        CGImageGetWidth=lambda _: 4,
        CGImageGetHeight=lambda _: 4,
        CGImageGetDataProvider=lambda _: 2,
        CGDataProviderCopyData=lambda _: 3,
        CFDataGetBytePtr=lambda _: ctypes.addressof(pixels),
        CFDataGetLength=lambda _: 64,
        CGImageGetBytesPerRow=lambda _: 16,
        CGImageGetBitsPerPixel=lambda _: 32,
        CFRelease=lambda _: None,
    )
    MacScreen(Permission(given=True)).grab()
    mac = object.__new__(mss.darwin.MSSImplDarwin)
    mac.core = core
    data, size = mac.grab({"left": 0, "top": 0, "width": 2, "height": 2})
    assert (bytes(data), tuple(size)) == (bytes(range(64)), (4, 4))
    nominal, opaque = mss.darwin.kCGWindowImageNominalResolution, mss.darwin.kCGWindowImageShouldBeOpaque
    assert [(options & nominal, options & opaque) for options in asked] == [(0, opaque)]


@pytest.mark.parametrize(("session", "locked"), [(None, False), ({}, False), ({"CGSSessionScreenIsLocked": 1}, True)])
def test_macos_says_whether_it_is_locked(session: dict[str, Any] | None, locked: bool) -> None:
    assert is_mac_locked(lambda: session) is locked


def test_macos_gives_the_focus_back_to_the_program_that_had_it_unless_that_is_gone() -> None:
    activated: list[tuple[int, int]] = []

    def program(pid: int) -> Any:
        if pid != 7:
            return None
        return SimpleNamespace(activateWithOptions_=lambda options: activated.append((pid, options)))

    library = appkit(7)
    library.NSRunningApplication = SimpleNamespace(runningApplicationWithProcessIdentifier_=program)
    focus = MacFocus(library)
    assert focus.current() == 7
    assert focus.give(7)
    assert focus.give(8)
    assert activated == [(7, 2)]
    assert MacFocus(appkit(None)).current() is None
