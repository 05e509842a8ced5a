"""Which codes name a language."""

from __future__ import annotations

import pytest

from edge_assistant.speech import language_names
from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import languages
from edge_assistant.system.language_codes import check_language


@pytest.mark.parametrize("code", ["de", "pt-BR", "zh_TW", "zh-Hant-TW", "DE", "ckb", "es-419", "cmn-latn-pinyin"])
def test_codes_of_languages_are_taken_with_and_without_a_country(code: str) -> None:
    check_language(code)


@pytest.mark.parametrize("code", ["xx", "deu", "eng", "german", "", "d", "de-", "-de", "de--AT", "de AT", "dé", "1"])
def test_others_are_refused_with_examples(code: str) -> None:
    with pytest.raises(UsageError, match=r"is not a language code\. Use one such as en, de or pt-BR\.$"):
        check_language(code)


def test_every_language_that_has_a_name_or_a_translation_here_has_a_code() -> None:
    for code in (*language_names._NAMES, *languages()):
        check_language(code)
