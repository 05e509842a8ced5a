"""Catalogues, files and records that anybody may have made, met by the commands: one sentence, and nothing is lost."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from support.model_commands import Models, models
from support.operations import Recorder, run
from support.person import MMPROJ, MODEL, Place
from support.platforms import DEVICES, LINKS, NAMES, is_lacking, lacks

from edge_assistant.models.catalog import load_catalog
from edge_assistant.models.importer import Importer, ImportResult
from edge_assistant.models.library import ModelLibrary
from edge_assistant.models.operations import ExportOperation, RemoveOperation
from edge_assistant.models.vision_towers import VisionTowers
from edge_assistant.system import own_file, paths
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import NetworkError, WeightsError

DEMO = Path(__file__).resolve().parents[3] / "models/demo"

MAKE_LINK = Path.hardlink_to if is_lacking(LINKS) else Path.symlink_to


@pytest.fixture
def own_pair(tmp_path: Path, place: Place) -> Path:
    """A pair of the person's that no catalogue knows."""
    return pair(place, tmp_path / "own", "mine")


def pair(place: Place, folder: Path, name: str, mark: bytes = b"") -> Path:
    folder.mkdir()
    for file, data in place.data.items():
        (folder / file.replace("pair", name)).write_bytes(data[: len(data) - len(mark)] + mark)
    (place.shipped / "catalog.toml").write_text("source = []\n")
    return folder


def bring(*sources: Path, links: bool = False) -> list[ImportResult]:
    return Importer(
        ModelLibrary(None),
        sources,
        want_links=lambda: links,
        on_progress=lambda *_: None,
        on_notice=lambda *_: None,
        cancel=Cancellation(),
    ).run()


def carry(folder: Path, *names: str) -> None:
    library = ModelLibrary(None)
    run(ExportOperation(library, folder, tuple(library.named(name, "instruct") for name in names)))


def remove(library: ModelLibrary, name: str) -> object:
    """The bytes that are freed."""
    listener = Recorder()
    run(RemoveOperation(library, library.named(name, "instruct")), listener)
    return listener.events[-1]["freed_bytes"]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".lock"}


def listed() -> list[str]:
    library = ModelLibrary(None)
    names = [each.name for each in library.catalog()]
    assert library.problems == []
    return names


@lacks(DEVICES)
@pytest.mark.parametrize("kind", ["pipe", "endless", "nested"])
def test_a_folder_with_a_strange_catalogue_is_refused_at_once(own_pair: Path, kind: str) -> None:
    path = own_pair / "catalog.toml"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "endless":
        path.symlink_to("/dev/zero")
    else:
        path.write_text("a" + ".a" * 60_000 + " = 1")
    run = models("import", own_pair, "--copy", prefix=("timeout", "30"))
    assert run.process.returncode == 3
    assert ("nested too deeply" if kind == "nested" else "it is not a regular file") in run.of("error")[0]["message"]


@lacks(DEVICES)
def test_a_gguf_file_that_is_a_pipe_or_a_device_is_refused_at_once(own_pair: Path) -> None:
    os.mkfifo(own_pair / "a.gguf")
    (own_pair / "z.gguf").symlink_to("/dev/zero")
    for name in ("a.gguf", "z.gguf"):
        with pytest.raises(WeightsError, match="is not a file"):
            bring(own_pair / name)


@pytest.mark.parametrize(
    "change",
    [('name = "mine', 'name = ["x", "mine'), ("ram_bytes = ", "ram_bytes = -"), ('sha256 = "', 'sha256 = 5 # "')],
)
def test_a_stick_with_wrong_types_takes_nothing_from_the_list(
    own_pair: Path, place: Place, tmp_path: Path, change: tuple[str, str]
) -> None:
    bring(own_pair)
    carry(tmp_path / "stick")
    shutil.rmtree(paths.data_dir())
    bring(pair(place, tmp_path / "other", "earlier", b"earlier"))
    before = contents(paths.data_dir() / "models")
    catalog = tmp_path / "stick/catalog.toml"
    text = catalog.read_text().replace(*change).replace('["x", "mine-q4_k_m"', '["x", "mine-q4_k_m"]')
    assert text != catalog.read_text()
    catalog.write_text(text)
    with pytest.raises(WeightsError, match=r"\[\[source\]\] number 1: (name|ram_bytes|sha256) must be"):
        bring(tmp_path / "stick")
    assert listed() == ["earlier-q4_k_m"]
    assert contents(paths.data_dir() / "models") == before


