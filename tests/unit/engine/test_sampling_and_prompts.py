"""The sampling parameters of the model cards, and the prompts."""

from __future__ import annotations

import pytest

from edge_assistant.engine.messages import Sampling
from edge_assistant.engine.prompts import MODES, system_prompt
from edge_assistant.engine.sampling import sampling
from edge_assistant.system.errors import UsageError


def test_the_card_decides_for_glance_and_detail() -> None:
    assert sampling("instruct", verbatim=False) == Sampling(0.7, 0.8, 20, 1.5)
    assert sampling("thinking", verbatim=False) == Sampling(1.0, 0.95, 20, 0.0)


def test_verbatim_reading_is_cooler_and_unpunished_with_instruct_only() -> None:
    assert sampling("instruct", verbatim=True) == Sampling(0.2, 0.8, 20, 0.0)
    assert sampling("thinking", verbatim=True) == sampling("thinking", verbatim=False)


def test_a_temperature_replaces_only_the_temperature() -> None:
    assert sampling("instruct", verbatim=False, temperature=0.3) == Sampling(0.3, 0.8, 20, 1.5)


def test_greedy_is_refused_with_thinking() -> None:
    assert sampling("instruct", verbatim=False, temperature=0).temperature == 0
    with pytest.raises(UsageError) as refusal:
        sampling("thinking", verbatim=False, temperature=0)
    assert refusal.value.kind == "usage"


@pytest.mark.parametrize(("code", "ending"), [("de", "Answer in German."), ("pt-BR", "Answer in Portuguese.")])
def test_a_language_is_asked_for_by_its_name(code: str, ending: str) -> None:
    assert system_prompt(code).endswith(ending)


def test_a_rare_language_is_asked_for_by_its_code() -> None:
    assert system_prompt("rm").endswith("the language with the code rm.")


@pytest.mark.parametrize("code", ["", "x", "english", "d3", "-"])
def test_what_is_no_language_code_is_refused(code: str) -> None:
    with pytest.raises(UsageError):
        system_prompt(code)


def test_every_mode_has_a_budget_that_holds_its_minimum() -> None:
    for mode in MODES.values():
        assert 8 <= mode.min_image_tokens <= mode.image_tokens
    assert MODES["glance"].image_tokens >= 192


def test_every_answer_has_a_limit_and_that_of_reading_leaves_room_for_a_full_page() -> None:
    page = 1400  # tokens: 500 words in a language that takes twice as many as English
    limits = [MODES[mode].max_tokens for mode in ("glance", "detail", "read")]
    assert limits == sorted(limits)
    assert page <= limits[-1] <= 2048
