"""Whatever a catalogue holds, it ends in models that can be written again, or in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge_assistant.models.catalog import CatalogModel, load_catalog, merge_catalogs, read_catalog
from edge_assistant.models.file_names import is_valid_name
from edge_assistant.models.user_catalog import add_entry, catalog_text
from edge_assistant.system.errors import WeightsError

SUM = "66358cb18bb6b3b1b6675aa412c7a88ef01d228f481184d13668e5201c730a0a"
TEXTS = st.text(max_size=12) | st.sampled_from(
    (
        "mine",
        "..",
        "a/b",
        "CON",
        "nul.gguf",
        "x.gguf",
        "\x1b[31m",
        "\u202e",
        "instruct",
        "thinking",
        "main",
        SUM,
        "x" * 300,
    )
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    TEXTS | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.booleans() | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("a", "file", "name")), inner, max_size=2)
    ),
    max_leaves=4,
)


def result(call: Callable[[], Any]) -> Any:
    """What a call returns, or the sentence of its error."""
    try:
        return call()
    except (ValueError, WeightsError) as error:
        return str(error)


def entry(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """A table of a file: valid, or with anything in place of something."""
    valid: dict[str, Any] = {"quantisation": "Q4_K_M", "bytes": 5, "sha256": SUM, "file": f"{kind}.gguf"}
    if kind == "model":
        valid |= {"name": "mine", "ram_bytes": 7}
    return changed(valid, (*valid, "about_bytes", "trust"))


def changed(valid: dict[str, Any], keys: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """The table with some values exchanged or added, or left out where the new one is None."""
    changes = st.dictionaries(st.sampled_from(keys), st.none() | VALUES, max_size=2)
    return changes.map(lambda new: {key: value for key, value in {**valid, **new}.items() if value is not None})


SOURCES = st.tuples(
    changed(
        {"variant": "instruct", "licence": "free", "source": "here"},
        ("variant", "licence", "source", "repository", "revision", "folder", "model", "mmproj"),
    ),
    st.lists(entry("model"), min_size=1, max_size=2),
    st.lists(entry("mmproj"), min_size=1, max_size=2),
).map(lambda parts: {"model": parts[1], "mmproj": parts[2], **parts[0]})


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(SOURCES, max_size=3))
def test_it_is_models_with_names_for_any_disk_or_sentences(sources: list[dict[str, Any]]) -> None:
    try:
        text = tomlkit.dumps({"source": sources})
    except (ValueError, TypeError):
        return  # nothing that TOML can hold
    problems: list[str] = []
    found = result(lambda: read_catalog(text, problems, own=True))
    if isinstance(found, str):
        assert 0 < len(found) < 2000
        return
    for problem in problems:
        assert problem.startswith("[[source]] number ")
    for catalog_model in merge_catalogs([found]):
        check(catalog_model)


def check(catalog_model: CatalogModel) -> None:
    """It can be shown, typed, stored, and be written and read again as what it is."""
    assert "/" not in catalog_model.name
    assert catalog_model.variant in ("instruct", "thinking")
    assert catalog_model.folder is None
    assert catalog_model.ram_bytes > 0
    for each in catalog_model.files:
        assert is_valid_name(each.file)
        assert each.about_size > 0
        assert each.sha256 is None or len(each.sha256) == 64
        assert not each.ships
    text = result(lambda: catalog_text(Path("catalog.toml"), [catalog_model], "head"))
    assert "cannot be changed without loss" in text or read_catalog(text, [], own=True) == (catalog_model,)


@settings(max_examples=200)
@given(st.text("[]=\".#\n{}',a1s_-x:T", max_size=60) | st.text(max_size=60))
def test_any_text_is_a_catalogue_or_one_sentence(text: str) -> None:
    assert result(lambda: read_catalog(text, [], own=True)) != ""


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text('[]=".#\nsource a1', max_size=40))
def test_the_person_s_file_is_extended_whole_or_left_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "catalog.toml"
    path.write_text(text, encoding="utf-8", newline="")
    valid = {"variant": "instruct", "licence": "free", "source": "here"}
    file = {"quantisation": "Q4_K_M", "bytes": 5, "sha256": SUM}
    model = {"name": "mine", "ram_bytes": 7, "file": "mine.gguf", **file}
    source = {**valid, "model": [model], "mmproj": [{"file": "mmproj.gguf", **file}]}
    (new,) = read_catalog(tomlkit.dumps({"source": [source]}), [], own=True)
    before = path.read_bytes()
    try:
        known = load_catalog(path, own=True)
    except WeightsError:
        known = None
    try:
        add_entry(path, new)
    except WeightsError:
        assert path.read_bytes() == before
    else:
        assert load_catalog(path, own=True, problems=[]) == (*(known or ()), new)
    assert not list(tmp_path.glob(".catalog.toml.*[!k]"))


@pytest.mark.parametrize(
    ("key", "value", "is_one"),
    [
        *(("repository", value, True) for value in ("Qwen/Qwen3-VL-4B-Instruct-GGUF", "gpt2", "a_b/c.d-e")),
        *(("revision", value, True) for value in ("main", "f" * 40, "refs/pr/1", "v1.0")),
        *(
            (key, value, False)
            for key in ("repository", "revision")
            for value in (
                "../../etc",
                "a/../b",
                "/a",
                "a b",
                "a?b",
                "a\nb",
                "",
                "x" * 300,
                ["x"],
                5,
                "\x1b[2J",
                "https://h/a",
            )
        ),
        ("repository", "a/b/c", False),
    ],
)
def test_a_place_on_the_hub_is_a_name_there_or_a_sentence(key: str, value: object, is_one: bool) -> None:
    file = {"quantisation": "Q4_K_M", "bytes": 5, "sha256": SUM}
    model = {"name": "mine", "ram_bytes": 7, "file": "mine.gguf", **file}
    source = {"variant": "instruct", "licence": "free", "source": "here", key: value}
    problems: list[str] = []
    text = tomlkit.dumps({"source": [{**source, "model": [model], "mmproj": [{"file": "mmproj.gguf", **file}]}]})
    assert bool(read_catalog(text, problems, own=True)) == is_one
    assert [f"{key} must be" in each for each in problems] == ([] if is_one else [True])
