"""What installers say of the product: its version, its name and summary, and what macOS is told about it."""

from __future__ import annotations

import os
import re
import subprocess

from build_steps.paths import PACKAGING, ROOT
from edge_assistant import __version__

BUILD_PACKAGES = PACKAGING / "build_steps/build_packages.txt"
"""The Debian packages that a bare system needs to build the Linux installers, one a line."""
_NO_COMMIT = 1_767_225_600  # 2026-01-01
SUMMARY = "An offline seeing assistant: it looks at a picture and says aloud what is there."
MAINTAINER = "Edge Assistant <packages@edge-assistant.invalid>"


def version() -> str:
    """As the package says."""
    return __version__


def source_date() -> int:
    """The time that everything in a build gets, in seconds since 1970: SOURCE_DATE_EPOCH, or that of the commit.

    https://reproducible-builds.org/docs/source-date-epoch/
    """
    if told := os.environ.get("SOURCE_DATE_EPOCH", ""):
        return int(told)
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    try:
        found = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):  # an archive of the sources, or no git
        found = ""
    return int(found) if re.fullmatch(r"\d+\n", found) else _NO_COMMIT


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
