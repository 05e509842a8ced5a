"""Weights carried in a folder from one computer to another, and files that a person adds."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.model_commands import Models, models
from support.person import MMPROJ, MODEL, Place
from support.platforms import HALF_LETTERS, lacks

from edge_assistant.models import partial_file
from edge_assistant.models.checksums import ChecksumError
from edge_assistant.models.exporter import Exporter
from edge_assistant.models.importer import Importer, ImportResult
from edge_assistant.models.library import ModelLibrary
from edge_assistant.models.resolver import resolve
from edge_assistant.system import paths
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import CancelledError, DoesNotFitError, UsageError, WeightsError

DEMO = Path(__file__).resolve().parents[3] / "models/demo"


class Told:
    """What an import or export told."""

    def __init__(self) -> None:
        self.fractions: list[float] = []
        self.notices: list[str] = []


def bring(*sources: Path, links: bool = False, told: Told | None = None) -> list[ImportResult]:
    told = told or Told()
    task = Importer(
        ModelLibrary(None),
        sources,
        want_links=lambda: links,
        on_progress=lambda _, progress: told.fractions.append(progress.fraction),
        on_notice=lambda code, _: told.notices.append(code),
        cancel=Cancellation(),
    )
    return task.run()


def carry(folder: Path, *names: str, **options: Any) -> list[str]:
    library = ModelLibrary(None)
    sets = [library.named(name, "instruct") for name in names]
    progress = options.get("on_progress", lambda *_: None)
    task = Exporter(library, folder, sets, on_progress=progress, cancel=Cancellation())
    return [weights.name for weights in task.run()]


@pytest.fixture
def stick(place: Place, tmp_path: Path) -> Path:
    """A folder with what another computer has exported; this one is as new afterwards."""
    place.attempt().run()
    assert carry(tmp_path / "stick") == ["pair"]
    shutil.rmtree(paths.data_dir())
    place.hub.asked.clear()
    return tmp_path / "stick"


def test_an_export_holds_the_weights_their_checksums_and_their_catalogue(place: Place, stick: Path) -> None:
    assert {path.name for path in stick.iterdir()} == {MODEL, MMPROJ, "SHA256SUMS", "catalog.toml"}
    for name, data in place.data.items():
        assert (stick / name).read_bytes() == data
    for line in (stick / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        checksum, _, name = line.partition("  ")
        assert hashlib.sha256((stick / name).read_bytes()).hexdigest() == checksum
    if sys.platform == "linux":
        subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=stick, check=True, capture_output=True)


@pytest.mark.parametrize("links", [False, True])
def test_an_import_installs_the_folder_without_a_network(place: Place, stick: Path, links: bool) -> None:
    told = Told()
    (result,) = bring(stick, links=links, told=told)
    assert (*result.model.key, result.complete) == ("pair", "instruct", True)
    place.check_whole()
    assert place.hub.asked == []
    assert told.fractions[-1] == 1.0
    assert (place.models / MODEL).samefile(stick / MODEL) == links
    library = ModelLibrary(None)
    weights = library.named("pair", "instruct")
    assert [library.status(weights, entry).state for entry in library.pair(weights)] == ["verified", "verified"]


def test_an_import_of_a_damaged_folder_names_both_checksums_and_installs_nothing_of_it(
    place: Place, stick: Path
) -> None:
    data = bytearray((stick / MODEL).read_bytes())
    data[-1] ^= 1
    (stick / MODEL).write_bytes(data)
    with pytest.raises(ChecksumError) as caught:
        bring(stick)
    assert caught.value.found == hashlib.sha256(data).hexdigest()
    assert caught.value.expected == hashlib.sha256(place.data[MODEL]).hexdigest()
    assert not (place.models / MODEL).exists()
    assert not (place.models / f"{MODEL}.part").exists()


def test_a_first_download_is_trusted_on_the_other_computer_too(place: Place, tmp_path: Path) -> None:
    place.catalog(revision="main", pinned=False)
    place.attempt().run()
    carry(tmp_path / "stick")
    shutil.rmtree(paths.data_dir())
    told = Told()
    bring(tmp_path / "stick", told=told)
    place.check_whole()
    assert told.notices == []
    library = ModelLibrary(None)
    trusted = library.verifier.trusted(library.named("pair", "instruct").model)
    assert trusted is not None
    assert (trusted.sha256, trusted.commit) == (hashlib.sha256(place.data[MODEL]).hexdigest(), place.hub.commit)


def test_a_file_without_any_known_checksum_is_trusted_when_it_is_added_and_that_is_said(
    place: Place, tmp_path: Path
) -> None:
    place.catalog(revision="main", pinned=False)
    for name, data in place.data.items():
        (tmp_path / name).write_bytes(data)
    told = Told()
    bring(tmp_path / MODEL, tmp_path / MMPROJ, told=told)
    assert told.notices == ["trusted-unchecked"] * 2
    assert resolve(model="pair", mmproj=None, think=False, preferred=None, weights_dir=None).name == "pair"


def test_an_exported_folder_named_in_the_settings_is_used_in_place(place: Place, tmp_path: Path) -> None:
    place.catalog(revision="main", pinned=False)
    place.attempt().run()
    carry(tmp_path / "stick")
    shutil.rmtree(paths.data_dir())
    weights = resolve(model="pair", mmproj=None, think=False, preferred=None, weights_dir=tmp_path / "stick")
    assert weights.model == tmp_path / "stick" / MODEL


def test_a_renamed_file_is_known_by_its_checksum(place: Place, tmp_path: Path) -> None:
    (tmp_path / "download(1).gguf").write_bytes(place.data[MODEL])
    (tmp_path / "download(2).gguf").write_bytes(place.data[MMPROJ])
    (result,) = bring(tmp_path / "download(1).gguf", tmp_path / "download(2).gguf")
    assert result.model.name == "pair"
    place.check_whole()


@pytest.fixture
def own_pair(tmp_path: Path) -> Path:
    """A pair that no catalogue knows, with names as people have them."""
    folder = tmp_path / "own"
    folder.mkdir()
    shutil.copy(DEMO / "tiny-qwen3vl-instruct-f16.gguf", folder / "My Model.gguf")
    shutil.copy(DEMO / "mmproj-tiny-qwen3vl-f16.gguf", folder / "mmproj-F16.gguf")
    return folder


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("how", ["folder", "both files", "the model alone"])
def test_a_pair_that_no_catalogue_knows_gets_an_entry_of_its_own(own_pair: Path, how: str) -> None:
    model, mmproj = own_pair / "My Model.gguf", own_pair / "mmproj-F16.gguf"
    (result,) = bring(*{"folder": [own_pair], "both files": [mmproj, model], "the model alone": [model]}[how])
    assert (*result.model.key, result.complete) == ("my-model", "instruct", True)
    shutil.rmtree(own_pair)
    weights = resolve(model="my-model", mmproj=None, think=False, preferred=None, weights_dir=None)
    assert weights.model.read_bytes() == (DEMO / "tiny-qwen3vl-instruct-f16.gguf").read_bytes()
    assert weights.mmproj.name == "mmproj-My Model-F16.gguf"
    weights.model.write_bytes(weights.model.read_bytes()[:-1] + b"?")
    with pytest.raises(WeightsError, match="does not match"):
        resolve(model="my-model", mmproj=None, think=False, preferred=None, weights_dir=None)


@pytest.mark.usefixtures("place")
def test_adding_the_same_pair_again_changes_nothing(own_pair: Path) -> None:
    bring(own_pair)
    catalog = ModelLibrary(None).own_catalog.read_text()
    bring(own_pair)
    assert ModelLibrary(None).own_catalog.read_text() == catalog


@pytest.mark.usefixtures("place")
def test_another_file_of_the_same_name_does_not_replace_what_is_here(own_pair: Path) -> None:
    bring(own_pair)
    model = own_pair / "My Model.gguf"
    model.write_bytes(model.read_bytes()[:-1] + b"?")
    with pytest.raises(WeightsError, match=r"another model file My Model\.gguf"):
        bring(own_pair)


@lacks(HALF_LETTERS)
@pytest.mark.usefixtures("place")
def test_a_file_name_that_no_catalogue_can_hold_is_refused_before_anything_is_copied(own_pair: Path) -> None:
    (own_pair / "My Model.gguf").rename(own_pair / "My\udcff Model.gguf")
    with pytest.raises(WeightsError, match=r"The file name My\ufffd Model\.gguf contains invalid characters\."):
        bring(own_pair)
    assert not list(paths.data_dir().rglob("*.gguf"))


@pytest.mark.usefixtures("place")
def test_an_own_pair_can_be_carried_on_too(own_pair: Path, tmp_path: Path) -> None:
    bring(own_pair)
    assert carry(tmp_path / "stick", "my-model") == ["my-model"]
    shutil.rmtree(paths.data_dir())
    (result,) = bring(tmp_path / "stick")
    assert (result.model.name, result.complete) == ("my-model", True)
    assert resolve(model="my-model", mmproj=None, think=False, preferred=None, weights_dir=None).name == "my-model"


@pytest.mark.usefixtures("place")
def test_files_that_do_not_belong_together_are_explained(own_pair: Path, tmp_path: Path, place: Place) -> None:
    (tmp_path / "mmproj-8B.gguf").write_bytes(place.data[MMPROJ].replace(b"\x00\x0a\x00\x00", b"\x00\x10\x00\x00", 1))
    with pytest.raises(WeightsError, match=r"does not fit the model My Model\.gguf"):
        bring(own_pair / "My Model.gguf", tmp_path / "mmproj-8B.gguf")
    with pytest.raises(WeightsError, match=r"model that it belongs to is missing\. Give both files"):
        bring(own_pair / "mmproj-F16.gguf")
    with pytest.raises(WeightsError, match=r"There is no .*nothing"):
        bring(tmp_path / "nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(WeightsError, match="no GGUF files in the folder"):
        bring(tmp_path / "empty")


def test_an_import_without_room_says_so_before_it_begins(
    place: Place, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partial_file.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1000}))
    with pytest.raises(DoesNotFitError, match="not enough space"):
        bring(stick)
    bring(stick, links=True)  # which needs none
    place.check_whole()


def test_a_copy_that_was_cancelled_goes_on_from_where_it_was(place: Place, stick: Path) -> None:
    cancel = Cancellation()
    task = Importer(
        ModelLibrary(None),
        [stick],
        want_links=lambda: False,
        on_progress=lambda *_: cancel.set(),
        on_notice=lambda *_: None,
        cancel=cancel,
    )
    with pytest.raises(CancelledError):
        task.run()
    assert any(path.name.endswith(".part") for path in place.models.iterdir())
    bring(stick)
    place.check_whole()


def test_an_export_into_a_folder_that_has_it_already_writes_only_what_is_wrong(place: Place, tmp_path: Path) -> None:
    place.attempt().run()
    carry(tmp_path / "stick")
    good = (tmp_path / "stick" / MODEL).stat()
    (tmp_path / "stick" / MMPROJ).write_bytes(b"rotten")
    carry(tmp_path / "stick")
    assert (tmp_path / "stick" / MODEL).stat().st_ino == good.st_ino
    assert (tmp_path / "stick" / MMPROJ).read_bytes() == place.data[MMPROJ]


def test_an_export_of_a_damaged_file_is_refused(place: Place, tmp_path: Path) -> None:
    place.attempt().run()
    (place.models / MODEL).write_bytes(place.data[MODEL][:-1] + b"?")
    with pytest.raises(ChecksumError):
        carry(tmp_path / "stick")
    assert not (tmp_path / "stick" / MODEL).exists()


def test_an_export_with_nothing_to_carry_or_nowhere_to_go_is_refused(place: Place, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no model to export"):
        carry(tmp_path / "stick")
    with pytest.raises(WeightsError, match="is incomplete"):
        carry(tmp_path / "stick", "pair")
    place.attempt().run()
    with pytest.raises(UsageError, match="already in that folder"):
        carry(place.models)
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="is not a folder"):
        carry(tmp_path / "file")


def test_a_link_between_two_disks_is_explained(place: Place, stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, os.strerror(18))

    monkeypatch.setattr(partial_file.os, "link", refuse)
    with pytest.raises(WeightsError, match=r"do not allow it\. Use --copy\."):
        bring(stick, links=True)
    assert not (place.models / MODEL).exists()


def test_the_commands_carry_weights_from_one_person_to_another(own_pair: Path, tmp_path: Path) -> None:
    other = dict.fromkeys(("XDG_DATA_HOME", "LOCALAPPDATA"), str(tmp_path / "other"))
    with Models("import", own_pair, "--copy") as imported:
        assert imported.wait() == 0
    assert imported.of("done")[0]["complete"] is True
    with Models("export", tmp_path / "stick", "my-model") as exported:
        assert exported.wait() == 0
    with Models("import", tmp_path / "stick", "--link", **other) as received:
        assert received.wait() == 0
    (linked,) = [file for file in received.of("done")[0]["files"] if Path(file).name == "My Model.gguf"]
    assert Path(linked).samefile(tmp_path / "stick" / "My Model.gguf")
    names = {each["name"]: each["state"] for each in models("list", **other).of("weights")}
    assert names["my-model"] == "verified"
    with Models("remove", "my-model", **other) as removed:
        assert removed.wait() == 0
    assert "my-model" not in {each["name"] for each in models("list", **other).of("weights")}
    assert (tmp_path / "stick" / "My Model.gguf").exists()


def test_where_nobody_can_be_asked_copies_are_made(own_pair: Path) -> None:
    run = models("import", own_pair, as_json=False)
    assert run.lines == ["my-model, Instruct, is installed."]
    assert not (paths.data_dir() / "models/My Model.gguf").samefile(own_pair / "My Model.gguf")
