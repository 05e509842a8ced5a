"""The report and the spoken end, from recorded results."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from support.model_checks import result

from edge_assistant.engine.task_entries import Family
from edge_assistant.engine.task_table import load_table
from edge_assistant.model_check.proposals import Proposal, Proposals, propose
from edge_assistant.model_check.report import CheckReport, to_markdown
from edge_assistant.model_check.results import TrialResult
from edge_assistant.model_check.runner import score_outcome
from edge_assistant.model_check.style import FLAGS
from edge_assistant.model_check.summary import summarise
from edge_assistant.model_check.towers import TowerDifference
from edge_assistant.model_check.trials import MEASURES, PRESENCE_PENALTIES, presence_condition
from edge_assistant.model_check.verdict import verdict
from edge_assistant.model_check.wording import MEASURES as NAMES
from edge_assistant.model_check.wording import SCORES
from edge_assistant.system.i18n import use_language

DIFFERENT = TowerDifference("m, Q6_K", "Q6_K", "F16", 3, 600, 0.91234, 0.51234)


def report(results: Sequence[TrialResult], **fields: Any) -> CheckReport:
    candidates = tuple(dict.fromkeys(each.candidate for each in results))
    made = CheckReport((("seed", "1"),), candidates, tuple(results), tuple(summarise(results)), (), Proposals())
    return replace(made, **fields)


def ended(
    results: Sequence[TrialResult],
    family: Family = "qwen3-vl",
    towers: Sequence[TowerDifference] = (),
    proposals: Proposals | None = None,
) -> str:
    return " ".join(verdict(summarise(results), "m, F16", family, towers, proposals or Proposals()))


def facts(right: int, of: int, measure: str = "glance", **fields: Any) -> list[TrialResult]:
    return [result(measure, scores={"facts": (float(each < right), 1.0)}, **fields) for each in range(of)]


def test_candidates_stand_side_by_side_with_counts_and_ranges() -> None:
    text = to_markdown(report([*facts(7, 12), *(replace(each, candidate="m, Q6_K") for each in facts(2, 3))]))
    assert "| Glances: key facts named | 7 of 12, 32 to 81 percent | 2 of 3, too few to tell |" in text
    assert "|  | m, F16 | m, Q6_K |" in text


def test_what_went_wrong_is_counted_by_measure_with_examples() -> None:
    wrong = facts(9, 10, raw="Sure! **A | dialog**", flags=frozenset(("introduction", "markup")))
    text = to_markdown(report([*wrong, *facts(1, 1, "detail")]))
    assert "| Glances: holds markup | 10 of 10, 72 to 100 percent |" in text
    assert "Details: holds markup" not in text
    assert "- dialog-en-0, glances, holds markup: `Sure! **A | dialog**`" in text
    assert text.count("begins with an introduction: `") == 3


def test_of_a_cut_or_looped_answer_the_end_is_quoted() -> None:
    text = to_markdown(report(facts(1, 1, raw=f"{'a ' * 300}the very end", flags=frozenset(("loop",)))))
    assert "the very end`" in text


def test_nothing_wrong_is_said_too() -> None:
    assert "no introduction, markup, cut, loop" in to_markdown(report(facts(1, 1)))


def test_seconds_memory_encoders_and_proposals() -> None:
    change = Proposal("qwen3-vl.question.instruct.presence_penalty", 0.0, "It is better.")
    text = to_markdown(
        report(
            [
                result(first_token_s=1.0, total_s=4.0, peak_bytes=4_200_000_000),
                result(first_token_s=3.0, total_s=8.0),
                result(error="engine-died", stop=""),
            ],
            towers=(DIFFERENT,),
            proposals=Proposals((change,), ("Too few places.",)),
            notes=("German: no font has its letters.",),
        )
    )
    assert "| Glances | 2.0 (1.0 to 3.0) |" in text
    assert "| Glances | 6.0 (4.0 to 8.0) |" in text
    assert "| m, F16 | 4.2 GB at most |" in text
    assert "| m, Q6_K | F16 | 0.91234 | 0.51234 | 600 image tokens of 3 pictures |" in text
    assert "- `qwen3-vl.question.instruct.presence_penalty = 0.0`: It is better." in text
    assert "- Too few places." in text
    assert "- German: no font has its letters." in text
    assert "| Glances: no answer, but an error | 1 |" in text


def test_every_table_has_as_many_cells_in_each_row() -> None:
    results = [
        *facts(3, 9, flags=frozenset(("markup",)), peak_bytes=9, raw="a|b\n|c"),
        *(replace(each, candidate="m | pipe") for each in facts(3, 9, "detail")),
        result("number", "presence-1.5", scores={"numbers": (1, 1), "digits": (12, 12)}),
        result("read", scores={"character-errors": (0.5, 1)}),
    ]
    text = to_markdown(report(results, towers=(DIFFERENT,)))
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1, block


def test_an_empty_report_is_possible() -> None:
    assert to_markdown(report([])).startswith("# Check of a model")


def test_every_measure_and_score_has_words() -> None:
    assert set(NAMES) == set(MEASURES)
    results = [result(measure, scores=dict.fromkeys(SCORES, (1, 1))) for measure in MEASURES]
    for language in ("en", "de"):
        use_language(language)
        try:
            assert to_markdown(report(results))
            assert ended(results)
        finally:
            use_language("en")


def test_the_end_says_what_is_good_and_bad_and_how_sure() -> None:
    text = ended([*facts(12, 12), *facts(6, 12, "detail"), *facts(0, 12, "question"), *facts(1, 2, "blank")])
    assert text == (
        "38 trials with m, F16. Mostly right: glances (12 of 12). Sometimes right: details (6 of 12). "
        "Mostly wrong: questions (0 of 12). Too few trials to tell: blank screens (1 of 2). "
        "Nothing was wrong with the form of 38 answers. No change is proposed."
    )


def test_the_end_names_all_measures_of_a_long_list() -> None:
    said = ended([each for measure in MEASURES for each in facts(1, 1, measure)])
    assert "…" not in said
    assert said.count("(1 of 1)") == len(MEASURES)


def test_the_end_says_what_a_glance_takes() -> None:
    text = ended([*facts(3, 3, first_token_s=5.04), *facts(1, 1, "read", peak_bytes=3_940_000_000)])
    assert "The first word of a glance came after 5.0 seconds, and 3.9 GB of memory were used at most." in text


def test_the_end_names_the_commonest_faults_and_a_differing_encoder() -> None:
    results = [
        *facts(9, 9, flags=frozenset(("markup", "introduction"))),
        *facts(9, 9, flags=frozenset(("markup", "loop"))),
        *facts(1, 1, flags=frozenset(("claim", "language"))),
    ]
    text = ended(results, towers=(DIFFERENT, replace(DIFFERENT, median=0.999)))
    assert "Of 19 answers: markup 18, introductions 9, repetitions 9." in text
    assert "The vision encoder of m, Q6_K differs from F16: the median cosine is 0.912." in text


def test_the_end_says_so_where_nothing_was_measured_or_the_model_is_only_the_demo() -> None:
    assert ended([]) == "Nothing was measured."
    assert "The demo model is not made for these screens" in ended(facts(1, 9), "demo")
    changes = Proposals((Proposal("a", 1, "b"), Proposal("c", 2, "d")))
    assert ended(facts(9, 9), proposals=changes).endswith("2 changes of the table of tasks are proposed.")


def recorded(right: bool) -> list[TrialResult]:
    """What a good or a bad model would answer on these screens, scored."""
    from support.model_checks import NUMBER, done, screen

    from edge_assistant.model_check.trials import Trial

    found = []
    for _ in range(12):
        glance = (
            done("A dialog: Save or Cancel.") if right else done("Of course! **Here is** the Printer:", "the Printer")
        )
        found.append(score_outcome(Trial("glance", screen(), "glance"), "m, F16", glance))
        numbered = screen("numbers")
        for penalty in PRESENCE_PENALTIES:
            lost = not right and penalty > 0
            answer = done(f"It is {NUMBER[:-2] if lost else NUMBER}.")
            trial = Trial("number", numbered, "question", presence_condition(penalty), numbered.truth.questions[0])
            found.append(score_outcome(trial, "m, F16", answer))
    return found


@pytest.mark.parametrize(
    ("right", "parts", "entries"),
    [
        (True, ("Mostly right: glances (24 of 24), questions about numbers of 12 digits (36 of 36).",), {}),
        (
            False,
            ("Mostly wrong: glances (0 of 24)", "introductions 12, markup 12, with things that are not there 12"),
            {"qwen3-vl.question.instruct.presence_penalty": 0.0},
        ),
    ],
)
def test_a_good_and_a_bad_model_are_told_apart(right: bool, parts: tuple[str, ...], entries: dict[str, object]) -> None:
    results = recorded(right)
    proposals = propose(summarise(results), "m, F16", load_table(None), "qwen3-vl", "instruct")
    assert proposals.entries == entries
    text = ended(results, proposals=proposals)
    assert all(part in text for part in parts), text
    assert set().union(*(each.flags for each in results)) <= set(FLAGS)
