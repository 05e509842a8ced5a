"""Places through `describe`: the list of what is where, with recorded answers of the 4B's kind and with the demo."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from support.describing import DIALOG, Describe, describe, done, user_environment
from support.replay_engine import Replay, pair_of_4b, pieces

from edge_assistant.engine.grammars import PLACES

LIST = (
    '```json\n[\n\t{"bbox_2d": [780, 850, 960, 950], "label": "Save"},\n\t'
    '{"bbox_2d": [20, 20, 60, 50], "label": "Open"},\n\t{"bbox_2d": [480, 20, 520, 50], "label": "Save"}\n]\n```'
)
FINE = "{}, {} percent from the left and {} percent from the top."


@pytest.fixture
def replay(tmp_path: Path) -> Replay:
    folder = tmp_path / "replay"
    folder.mkdir()
    return Replay(folder)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return next(user_environment(tmp_path))


def heard(run: Describe) -> list[str]:
    return [event["text"] for event in run.of("sentence")]


def test_the_mode_asks_for_a_list_with_tokens_enough_and_tells_each_object(
    replay: Replay, environment: dict[str, str], tmp_path: Path
) -> None:
    replay.says(*pieces(LIST, seed=1))
    run = describe(DIALOG, *pair_of_4b(tmp_path), "--mode", "places", environment=environment, program=replay.program())
    assert heard(run) == [
        f"Save: {FINE.format('at the bottom right', 87, 90)}",
        f"Open: {FINE.format('at the top left', 4, 4)}",
        "Save: 1 more, at the top.",
    ]
    assert done(run)["answer"] == LIST
    assert done(run)["text"] == "\n".join(heard(run))
    assert done(run)["image"]["tokens"] >= 1000
    request = replay.requests()[0]
    assert request.grammar == PLACES
    assert '"bbox_2d"' in request.question


def test_an_object_is_heard_before_the_list_ends(replay: Replay, environment: dict[str, str], tmp_path: Path) -> None:
    replay.says(*pieces(LIST, seed=2))
    run = describe(DIALOG, *pair_of_4b(tmp_path), "--mode", "places", environment=environment, program=replay.program())
    kinds = [(event["event"], event.get("text")) for event in run.events]
    written = ""
    for kind, text in kinds:
        written += text if kind == "token" else ""
        if kind == "sentence":
            break
    assert "Open" not in written


def test_of_a_list_that_is_cut_no_half_object_is_told_and_the_notice_says_so_once(
    replay: Replay, environment: dict[str, str], tmp_path: Path
) -> None:
    replay.says(*pieces(LIST[: LIST.index(', "label": "Open"')], seed=3), cut=True)
    options = ("--mode", "places", "--language", "de")
    run = describe(DIALOG, *pair_of_4b(tmp_path), *options, environment=environment, program=replay.program())
    assert heard(run) == ["Save: unten rechts, 87 Prozent von links und 90 Prozent von oben."]
    assert done(run)["stop"] == "length"
    assert "cut-off" in [event["code"] for event in run.of("notice")]


def test_a_reading_of_code_reads_the_code(replay: Replay, environment: dict[str, str], tmp_path: Path) -> None:
    replay.says(*pieces('{"name": "edge", "version": [2]}', seed=4))
    run = describe(DIALOG, *pair_of_4b(tmp_path), "--mode", "read", environment=environment, program=replay.program())
    assert heard(run) == ['{"name": "edge", "version": [2]}']


def test_the_demo_model_says_that_it_cannot_list(environment: dict[str, str]) -> None:
    run = describe(DIALOG, "--mode", "places", environment=environment)
    assert "no-places" in [event["code"] for event in run.of("notice")]
    assert heard(run)[0].startswith("A dialog titled Music.")


def test_a_place_of_a_padded_picture_is_that_in_the_picture(environment: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "part.png"
    with Image.open(DIALOG) as dialog:
        dialog.crop((80, 0, 242, 160)).save(path)  # 162 pixels wide; padded to 192
    run = describe(path, "--ask", "Where is the Save button?", "--temperature", "0", environment=environment)
    left, _, right, _ = json.loads(done(run)["answer"])["bbox_2d"]
    assert done(run)["image"]["width"] == 192
    assert (left + right) / 2 < 2000 / 3, "in the padded picture it is in the middle third"
    assert (left + right) / 2 * 192 / 162 > 2000 / 3
    assert heard(run) == ["Save: at the bottom right."]


def test_a_list_that_was_cut_goes_on_inside_the_object(
    replay: Replay, environment: dict[str, str], tmp_path: Path
) -> None:
    cut = LIST.index('"Open"') - 5
    replay.says(*pieces(LIST[:cut], seed=5), cut=True)
    replay.says(*pieces(LIST[cut:], seed=5))
    options = ("--mode", "places", "--more")
    run = describe(DIALOG, *pair_of_4b(tmp_path), *options, environment=environment, program=replay.program())
    assert [text.split(":")[0] for text in heard(run)] == ["Save", "Open", "Save"]
    assert done(run)["answer"] == LIST
    assert [request.grammar for request in replay.requests()] == [PLACES, PLACES]