def test_nothing_is_copied_where_the_person_s_list_could_not_take_it(own_pair: Path) -> None:
    paths.data_dir().mkdir(parents=True)
    (paths.data_dir() / "catalog.toml").write_text("[[source]\n")
    with pytest.raises(WeightsError, match="own model list is damaged"):
        bring(own_pair)
    assert not (paths.data_dir() / "models").exists()
    assert (paths.data_dir() / "catalog.toml").read_text() == "[[source]\n"


def test_one_bad_entry_of_the_person_s_list_hides_no_other(own_pair: Path) -> None:
    bring(own_pair)
    own = paths.data_dir() / "catalog.toml"
    own.write_text(f"[[source]]\nvariant = 3\n\n{own.read_text()}")
    library = ModelLibrary(None)
    assert [each.name for each in library.catalog()] == ["mine-q4_k_m"]
    assert "[[source]] number 1: variant must be" in library.problems[0]


def test_after_the_only_added_model_is_removed_the_list_is_empty_and_good(own_pair: Path) -> None:
    bring(own_pair)
    library = ModelLibrary(None)
    assert remove(library, "mine-q4_k_m") == sum(map(len, contents(own_pair).values()))
    assert listed() == []
    bring(own_pair)
    assert listed() == ["mine-q4_k_m"]


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_removal_that_was_broken_off_can_be_done_again(own_pair: Path, gone: int) -> None:
    bring(own_pair)
    library = ModelLibrary(None)
    weights = library.named("mine-q4_k_m", "instruct")
    for entry in (weights.model, *weights.mmprojs)[:gone]:
        (library.data_models / entry.file).unlink()
    run(RemoveOperation(library, weights))
    assert listed() == []
    assert list(library.data_models.glob("*.gguf")) == []
    with pytest.raises(WeightsError, match="is not installed"):
        run(RemoveOperation(ModelLibrary(None), weights))


def test_removing_what_was_linked_frees_nothing_and_leaves_the_person_s_files(own_pair: Path) -> None:
    before = contents(own_pair)
    bring(own_pair, links=True)
    library = ModelLibrary(None)
    assert remove(library, "mine-q4_k_m") == 0
    assert contents(own_pair) == before


def test_a_stick_cannot_put_its_file_in_the_place_of_another_model(
    own_pair: Path, place: Place, tmp_path: Path
) -> None:
    bring(own_pair)
    before = contents(paths.data_dir() / "models")
    text = (paths.data_dir() / "catalog.toml").read_text()
    stick = pair(place, tmp_path / "stick", "mine", b"other bytes")
    for name in contents(own_pair):
        old, new = ((folder / name).read_bytes() for folder in (own_pair, stick))
        text = text.replace(hashlib.sha256(old).hexdigest(), hashlib.sha256(new).hexdigest())
    (stick / "mmproj-mine-Q4_K_M-Q8_0.gguf").write_bytes((stick / "mmproj-mine-Q8_0.gguf").read_bytes())
    (stick / "mmproj-mine-Q8_0.gguf").unlink()
    (stick / "catalog.toml").write_text(text.replace("mine-q4_k_m", "stranger"))
    with pytest.raises(WeightsError, match="There is already another model file"):
        bring(stick)
    assert contents(paths.data_dir() / "models") == before
    assert listed() == ["mine-q4_k_m"]


