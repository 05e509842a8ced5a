"""Vision towers made on this machine: only the matrices change, and only what belongs to the file as it is is used."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from support.gguf_files import gguf_bytes, vision_metadata

from edge_assistant.models import vision_towers
from edge_assistant.models.checksums import ChecksumVerifier
from edge_assistant.models.gguf import describe_gguf
from edge_assistant.models.gguf_header import HeaderReader, TensorEntry, open_regular
from edge_assistant.models.vision_towers import VisionTowers
from edge_assistant.system import paths
from edge_assistant.system.errors import CancelledError, DoesNotFitError, WeightsError

F32, Q8_0, Q6_K = 0, 8, 14
TENSORS = [
    ("v.blk.0.ffn_up.weight", (512, 4), Q8_0),
    ("v.blk.0.ffn_up.bias", (4,), F32),
    ("v.blk.0.attn_out.weight", (192, 4), F32),
    ("v.position_embd.weight", (256, 4), F32),
    ("mm.0.weight", (256, 3), F32),
]


def mark(data: bytes, _source: int, target: int, columns: int) -> bytes:
    """In place of real numbers: as many bytes as the format wants, 7 for each."""
    assert target == Q6_K
    rows = len(data) // {512: 544, 256: 1024}[columns]
    return b"\x07" * (columns // 256 * 210 * rows)


@pytest.fixture
def parent(tmp_path: Path) -> Path:
    path = tmp_path / "mmproj.gguf"
    data = bytearray(gguf_bytes(vision_metadata(2560), TENSORS))
    data[-3 * 1024 :] = struct.pack("<768f", *range(768))
    path.write_bytes(data)
    return path


def table(path: Path) -> list[TensorEntry]:
    with open_regular(path) as file:
        reader = HeaderReader(file, path)
        list(reader.metadata())
        return reader.tensors(32)


def made(parent: Path) -> Path:
    return VisionTowers().make(parent, "Q6_K", mark, lambda _: None).path


def test_only_matrices_whose_rows_fit_the_blocks_change(parent: Path) -> None:
    result = VisionTowers().make(parent, "Q6_K", mark, lambda _: None)
    kinds = {entry.name: entry.kind for entry in table(result.path)}
    assert kinds == {
        "v.blk.0.ffn_up.weight": Q6_K,
        "v.blk.0.ffn_up.bias": F32,
        "v.blk.0.attn_out.weight": F32,
        "v.position_embd.weight": F32,
        "mm.0.weight": Q6_K,
    }
    assert (result.changed, result.unchanged) == (2, 1)


def test_the_made_file_is_whole_with_the_metadata_of_its_parent(parent: Path) -> None:
    info, old = describe_gguf(made(parent)), describe_gguf(parent)
    assert (info.projector_type, info.projection_dim, info.deepstack_layers) == (
        old.projector_type,
        old.projection_dim,
        old.deepstack_layers,
    )
    assert made(parent).read_bytes().endswith(b"\x07" * 630)


def test_it_is_found_for_its_parent_alone(parent: Path, tmp_path: Path) -> None:
    path = made(parent)
    assert VisionTowers().find(parent, "Q6_K") == path
    assert VisionTowers().find(parent, "BF16") is None
    assert VisionTowers().find(tmp_path / "other.gguf", "Q6_K") is None


def test_a_parent_with_other_content_has_none(parent: Path) -> None:
    made(parent)
    parent.write_bytes(gguf_bytes(vision_metadata(2048), TENSORS))
    assert VisionTowers().find(parent, "Q6_K") is None
    ChecksumVerifier(paths.data_dir()).hash_file(parent)
    assert VisionTowers().find(parent, "Q6_K") is None


def test_a_made_file_that_was_changed_is_not_used(parent: Path) -> None:
    path = made(parent)
    os.utime(path, ns=(1, 1))
    assert VisionTowers().find(parent, "Q6_K") is None


def test_a_cancel_leaves_nothing_behind(parent: Path) -> None:
    def cancel(_: float) -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        VisionTowers().make(parent, "Q6_K", mark, cancel)
    assert VisionTowers().find(parent, "Q6_K") is None
    left = {path.suffix for path in (paths.cache_dir() / "towers").iterdir()}
    assert left <= {".lock"}, "Windows' locks take their file away"


def test_progress_grows_to_one(parent: Path) -> None:
    told: list[float] = []
    VisionTowers().make(parent, "Q6_K", mark, told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_full_disk_is_told_before_anything_is_written(parent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vision_towers, "_RESERVED_BYTES", 10**18)
    with pytest.raises(DoesNotFitError, match="Free up space"):
        made(parent)
    assert not list((paths.cache_dir() / "towers").iterdir())


def test_a_removed_tower_is_gone(parent: Path) -> None:
    path = made(parent)
    VisionTowers().remove(parent, "Q6_K")
    assert not path.exists()
    assert VisionTowers().find(parent, "Q6_K") is None
    VisionTowers().remove(parent, "Q6_K")


def test_a_damaged_parent_is_refused(parent: Path) -> None:
    parent.write_bytes(parent.read_bytes()[:-500])
    with pytest.raises(WeightsError, match="too short"):
        made(parent)


def test_all_that_was_made_of_a_file_goes_with_it(parent: Path) -> None:
    path = made(parent)
    size = path.stat().st_size
    assert VisionTowers().remove_all(parent) == size
    assert not path.exists()
    assert VisionTowers().remove_all(parent) == 0


def test_two_programs_do_not_make_the_same_one_at_once(parent: Path) -> None:
    def second(_: float) -> None:
        if not refused:
            with pytest.raises(WeightsError, match="another program") as caught:
                made(parent)
            refused.append(caught.value)
            VisionTowers().remove_temporary_files()

    refused: list[WeightsError] = []
    path = VisionTowers().make(parent, "Q6_K", mark, second).path
    assert len(refused) == 1
    assert VisionTowers().find(parent, "Q6_K") == path


def test_what_was_left_half_made_is_cleared_away(parent: Path) -> None:
    left = made(parent).with_suffix(".new")
    left.write_bytes(b"half")
    left.with_name("a.new").mkdir()  # cannot be removed, as on Windows a file that somebody reads
    left.with_name("z.new").mkdir()
    VisionTowers().remove_temporary_files()
    assert not left.exists()
