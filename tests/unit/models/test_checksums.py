from __future__ import annotations

import hashlib
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from edge_assistant.models.catalog import CatalogFile
from edge_assistant.models.checksums import ChecksumError, ChecksumVerifier, TrustedChecksum
from edge_assistant.system.errors import WeightsError

DATA = bytes(range(256)) * 40_000
SHA256 = hashlib.sha256(DATA).hexdigest()
ENTRY = CatalogFile(
    key="here/w.gguf",
    file="w.gguf",
    quantisation="Q8_0",
    size=len(DATA),
    about_size=len(DATA),
    sha256=SHA256,
    first_download=False,
    ships=False,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "w.gguf"
    path.write_bytes(DATA)
    return path


def hashed(folder: Path, entry: CatalogFile, path: Path) -> int:
    """Check the file and return how many bytes were hashed for it."""
    counts: list[int] = []
    ChecksumVerifier(folder).check(entry, path, counts.append)
    return sum(counts)


def test_a_file_is_hashed_once_and_then_remembered(data: Path, file: Path) -> None:
    assert hashed(data, ENTRY, file) == len(DATA)
    assert hashed(data, ENTRY, file) == 0
    assert [path.name for path in data.iterdir()] == ["verified.json"]


def test_a_file_that_was_touched_or_changed_is_hashed_again(data: Path, file: Path) -> None:
    hashed(data, ENTRY, file)
    os.utime(file, ns=(1, 1))
    assert hashed(data, ENTRY, file) == len(DATA)
    other = file.with_name("other")
    other.write_bytes(DATA)
    os.utime(other, ns=(1, 1))
    other.replace(file)  # same size and time, but another file
    assert hashed(data, ENTRY, file) == len(DATA)
    file.write_bytes(DATA[:-1] + b"x")
    with pytest.raises(WeightsError, match="does not match"):
        hashed(data, ENTRY, file)


@pytest.mark.parametrize("record", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"w.gguf": 3}'])
def test_an_unreadable_record_only_means_hashing_again(data: Path, file: Path, record: bytes) -> None:
    data.mkdir()
    (data / "verified.json").write_bytes(record)
    assert hashed(data, ENTRY, file) == len(DATA)
    assert hashed(data, ENTRY, file) == 0


def test_a_wrong_file_is_refused_with_both_checksums_and_the_way_out(data: Path, file: Path) -> None:
    file.write_bytes(DATA[::-1])
    for _ in range(2):  # the second time from memory
        with pytest.raises(WeightsError) as caught:
            ChecksumVerifier(data).check(ENTRY, file)
        assert SHA256[:8] in str(caught.value)
        assert hashlib.sha256(DATA[::-1]).hexdigest()[:8] in str(caught.value)
        assert "again, or give its path" in str(caught.value)


def test_a_file_of_the_wrong_size_is_refused_without_hashing(data: Path, file: Path) -> None:
    file.write_bytes(DATA[:-1])
    with pytest.raises(WeightsError, match="1 byte too short"):
        hashed(data, ENTRY, file)
    file.write_bytes(DATA * 2)
    with pytest.raises(WeightsError, match="11 megabytes too long"):
        hashed(data, ENTRY, file)
    assert not data.exists()


def test_hashing_again_finds_what_changed_behind_the_memory_s_back(data: Path, file: Path) -> None:
    hashed(data, ENTRY, file)
    times = file.stat()
    file.write_bytes(DATA[:-1] + b"x")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    ChecksumVerifier(data).check(ENTRY, file)
    with pytest.raises(ChecksumError) as caught:
        ChecksumVerifier(data).check(ENTRY, file, again=True)
    assert caught.value.expected == SHA256
    with pytest.raises(ChecksumError):
        ChecksumVerifier(data).check(ENTRY, file)  # and that is remembered


def test_a_file_that_changes_while_it_is_hashed_is_not_remembered(data: Path, file: Path) -> None:
    ChecksumVerifier(data).check(ENTRY, file, lambda _: os.utime(file, ns=(5, 5)))
    assert not ChecksumVerifier(data).is_verified(ENTRY, file)


def test_a_first_download_that_is_forgotten_decides_no_more(data: Path, file: Path) -> None:
    entry = replace(ENTRY, sha256=None, first_download=True)
    ChecksumVerifier(data).trust(entry, TrustedChecksum(SHA256, None, None))
    ChecksumVerifier(data).trust(entry, None)
    with pytest.raises(WeightsError, match="is not known"):
        ChecksumVerifier(data).check(entry, file)


def test_records_that_several_programs_change_at_once_lose_nothing(data: Path) -> None:
    entries = [replace(ENTRY, key=f"here/{number}", first_download=True) for number in range(40)]

    def trust(mine: list[CatalogFile]) -> None:
        for entry in mine:
            ChecksumVerifier(data).trust(entry, TrustedChecksum(SHA256, None, None))

    threads = [threading.Thread(target=trust, args=(entries[start::4],)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(ChecksumVerifier(data).trusted(entry) for entry in entries)


def test_what_ships_with_the_program_is_mended_by_installing_it_again(data: Path, file: Path) -> None:
    file.write_bytes(DATA[::-1])
    with pytest.raises(WeightsError, match="Install the program again"):
        ChecksumVerifier(data).check(replace(ENTRY, ships=True), file)


def test_without_a_checksum_a_file_is_not_opened_until_a_first_download_brought_one(data: Path, file: Path) -> None:
    entry = replace(ENTRY, sha256=None, first_download=True)
    with pytest.raises(WeightsError, match=r"checksum of w\.gguf is not known"):
        ChecksumVerifier(data).check(entry, file)
    ChecksumVerifier(data).trust(entry, TrustedChecksum(SHA256, "c" * 40, len(DATA)))
    ChecksumVerifier(data).check(entry, file)


def test_the_first_download_outweighs_a_pin_of_one_source_but_not_a_sure_one(data: Path, file: Path) -> None:
    ChecksumVerifier(data).trust(ENTRY, TrustedChecksum("0" * 64, None, None))
    ChecksumVerifier(data).check(ENTRY, file)
    with pytest.raises(WeightsError, match="instead of 00000000"):
        ChecksumVerifier(data).check(replace(ENTRY, first_download=True), file)


def test_a_folder_that_cannot_be_written_does_not_stop_a_good_file(tmp_path: Path, file: Path) -> None:
    (tmp_path / "blocked").write_text("a file where the data folder should be")
    assert hashed(tmp_path / "blocked", ENTRY, file) == len(DATA)


def test_a_cancel_from_the_progress_report_ends_the_check(data: Path, file: Path) -> None:
    def cancel(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ChecksumVerifier(data).check(ENTRY, file, cancel)
    assert not data.exists()
