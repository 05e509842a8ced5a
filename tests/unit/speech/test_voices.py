"""Selection of a voice by name or language."""

from __future__ import annotations

import pytest

from edge_assistant.speech.messages import Notice, SystemVoice
from edge_assistant.speech.voices import VoiceChooser, choose_voice, is_for

_VOICES = [
    SystemVoice("gmw/en-029", "English (Caribbean)", ("en-029",), "Male"),
    SystemVoice("gmw/en", "English (Great Britain)", ("en-gb",), "Male"),
    SystemVoice("gmw/en-us", "English (America)", ("en-us",), "Male"),
    SystemVoice("gmw/de", "German", ("de",), "Male"),
    SystemVoice("sit/cmn", "Chinese (Mandarin)", ("cmn",), "Male"),
    SystemVoice("roa/fr-be", "French (Belgium)", ("fr-be",), "Male"),
    SystemVoice("roa/fr", "French (France)", ("fr-fr",), "Male"),
    SystemVoice("roa/pt-br", "Portuguese (Brazil)", ("pt-br",), "Male"),
    SystemVoice("win/ja", "Haruka", ("ja_JP",), "Female"),
    SystemVoice("mute", "No language", (), None),
]


@pytest.mark.parametrize(
    ("wanted", "language", "chosen"),
    [
        (None, None, None),
        ("German", None, "gmw/de"),
        ("GMW/DE", None, "gmw/de"),
        ("German", "fr", "gmw/de"),
        ("nobody", None, None),
        ("nobody", "fr", "roa/fr"),
        ("No language", "de", "mute"),
        (None, "de", "gmw/de"),
        (None, "de-AT", "gmw/de"),
        (None, "DE_de", "gmw/de"),
        (None, "en", "gmw/en"),
        (None, "en-us", "gmw/en-us"),
        (None, "en_US", "gmw/en-us"),
        (None, "zh", "sit/cmn"),
        (None, "zh-CN", "sit/cmn"),
        (None, "fr", "roa/fr"),
        (None, "fr-BE", "roa/fr-be"),
        (None, "pt", "roa/pt-br"),
        (None, "ja", "win/ja"),
        (None, "ja-JP", "win/ja"),
        (None, "xx", None),
        (None, "", None),
    ],
)
def test_a_chosen_voice_goes_before_the_language_and_the_nearest_accent_speaks(
    wanted: str | None, language: str | None, chosen: str | None
) -> None:
    voice = choose_voice(_VOICES, wanted, language)

    assert (voice.id if voice else None) == chosen


def test_without_any_voice_none_is_chosen() -> None:
    assert choose_voice([], "German", "de") is None


_ESPEAK = [
    SystemVoice("sem/ar", "Arabic", ("ar",), "Male", espeak=True),
    SystemVoice("sit/cmn", "Chinese (Mandarin, latin as English)", ("cmn",), "Male", espeak=True),
    SystemVoice("sit/cmn-latn-pinyin", "Chinese (latin as Pinyin)", ("cmn-latn-pinyin",), "Male", espeak=True),
    SystemVoice("gmw/de", "German", ("de",), "Male", espeak=True),
    SystemVoice("gmw/en", "English (Great Britain)", ("en-gb",), "Male", espeak=True),
    SystemVoice("jpx/ja", "Japanese", ("ja",), "Male", espeak=True),
    SystemVoice("gmq/nb", "Norwegian", ("nb",), "Male", espeak=True),
    SystemVoice("zle/ru", "Russian", ("ru",), "Male", espeak=True),
    SystemVoice("trk/tr", "Turkish", ("tr",), "Male", espeak=True),
    SystemVoice("sit/yue", "Chinese (Cantonese)", ("yue",), "Male", espeak=True),
]
_WINDOWS = [
    SystemVoice("ESPEAK-ZH", "eSpeak-ZH", ("zh-CN",), None, espeak=True),
    SystemVoice("TTS_MS_ZH-HK_TRACY_11.0", "Microsoft Tracy Desktop - Chinese(Hong Kong)", ("zh-HK",), "Female"),
    SystemVoice("TTS_MS_ZH-CN_HUIHUI_11.0", "Microsoft Huihui Desktop - Chinese", ("zh-CN",), "Female"),
    SystemVoice("TTS_MS_EN-US_ZIRA_11.0", "Microsoft Zira Desktop - English", ("en-US",), "Female"),
    SystemVoice("TTS_MS_JA-JP_HARUKA_11.0", "Microsoft Haruka Desktop - Japanese", ("ja-JP",), "Female"),
]
_MAC = [
    SystemVoice("com.apple.voice.Tingting", "Tingting", ("zh_CN",), "Female"),
    SystemVoice("com.apple.voice.Sinji", "Sinji", ("zh_HK",), "Female"),
    SystemVoice("com.apple.voice.Samantha", "Samantha", ("en_US",), "Female"),
    SystemVoice("com.apple.voice.Carmit", "Carmit", ("he_IL",), "Female"),
    SystemVoice("com.apple.voice.Nora", "Nora", ("no_NO",), "Female"),
]


