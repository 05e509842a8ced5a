from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from edge_assistant.errors import WeightsError
from edge_assistant.models.catalog import load_catalog
from edge_assistant.models.gguf import describe_gguf

SHIPPED = Path(__file__).parents[3] / "models"


def test_the_shipped_catalogue_names_every_set_in_both_variants() -> None:
    names = [(weights.name, weights.variant) for weights in load_catalog(SHIPPED / "catalog.toml")]
    assert sorted(names) == sorted(
        (name, variant)
        for name in ("demo", "qwen3-vl-4b-q4_k_m", "qwen3-vl-4b-q8_0")
        for variant in ("instruct", "thinking")
    )


def test_the_demo_files_are_those_that_the_catalogue_pins() -> None:
    demos = [weights for weights in load_catalog(SHIPPED / "catalog.toml") if weights.folder == "demo"]
    listed = [entry for weights in demos for entry in (weights.model, *weights.mmprojs)]
    assert {entry.file for entry in listed} == {path.name for path in (SHIPPED / "demo").glob("*.gguf")}
    for entry in listed:
        data = (SHIPPED / "demo" / entry.file).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (entry.size, entry.sha256)
    for weights in demos:
        info = describe_gguf(SHIPPED / "demo" / weights.model.file)
        assert (info.variant, info.quantisation) == (weights.variant, weights.quantisation)


def test_every_unpinned_entry_says_that_the_first_download_decides() -> None:
    for weights in load_catalog(SHIPPED / "catalog.toml"):
        for entry in (weights.model, *weights.mmprojs):
            assert entry.first_download or (entry.size and entry.sha256)
            assert entry.sha256 is None or (len(entry.sha256) == 64 and entry.sha256 == entry.sha256.lower())
            assert entry.about_size > 1_000_000


@pytest.mark.parametrize(
    "text",
    ["", "source = 3", "[[source]]", "[[source]]\nvariant = 'both'", "not toml", '"', "\0"],
)
def test_a_damaged_catalogue_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "catalog.toml").write_text(text)
    with pytest.raises(WeightsError, match=r"The list of weights .* is damaged"):
        load_catalog(tmp_path / "catalog.toml")


def test_a_file_name_may_not_leave_its_folder(tmp_path: Path) -> None:
    text = (SHIPPED / "catalog.toml").read_text(encoding="utf-8")
    (tmp_path / "catalog.toml").write_text(text.replace("tiny-qwen3vl-instruct", "../tiny", 1), encoding="utf-8")
    with pytest.raises(WeightsError, match="not a plain file name"):
        load_catalog(tmp_path / "catalog.toml")


def test_a_missing_catalogue_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="cannot be read"):
        load_catalog(tmp_path / "catalog.toml")
