"""A person's own files are only ever read, whatever lies under the names that the program uses."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from support.platforms import DEVICES, lacks

from edge_assistant.models import partial_file
from edge_assistant.models.checksums import ChecksumError, ChecksumVerifier
from edge_assistant.models.copy_or_link import install_file
from edge_assistant.models.partial_file import PartialFile, locked_for_writing, part_path
from edge_assistant.system.errors import WeightsError
from edge_assistant.system.json_store import JsonStore

DATA = b"GGUF" + bytes(range(256)) * 40
SHA256 = hashlib.sha256(DATA).hexdigest()
OTHER = b"something else of the person's" * 20


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A file of the person's."""
    path = tmp_path / "mine" / "a.gguf"
    path.parent.mkdir()
    path.write_bytes(DATA)
    return path


@pytest.fixture
def target(data: Path) -> Path:
    path = data / "models" / "a.gguf"
    path.parent.mkdir(parents=True)
    return path


def put(source: Path, path: Path, *, link: bool, sha256: str | None = SHA256, on_bytes: object = None) -> str:
    return install_file(
        source,
        path,
        sha256,
        ChecksumVerifier(path.parent),
        link=link,
        on_bytes=on_bytes or (lambda _: None),  # type: ignore[arg-type]
    )


def identity(path: Path) -> tuple[int, ...]:
    """What a file is, but for when it was last read; of a link the link."""
    status = path.lstat()
    return status.st_mode, status.st_ino, status.st_nlink, status.st_size, status.st_mtime_ns


def hard(name: Path, person: Path) -> None:
    os.link(person, name)


def soft(name: Path, person: Path) -> None:
    name.symlink_to(person)


def pipe(name: Path, _: Path) -> None:
    os.mkfifo(name)


def endless(name: Path, _: Path) -> None:
    name.symlink_to("/dev/zero")


LINKS = [hard] if os.name == "nt" else [hard, soft]  # there the person needs a right for the other
NO_FILES = [pytest.param(make, marks=lacks(DEVICES)) for make in (pipe, endless)]
LEFT = pytest.mark.parametrize("left", [*LINKS, *NO_FILES])


@LEFT
@pytest.mark.parametrize("link", [False, True])
@pytest.mark.parametrize("of", ["the source", "another file"])
def test_what_lies_under_the_name_of_a_part_is_never_written_into(
    mine: Path, target: Path, left: Callable[[Path, Path], None], link: bool, of: str
) -> None:
    other = mine.with_name("other")
    other.write_bytes(OTHER)
    left(part_path(target), mine if of == "the source" else other)
    assert put(mine, target, link=link) == SHA256
    assert (mine.read_bytes(), other.read_bytes(), target.read_bytes()) == (DATA, OTHER, DATA)
    assert target.samefile(mine) == link
    assert not os.path.lexists(part_path(target))


@pytest.mark.parametrize("left", LINKS)
def test_a_part_that_became_a_link_is_not_gone_on_with(
    mine: Path, target: Path, left: Callable[[Path, Path], None]
) -> None:
    meant = {"copy": [str(mine), len(DATA), mine.stat().st_mtime_ns]}
    with PartialFile(target, meant) as broken_off:
        broken_off.write(DATA[:100])
    part_path(target).unlink()
    left(part_path(target), mine)
    put(mine, target, link=False)
    assert (mine.read_bytes(), target.read_bytes()) == (DATA, DATA)


@pytest.mark.parametrize("link", [False, True])
def test_a_file_under_the_name_of_a_part_that_the_program_did_not_make_stays(
    mine: Path, target: Path, link: bool
) -> None:
    part_path(target).write_bytes(OTHER)
    with pytest.raises(WeightsError, match=r"a\.gguf\.part .*was not made by this program"):
        put(mine, target, link=link)
    assert part_path(target).read_bytes() == OTHER


def test_a_part_can_be_gone_on_with_though_its_note_alone_was_written(mine: Path, target: Path) -> None:
    meant = {"copy": [str(mine), len(DATA), mine.stat().st_mtime_ns]}
    with PartialFile(target, meant) as broken_off:
        broken_off.write(DATA[:100])
    seen: list[int] = []
    assert put(mine, target, link=False, on_bytes=seen.append) == SHA256
    assert seen[0] == 100
    assert target.read_bytes() == DATA


@pytest.fixture
def as_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """No name of a file that is open can be linked, moved or removed."""
    if os.name == "nt":
        return  # the real thing

    def guarded(real: Callable[..., None]) -> Callable[..., None]:
        def call(path: Path, *arguments: Path) -> None:
            for each in (path, *arguments):
                opened = [Path(f"/proc/self/fd/{number}") for number in range(3, 50)]
                if Path(each).exists() and any(link.exists() and link.samefile(each) for link in opened):
                    raise PermissionError(13, "The file is being used by another process")
            real(path, *arguments)

        return call

    for name in ("link", "unlink", "rename", "replace"):
        monkeypatch.setattr(os, name, guarded(getattr(os, name)))


@pytest.mark.usefixtures("as_on_windows")
@pytest.mark.parametrize("link", [False, True])
@pytest.mark.parametrize("existing", ["nothing", "a damaged file", "a left link"])
def test_on_windows_a_file_is_closed_before_its_names_change(
    mine: Path, target: Path, link: bool, existing: str
) -> None:
    if existing == "a damaged file":
        target.write_bytes(b"damaged")
    elif existing == "a left link":
        part_path(target).hardlink_to(mine)
    assert put(mine, target, link=link) == SHA256
    assert target.samefile(mine) == link
    assert mine.read_bytes() == target.read_bytes() == DATA
    assert [path.name for path in target.parent.iterdir() if path.name.startswith("a.gguf")] == ["a.gguf"]
    with pytest.raises(ChecksumError):
        put(mine, target.with_name("b.gguf"), link=link, sha256="0" * 64)


