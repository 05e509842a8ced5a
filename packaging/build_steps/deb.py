"""The Debian package: the same folder under /usr/lib, with the system's voice and libraries as dependencies."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from pathlib import Path

from build_steps.layout import METAINFO
from build_steps.libraries import SYSTEM, oldest_libc
from build_steps.product import MAINTAINER, SUMMARY, version

_PLACE = "usr/lib/edge-assistant"
_VOICE = ("libespeak-ng1", "espeak-ng-data", "alsa-utils")

_CONTROL = """Package: edge-assistant
Version: {version}
Architecture: amd64
Maintainer: {maintainer}
Installed-Size: {size}
Section: utils
Priority: optional
Depends: {depends}
Recommends: xdg-desktop-portal
Description: offline seeing assistant
 {summary}
 It works without a network, and keeps nothing of what it sees.
"""
_COPYRIGHT = """Edge Assistant, copyright of its authors, under the Apache License, version 2.0.
On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.
The licences of everything that comes along are in /usr/lib/edge-assistant/licences.
"""


def depends(libc: tuple[int, int]) -> str:
    """The dependencies, as the control file wants them."""
    packages = {package for package in SYSTEM.values() if package != "libc6"}
    return ", ".join((f"libc6 (>= {libc[0]}.{libc[1]})", *sorted(packages), *_VOICE))


def build(program: Path, target: Path, *, compressed: bool) -> Path:
    """Write the package `target`; weights are not compressed, they would not get smaller."""
    root = program.with_name("deb")
    if root.exists():
        shutil.rmtree(root)
    place = root / _PLACE
    shutil.copytree(program, place, symlinks=True, copy_function=_link)
    share = root / "usr/share"
    (share / "applications").mkdir(parents=True)
    entry = (place / "share/edge-assistant.desktop").read_text(encoding="utf-8")
    entry = entry.replace("@PROGRAM@", f"/{_PLACE}")
    (share / "applications/edge-assistant.desktop").write_text(entry, encoding="utf-8")
    for icon in (place / "share/icons").glob("*/*"):
        folder = share / "icons/hicolor" / icon.parent.name / "apps"
        folder.mkdir(parents=True)
        shutil.copy(icon, folder)
    (share / "metainfo").mkdir()
    shutil.copy(place / "share" / METAINFO, share / "metainfo")
    (share / "man/man1").mkdir(parents=True)
    with gzip.GzipFile(share / "man/man1/edge-assistant.1.gz", "wb", mtime=0) as packed:
        packed.write((place / "share/edge-assistant.1").read_bytes())
    documents = share / "doc/edge-assistant"
    documents.mkdir(parents=True)
    (documents / "copyright").write_text(_COPYRIGHT, encoding="utf-8")
    shutil.move(place / "SHORTCUTS.txt", documents / "SHORTCUTS.txt")
    shutil.rmtree(place / "share")
    for name in ("register", "uninstall"):  # apt does this
        (place / name).unlink()
    (root / "usr/bin").mkdir()
    (root / "usr/bin/edge-assistant").symlink_to(f"../lib/{place.name}/edge-assistant")
    control = _CONTROL.format(
        version=version(),
        maintainer=MAINTAINER,
        size=sum(path.lstat().st_size for path in root.rglob("*") if not path.is_dir()) // 1024,
        depends=depends(oldest_libc(place)),
        summary=SUMMARY,
    )
    (root / "DEBIAN").mkdir()
    (root / "DEBIAN/control").write_text(control, encoding="utf-8")
    for path in root.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    compression = ("-Zzstd", "-z9") if compressed else ("-Znone",)
    subprocess.run(["dpkg-deb", "--root-owner-group", *compression, "--build", str(root), str(target)], check=True)
    shutil.rmtree(root)
    return target


def _link(source: str, target: str) -> None:
    """A second name instead of a second copy; what is changed afterwards is written anew, not in place."""
    os.link(source, target, follow_symlinks=False)
