"""Answers that only say that there is no text are told from text that is there."""

from __future__ import annotations

import pytest

from edge_assistant.text.no_text import says_no_text


@pytest.mark.parametrize(
    "text",
    [
        "There is no text.",
        "There is no text in this picture.",
        "No text",
        "(No text.)",
        "**No visible text.**",
        "There is no readable text in the image.",
        "The image does not contain any text.",
        "There isn't any visible text here.",
        "No text is visible.",
        "None.",
        "N/A",
        "[empty]",
        "Kein Text.",
        "Es ist kein Text vorhanden.",
        "Auf dem Bild ist kein lesbarer Text zu sehen.",
        "Das Bild enthält keinen Text.",
        "Il n'y a pas de texte.",
        "No hay texto en esta imagen.",
        "Non c'è testo.",
        "Não há texto.",
        "Brak tekstu.",
        "На картинке нет текста.",
        "Δεν υπάρχει κείμενο.",
        "图片中没有文字。",
        "文字はありません。",
        "글자가 없습니다.",
        "لا يوجد نص.",
        "אין טקסט.",
        "Немає тексту.",
        "Không có chữ.",
        "Metin yok.",
        "Ingen tekst.",
        "Nincs szöveg.",
        "Geen tekst.",
    ],
)
def test_an_answer_that_says_so(text: str) -> None:
    assert says_no_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Save",
        "No text messages",
        "No text messages yet.",
        "Text",
        "The button says “No text”.",
        "There is no text in row 3.",
        "No entries",
        "Keine Nachrichten",
        "Kein Textmarker",
        "There is no text, but there are two large red apples on a wooden table beside a window.",
        "Nothing to see here",
        "Null Bock",
    ],
)
def test_a_text_that_is_there(text: str) -> None:
    assert not says_no_text(text)
