"""Where sentences end in each language: abbreviations, numbers, initials, quotes and the marks of each script."""

from __future__ import annotations

import itertools
import random

import pytest

from edge_assistant.text.sentences import SentenceSplitter, is_sentence_end, last_sentence_end

# Each line is a text whose sentences are divided by " | ", or by "|" where no space follows.
_CASES = {
    "en": [
        "Acme Inc. Jan. 5 was fine. | Then more.",
        "She works at Acme Inc. | The firm grew.",
        "It was 5. | Then it was 6. | In 2024. | Then more.",
        "J. R. R. Tolkien wrote it. | J. A. Smith read it.",
        "He left the U.S. Army. | It is in the U.S. | The president spoke.",
        "At 5 p.m. | The shop closes at 6 p.m. Monday.",
        "Vitamin C. | The rest. | Plan B. | It failed.",
        "Press Ctrl+S. | Press Tab. | Open C:\\temp. | Done.",
        "The light is on. | The OS. | It takes 5 ms. | No. | In the room. | 3 chairs.",
        "On 3. 5. 2024 it was, from the 3. März on. | Done.",
        "Open it. | iPhone users like it. | eBay too.",
        "Wait . . . what? | No... really. | So… | Yes?! | What!? | It has .NET. | .NET is there.",
        "It is so.[1] | Next one.[12][3] | End.",
        "See Fig. B. | Then Vol. II and Fig. 3, pp. 3-5. | It is so.",
        "World War II. | Germany lost.",
        "He said “Stop.” | Then he left. | “Is it?” she asked. | (So it is.) | [Yes.] | 'No.' | \"Why?\" | Ok.",
        "Version 1.2.3 is at 10.30. | IP 10.0.0.1. | It costs $1.50 or 1,000.50. | Ok.",
        "Mr. and Mrs. Smith vs. Dr. No. | They live in St. Paul, e.g. here, i.e. There. | Ok.",
        "Go to https://a.b/c.html?d=e. | Mail a.b@example.org. | Ok.",
        "1. Save | 2. Cancel | 3. Close",
        "The first: | 1. Save | 2. Cancel",
        "On Fri. Jan. 3 it was. | On Fri. | So it is.",
        "IV. Save",
        "CIVIL. | So it is.",
    ],
    "de": [
        "Das ist vom 3. März bis 5. Mai so. | Danach ist Ruhe.",
        "Am 3. 12. 2024 war es, am 3. Dezember. | Am 5. 6. | Dann nicht.",
        "Er wohnt in der Hauptstr. 5 in Berlin, nicht in der Bahnhofstr. 7. | Dort ist es.",
        "Das sind z. B. Äpfel, d. h. Obst, u. a. Birnen. | Der Rest. | Das ist z.B. Rom.",
        "Es war 2024. | Dann ging er. | Auf Seite 5. | Oben steht es.",
        "Im 19. Jahrhundert, der 2. Weltkrieg, auf dem 3. Platz. | Und Ludwig XIV. | Er lebte bis 1715.",
        "Friedrich II. König von Preußen.",
        "Es kostet ca. 5 Mio. Euro inkl. MwSt. | Das ist viel usw. | Das Ende.",
        "Sie kam 44 v. Chr. | Die Stadt fiel.",
        "„Halt.“ | Dann »Ja.« | Und ‚Nein.‘ | Ok.",
        "Siehe Abb. 3, Nr. 5, S. 12 und Kap. IV. | In Bd. 2.",
        "Dr. med. Müller, Prof. Dr. Dipl.-Ing. Schmidt und St. Gallen. | Das war es.",
        "Es dauert 5 Min. | Dann ist Schluss.",
        "3. Platz: Anna",
        "1. Speichern | 2. Abbrechen",
        "1. Wahl in der 2. Klasse",
        "Dipl.-Kfm. Huber, Gl. 3. | Und Vitamin-C. | Das war es.",
    ],
    "fr": [
        "« Oui. » | Puis il part. | « Non ! » dit-il. | «\u00a0Ah\u202f!\u00a0» | Voilà.",
        "M. Jean-P. Dupont et Mme. Curie, av. Foch. | Il est né en 50 av. J.-C. | Il est mort.",
        "Voir p. 5, fig. 3 et vol. II. | P. ex. Paris. | C'est tout.",
    ],
    "es": [
        "Vive en EE. UU. desde 2010. | ¿Quién es? | ¡Ah! | Es él.",
        "Vive en los EE. UU. | Los otros no.",
        "El Sr. López y la Sra. Díaz, p. ej. Madrid. | Av. Libertad 5. | Fin.",
        "Pág. 5, núm. 3. | Ud. Puede.",
    ],
    "it": [
        "La Fiat S.p.A. Torino. | Il Dott. Rossi e la Sig.ra Bianchi. | È qui.",
        "Pag. 5, p. es. Roma. | Ecco, ecc. | La fine.",
    ],
    "pt": ["O Sr. Silva e a Sra. Costa, pág. 5. | Não é aqui."],
    "nl": ["Dhr. Jansen en mevr. Bakker, bijv. Hier. | Het is nr. 5. | De rest."],
    "pl": [
        "Ul. Długa 5, Warszawa. | To jest al. Jana i os. Piastów.",
        "Są to np. Jabłka, tj. Owoce. | Są m.in. Gruszki, m. in. Śliwki. | Są tu.",
        "3. Maja i 2. Piętro. | Dr Nowak, prof. Kowalski, św. Jan. | To on.",
        "Rys. 3, str. 5, itd. | To koniec.",
    ],
    "ru": [
        "См. рис. 3 на стр. 5. | Он ест рис. | Далее текст.",
        "Он жил в г. Москве, на ул. Ленина, т. е. в столице. | Потом нет.",
        "Это было в 2024 г. | Он уехал. | Яблоки, груши и т. д. | Это всё.",
        "А. С. Пушкин и проф. Иванов. | Это они.",
        "«Да.» | «Нет!» — сказал он. | Вот.",
    ],
    "uk": ["Див. рис. 3 на вул. Шевченка, м. Київ. | Це тут."],
    "el": [
        "Τι είναι αυτό; | Είναι παράθυρο. | Τι\u037e | Ναι.",
        "Ο κ. Παπάς, π.χ. Αθήνα, σελ. 5. | Το τέλος. | «Τι;» είπε.",
        "α; Β; Γ",
    ],
    "ar": [
        "هذا كتابُه. | وهذا بيتٌ. | ماذا هناك؟ | نافذة حفظ.",
        "جاء د. أحمد و م. علي. | ذهب ص. 5. | انتهى.\u200f | نعم!",
    ],
    "he": ['מחיר 5 ש"ח. | מה?', "זה חלון. | ד. כהן כאן. | מה זה? | כן."],
    "hi": ["यह है। | नहीं। | डॉ. शर्मा यहाँ है. | वह गया. | ए. पी. जे. अब्दुल कलाम॥ | अंत"],
    "th": [
        "นี่คือหน้าต่างสำหรับบันทึกไฟล์ในคอมพิวเตอร์ของคุณ | มีปุ่มสองปุ่ม 5 ปุ่มอยู่ด้านล่างของหน้าต่าง | ปุ่มแรกคือ",
        "วันที่ ส.ค. 2566 พ.ศ. นี้",
    ],
    "zh": [
        "你好。|世界！|他走了？|好的.|什么?|「是。」|（完。）|3.5元。|Yahoo!知恵袋",
        "他走了……然后回来。",
        '“你好！”|他说。|“再见。”|走了。|他说："好。"|完',
        "1. 保存。|2. 取消",
    ],
    "ja": ["「はい。」と言った。|保存です。|３．５個。|（終わり。）|次", "1. 保存 | 2. 取消"],
    "ko": ["네. | 그렇습니다. | 2024. 3. 1. 토요일입니다. | 끝"],
    "ka": ["ეს არის ფანჯარა. | აქ ორი ღილაკია."],
    "hy": ["Սա պատուհան է։ | Երկու կոճակ։ | Այո"],
    "cs": ["Bylo to 3. Května a na 2. Místě. | To je ono, tzv. Konec."],
    "tr": ["1. Dünya Savaşı, 3. Mayıs. | Bu son."],
}
_TEXTS = [(language, case) for language, cases in _CASES.items() for case in cases]


