"""Which language the program speaks."""

from __future__ import annotations

import pytest

from edge_assistant.system import i18n
from edge_assistant.system.i18n import (
    format_number,
    system_language,
    tr,
    tr_noop,
    tr_noop_count,
    translator,
    use_language,
)


@pytest.fixture(autouse=True)
def english() -> object:
    yield
    use_language(None)


@pytest.mark.parametrize(
    ("environ", "code"),
    [
        ({}, None),
        ({"LANG": "C.UTF-8"}, None),
        ({"LANG": "POSIX"}, None),
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de_AT"}, "de"),
        ({"LANG": "pt_BR.UTF-8"}, "pt-BR"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "de_DE.UTF-8"}, "de"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "C"}, None),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "de:en"}, "de"),
        ({"LANG": "C", "LANGUAGE": "de"}, None),
        ({"LANG": "nonsense"}, None),
    ],
)
def test_the_systems_language_is_what_its_environment_names(environ: dict[str, str], code: str | None) -> None:
    assert system_language("linux", environ) == code


def test_other_systems_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "_windows_language", lambda: "de_DE")
    monkeypatch.setattr(i18n, "_mac_language", lambda: "pt_BR")
    assert system_language("win32", {"LANG": "fr_FR"}) == "de"
    assert system_language("darwin", {}) == "pt-BR"
    assert system_language("darwin", {"LANG": "fr_FR"}) == "fr"


def test_without_a_catalogue_it_is_english() -> None:
    use_language("tlh")
    assert tr("There is no setting {name}.", name="dance") == "There is no setting dance."


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert (format_number(1234.56, 1), format_number(7)) == ("1,234.6", "7")
    use_language("de")
    assert (format_number(1234.56, 1), format_number(7)) == ("1.234,6", "7")


_NO_SETTING = tr_noop("There is no setting {name}. Try edge-assistant settings list.")
_NO_SETTING_X = "Es gibt keine Einstellung x. Versuchen Sie edge-assistant settings list."
_MODELS = tr_noop_count(
    "{number} model was exported to {folder}. On the other computer, import this folder.",
    "{number} models were exported to {folder}. On the other computer, import this folder.",
)


def test_what_is_put_into_an_answer_is_in_the_answers_language() -> None:
    use_language("de")
    english, german, own = translator("en-GB"), translator("de_AT"), translator(None)
    assert english is not None
    assert german is not None
    assert own is not None
    assert english(_NO_SETTING, name="x") == "There is no setting x. Try edge-assistant settings list."
    assert german(_NO_SETTING, name="x") == own(_NO_SETTING, name="x") == _NO_SETTING_X
    assert english.count(_MODELS, 1, folder="X").startswith("1 model was exported to X.")
    assert german.count(_MODELS, 2, folder="X").startswith("2 Modelle wurden nach X exportiert.")
    use_language("en")
    assert german(_NO_SETTING, name="x") == _NO_SETTING_X
    english_again = translator(None)
    assert english_again is not None
    assert english_again(_NO_SETTING, name="x") == "There is no setting x. Try edge-assistant settings list."


@pytest.mark.parametrize("language", ["fr", "zh-TW", "tlh", "", "../de", "-"])
def test_a_language_without_a_catalogue_has_no_translator(language: str) -> None:
    assert translator(language) is None
