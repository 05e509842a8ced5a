"""Which language each part of a text is in: by its script, and by its small words where these leave no doubt."""

from __future__ import annotations

import itertools
import random

import pytest

from edge_assistant.text.languages import LanguageTracker, Sentence, language_of, split_by_language

GERMAN = "Bitte warten Sie, bis die Tür geöffnet ist."


@pytest.mark.parametrize(
    ("language", "text", "runs"),
    [
        ("en", "A save dialog.", [("A save dialog.", "en")]),
        ("en", "", []),
        ("en", 'It says "Привет, мир!" and 5 more.',
         [("It says ", "en"), ('"Привет, мир!"', "ru"), (" and 5 more.", "en")]),
        ("en", "«Привет» — «Мир».", [("«Привет» — «Мир».", "ru")]),
        ("en", "Two: 保存 and 取消。", [("Two: ", "en"), ("保存", "zh"), (" and ", "en"), ("取消。", "zh")]),
        ("en", "2024年3月5日", [("2024年3月5日", "zh")]),
        ("en", "人", [("人", "zh")]),
        ("en", "A sign: 東京タワーへ。", [("A sign: ", "en"), ("東京タワーへ。", "ja")]),
        ("en", "한국어 中文", [("한국어", "ko"), (" 中文", "zh")]),
        ("en", "Ο φάκελος είναι κενός.", [("Ο φάκελος είναι κενός.", "el")]),
        ("en", "שָׁלוֹם עוֹלָם 123 hello", [("שָׁלוֹם עוֹלָם", "he"), (" 123 hello", "en")]),
        ("en", "\u202bمرحبا بالعالم\u202c and more", [("\u202bمرحبا بالعالم\u202c", "ar"), (" and more", "en")]),
        ("en", "این یک متن فارسی است", [("این یک متن فارسی است", "fa")]),
        ("en", "यह घर है, ok", [("यह घर है,", "hi"), (" ok", "en")]),
        ("en", "สวัสดีครับ", [("สวัสดีครับ", "th")]),
        ("en", "ভাষা, தமிழ் and ქართული", [("ভাষা,", "bn"), (" தமிழ்", "ta"), (" and ", "en"), ("ქართული", "ka")]),
        ("en", "Київ", [("Київ", "uk")]),
        ("ru", "Нажмите Save file на диске C: через USB.",
         [("Нажмите ", "ru"), ("Save file", "en"), (" на диске C: через USB.", "ru")]),
        ("zh", "按Ctrl+3键保存", [("按", "zh"), ("Ctrl+3", "en"), ("键保存", "zh")]),
        ("zh-TW", "儲存檔案", [("儲存檔案", "zh-TW")]),
        ("zh", "優の良品", [("優の良品", "zh")]),
        ("ja", "ファイルを保存しますか? Windows 11",
         [("ファイルを保存しますか? ", "ja"), ("Windows", "en"), (" 11", "ja")]),
        ("ja", "東京都", [("東京都", "ja")]),
        ("ko", "A와 B를 누르세요", [("A와 B를 누르세요", "ko")]),
        ("he", "לחץ על Save", [("לחץ על ", "he"), ("Save", "en")]),
        ("he", GERMAN, [(GERMAN, "de")]),
        ("sr", "Ово је Beograd", [("Ово је Beograd", "sr")]),
    ],
)  # fmt: skip
def test_another_script_is_another_language_and_takes_its_punctuation_along(
    language: str, text: str, runs: list[tuple[str, str]]
) -> None:
    assert split_by_language(text, language) == runs


