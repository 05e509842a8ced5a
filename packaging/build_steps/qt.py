"""What of Qt goes into the program: what its windows, its camera and its clipboard use; the rest is dropped.

libQt6Qml and libQt6Quick stay without their modules: the camera's plugin is linked with them.
"""

from __future__ import annotations

import re
from pathlib import Path

DROPPED = {
    "the virtual keyboard": r"VirtualKeyboard|qtvirtualkeyboardplugin",
    "displays without a window system": (
        r"Egl[Ff][Ss]|egldeviceintegrations/|platforms/libq(eglfs|linuxfb|minimal|minimalegl|vnc|vkkhrdisplay)\.so"
        r"|platforms/q(direct2d|minimal)\."
    ),
    "devices read without a window system": r"plugins/generic/",
    "encrypted connections of Qt's own": r"plugins/tls/",
    "Qt's view of the network": r"plugins/networkinformation/",
    "picture formats that Pillow reads": r"imageformats/(lib)?q(tiff|tga|wbmp|icns|webp|pdf)\.",
    "Qt Quick's modules": r"PySide6/(Qt/)?qml/",
    "translations but those of Qt's own dialogs": r"translations/(?!qtbase_)",
    "Wayland shells of televisions and cars": (
        r"wayland-shell-integration/lib(fullscreen-shell-v1|ivi-shell|qt-shell|wl-shell-plugin)\.|WlShellIntegration"
    ),
    "Qt's own threads, and videos in windows": r"PySide6/QtConcurrent\.|Qt6?MultimediaWidgets\.",
    "drawing without a graphics card": r"opengl32sw|d3dcompiler",
}
_DROPPED = re.compile("|".join(DROPPED.values()))


def wanted(destination: str) -> bool:
    """Whether this file of the folder is used; destinations outside of PySide6 always are."""
    path = destination.replace("\\", "/")
    return not (path.startswith("PySide6/") or "libQt6" in path) or _DROPPED.search(path) is None


def permission_plugins(pyside: Path) -> list[tuple[str, str]]:
    """macOS: the sources and target folders of Qt's plugins that ask for the camera; PyInstaller does not collect them.

    `pyside` is the folder of the package PySide6.
    """
    folder = pyside / "Qt/plugins/permissions"
    return [(str(path), "PySide6/Qt/plugins/permissions") for path in sorted(folder.glob("*.dylib"))]
