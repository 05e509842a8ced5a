"""What is said of the models in plain words: which suits, which is used, and what each is like beside the others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge_assistant.assistant.model_overview import ModelOverview, NextStep, describe_plainly, find_used
from edge_assistant.models.catalog import CatalogFile, CatalogModel
from edge_assistant.models.gguf import Variant
from edge_assistant.models.recommend import WARNING, Recommendation
from edge_assistant.models.summary import SummaryRow

GB = 1_000_000_000


def model(name: str, ram: int, variant: Variant = "instruct", **changes: str | None) -> CatalogModel:
    """A model of the hub, unless `changes` say another place."""
    file = CatalogFile(name, f"{name}.gguf", "Q4_K_M", None, ram, None, False, False, "someone/models")
    found = CatalogModel(
        name, variant, "Q4_K_M", file, (file,), ram, "Apache-2.0", "here", "someone/models", "main", None
    )
    return replace(found, **changes)  # type: ignore[arg-type]


USUAL, LARGE, SMALL = model("usual", 4 * GB), model("large", 6 * GB), model("small", 2 * GB)
THINKING = model("usual", 4 * GB, "thinking")
DEMO = model("demo", GB // 4, repository=None, folder="demo")
OWN = model("own", 3 * GB, repository=None)


def row(catalog_model: CatalogModel, state: str = "missing") -> SummaryRow:
    return SummaryRow(catalog_model, catalog_model.ram_bytes, state, state, "", "", ())


def overview(
    *rows: SummaryRow, preferred: str | None = None, recommended: CatalogModel | None = USUAL
) -> ModelOverview:
    """What there is, with a recommendation of which three gigabytes are missing."""
    recommendation = Recommendation(recommended, 3 * GB, ("This computer has 2 gigabytes of memory.", WARNING))
    return ModelOverview(rows, recommendation, find_used(rows, preferred))


@pytest.mark.parametrize(
    ("seen", "step", "sentences"),
    [
        (
            overview(row(USUAL), row(DEMO, "unchecked")),
            "download",
            [
                "3 gigabytes to download.",
                "In use now is demo: only for trying out, knows only sample screens.",
            ],
        ),
        (overview(row(USUAL, "partial")), "resume", ["3 gigabytes still to download."]),
        (overview(row(USUAL, "verified"), row(DEMO, "unchecked")), "none", ["Installed and in use."]),
        (
            overview(row(USUAL), row(LARGE, "verified")),
            "download",
            ["3 gigabytes to download.", "In use now is large: better, larger, slower."],
        ),
        (
            overview(row(USUAL, "verified"), row(LARGE, "verified"), preferred="large"),
            "use",
            ["Installed.", "In use now is large: better, larger, slower."],
        ),
        (overview(row(USUAL, "verified"), row(LARGE), preferred="large"), "none", ["Installed and in use."]),
    ],
)
def test_the_recommended_model_is_told_with_what_can_be_done(
    seen: ModelOverview, step: NextStep, sentences: list[str]
) -> None:
    assert seen.next_step == step
    assert seen.recommendation_sentences() == ["The best for this computer.", *sentences]


def test_room_that_is_missing_on_the_disk_is_said_before_the_download() -> None:
    seen = overview(row(USUAL))
    tight = replace(seen, recommendation=replace(seen.recommendation, short_bytes=2 * GB))
    assert tight.recommendation_sentences()[-1] == "First free up 2.0 gigabytes of disk space."


def test_where_no_model_fits_the_reason_is_said_and_there_is_nothing_to_press() -> None:
    seen = overview(row(USUAL), row(DEMO, "unchecked"), recommended=None)
    assert (seen.next_step, seen.recommendation_sentences()) == (
        "none",
        ["This computer has too little memory for a model. I can still read text."],
    )
    assert seen.describe(seen.rows[0]) == "needs more memory than this computer has"


@pytest.mark.parametrize(
    ("described", "words"),
    [
        (USUAL, "the best for this computer"),
        (LARGE, "better, larger, slower"),
        (SMALL, "quicker, smaller, less exact"),
        (THINKING, "thinks before it answers"),
        (DEMO, "only for trying out, knows only sample screens"),
        (OWN, "your own model"),
        (model("large", 6 * GB, "thinking"), "better, larger, slower, thinks before it answers"),
    ],
)
def test_each_model_is_compared_with_the_recommended_one(described: CatalogModel, words: str) -> None:
    assert describe_plainly(described, USUAL) == words


def test_each_variant_has_a_model_in_use_and_the_demo_only_where_there_is_no_other() -> None:
    seen = overview(row(DEMO, "unchecked"), row(OWN, "verified"), row(THINKING, "verified"), row(SMALL, "partial"))
    assert [seen.describe_state(each) for each in seen.rows] == ["installed", "in use", "in use", "partial"]


def test_what_is_on_this_computer_is_listed_first_and_the_rest_as_available() -> None:
    seen = overview(row(USUAL), row(LARGE, "verified"), row(SMALL, "partial"), row(DEMO, "unchecked"))
    assert [(seen.describe_group(each), each.model.name) for each in seen.listed_rows] == [
        ("On this computer", "large"),
        ("On this computer", "demo"),
        ("Available", "usual"),
        ("Available", "small"),
    ]


def test_a_model_that_comes_along_is_listed_once_with_its_half_for_thinking_harder() -> None:
    demo_thinking = replace(DEMO, variant="thinking")
    seen = overview(row(USUAL), row(THINKING), row(DEMO, "unchecked"), row(demo_thinking, "unchecked"))
    assert [each.model for each in seen.listed_rows] == [DEMO, USUAL, THINKING], "others are fetched one by one"
    assert [seen.parts(each) for each in seen.listed_rows] == [(DEMO, demo_thinking), (USUAL,), (THINKING,)]


def test_a_model_for_thinking_harder_that_comes_along_alone_is_listed() -> None:
    alone = replace(DEMO, variant="thinking", name="other")
    assert [each.model for each in overview(row(DEMO, "unchecked"), row(alone, "unchecked")).listed_rows] == [
        DEMO,
        alone,
    ]
