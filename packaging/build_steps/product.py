"""What installers say of the product: its version, its name and summary, and what macOS is told about it."""

from __future__ import annotations

from edge_assistant import __version__

SUMMARY = "An offline seeing assistant: it looks at a picture and says aloud what is there."
MAINTAINER = "Edge Assistant <packages@edge-assistant.invalid>"


def version() -> str:
    """As the package says."""
    return __version__


def mac_info() -> dict[str, object]:
    """Info.plist: why it asks for what macOS protects. Screen recording and input monitoring have no key of their own
    in macOS; the sentences are shown by those that have one, and by the installer's help."""
    return {
        "CFBundleShortVersionString": version(),
        "LSMinimumSystemVersion": "13.0",
        # It lives in the menu bar, without an icon in the Dock. PyInstaller adds LSBackgroundOnly to console programs,
        # and macOS shows no window and no menu of those.
        "LSUIElement": True,
        "LSBackgroundOnly": False,
        "NSHighResolutionCapable": True,
        "NSCameraUsageDescription": "It takes one picture when you ask for the camera, and says what is there.",
        "NSScreenCaptureUsageDescription": "It looks at the screen when you ask, and says what is there.",
        "NSInputMonitoringUsageDescription": "It waits for the keys that you chose for it, and for no others.",
        "NSAppleEventsUsageDescription": "It speaks through VoiceOver when you choose VoiceOver's voice.",
    }
