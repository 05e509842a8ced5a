"""The operations on models, against a real local hub: what they report, and what people are told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.local_hub import Fault
from support.operations import Recorder, run
from support.person import MMPROJ, MODEL, Place

from edge_assistant.models.hub import Hub
from edge_assistant.models.library import ModelLibrary
from edge_assistant.models.operations import (
    ExportOperation,
    ImportOperation,
    Operation,
    RemoveOperation,
    VerifyOperation,
)
from edge_assistant.models.pull import PullOperation
from edge_assistant.system.errors import NetworkError, UsageError, WeightsError


@pytest.fixture
def pull(place: Place) -> PullOperation:
    library = ModelLibrary(None)
    return PullOperation(library, library.named("pair", "instruct"), hub=Hub(place.hub.endpoint))


def test_each_operation_says_what_it_does_reports_progress_and_ends_with_a_sentence(
    pull: PullOperation, place: Place, tmp_path: Path
) -> None:
    library, model, stick = pull.library, pull.model, tmp_path / "stick"
    told: dict[str, tuple[str, tuple[str, ...]]] = {}
    steps: list[tuple[Operation, str]] = [
        (pull, "pull"),
        (VerifyOperation(library, (model,)), "verify"),
        (ExportOperation(library, stick), "export"),
        (RemoveOperation(library, model), "remove"),
        (ImportOperation(library, [stick]), "import"),
    ]
    for operation, action in steps:
        listener = Recorder()
        result = run(operation, listener)
        assert result.damaged == 0
        assert listener.events[-1]["event"] == "done"
        assert listener.events[-1]["action"] == action
        if action != "remove":
            assert {each[0] for each in listener.progressed} == {action}
            assert {each[1] for each in listener.progressed} == {MODEL, MMPROJ}
            assert listener.progressed[-1][2] == 1.0
        assert listener.notices == []
        told[action] = operation.start_sentence, result.sentences
    place.check_whole()
    assert told == {
        "pull": ("Downloading pair, Instruct.", ("pair, Instruct, is installed and verified.",)),
        "verify": ("Checking pair, Instruct.", ("pair, Instruct, is OK.",)),
        "export": (
            "Exporting.",
            (f"1 model was exported to {stick}. On the other computer, import this folder.",),
        ),
        "remove": ("Removing.", ("pair, Instruct, was removed. 800,640 bytes freed.",)),
        "import": ("Importing.", ("pair, Instruct, is installed.",)),
    }


def test_it_can_be_run_again_where_it_was_broken_off(pull: PullOperation, place: Place) -> None:
    place.hub.head_faults = [Fault(), Fault(status=403)]
    with pytest.raises(NetworkError):
        run(pull)
    assert place.files() == {MODEL}
    run(pull)
    place.check_whole()
    assert len(place.hub.gets()) == 2


@pytest.mark.parametrize("link", [None, True, False])
def test_whether_to_link_is_asked_only_where_it_was_not_said(
    pull: PullOperation, place: Place, tmp_path: Path, link: bool | None
) -> None:
    run(pull)
    run(ExportOperation(pull.library, tmp_path / "stick"))
    run(RemoveOperation(pull.library, pull.model))
    listener = Recorder(answer=True)
    run(ImportOperation(pull.library, [tmp_path / "stick"], link), listener)
    assert [each.endswith("Link or copy? &Link &Copy") for each in listener.questions] == [True] * (link is None)
    assert (place.models / MODEL).samefile(tmp_path / "stick" / MODEL) == (link is not False)


def test_damaged_files_are_told_one_by_one_and_counted(pull: PullOperation, place: Place) -> None:
    run(pull)
    file = place.models / MMPROJ
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    listener = Recorder()
    result = run(VerifyOperation(pull.library, (pull.model,)), listener)
    assert listener.results == [(MODEL, None), (MMPROJ, "weights-damaged")]
    assert (result.sentences, result.damaged) == (("1 file is damaged.",), 1)
    assert listener.events[-1] == {"event": "done", "action": "verify", "files": 2, "damaged": 1}


def test_of_several_models_the_files_are_counted(pull: PullOperation) -> None:
    run(pull)
    other = replace(pull.model, name="other")
    assert run(VerifyOperation(pull.library, (pull.model, other))).sentences == (
        "Everything is OK: 2 files were checked.",
    )
    run(RemoveOperation(pull.library, pull.model))
    with pytest.raises(WeightsError, match="nothing to verify"):
        run(VerifyOperation(pull.library, (pull.model,)))


def test_what_ships_cannot_be_downloaded(pull: PullOperation) -> None:
    with pytest.raises(UsageError, match="comes with the program"):
        run(replace(pull, model=replace(pull.model, folder="demo")))