@pytest.mark.parametrize("link", [False, True])
@pytest.mark.parametrize("how", ["itself", *LINKS])
def test_a_file_that_is_in_its_place_already_is_only_read(
    mine: Path, target: Path, link: bool, how: str | Callable[[Path, Path], None]
) -> None:
    source = target if isinstance(how, str) else mine
    if isinstance(how, str):
        target.write_bytes(DATA)
    else:
        how(target, mine)
    before = identity(target)
    assert put(source, target, link=link) == SHA256
    assert identity(target) == before


@pytest.mark.parametrize("link", [False, True])
def test_the_unfinished_file_itself_is_no_source_for_what_it_is_to_become(target: Path, link: bool) -> None:
    part_path(target).write_bytes(DATA)
    with pytest.raises(WeightsError, match="is incomplete, or has another file's name"):
        put(part_path(target), target, link=link)
    assert part_path(target).read_bytes() == DATA


@pytest.mark.parametrize("link", [False, True])
def test_a_file_of_no_bytes_is_never_a_success(mine: Path, target: Path, link: bool) -> None:
    mine.write_bytes(b"")
    for sha256 in (None, hashlib.sha256().hexdigest()):
        with pytest.raises(WeightsError, match="is empty"):
            put(mine, target, link=link, sha256=sha256)
    assert not target.exists()
    with pytest.raises(WeightsError, match="is empty"), PartialFile(target, {}) as nothing:
        nothing.finish(ChecksumVerifier(target.parent))
    assert not target.exists()


@pytest.mark.parametrize("link", [False, True])
@pytest.mark.parametrize("length", [0, 100, len(DATA) + 1])
def test_a_source_that_changes_its_length_meanwhile_is_not_taken(
    mine: Path, target: Path, link: bool, length: int
) -> None:
    def change(_: int) -> None:
        os.truncate(mine, length)

    with pytest.raises(WeightsError, match=r"changed its size while it was read|checksum"):
        put(mine, target, link=link, sha256=None, on_bytes=change)
    assert not target.exists()


def test_a_source_that_grows_without_end_is_not_read_without_end(mine: Path, target: Path) -> None:
    read = 0

    def grow(count: int) -> None:
        nonlocal read
        read += count
        assert read < 2 * len(DATA), "it is read for ever"
        with mine.open("ab") as file:
            file.write(DATA)

    with pytest.raises(WeightsError, match="changed its size"):
        put(mine, target, link=False, on_bytes=grow)


def test_a_source_that_is_written_anew_meanwhile_is_not_taken_where_its_checksum_is_not_known(
    mine: Path, target: Path
) -> None:
    def change(_: int) -> None:
        mine.write_bytes(DATA[::-1])

    with pytest.raises(WeightsError, match="changed while it was read"):
        put(mine, target, link=False, sha256=None, on_bytes=change)
    assert not target.exists()


def test_a_wrong_file_is_refused_as_before(mine: Path, target: Path) -> None:
    with pytest.raises(ChecksumError):
        put(mine, target, link=False, sha256="0" * 64)
    assert not target.exists()
    assert not part_path(target).exists()


@LEFT
def test_a_lock_is_never_taken_on_a_person_s_file(mine: Path, target: Path, left: Callable[[Path, Path], None]) -> None:
    lock = target.with_name(".a.gguf.lock")
    left(lock, mine)
    with locked_for_writing(target):
        assert not lock.samefile(mine)
    record = JsonStore(target.with_name("trusted.json"), precious=True)
    left(target.with_name(".trusted.json.lock"), mine)
    record.update({"a": 1})
    assert (record.read(), mine.read_bytes()) == ({"a": 1}, DATA)


NOTES = ["[" * 100_000, '{"synced": ' + "9" * 6000 + "}", "3", "[]", '"x"', "\xff", "{}"]


@pytest.mark.parametrize("note", NOTES, ids=range(len(NOTES)))
def test_a_note_that_makes_no_sense_means_that_nothing_is_here(mine: Path, target: Path, note: str) -> None:
    part_path(target).write_bytes(b"?" * 100)
    target.with_name("a.gguf.part.json").write_text(note, encoding="latin-1")
    assert put(mine, target, link=False) == SHA256


@pytest.mark.parametrize("synced", ["1e400", "-1e400", "-5", '"1"', "true", "null", "[1]", "1.5", "NaN"])
def test_a_note_of_a_wrong_length_means_that_nothing_is_here(
    mine: Path, target: Path, synced: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partial_file, "_boot_time", lambda: 2)
    meant = {"copy": [str(mine), len(DATA), mine.stat().st_mtime_ns]}
    note = f'{{"meant": {json.dumps(meant)}, "started": 1, "synced": {synced}}}'
    part_path(target).write_bytes(b"?" * 100)
    target.with_name("a.gguf.part.json").write_text(note)
    assert put(mine, target, link=False) == SHA256


@pytest.mark.parametrize("left", NO_FILES)
@pytest.mark.parametrize("name", ["a.gguf.part.json", "verified.json"])
def test_a_note_or_record_that_is_no_file_is_not_waited_for(
    mine: Path, target: Path, left: Callable[[Path, Path], None], name: str
) -> None:
    part_path(target).write_bytes(b"")
    left(target.with_name(name), mine)
    assert put(mine, target, link=False) == SHA256
    assert ChecksumVerifier(target.parent).known_checksum(target) == SHA256