def split(*pieces: str, language: str | None) -> list[str]:
    splitter = SentenceSplitter(language)
    found = [sentence for piece in pieces for sentence in splitter.feed(piece)] + splitter.finish()
    assert "".join(found) == "".join(pieces)
    return found


@pytest.mark.parametrize(("language", "case"), _TEXTS)
def test_sentences_end_as_in_their_language(language: str, case: str) -> None:
    text = case.replace("| ", "").replace("|", "")
    wanted = [sentence.strip() for sentence in case.split("|")]

    whole = split(text, language=language)

    assert [sentence.strip() for sentence in whole] == wanted
    assert split(*text, language=language) == whole
    for seed in range(20):
        chance = random.Random(seed)
        cuts = [0, *sorted(chance.randint(0, len(text)) for _ in range(5)), len(text)]
        assert split(*(text[a:b] for a, b in itertools.pairwise(cuts)), language=language) == whole


@pytest.mark.parametrize("seed", range(200))
def test_mixed_languages_cut_anywhere_give_the_same_sentences(seed: int) -> None:
    chance = random.Random(seed)
    words = [word for _, case in _TEXTS for word in case.split()]
    text = "".join(
        chance.choice(words) + chance.choice([" ", " ", " ", "", "\n", "\u00a0", "  "])
        for _ in range(chance.randint(1, 50))
    )
    language = chance.choice([None, "de-AT", *_CASES])
    cuts = [0, *sorted(chance.randint(0, len(text)) for _ in range(9)), len(text)]

    whole = split(text, language=language)

    assert split(*text, language=language) == whole
    assert split(*(text[a:b] for a, b in itertools.pairwise(cuts)), language=language) == whole


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (None, "vom 3. März bis zum 5. Mai"),
        (None, "Siehe рис. 3 und стр. 4"),
        ("en", "Он живёт на ул. Ленина, см. рис. 3"),
        ("de", "in the U.S. Army"),
        ("zh", "J. R. R. Tolkien"),
    ],
)
def test_text_in_another_language_keeps_what_only_can_be_an_abbreviation(language: str | None, text: str) -> None:
    assert split(text, language=language) == [text]