def test_files_whose_names_are_exchanged_do_not_replace_each_other(place: Place, own_pair: Path) -> None:
    place.catalog()
    place.models.mkdir(parents=True)
    shutil.copy(own_pair / "mine-Q4_K_M.gguf", place.models / MMPROJ)
    shutil.copy(own_pair / "mmproj-mine-Q8_0.gguf", place.models / MODEL)
    before = contents(place.models)
    with pytest.raises(WeightsError):
        bring(place.models)
    assert contents(place.models) == before


@lacks(NAMES)
def test_names_that_cannot_be_kept_are_made_plain(own_pair: Path) -> None:
    strange = own_pair / "a\nb\x1b[31m.gguf"
    (own_pair / "mine-Q4_K_M.gguf").rename(strange)
    folder = own_pair.rename(own_pair.with_name(os.fsdecode(b"own\xff")))
    (result,) = bring(folder)
    assert result.files[0].name == "a-b-[31m.gguf"
    assert listed() == [result.model.name]


def test_an_export_keeps_what_the_folder_lists_already(own_pair: Path, place: Place, tmp_path: Path) -> None:
    bring(own_pair)
    bring(pair(place, tmp_path / "other", "earlier", b"earlier"))
    carry(tmp_path / "stick", "earlier-q4_k_m")
    carry(tmp_path / "stick", "mine-q4_k_m")
    assert [each.name for each in load_catalog(tmp_path / "stick/catalog.toml", own=True)] == [
        "mine-q4_k_m",
        "earlier-q4_k_m",
    ]
    sums = [line.split("  ")[1] for line in (tmp_path / "stick/SHA256SUMS").read_text().splitlines()]
    assert sorted(sums) == sorted(path.name for path in (tmp_path / "stick").glob("*.gguf"))
    (tmp_path / "stick/catalog.toml").write_text("not toml")
    with pytest.raises(WeightsError, match="is damaged"):
        carry(tmp_path / "stick", "mine-q4_k_m")
    assert (tmp_path / "stick/catalog.toml").read_text() == "not toml"


def test_a_pull_does_not_write_into_a_link_that_an_import_has_left(place: Place, tmp_path: Path) -> None:
    mine = tmp_path / "precious.gguf"
    mine.write_bytes(b"precious")
    place.models.mkdir(parents=True)
    (place.models / f"{MODEL}.part").hardlink_to(mine)
    MAKE_LINK(place.models / f"{MMPROJ}.part", mine)
    place.attempt().run()
    place.check_whole()
    assert mine.read_bytes() == b"precious"


def test_a_pull_over_a_linked_file_that_was_changed_leaves_the_person_s_file(place: Place, tmp_path: Path) -> None:
    mine = tmp_path / "precious.gguf"
    mine.write_bytes(place.data[MODEL][:-1] + b"?")
    place.models.mkdir(parents=True)
    (place.models / MODEL).hardlink_to(mine)
    place.attempt().run()
    place.check_whole()
    assert mine.read_bytes() == place.data[MODEL][:-1] + b"?"


def test_a_hub_that_sends_nothing_has_brought_nothing(place: Place) -> None:
    place.catalog(revision="main", pinned=False)
    place.hub.files = dict.fromkeys(place.hub.files, b"")
    with pytest.raises(NetworkError, match="sent no data for"):
        place.attempt().run()
    assert place.files() == set()
    assert ModelLibrary(None).verifier.trusted(ModelLibrary(None).named("pair", "instruct").model) is None


def test_a_whole_file_loses_what_a_kill_has_left_beside_it(place: Place) -> None:
    place.attempt().run()
    (place.models / f"{MODEL}.part").hardlink_to(place.models / MODEL)
    (place.models / f"{MODEL}.part.json").write_text("{}")
    (paths.data_dir() / "verified.json").unlink()
    place.attempt().run()
    place.check_whole()


@pytest.mark.parametrize("content", ["[" * 100_000, '{"a": ' + "9" * 6000 + "}", "[]", '{"own/x": {"sha256": 5}}'])
def test_records_that_make_no_sense_are_as_good_as_none(place: Place, content: str) -> None:
    place.catalog(revision="main", pinned=False)
    paths.data_dir().mkdir(parents=True, exist_ok=True)
    for name in ("verified.json", "trusted.json"):
        (paths.data_dir() / name).write_text(content)
    place.attempt().run()
    place.check_whole()


