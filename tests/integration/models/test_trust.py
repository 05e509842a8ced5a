"""Whose word holds for a download: before a checksum is taken on first sight, the person is asked, and only once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.local_hub import Fault
from support.operations import Recorder, run
from support.person import MMPROJ, MODEL, REPOSITORY, Place
from support.platforms import WINDOWS

from edge_assistant.models import trust
from edge_assistant.models.checksums import ChecksumError
from edge_assistant.models.hub import Hub
from edge_assistant.models.library import ModelLibrary
from edge_assistant.models.pull import PullOperation
from edge_assistant.system import paths
from edge_assistant.system.errors import NetworkError, WeightsError
from edge_assistant.system.i18n import use_language


def pull(place: Place, *, trust_new: bool = False) -> PullOperation:
    library = ModelLibrary(None)
    return PullOperation(library, library.named("pair", "instruct"), trust_new=trust_new, hub=Hub(place.hub.endpoint))


def recorded() -> dict[str, str]:
    """What is trusted: checksums by file name."""
    try:
        content = json.loads((paths.data_dir() / "trusted.json").read_text())
    except FileNotFoundError:
        return {}
    return {key.rpartition("/")[2]: value["sha256"] for key, value in content.items()}


def change_model(place: Place) -> None:
    """Let the hub have another model file, and none be here."""
    place.data[MODEL] = place.hub.files[REPOSITORY, MODEL] = place.data[MODEL][:-100] + bytes(100)
    (place.models / MODEL).unlink(missing_ok=True)
    place.hub.asked.clear()


@pytest.fixture
def unsure(place: Place) -> Place:
    """A pair for which the catalogue that ships has no checksum."""
    place.catalog(revision="main", pinned=False)
    return place


def test_what_the_catalogue_that_ships_is_sure_of_is_no_question(place: Place) -> None:
    listener = Recorder()
    run(pull(place), listener)
    place.check_whole()
    assert (listener.questions, recorded()) == ([], {})


def test_one_question_names_model_source_files_sizes_and_checksums_before_a_byte_is_fetched(unsure: Place) -> None:
    listener = Recorder()
    with pytest.raises(WeightsError, match=r"^It was not downloaded\.$") as caught:
        run(pull(unsure), listener)
    assert caught.value.code == "weights-declined"
    sums = {name: unsure.hub.sha256(name)[:8] for name in unsure.data}
    sizes = {name: f"{len(data):,} bytes" for name, data in unsure.data.items()}
    assert listener.questions == [
        "This program has no checksum of its own for pair, Instruct, so only its source vouches for it: "
        f"{REPOSITORY} on 127.0.0.1. {MODEL}, {sizes[MODEL]}, has a checksum that begins with {sums[MODEL]}. "
        f"{MMPROJ}, {sizes[MMPROJ]}, has a checksum that begins with {sums[MMPROJ]}. Accept this from now on, and "
        "download it? &Download &Cancel"
    ]
    assert unsure.hub.gets() == []
    assert recorded() == {}
    assert not list(unsure.models.glob("*.gguf*"))


def test_an_answer_holds_from_then_on_also_for_a_download_that_is_taken_up_again(unsure: Place) -> None:
    unsure.hub.faults = [Fault(status=403)]
    listener = Recorder(answer=True)
    with pytest.raises(NetworkError):
        run(pull(unsure), listener)
    assert len(listener.questions) == 1
    assert recorded() == {name: unsure.hub.sha256(name) for name in unsure.data}
    if not WINDOWS:  # there a file has the rights of its folder, which is the person's
        assert (paths.data_dir() / "trusted.json").stat().st_mode & 0o777 == 0o600
    nobody = Recorder(can_ask=False)
    run(pull(unsure), nobody)
    unsure.check_whole()
    for name in unsure.data:
        (unsure.models / name).unlink()
    run(pull(unsure), nobody)
    unsure.check_whole()


def test_where_nobody_can_be_asked_it_ends_before_a_byte_unless_yes_was_said_beforehand(unsure: Place) -> None:
    with pytest.raises(WeightsError, match="nobody can be asked here, so it was not downloaded") as caught:
        run(pull(unsure), Recorder(can_ask=False))
    assert caught.value.code == "weights-unverified"
    assert (unsure.hub.gets(), recorded()) == ([], {})
    listener = Recorder(can_ask=False)
    run(pull(unsure, trust_new=True), listener)
    unsure.check_whole()
    assert listener.questions == []


def test_a_checksum_from_another_catalogue_than_the_one_that_ships_is_a_question_too(
    place: Place, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    text = (place.shipped / "catalog.toml").read_text()
    (stick / "catalog.toml").write_text(text)
    (place.shipped / "catalog.toml").write_text(text.replace(REPOSITORY, "our/own").replace('"pair"', '"ours"'))
    library = ModelLibrary(stick)
    operation = PullOperation(library, library.named("pair", "instruct"), hub=Hub(place.hub.endpoint))
    listener = Recorder()
    with pytest.raises(WeightsError, match="It was not downloaded"):
        run(operation, listener)
    assert f"{REPOSITORY} on 127.0.0.1. {MODEL}, " in listener.questions[0]
    assert place.hub.gets() == []
    run(operation, Recorder(answer=True))
    place.check_whole()
    (place.models / MODEL).unlink()
    run(operation, Recorder(can_ask=False))
    place.check_whole()


def test_a_listed_checksum_that_another_catalogue_calls_unsure_is_a_question_though_it_is_the_sure_one(
    place: Place, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    text = (place.shipped / "catalog.toml").read_text()
    unsure = text.replace('"pair"', '"theirs"').replace("sha256 =", 'trust = "first-download"\nsha256 =')
    (stick / "catalog.toml").write_text(unsure)
    change_model(place)
    library = ModelLibrary(stick)
    listener = Recorder()
    operation = PullOperation(library, library.named("theirs", "instruct"), hub=Hub(place.hub.endpoint))
    with pytest.raises(WeightsError, match="It was not downloaded"):
        run(operation, listener)
    assert len(listener.questions) == 1
    assert place.hub.gets() == []


class TestAChange:
    """Where the hub has another file than the one that was accepted."""

    @pytest.fixture
    def first(self, unsure: Place) -> Place:
        run(pull(unsure), Recorder(answer=True))
        return unsure

    @pytest.fixture(params=["en", "de", "reworded"])
    def wording(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """No wording of a sentence may decide about trust."""
        if request.param == "reworded":
            monkeypatch.setattr(trust, "tr", lambda *_, **__: "Reworded.")
        else:
            use_language(request.param)
        yield
        use_language(None)

    def test_it_is_asked_again_as_a_change_and_no_keeps_what_was_trusted(self, first: Place) -> None:
        old = first.hub.sha256(MODEL)
        change_model(first)
        listener = Recorder()
        with pytest.raises(WeightsError, match="It was not downloaded"):
            run(pull(first), listener)
        (question,) = listener.questions
        assert (
            f"The hub now has a different {MODEL} than the one that was accepted: its checksum begins with "
            f"{first.hub.sha256(MODEL)[:8]}, not with {old[:8]}. Accept this from now on" in question
        )
        assert MMPROJ not in question
        assert first.hub.gets() == []
        assert recorded()[MODEL] == old

    @pytest.mark.usefixtures("wording")
    def test_where_nobody_can_be_asked_it_is_an_error_with_both_checksums(self, first: Place) -> None:
        old = first.hub.sha256(MODEL)
        change_model(first)
        with pytest.raises(ChecksumError) as caught:
            run(pull(first), Recorder(can_ask=False))
        assert (caught.value.expected, caught.value.found) == (old, first.hub.sha256(MODEL))
        assert first.hub.gets() == []

    @pytest.mark.usefixtures("wording")
    @pytest.mark.parametrize("beforehand", [True, False])
    def test_with_a_yes_it_is_taken(self, first: Place, beforehand: bool) -> None:
        change_model(first)
        run(pull(first, trust_new=beforehand), Recorder(answer=True, can_ask=not beforehand))
        first.check_whole()
        assert recorded()[MODEL] == first.hub.sha256(MODEL)

    def test_a_commit_that_has_vanished_is_no_question_while_the_checksum_is_the_same(self, first: Place) -> None:
        for name in first.data:
            (first.models / name).unlink()
        first.hub.commit, first.hub.revisions = "f" * 40, {"main", "f" * 40}
        run(pull(first), Recorder(can_ask=False))
        first.check_whole()

    def test_with_another_commit_and_another_checksum_it_is_one(self, first: Place) -> None:
        change_model(first)
        first.hub.commit, first.hub.revisions = "f" * 40, {"main", "f" * 40}
        listener = Recorder(answer=True)
        run(pull(first), listener)
        assert len(listener.questions) == 1
        first.check_whole()

    def test_without_any_revision_it_says_so(self, first: Place) -> None:
        (first.models / MODEL).unlink()
        first.hub.revisions = set()
        with pytest.raises(NetworkError, match=r"Version main of .* no longer on the hub\."):
            run(pull(first), Recorder(answer=True))

    def test_a_damaged_file_is_fetched_again_and_a_change_is_noticed_then_too(self, first: Place) -> None:
        change_model(first)
        (first.models / MODEL).write_bytes(b"damaged")
        listener = Recorder()
        with pytest.raises(WeightsError, match="It was not downloaded"):
            run(pull(first), listener)
        assert "The hub now has a different" in listener.questions[0]


def test_a_sure_checksum_is_never_given_up_whatever_is_answered(place: Place) -> None:
    change_model(place)
    for trust_new in (False, True):
        listener = Recorder(answer=True)
        with pytest.raises(ChecksumError, match="is listed"):
            run(pull(place, trust_new=trust_new), listener)
        assert listener.questions == []
    other = replace(pull(place), trust_new=True)
    assert other.trust_new
    assert place.hub.gets() == []
