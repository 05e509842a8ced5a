"""Places that the model found: its answer as boxes in the picture, named by what was asked for."""

from __future__ import annotations

import pytest

from edge_assistant.assistant.model_places import MAX_MATCHES, matches_of, question_for
from edge_assistant.imaging.token_budget import ResizePlan
from edge_assistant.ocr.page import Box

SIZE = (1600, 900)
WHOLE = ResizePlan((1280, 704), (1280, 704))
ONE = '{"bbox_2d": [500, 250, 600, 500], "label": "a red icon"}'


@pytest.mark.parametrize(
    "answer", [f"[{ONE}]", f"```json\n[\n\t{ONE}\n]\n```", f'[{ONE}, {{"bbox_2d": [1, 2', f"[{ONE}, {ONE}]"]
)
def test_an_answer_becomes_boxes_of_the_picture_however_it_is_fenced_or_cut(answer: str) -> None:
    (match,) = matches_of(answer, " red icon ", WHOLE, SIZE)
    assert (match.text, match.box, match.is_perhaps) == ("red icon", Box(800, 225, 960, 450), True)


def test_padding_of_the_sent_picture_is_no_part_of_it() -> None:
    padded = ResizePlan((640, 704), (1280, 704))
    (match,) = matches_of('[{"bbox_2d": [250, 0, 500, 1000], "label": "x"}]', "x", padded, (640, 704))
    assert match.box == Box(320, 0, 640, 704)


@pytest.mark.parametrize(
    "answer",
    ["[]", "", "It is at the top.", '[{"label": "x"}]', '[{"bbox_2d": [1, 2], "label": "x"}]',
     '[{"bbox_2d": [5, 5, 5, 9], "label": "x"}]', '[{"bbox_2d": [5, 5, 99999, 9], "label": "x"}]', "{" * 5000],
)  # fmt: skip
def test_what_is_no_box_is_passed_over(answer: str) -> None:
    assert matches_of(answer, "x", WHOLE, SIZE) == ()


def test_corners_may_come_in_any_order_and_only_so_many_are_kept() -> None:
    boxes = [f'{{"bbox_2d": [{10 * n + 9}, 90, {10 * n + 1}, 10], "label": "x"}}' for n in range(40)]
    found = matches_of(f"[{', '.join(boxes)}]", "x", WHOLE, (1000, 1000))
    assert len(found) == MAX_MATCHES
    assert found[0].box == Box(1, 10, 9, 90)


def test_what_is_typed_cannot_end_the_quotation_of_the_question() -> None:
    assert question_for('  the "red"\n icon ') == (
        'Where is "the \'red\' icon"? Give only JSON: [{"bbox_2d": [x1, y1, x2, y2], "label": "…"}]'
    )