def test_a_tower_is_not_written_into_a_person_s_file(place: Place, tmp_path: Path) -> None:
    mine = tmp_path / "precious.gguf"
    mine.write_bytes(b"precious")
    (tmp_path / MMPROJ).write_bytes(place.data[MMPROJ])
    towers = VisionTowers(tmp_path / "towers")
    path = towers.make(tmp_path / MMPROJ, "BF16", lambda data, *_: data, lambda _: None).path
    path.with_suffix(".new").hardlink_to(mine)
    towers.make(tmp_path / MMPROJ, "BF16", lambda data, *_: data, lambda _: None)
    MAKE_LINK(path.with_suffix(".new"), mine)
    towers.make(tmp_path / MMPROJ, "BF16", lambda data, *_: data, lambda _: None)
    assert mine.read_bytes() == b"precious"


def test_removing_and_listing_as_commands(own_pair: Path) -> None:
    with Models("import", own_pair, "--copy") as run:
        assert run.wait() == 0
    with Models("remove", "mine-q4_k_m") as run:
        assert run.wait() == 0
    run = models("list")
    assert json.dumps(run.of("notice")) == "[]"
    assert "mine-q4_k_m" not in {each["name"] for each in run.of("weights")}


@pytest.mark.parametrize("links", [False, True])
def test_the_program_s_own_folder_is_only_read_by_an_import(own_pair: Path, links: bool) -> None:
    bring(own_pair)
    folder = paths.data_dir() / "models"
    inodes = {path.name: path.stat().st_ino for path in folder.glob("*.gguf")}
    before = contents(folder)
    bring(folder, links=links)
    assert contents(folder) == before
    assert {path.name: path.stat().st_ino for path in folder.glob("*.gguf")} == inodes
    assert listed() == ["mine-q4_k_m"]


def test_a_person_s_own_file_in_the_way_of_an_export_stays(own_pair: Path, tmp_path: Path) -> None:
    (first,) = bring(own_pair)
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / first.files[0].name).write_bytes(b"another model of the same name")
    before = contents(stick)
    with pytest.raises(WeightsError, match="was not made by this program"):
        carry(stick, first.model.name)
    assert contents(stick).items() >= before.items()
    (stick / first.files[0].name).unlink()
    carry(stick, first.model.name)
    (stick / first.files[0].name).write_bytes(b"damaged since")
    carry(stick, first.model.name)
    assert (stick / first.files[0].name).read_bytes() == first.files[0].read_bytes()


def test_what_cannot_be_looked_at_is_not_called_removed(own_pair: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a folder that is shut, which it never is to root."""
    (first,) = bring(own_pair)
    listed_before, look = listed(), own_file.lstat_or_none

    def refused(path: Path) -> os.stat_result | None:
        if path.suffix == ".gguf":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return look(path)

    with monkeypatch.context() as shut:
        shut.setattr(own_file, "lstat_or_none", refused)
        with pytest.raises(WeightsError, match="is in use" if sys.platform == "win32" else "Permission denied"):
            remove(ModelLibrary(None), first.model.name)
    assert listed() == listed_before
    assert all(path.exists() for path in first.files)


def test_adding_goes_on_where_it_was_broken_off_also_with_a_file_that_another_model_has_too(
    tmp_path: Path, place: Place
) -> None:
    """Many models share a vision file; that of the person's model was here before the list said so."""
    folder = pair(place, tmp_path / "own", "mine", mark=b"m")
    (folder / MMPROJ.replace("pair", "mine")).write_bytes(place.data[MMPROJ])
    place.catalog()
    first = bring(folder)
    ModelLibrary(None).own_catalog.unlink()
    assert bring(folder) == first
    assert "mine-q4_k_m" in listed()
