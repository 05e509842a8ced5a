"""What building in a bare root leaves here."""

from __future__ import annotations

from pathlib import Path

from build_in_root import copy_products


def test_products_take_the_place_of_older_ones(tmp_path: Path) -> None:
    for name in ("old.run", "new.run"):
        (tmp_path / name.removesuffix(".run")).mkdir()
        (tmp_path / name.removesuffix(".run") / name).write_text(name)
    assert copy_products(tmp_path / "new", tmp_path / "old") == [tmp_path / "old/new.run"]


def test_an_engine_alone_leaves_no_products_and_is_no_failure(tmp_path: Path) -> None:
    assert copy_products(tmp_path / "dist", tmp_path / "target") == []
    assert not (tmp_path / "target").exists()