@pytest.mark.parametrize(
    "text",
    [
        "5 µm, π and Ω, ΔT = 3 kΩ, β·x + ε",
        "№ 5, 20 °C, 3 × 4, ½, ™, €, ☑ and 😀 → 🚀",
        "The word wаrning has one Cyrillic letter, and С stands alone.",
        "Ｗｉｎｄｏｗｓ, Ünïcödé, café, Łódź, naïve",
        "1234567890 !?… ()[]",
        "x² + y₁ ≤ 𝑧, ℵ, ℝ, K, Å",
    ],
)
def test_symbols_units_look_alikes_and_accents_do_not_change_the_voice(text: str) -> None:
    assert split_by_language(text, "en") == [(text, "en")]


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", GERMAN, "de"),
        ("en", "Bitte nicht stören", "de"),
        ("en", "C’est la vie, et il n'est pas là.", "fr"),
        ("en", "El archivo no se ha podido guardar.", "es"),
        ("en", "Il file non è stato salvato nella cartella.", "it"),
        ("en", "O arquivo não foi salvo na pasta.", "pt"),
        ("en", "Plik nie został zapisany w folderze.", "pl"),
        ("en", "Dosya kaydedilmedi ve bu klasör için yer yok.", "tr"),
        ("de", "Finding the fastest configuration takes a few minutes. Do not use other programs meanwhile.", "en"),
        ("fr", "This is the demo model. It understands only simple sample screens.", "en"),
        ("en", "Skärmen visar en dialogruta med två knappar.", "sv"),
        ("en", "A képernyőn egy párbeszédablak látható két gombbal.", "hu"),
        ("de", "Ecranul arată o casetă de dialog cu două butoane.", "ro"),
        ("en", "Màn hình hiển thị hộp thoại với hai nút.", "vi"),
        ("ru", "Він був у місті, але це не так.", "uk"),
    ],
)
def test_a_sentence_in_another_language_is_told_by_its_small_words(language: str, text: str, found: str) -> None:
    assert split_by_language(text, language) == [(text, found)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Los Angeles de la Cruz and Rio de Janeiro do Sul"),
        ("en", "Die Hard"),
        ("en", 'Music: "capital M, u, s, i, c".'),
        ("en", "v, a, z, o, u, k, i, y, e"),
        ("en", "La La Land"),
        ("en", "C'est la vie"),
        ("en", "The label reads Bitte nicht stören."),
        ("en", "Volkswagen, Müller, Straßburg, Söhne, Café de Flore"),
        ("es", "La factura es de la empresa Müller und Söhne."),
        ("de", "Die Firma heißt The Walt Disney Company of America."),
        ("de", "Save as, Open, Close, Print"),
        ("en", "A book by Gabriel García Márquez: Cien años de soledad."),
        ("en", "Jalapeño, piñata and a señor"),
        ("de", "Ein Hotel in Rio de Janeiro, in der Nähe der Copacabana."),
        ("nb", "Det er ikke en god idé å gå ut i kveld."),
        ("da", "Det er ikke en god idé at gå ud i aften."),
        ("xx", "Das ist ein Haus und das nicht."),
    ],
)
def test_names_titles_and_near_relations_stay_with_the_voice_of_the_answer(language: str, text: str) -> None:
    assert split_by_language(text, language) == [(text, language)]


def test_a_quotation_has_a_language_of_its_own() -> None:
    assert split_by_language(f"The letter says “{GERMAN}” in red.", "en") == [
        ("The letter says ", "en"),
        (f"“{GERMAN}”", "de"),
        (" in red.", "en"),
    ]
    assert split_by_language("Le texte dit « Press any key to continue » en bas.", "fr") == [
        ("Le texte dit ", "fr"),
        ("« Press any key to continue »", "en"),
        (" en bas.", "fr"),
    ]


def test_no_character_is_lost_whatever_the_text_is() -> None:
    alphabet = 'aB é.,"“”«» 5Привет世界かなمرحبा́\u200d\u202b😀µπΩ한글ไท\ud800\n\t'
    dice = random.Random(24)
    for _ in range(2000):
        text = "".join(dice.choices(alphabet, k=dice.randrange(25)))
        for language in ("en", "ru", "zh", "ja", "xx", ""):
            runs = split_by_language(text, language)
            assert "".join(run for run, _ in runs) == text
            assert all(left[1] != right[1] for left, right in itertools.pairwise(runs))


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", [("Sehr geehrte Frau Müller,", "de"), ("Anlage: Rechnung", "de"), ("Hauptstraße 5", "de"),
                ("Please keep this letter.", "en"), ("Page 2", "en")]),
        ("en", [("Шановні гості!", "ru"), ("Київ, їдальня.", "uk"), ("Дякуємо.", "uk"), ("The end.", "en")]),
        ("en", [("お知らせ", "ja"), ("東京都", "ja")]),
        ("en", [("东京", "zh"), ("上海", "zh")]),
        ("de", [("Seite 1", "de"), ("Привет", "ru"), ("Ende der Seite.", "de")]),
    ],
)  # fmt: skip
def test_text_that_is_read_keeps_its_language_until_another_shows(
    language: str, sentences: list[tuple[str, str]]
) -> None:
    tracker = LanguageTracker(language, follow=True)
    assert [(text, tracker.language_of(text)) for text, _ in sentences] == sentences


def test_an_answer_in_our_words_is_in_its_own_language_whatever_it_quotes() -> None:
    tracker = LanguageTracker("en", follow=False)
    assert [tracker.language_of(text) for text in (GERMAN, "Привет", "Red.")] == ["en"] * 3


def test_a_sentence_remembers_its_language_and_is_a_text_like_others() -> None:
    assert language_of(Sentence("Hallo.", "de")) == "de"
    assert language_of("Hello.") is None
    assert [Sentence("Hallo.", "de")] == ["Hallo."]
