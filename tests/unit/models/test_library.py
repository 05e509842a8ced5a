from __future__ import annotations

from pathlib import Path

import pytest
from support.gguf_files import Shop

from edge_assistant.models.library import ModelLibrary
from edge_assistant.system import paths
from edge_assistant.system.errors import WeightsError

BIG = ("big-q4.gguf", "big-q8.gguf", "mmproj-big-q4.gguf")


def states(name: str, variant: str = "instruct") -> list[str]:
    library = ModelLibrary(None)
    catalog_model = library.named(name, variant)  # type: ignore[arg-type]
    return [library.status(catalog_model, entry).state for entry in (catalog_model.model, *catalog_model.mmprojs)]


def test_the_states_tell_what_is_here(shop: Shop, data: Path) -> None:
    assert states("big-q4") == ["missing", "missing"]
    (data / "models").mkdir(parents=True)
    (data / "models/big-q4.gguf.part").write_bytes(b"123")
    assert states("big-q4") == ["partial", "missing"]
    shop.install(data / "models", *BIG)
    assert states("big-q4") == ["unchecked", "unchecked"]
    library = ModelLibrary(None)
    catalog_model = library.named("big-q4", "instruct")
    library.verifier.check(catalog_model.model, data / "models/big-q4.gguf")
    assert states("big-q4") == ["verified", "unchecked"]


@pytest.mark.usefixtures("shop")
def test_a_name_may_say_its_variant() -> None:
    library = ModelLibrary(None)
    assert library.named("BIG-Q4-thinking", "instruct").variant == "thinking"
    assert library.named("big-q4-instruct", "thinking").variant == "instruct"
    with pytest.raises(WeightsError, match="There is no Thinking model called big-q8"):
        library.named("big-q8", "thinking")
    with pytest.raises(WeightsError, match="no model called big"):
        library.named("big", "instruct")


@pytest.mark.usefixtures("shop")
def test_a_mmproj_can_be_chosen_by_its_quantisation() -> None:
    library = ModelLibrary(None)
    catalog_model = library.named("big-q4", "instruct")
    assert library.pair(catalog_model, "q4_k_m") == (catalog_model.model, catalog_model.mmprojs[0])
    with pytest.raises(WeightsError, match=r"has no mmproj F16\. There are Q4_K_M\."):
        library.pair(catalog_model, "F16")


def test_removing_leaves_what_another_set_needs(shop: Shop, data: Path) -> None:
    shop.install(data / "models", *BIG)
    library = ModelLibrary(None)
    freed = library.remove(library.named("big-q4", "instruct"))
    assert freed == len(shop.originals["big-q4.gguf"])
    assert sorted(path.name for path in (data / "models").glob("*.gguf")) == ["big-q8.gguf", "mmproj-big-q4.gguf"]
    library.remove(library.named("big-q8", "instruct"))
    assert list((data / "models").glob("*.gguf")) == []
    with pytest.raises(WeightsError, match="big-q8 is not installed"):
        library.remove(library.named("big-q8", "instruct"))


def test_removing_leaves_what_a_set_in_the_person_s_folder_needs(shop: Shop, data: Path, tmp_path: Path) -> None:
    """Sets share a vision file, and the other one's model may lie on another disk."""
    shop.install(data / "models", "big-q4.gguf", "mmproj-big-q4.gguf")
    shop.install(tmp_path / "mine", "big-q8.gguf")
    library = ModelLibrary(tmp_path / "mine")
    library.remove(library.named("big-q4", "instruct"))
    assert [path.name for path in (data / "models").glob("*.gguf")] == ["mmproj-big-q4.gguf"]


def test_an_unfinished_download_is_removed_too(shop: Shop, data: Path) -> None:
    del shop
    (data / "models").mkdir(parents=True)
    (data / "models/big-q4.gguf.part").write_bytes(b"123")
    (data / "models/big-q4.gguf.part.json").write_text("{}")
    library = ModelLibrary(None)
    assert library.remove(library.named("big-q4", "instruct")) == 3
    assert not any("part" in path.name for path in (data / "models").iterdir())


def test_only_the_program_s_own_folder_is_cleared(shop: Shop, tmp_path: Path) -> None:
    shop.install(tmp_path / "stick", *BIG)
    library = ModelLibrary(tmp_path / "stick")
    with pytest.raises(WeightsError, match=r"not in the program's own folder\. Delete it yourself"):
        library.remove(library.named("big-q4", "instruct"))
    assert (tmp_path / "stick/big-q4.gguf").exists()
    with pytest.raises(WeightsError, match="demo model is part of the program"):
        library.remove(library.named("demo", "instruct"))


def test_a_second_catalogue_that_is_damaged_is_told_and_does_not_stop_anything(shop: Shop, data: Path) -> None:
    del shop
    data.mkdir()
    (data / "catalog.toml").write_text("not toml")
    library = ModelLibrary(None)
    assert library.named("demo", "instruct").folder == "demo"
    assert "is damaged" in library.problems[0]
    assert "Fix it or delete it." in library.problems[0]


@pytest.mark.usefixtures("shop")
def test_the_folders_are_the_settings_the_program_s_and_the_data_folder(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "program_models_dir", lambda: tmp_path / "program")
    assert ModelLibrary(tmp_path / "set").folders == (tmp_path / "set", tmp_path / "program", data / "models")
    assert ModelLibrary(None).folders == (tmp_path / "program", data / "models")
    assert ModelLibrary(data / "models").folders == (data / "models", tmp_path / "program")


def test_what_a_broken_off_link_has_left_is_removed_and_a_foreign_file_stays(
    shop: Shop, data: Path, tmp_path: Path
) -> None:
    shop.install(tmp_path, "big-q4.gguf")
    (data / "models").mkdir(parents=True)
    part = data / "models/big-q4.gguf.part"
    part.hardlink_to(tmp_path / "big-q4.gguf")
    library = ModelLibrary(None)
    catalog_model = library.named("big-q4", "instruct")
    assert library.status(catalog_model, catalog_model.model).state == "missing"
    assert library.remove(catalog_model) == 0
    assert not part.exists()
    assert (tmp_path / "big-q4.gguf").read_bytes() == shop.originals["big-q4.gguf"]
    part.write_bytes(b"of somebody else")
    with pytest.raises(WeightsError, match="big-q4 is not installed"):
        library.remove(catalog_model)
    assert part.read_bytes() == b"of somebody else"
