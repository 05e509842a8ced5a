"""Which of Linux's libraries the program brings along, and which it expects of a stock desktop.

What has to fit the graphics driver, the display server or the sound server is the system's. What is small, or missing
on some desktops, comes along. Any library in neither table stops the build: somebody has to decide.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

# The soname, and the Debian package that has it (for the .deb, and for the sentence that names what is missing).
SYSTEM = {
    "libc.so.6": "libc6",
    "libstdc++.so.6": "libstdc++6",
    "libgcc_s.so.1": "libgcc-s1",
    "libz.so.1": "zlib1g",
    "libexpat.so.1": "libexpat1",  # Debian's Python reads XML with it; fontconfig needs it, so every desktop has it
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libXext.so.6": "libxext6",
    "libXrandr.so.2": "libxrandr2",
    "libxcb.so.1": "libxcb1",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdrm.so.2": "libdrm2",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libpulse.so.0": "libpulse0",
}
# Of the installer's own voice and player: the .deb takes the system's voice instead.
VOICE_SYSTEM = {
    "libc.so.6": "libc6",
    "libasound.so.2": "libasound2",
    "libpulse.so.0": "libpulse0",
    "libpulse-simple.so.0": "libpulse0",
}
# Parts of glibc since ever or since 2.34.
_LIBC = re.compile(r"ld-linux-x86-64\.so\.2|lib(m|dl|rt|pthread|resolv|util)\.so\.\d")
# The GTK look is used where there is a GTK; Qt passes the plugin over where there is none.
OPTIONAL = ("PySide6/Qt/plugins/platformthemes/libqgtk3.so",)
# From the building system. All else in the folder comes from wheels, which bring what they need.
_BROUGHT = re.compile(
    r"lib(ssl|crypto)\.so\.3|libffi\.so\.\d+|libsqlite3\.so\.0|liblzma\.so\.5|libbz2\.so\.1(\.0)?|libuuid\.so\.1"
    r"|libgomp\.so\.1|libzstd\.so\.1|libbrotli(dec|common)\.so\.1|libpython3\.\d+\.so\.1\.0|libxkbcommon(-x11)?\.so\.0"
    r"|libxcb-(cursor|glx|icccm|image|keysyms|randr|render|render-util|shape|shm|sync|util|xfixes|xkb)\.so\.\d"
)

# libpulse's own half, in a folder that only libpulse knows.
_INNER = "libpulsecommon-"


def bundled(destination: str) -> bool:
    """Whether PyInstaller's find goes into the folder; only libraries of the building system are ever left out."""
    path = Path(destination)
    if sys.platform != "linux" or len(path.parts) > 1 or ".so" not in path.name:
        return True
    # At the top lie copies of the system's libraries, and links to those in the packages' folders.
    return bool(_BROUGHT.fullmatch(path.name)) or not (_is_systems(path.name) or path.name.startswith(_INNER))


def of_installation(destination: str) -> bool:
    """Whether a package's file only tells of its installation; RECORD lists files that are not packed."""
    path = Path(destination.replace("\\", "/"))
    return path.parent.suffix == ".dist-info" and path.name in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")


def _is_systems(name: str) -> bool:
    known = subprocess.run(["/sbin/ldconfig", "-p"], check=True, capture_output=True, text=True).stdout
    return f"\t{name} " in known


def missing_from_tables(folder: Path, system: Iterable[str]) -> dict[str, list[str]]:
    """Libraries that files in `folder` need, but neither are there nor in `system`: soname -> who needs it."""
    files = [path for path in folder.rglob("*") if path.is_file() and is_elf(path)]
    here = {path.name for path in folder.rglob("*.so*")}
    wanting: dict[str, list[str]] = {}
    for path in files:
        if any(str(path).endswith(each) for each in OPTIONAL):
            continue
        for name in needed(path):
            if name not in here and name not in system and not _LIBC.fullmatch(name):
                wanting.setdefault(name, []).append(path.name)
    return wanting


def needed(path: Path) -> list[str]:
    """The sonames that an ELF file asks for."""
    return re.findall(r"\(NEEDED\).*\[(.*)\]", _readelf("-d", path))


def oldest_libc(folder: Path) -> tuple[int, int]:
    """The oldest glibc that has every symbol the files in `folder` use."""
    found = {(2, 0)}
    for path in folder.rglob("*"):
        if path.is_file() and is_elf(path):
            versions = re.findall(r"Name: GLIBC_(\d+)\.(\d+)", _readelf("-V", path))
            found |= {(int(major), int(minor)) for major, minor in versions}
    return max(found)


def is_native(path: Path) -> bool:
    """Whether it is a program or library of Linux or Windows."""
    with path.open("rb") as file:
        return file.read(4).startswith((b"\x7fELF", b"MZ"))


def is_elf(path: Path) -> bool:
    """Whether it is a program or library."""
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _readelf(option: str, path: Path) -> str:
    command = ["readelf", "-W", option, str(path)]
    return subprocess.run(command, check=True, capture_output=True, text=True, env={"LC_ALL": "C"}).stdout
