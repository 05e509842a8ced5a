"""What our own voice gets: long numbers digit by digit, and words for the signs that voices leave out."""

from __future__ import annotations

import random
import re
import time

import pytest

from edge_assistant.text.spoken_form import spoken_form


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Code 12345.", "Code 1 2 3 4 5."),
        ("1234 and 2024", "1234 and 2024"),
        ("00123", "0 0 1 2 3"),
        ("12,345 or 1.234.567,89", "12,345 or 1.234.567,89"),
        ("1234567.89", "1 2 3 4 5 6 7.89"),
        ("3.14159", "3.1 4 1 5 9"),
        ("12 345", "12 345"),
        ("12345 67890", "1 2 3 4 5, 6 7 8 9 0"),
        ("4111 1111 1111 1111", "4 1 1 1, 1 1 1 1, 1 1 1 1, 1 1 1 1"),
        ("4111-1111-1111-1111", "4 1 1 1, 1 1 1 1, 1 1 1 1, 1 1 1 1"),
        ("2023 2024 2025 2026", "2023 2024 2025 2026"),
        ("1000 2000 3000 4000", "1000 2000 3000 4000"),
        ("10 20 30 40", "10 20 30 40"),
        ("+49 30 1234567", "+ 4 9, 3 0, 1 2 3 4 5 6 7"),
        ("0171 1234567", "0 1 7 1, 1 2 3 4 5 6 7"),
        ("0171/1234567", "0 1 7 1, 1 2 3 4 5 6 7"),
        ("(030) 123 45 67", "0 3 0, 1 2 3, 4 5, 6 7"),
        ("01 23 45 67 89", "0 1, 2 3, 4 5, 6 7, 8 9"),
        ("01.23.45.67.89", "0 1, 2 3, 4 5, 6 7, 8 9"),
        ("(555) 123-4567", "5 5 5, 1 2 3, 4 5 6 7"),
        ("555-123-4567", "5 5 5, 1 2 3, 4 5 6 7"),
        ("978-3-16-148410-0", "9 7 8, 3, 1 6, 1 4 8 4 1 0, 0"),
        ("DE89 3704 0044 0532 0130 00", "D E 8 9, 3 7 0 4, 0 0 4 4, 0 5 3 2, 0 1 3 0, 0 0"),
        ("1.2.3, 12:30:45", "1.2.3, 12:30:45"),
        ("2024-05-03", "2024-05-03"),
        ("03.05.2024 10:30", "03.05.2024 10:30"),
        ("05/06/2024, 01-02-2024", "05/06/2024, 01-02-2024"),
        ("٣٤٥٦٧", "3 4 5 6 7"),
        ("１２３４５", "1 2 3 4 5"),
        ("A1B2C3D4", "A, 1 B 2 C 3 D 4"),
        ("550e8400-e29b-41d4", "5 5 0 e 8 4 0 0, e 2 9 b, 4 1 d 4"),
        ("SN12345678", "SN 1 2 3 4 5 6 7 8"),
        ("user12345@example.org", "user 1 2 3 4 5@example.org"),
        ("№12345, #12345, ä12345", "№1 2 3 4 5, #1 2 3 4 5, ä 1 2 3 4 5"),
        ("12345th", "1 2 3 4 5 th"),
        ("1h30m20s, 3840x2160, H264, Qwen3VL-4B-Instruct-Q8_0", "1h30m20s, 3840x2160, H264, Qwen3VL-4B-Instruct-Q8_0"),
        ("File > Save -> Done <- Back", "File > Save -> Done <- Back"),
        ("pa**word, **/x, ~/x, a_b", "pa**word, **/x, ~/x, a_b"),
        ("Note¹ and words²", "Note¹ and words²"),
        ("(see below)²", "(see below)²"),
        ("½ H₂O", "½ H₂O"),
        ("", ""),
    ],
)
def test_digits_are_spoken_one_by_one_in_every_language(text: str, spoken: str) -> None:
    for language in ("en", "de", "fr", None):
        assert spoken_form(text, language) == spoken