@pytest.mark.parametrize(
    ("language", "complete", "rest"),
    [
        ("en", "A dialog titled Music.", " It has"),
        ("en", "A dialog titled Music.", ""),
        ("en", "It is “Music.”", " And"),
        ("en", "", "A dialog titled"),
        ("en", "", "A dialog of Acme Inc."),
        ("en", "Yes.", " It costs 5."),
        ("en", "Yes.", " It costs 5.5"),
        ("en", "Yes. No?!", "  "),
        ("en", "- Save", "\n- Can"),
        ("en", "- Save", "\n"),
        ("en", "- Save\n- Cancel", "\n3."),
        ("en", "", "- Save"),
        ("en", "", "See notes.txt"),
        ("en", "", "The window has a title, two buttons, and a long text that goes on and on, but not to"),
        ("de", "Ja.", " Er kam am 3."),
        ("de", "Ja.", " Das ist z. B."),
        ("de", "„Ja.“", " Und"),
        ("zh", "你好。世界。", "他"),
        ("ja", "保存です。", "ボタ"),
        ("ar", "هذا كتابُه.", " وهذا"),
        ("el", "Τι είναι;", " Είν"),
        ("hi", "यह है।", " वह"),
        ("th", "นี่คือหน้าต่างสำหรับบันทึกไฟล์ในคอมพิวเตอร์ของคุณ", " มีปุ่ม"),
        ("en", "", ""),
        ("en", "", " \n "),
        (None, "x " * 400 + "end.", " X" * 400),
    ],
)
def test_what_follows_the_last_complete_sentence_is_told_apart(language: str | None, complete: str, rest: str) -> None:
    text = complete + rest

    assert last_sentence_end(text, language) == len(complete)

    splitter = SentenceSplitter(language)
    given = "".join(splitter.feed(text))
    dropped = splitter.drop_unfinished()
    given += "".join(splitter.finish())
    assert given + dropped == text
    if len(text) < 300:
        assert dropped == rest or given.startswith(complete)


@pytest.mark.parametrize(
    ("language", "text", "end"),
    [
        ("en", "It is red.", True),
        ("en", "It is red. ", True),
        ("en", "It is red.)", True),
        ("en", "**It is red.**", True),
        ("en", "It is", False),
        ("en", "It is red. And", False),
        ("en", "- Save\n", True),
        ("en", "- Save", False),
        ("en", "\n", False),
        ("en", "", False),
        ("en", "It costs 5.", False),
        ("en", "2.", False),
        ("en", "Dr.", False),
        ("en", "Go to a.b", False),
        ("de", "am 3.", False),
        ("de", "z. B.", False),
        ("zh", "你好。", True),
        ("ar", "ماذا؟", True),
        ("el", "Τι είναι;", True),
        ("th", "มีปุ่ม ", True),
        (None, "x" * 1000 + ".", True),
    ],
)
def test_the_end_of_a_sentence_is_seen_as_it_arrives(language: str | None, text: str, end: bool) -> None:
    assert is_sentence_end(text, language) is end


@pytest.mark.parametrize("text", ["e\u0301" * 400, "ก็" * 300, "👩\u200d💻" * 200])
def test_a_letter_is_not_cut_from_its_marks(text: str) -> None:
    pieces = split(text, language=None)

    assert len(pieces) > 1
    assert all(len(piece) <= 300 for piece in pieces)
    assert not any(piece[0] in "\u0301\u0e47\u200d" or piece.endswith("\u200d") for piece in pieces)
