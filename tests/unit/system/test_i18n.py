"""Which language the program speaks."""

from __future__ import annotations

import pytest

from edge_assistant.system import i18n
from edge_assistant.system.i18n import format_number, system_language, tr, use_language


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
