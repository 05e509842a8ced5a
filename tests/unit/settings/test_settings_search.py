"""The search in the settings."""

from __future__ import annotations

import pytest

from edge_assistant.settings.search import find_entries
from edge_assistant.system.i18n import use_language


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("tone volume", {"tone_volume"}),
        ("HOW LOUD", {"volume", "tone_volume"}),
        ("ahead", {"encode_ahead"}),
        ("gpu_layers", {"gpu_layers"}),
        ("describes camera", {"hotkeys.camera"}),
        ("battery zebra", set()),
        ("  ", set()),
    ],
)
def test_what_has_all_words_in_label_description_or_name_is_found(text: str, names: set[str]) -> None:
    assert {each.name for each in find_entries(text)} == names


def test_it_is_searched_in_the_language_of_the_person() -> None:
    use_language("de")
    assert {each.name for each in find_entries("lautstärke")} == {"volume", "tone_volume"}
    use_language("en")


def test_a_group_is_found_by_its_title() -> None:
    assert {"monitor", "camera"} <= {each.name for each in find_entries("sources")}
