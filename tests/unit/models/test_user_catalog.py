from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.platforms import DEVICES, lacks

from edge_assistant.models import user_catalog
from edge_assistant.models.catalog import CatalogModel, load_catalog, merge_catalogs
from edge_assistant.system.errors import WeightsError

SHIPPED = load_catalog(Path(__file__).parents[3] / "models/catalog.toml")
FETCHED = [weights for weights in SHIPPED if weights.folder is None]


def own(name: str) -> CatalogModel:
    """A set that a person has added."""
    entry = replace(FETCHED[0].model, key="own/x.gguf", file="x.gguf", repository=None, first_download=False)
    return replace(FETCHED[0], name=name, model=entry, mmprojs=(entry,), repository=None, revision=None)


@pytest.mark.parametrize("weights", FETCHED, ids=lambda weights: f"{weights.name}-{weights.variant}")
def test_what_is_written_reads_as_the_same(tmp_path: Path, weights: CatalogModel) -> None:
    path = tmp_path / "catalog.toml"
    path.write_text(user_catalog.catalog_text(path, [weights], "here"), encoding="utf-8")
    assert path.read_text(encoding="utf-8").startswith("# here\n")
    assert load_catalog(path, own=True) == (weights,)


@pytest.mark.parametrize("strange", ['a "quoted" \\ name', "new\nline", "tab\t", "del\x7f", "Überschrift 日本", "'"])
def test_any_text_survives(tmp_path: Path, strange: str) -> None:
    weights = replace(own("x"), licence=strange, source=strange)
    user_catalog.add_entry(tmp_path / "catalog.toml", weights)
    assert load_catalog(tmp_path / "catalog.toml", own=True) == (weights,)


def test_adding_keeps_what_a_person_has_written(tmp_path: Path) -> None:
    path = tmp_path / "catalog.toml"
    before = user_catalog.catalog_text(path, [FETCHED[0]], "my own notes").replace("licence", "# of it\nlicence  ")
    path.write_text(before)
    user_catalog.add_entry(path, own("mine"))
    assert path.read_text().startswith(before)
    assert load_catalog(path, own=True) == (FETCHED[0], own("mine"))


def test_dropping_takes_only_the_one_set(tmp_path: Path) -> None:
    path = tmp_path / "catalog.toml"
    path.write_text("# my own notes\n")
    for weights in (own("one"), FETCHED[0], own("two"), own("three")):
        user_catalog.add_entry(path, weights)
    path.write_text(path.read_text().replace('"instruct"', '"instruct"  # as I like it', 1))
    assert user_catalog.remove_entry(path, "two", "instruct")
    assert load_catalog(path, own=True) == (own("one"), FETCHED[0], own("three"))
    assert path.read_text().startswith('# my own notes\n\n[[source]]\nvariant = "instruct"  # as I like it\n')
    assert not user_catalog.remove_entry(path, "two", "instruct")
    assert not user_catalog.remove_entry(path, "one", "thinking")
    assert not user_catalog.remove_entry(path, FETCHED[0].name, "instruct")  # it can be fetched again
    assert not user_catalog.remove_entry(tmp_path / "nothing.toml", "one", "instruct")


def test_dropping_from_a_damaged_list_is_explained(tmp_path: Path) -> None:
    (tmp_path / "catalog.toml").write_text("[[source]]\nnot toml")
    with pytest.raises(WeightsError, match="own model list is damaged"):
        user_catalog.remove_entry(tmp_path / "catalog.toml", "one", "instruct")


def test_a_catalogue_of_one_s_own_may_not_speak_of_what_ships(tmp_path: Path) -> None:
    text = user_catalog.catalog_text(tmp_path, [own("x")], "").replace(
        "[[source]]\n", '[[source]]\nfolder = "demo"\n', 1
    )
    (tmp_path / "catalog.toml").write_text(text)
    with pytest.raises(WeightsError, match="folder is only for what comes"):
        load_catalog(tmp_path / "catalog.toml", own=True)


def test_of_two_catalogues_the_first_holds_and_the_second_completes_it() -> None:
    sure = FETCHED[0]
    lying = replace(sure, model=replace(sure.model, sha256="f" * 64), licence="none")
    assert merge_catalogs([(sure,), (lying,)]) == (sure,)
    unknown = replace(sure.model, sha256=None, first_download=True, size=None)
    open_set = replace(sure, model=unknown, revision="main")
    (completed,) = merge_catalogs([(open_set,), (sure,)])
    assert (completed.model.sha256, completed.model.size) == (sure.model.sha256, sure.model.size)
    assert completed.model.first_download
    assert completed.revision == sure.revision
    assert merge_catalogs([(sure,), (own("x"),)]) == (sure, own("x"))


def test_when_the_only_set_is_dropped_an_empty_list_is_left(tmp_path: Path) -> None:
    path = tmp_path / "catalog.toml"
    user_catalog.add_entry(path, own("one"))
    assert user_catalog.remove_entry(path, "one", "instruct")
    assert load_catalog(path, own=True) == ()
    user_catalog.add_entry(path, own("two"))
    assert load_catalog(path, own=True) == (own("two"),)


@pytest.mark.parametrize("wrong", [{"ram_bytes": "lots"}, {"name": "a/b"}, {"name": ""}, {"licence": "x" * 300_000}])
def test_what_could_not_be_read_again_is_not_written(tmp_path: Path, wrong: dict[str, Any]) -> None:
    path = tmp_path / "catalog.toml"
    user_catalog.add_entry(path, own("one"))
    before = path.read_bytes()
    with pytest.raises(WeightsError, match="cannot be changed without loss"):
        user_catalog.add_entry(path, replace(own("two"), **wrong))
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "text", ["not toml", "source = 3", "source = []", "a = '''\n[[source]]", "\udcff", "a" + "=[" * 5]
)
def test_a_list_that_cannot_be_read_or_continued_is_not_written_to(tmp_path: Path, text: str) -> None:
    path = tmp_path / "catalog.toml"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    before = path.read_bytes()
    with pytest.raises(WeightsError, match="Fix it or delete it"):
        user_catalog.add_entry(path, own("two"))
    assert path.read_bytes() == before


def test_a_bad_set_beside_stays_as_the_person_wrote_it(tmp_path: Path) -> None:
    path = tmp_path / "catalog.toml"
    bad = "[[source]] # mine\nvariant = 3\n"
    path.write_text(bad)
    user_catalog.add_entry(path, own("one"))
    assert load_catalog(path, own=True, problems=[]) == (own("one"),)
    assert user_catalog.remove_entry(path, "one", "instruct")
    assert path.read_text().startswith(bad)


@lacks(DEVICES)
@pytest.mark.parametrize(
    "change",
    [
        lambda path: user_catalog.add_entry(path, own("one")),
        lambda path: user_catalog.remove_entry(path, "one", "instruct"),
    ],
)
def test_a_list_that_is_no_file_is_not_waited_for(tmp_path: Path, change: Callable[[Path], object]) -> None:
    path = tmp_path / "catalog.toml"
    os.mkfifo(path)
    with pytest.raises(WeightsError, match="it is not a regular file"):
        change(path)
