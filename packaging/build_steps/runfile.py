"""The self-extracting installer: a shell script, and behind it the voice, the program and the weights.

The voice comes first and small, so that it can speak while the rest is checked; the weights go from the stick to their
place in one pass. What does not fit a file of a FAT stick goes into numbered parts beside it.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from build_steps.libraries import SYSTEM, VOICE_SYSTEM, oldest_libc
from build_steps.paths import PACKAGING
from build_steps.product import version
from build_steps.weights import WeightsFile, digest

LIMIT = 39 * 2**30 // 10  # bytes in one file; FAT holds one less than 4 GiB
_BLOCK = 4 * 2**20
_SPARE_KB = 200_000  # disk beyond what is installed, for the desktop and the first start


@dataclass(frozen=True, slots=True)
class Part:
    """A file beside the installer that holds more of the weights."""

    name: str
    size: int
    sha256: str


def build(
    program: Path,
    voice: Path,
    weights: list[WeightsFile],
    target: Path,
    *,
    limit: int = LIMIT,
    libraries: Mapping[str, str] = MappingProxyType(SYSTEM | VOICE_SYSTEM),
) -> list[Path]:
    """Write the installer `target` and its parts; all files that belong together.

    `limit` is in bytes a file; `libraries` are those that it looks for on the system, with their Debian packages.
    """
    for old in target.parent.glob(f"{target.name}*"):
        old.unlink()
    shutil.rmtree(target.parent / f".{target.name}.parts", ignore_errors=True)
    here = target.parent / f".{target.name}.parts"  # on the disk that has room for the installer
    here.mkdir()
    large = {f"models/{file.target}" for file in weights}
    voice_archive = _archive(voice, here / "voice.tar.gz", "voice", set())
    program_archive = _archive(program, here / "program.tar.gz", ".", large)
    room = limit - voice_archive.stat().st_size - program_archive.stat().st_size - 65536
    first, *rest = _cut(weights, here, target.name, room, limit)
    installed = sum(
        path.lstat().st_size for folder in (program, voice) for path in folder.rglob("*") if not path.is_dir()
    )
    values = {
        "VERSION": version(),
        "VOICE_SIZE": str(voice_archive.stat().st_size),
        "VOICE_SUM": digest(voice_archive),
        "PROGRAM_SIZE": str(program_archive.stat().st_size),
        "PROGRAM_SUM": digest(program_archive),
        "WEIGHTS_HERE": str(first.size),
        "WEIGHTS_SUM": first.sha256,
        "PARTS": "\n".join(f"{part.name} {part.size} {part.sha256}" for part in rest),
        "INSTALLED_KB": str(installed // 1024 + _SPARE_KB),
        "LIBC": ".".join(map(str, max(oldest_libc(program), oldest_libc(voice)))),
        "LIBRARIES": "\n".join(f"{name} {package}" for name, package in sorted(libraries.items())),
    }
    behind = voice_archive.stat().st_size + program_archive.stat().st_size + first.size
    header = _header((PACKAGING / "linux/installer.sh").read_text(encoding="utf-8"), values, behind)
    with target.open("wb") as file:
        file.write(header)
        for path in (voice_archive, program_archive, here / first.name):
            with path.open("rb") as source:
                shutil.copyfileobj(source, file, _BLOCK)
    target.chmod(0o755)
    for path in (voice_archive, program_archive, here / first.name):
        path.unlink()
    for part in rest:
        (here / part.name).rename(target.parent / part.name)
    here.rmdir()
    return [target, *(target.parent / part.name for part in rest)]


def _header(template: str, values: dict[str, str], behind: int) -> bytes:
    """The script with its blanks filled in. Its own size and checksum stand in it with a fixed width."""
    for name, value in values.items():
        template = template.replace(f"@{name}@", value)
    template = template.replace("@SELF_SUM@", "0" * 64).replace("@HEADER@", "@HEADER@".ljust(10))
    template = template.replace("@FILE_SIZE@", "@FILE_SIZE@".ljust(12))
    size = len(template.encode())
    template = template.replace("@HEADER@".ljust(10), str(size).ljust(10))
    template = template.replace("@FILE_SIZE@".ljust(12), str(size + behind).ljust(12))
    lines = template.splitlines(keepends=True)
    kept = "".join(line for line in lines if not line.startswith("SELF_SUM="))
    return template.replace("0" * 64, hashlib.sha256(kept.encode()).hexdigest(), 1).encode()


def _archive(folder: Path, target: Path, name: str, without: set[str]) -> Path:
    """A compressed archive of a folder, the same bytes each time; nobody's files, as whoever unpacks them owns them."""

    def clean(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
        if entry.name.removeprefix("./") in without:
            return None
        entry.uid = entry.gid = entry.mtime = 0
        entry.uname = entry.gname = ""
        if not entry.issym():  # whatever the umask of who builds
            entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
        return entry

    with (
        target.open("wb") as raw,
        gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6, filename="", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive,
    ):
        archive.add(folder, name, filter=clean)
    return target


def _cut(weights: list[WeightsFile], folder: Path, name: str, room: int, limit: int) -> list[Part]:
    """An archive of the weights, cut into files of at most `room` bytes (the first) and `limit` bytes."""
    blocks = _archived(weights)
    parts: list[Part] = []
    rest = b""
    ended = False
    while not parts or not ended:
        path = folder / (f"{name}.part{len(parts) + 1}")
        checksum, size, most = hashlib.sha256(), 0, limit if parts else room
        with path.open("wb") as file:
            while size < most:
                if not rest:
                    rest = next(blocks, b"")
                if not rest:
                    ended = True
                    break
                piece, rest = rest[: most - size], rest[most - size :]
                file.write(piece)
                checksum.update(piece)
                size += len(piece)
        if size or not parts:
            parts.append(Part(path.name, size, checksum.hexdigest()))
        else:
            path.unlink()
    return parts


def _archived(weights: list[WeightsFile]) -> Iterator[bytes]:
    """A plain tar archive, block by block."""
    for file in weights:
        entry = tarfile.TarInfo(file.target)
        entry.size, entry.mode = file.size, 0o644
        yield entry.tobuf(tarfile.GNU_FORMAT)
        with file.path.open("rb") as source:
            yield from _blocks(source)
        yield b"\0" * (-file.size % tarfile.BLOCKSIZE)
    if weights:
        yield b"\0" * (2 * tarfile.BLOCKSIZE)


def _blocks(source: BinaryIO) -> Iterator[bytes]:
    while block := source.read(_BLOCK):
        yield block