@pytest.mark.parametrize(
    ("voices", "language", "chosen"),
    [
        (_ESPEAK, "zh", "sit/cmn-latn-pinyin"),
        (_ESPEAK, "zh-CN", "sit/cmn-latn-pinyin"),
        (_ESPEAK, "cmn", "sit/cmn-latn-pinyin"),
        (_ESPEAK, "zh-HK", "sit/yue"),
        (_ESPEAK, "no", "gmq/nb"),
        (_WINDOWS, "zh", "TTS_MS_ZH-CN_HUIHUI_11.0"),
        (_WINDOWS, "zh-HK", "TTS_MS_ZH-HK_TRACY_11.0"),
        (_WINDOWS, "ja", "TTS_MS_JA-JP_HARUKA_11.0"),
        (_WINDOWS[:1], "zh", "ESPEAK-ZH"),
        (_MAC, "zh", "com.apple.voice.Tingting"),
        (_MAC, "he", "com.apple.voice.Carmit"),
        (_MAC, "nb", "com.apple.voice.Nora"),
    ],
)
def test_the_voice_that_speaks_words_is_chosen(voices: list[SystemVoice], language: str, chosen: str) -> None:
    voice = choose_voice(voices, None, language)

    assert (voice.id if voice else None) == chosen


class Chosen:
    """The voices of one speaker, and what was said about them."""

    def __init__(self, voices: list[SystemVoice], wanted: str | None, language: str | None, platform: str) -> None:
        self.notices: list[Notice] = []
        self.chooser = VoiceChooser(voices, wanted, language, self.notices.append, platform)

    def ids(self, *languages: str) -> list[str | None]:
        found = [self.chooser.voice_for(each) for each in languages]
        return [voice.id if voice else None for voice in found]


def test_the_chosen_voice_speaks_the_answer_and_others_speak_what_it_does_not_know() -> None:
    chosen = Chosen(_ESPEAK, "German", "tr", "linux")

    assert chosen.ids("tr", "en", "de", "ru", "zh") == ["gmw/de", "gmw/en", "gmw/de", "zle/ru", "sit/cmn-latn-pinyin"]
    assert chosen.notices == []


def test_without_a_language_or_a_chosen_voice_our_own_sentences_take_the_default_voice() -> None:
    assert Chosen(_ESPEAK, None, None, "linux").ids("en", "de") == [None, "gmw/de"]


@pytest.mark.parametrize(
    ("platform", "advice"),
    [("linux", "espeak-ng-data"), ("win32", "Windows settings"), ("darwin", "system settings"), ("sunos5", "espeak")],
)
def test_a_language_without_a_voice_is_told_once_with_what_to_do(platform: str, advice: str) -> None:
    chosen = Chosen([_WINDOWS[3]], None, "en", platform)

    assert chosen.ids("zh", "zh", "zh-TW", "ar") == ["TTS_MS_EN-US_ZIRA_11.0"] * 4
    assert [notice.code for notice in chosen.notices] == ["no-voice-for-language"] * 2
    assert chosen.notices[0].message.startswith("There is no voice for Chinese on this computer")
    assert chosen.notices[1].message.startswith("There is no voice for Arabic on this computer")
    assert advice in chosen.notices[0].message


def test_a_language_without_a_voice_takes_the_one_that_knows_its_letters() -> None:
    chosen = Chosen(_ESPEAK, None, "en", "linux")

    assert chosen.ids("uk", "fa", "km") == ["zle/ru", "sem/ar", "gmw/en"]
    assert [notice.message.split(" on ")[0] for notice in chosen.notices] == [
        "There is no voice for Ukrainian",
        "There is no voice for Persian",
        "There is no voice for Khmer",
    ]


def test_espeak_says_the_word_kanji_for_what_it_cannot_read_and_that_is_told_once() -> None:
    chosen = Chosen(_ESPEAK, None, "en", "linux")
    voice = chosen.chooser.voice_for("ja")

    assert chosen.chooser.speakable("ファイルを保存しますか", voice) == "ファイルを かんじ しますか"
    assert chosen.chooser.speakable("東京", voice) == " かんじ "
    assert chosen.chooser.speakable("こんにちは", voice) == "こんにちは"
    assert [notice.code for notice in chosen.notices] == ["no-voice-for-language"]
    haruka = Chosen(_WINDOWS, None, "en", "win32").chooser
    assert haruka.speakable("東京", haruka.voice_for("ja")) == "東京"


@pytest.mark.parametrize(
    ("language", "ids"),
    [
        ("zh", ["sit/cmn", "sit/cmn-latn-pinyin", "sit/yue"]),
        ("cmn", ["sit/cmn", "sit/cmn-latn-pinyin", "sit/yue"]),
        ("no", ["gmq/nb"]),
        ("EN_gb", ["gmw/en"]),
        ("en-us", []),
        ("d", []),
    ],
)
def test_the_voices_of_a_language_are_found_by_any_of_its_codes(language: str, ids: list[str]) -> None:
    assert [voice.id for voice in _ESPEAK if is_for(voice, language)] == ids