@pytest.mark.parametrize(
    ("text", "english", "german", "other"),
    [
        ("x² and xⁿ", "x squared and x to the n", "x hoch 2 and x hoch n", "x² and xⁿ"),
        ("10⁻³", "10 to the minus 3", "10 hoch minus 3", "10⁻³"),
        ("mc²", "mc squared", "mc hoch 2", "mc²"),
        ("(a+b)²", "(a+b), all squared", "(a+b), alles hoch 2", "(a+b)²"),
        ("2**10 = 2^10", "2 to the 10 = 2 to the 10", "2 hoch 10 = 2 hoch 10", "2**10 = 2^10"),
        ("10^-3", "10 to the minus 3", "10 hoch minus 3", "10^-3"),
        ("1 m², 5 m²", "1 square meter, 5 square meters", "1 Quadratmeter, 5 Quadratmeter", "1 m², 5 m²"),
        ("€/m², km³", "€/square meter, km cubed", "€/Quadratmeter, km hoch 3", "€/m², km³"),
        ("5 km/h", "5 kilometers per hour", "5 Kilometer pro Stunde", "5 km/h"),
        ("5 µs, 1 µs", "5 microseconds, 1 microsecond", "5 Mikrosekunden, 1 Mikrosekunde", "5 µs, 1 µs"),
        (
            "(-5), a = -5, –5 °C",
            "(minus 5), a = minus 5, minus 5 °C",
            "(minus 5), a = minus 5, minus 5 °C",
            "(-5), a = -5, –5 °C",
        ),
        ("It is - 5 °C.", "It is minus 5 °C.", "It is minus 5 °C.", "It is - 5 °C."),
        ("3 - 5 °C, 5–7, F-5", "3 - 5 °C, 5–7, F-5", "3 - 5 °C, 5–7, F-5", "3 - 5 °C, 5–7, F-5"),
        ("> 5 kg", "greater than 5 kg", "größer als 5 kg", "> 5 kg"),
        ("x<5", "x less than 5", "x kleiner als 5", "x<5"),
        ("a ≤ 5 >= 3", "a at most 5 at least 3", "a höchstens 5 mindestens 3", "a ≤ 5 >= 3"),
        ("2 * 3·4", "2 times 3 times 4", "2 mal 3 mal 4", "2 * 3·4"),
        ("1/2", "1 slash 2", "1 Schrägstrich 2", "1/2"),
        ("~5", "about 5", "etwa 5", "~5"),
        ("−5 °C", "minus 5 °C", "minus 5 °C", "−5 °C"),
        ("5 ‰", "5 per mille", "5 Promille", "5 ‰"),
        ("1\u202f234\u202f567", "1,234,567", "1.234.567", "1\u202f234\u202f567"),
        ("12345 m²", "1 2 3 4 5 square meters", "1 2 3 4 5 Quadratmeter", "1 2 3 4 5 m²"),
    ],
)
def test_signs_that_voices_leave_out_are_words_where_we_have_them(
    text: str, english: str, german: str, other: str
) -> None:
    assert spoken_form(text, "en-US") == english
    assert spoken_form(text, "de") == german
    assert spoken_form(text, "fr") == other


_PIECES = [
    *(
        "12345",
        "4111 1111",
        "+49",
        "030",
        " ",
        " ",
        "-",
        "/",
        ".",
        ",",
        "(",
        ")",
        "A1",
        "b",
        "0",
        "²",
        "⁻³",
        "µm",
        "km/h",
    ),
    *("m²", "<", ">", "=", "*", "^", "~", "−", "٣", "１", "x", "word", "th", "\u202f123", "‰", "漢", "é", "2024-05-03"),
]


@pytest.mark.parametrize("seed", range(100))
def test_no_digit_and_no_word_is_lost(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(20):
        text = "".join(chance.choice(_PIECES) for _ in range(chance.randint(1, 15)))
        spoken = spoken_form(text, "fr")
        digits = [str(int(each)) for each in re.findall(r"\d", text)]
        assert re.findall(r"\d", spoken) == digits
        assert re.sub(r"[\W\d]", "", spoken) == re.sub(r"[\W\d]", "", text)
        assert not re.search(r"\d{5}", spoken)
        spoken_form(text, "en")
        spoken_form(text, "de")


@pytest.mark.parametrize(
    "text", ["0" * 5000, "+49 " * 1000, "1-" * 3000, "(a" * 2000, "A1B2 " * 1000, "1\u202f234" * 800]
)
def test_endless_text_is_spoken_too(text: str) -> None:
    started = time.process_time()
    for language in ("en", "fr"):
        assert re.findall(r"\d", spoken_form(text, language)) == re.findall(r"\d", text)
    assert time.process_time() - started < 5, "a search that goes back and forth takes minutes"


def test_a_name_in_angle_brackets_is_no_comparison() -> None:
    assert spoken_form("<root>1</root>, a>5", "en") == "<root>1</root>, a greater than 5"


@pytest.mark.parametrize(
    ("text", "language", "spoken"),
    [
        ("Strg+C kopiert sie.", "de", "Steuerung+C kopiert sie."),
        ("ctrl+shift+F9 ist frei.", "de", "Steuerung+Umschalt+F9 ist frei."),
        ("Strge, ctrlx", "de", "Strge, ctrlx"),
        ("Ctrl+Shift+F9 is free.", "en", "Ctrl+Shift+F9 is free."),
    ],
)
def test_keys_are_not_spelled(text: str, language: str, spoken: str) -> None:
    assert spoken_form(text, language) == spoken
