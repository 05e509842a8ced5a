"""The installed folder, put together: the frozen program, and beside it weights, licences and the desktop's files."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

from build_steps import man
from build_steps.icons import DRAWING, SIZES
from build_steps.paths import PACKAGING
from build_steps.product import source_date, version
from build_steps.weights import WeightsFile, digest, place

SUMS = "SHA256SUMS"
METAINFO = "org.edge_assistant.EdgeAssistant.metainfo.xml"
"""What shops for software read; its name is that of the application, the other way round as is usual there."""
_TEST_BUILD = """A test build of Edge Assistant, made to try its installer: its engine is not the one for giving away.
The program reads this file, and says so in --version and doctor.
"""


def put_together(
    frozen: Path,
    weights: list[WeightsFile],
    catalog: Path,
    licences: Path,
    bom: dict[str, object],
    *,
    test: bool = False,
) -> Path:
    """Make the folder that is installed, beside the frozen one, which stays as it is. `test` builds say so."""
    folder = frozen.parent.with_name("program")
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(frozen, folder, symlinks=True)
    place(weights, catalog, folder / "models")
    write_sums(weights, folder / "models")
    shutil.copytree(licences, folder / "licences")
    if test:
        (folder / "test-build.txt").write_text(_TEST_BUILD, encoding="utf-8")
    (folder / "bom.json").write_text(json.dumps(bom, indent=1) + "\n", encoding="utf-8")
    return folder


def add_desktop(folder: Path, icons: Path) -> None:
    """Linux: the desktop's files with their places still open (@PROGRAM@), icons, and the scripts that use them."""
    linux = PACKAGING / "linux"
    share = folder / "share"
    share.mkdir()
    for source in sorted((linux / "share").glob("*.desktop")):
        shutil.copy(source, share)
    about = (linux / "share" / METAINFO).read_text(encoding="utf-8")
    date = time.strftime("%Y-%m-%d", time.gmtime(source_date()))
    about = about.replace("@VERSION@", version()).replace("@DATE@", date)
    (share / METAINFO).write_text(about, encoding="utf-8")
    (share / "edge-assistant.1").write_text(man.page(), encoding="utf-8")
    for size in SIZES:
        target = share / f"icons/{size}x{size}/edge-assistant.png"
        target.parent.mkdir(parents=True)
        shutil.copy(icons / f"{size}.png", target)
    (share / "icons/scalable").mkdir()
    shutil.copy(DRAWING, share / "icons/scalable/edge-assistant.svg")
    shutil.copy(linux / "SHORTCUTS.txt", folder / "SHORTCUTS.txt")
    for name in ("register", "uninstall"):
        shutil.copyfile(linux / f"{name}.sh", folder / name)
        (folder / name).chmod(0o755)


def write_sums(weights: list[WeightsFile], models: Path) -> None:
    """Checksums of all that is in models/, in sha256sum's format: what has another one there is the person's own."""
    known = {file.target: file.sha256 for file in weights}
    places = sorted(path.relative_to(models).as_posix() for path in models.rglob("*") if path.is_file())
    lines = [f"{known.get(place) or digest(models / place)}  {place}\n" for place in places]
    (models / SUMS).write_text("".join(lines), encoding="utf-8")
