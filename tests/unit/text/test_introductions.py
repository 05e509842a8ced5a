"""Sentences around an answer that tell nothing are left out, and no others."""

from __future__ import annotations

import pytest

from edge_assistant.text.introductions import StyleFilter


def said(text: str, task: str = "detail") -> str:
    """What is left of a plain text; it is the same letter by letter."""
    filter = StyleFilter(task)
    whole = filter.feed(text) + filter.finish()
    filter = StyleFilter(task)
    assert "".join(map(filter.feed, text)) + filter.finish() == whole
    return whole.strip()


@pytest.mark.parametrize(
    "introduction",
    [
        *("Of course.", "Sure!", "Certainly.", "Absolutely!", "Okay.", "Got it!", "Of course. Here is the answer:"),
        "Of course. Here is a detailed description of the image.",
        "Certainly! Here's a brief, detailed description of the image you provided:",
        "Sure, here is a summary of what the screenshot shows:",
        "Here are the details:",
        "Below is the transcription of the text in the image:",
        "The following is a step-by-step breakdown of the screen:",
        "I'll describe the image for you.",
        "Let me describe what I see.",
        "Let's take a look at the screenshot.",
        "Based on the image you sent, here is a description:",
        "Image Description:\n",
        "Thank you for sharing the image. Here's what I see:",
        *("Natürlich!", "Gerne.", "Selbstverständlich.", "Klar! Hier ist der Überblick:"),
        "Natürlich! Hier ist eine detaillierte Beschreibung des Bildes:",
        "Gerne, hier eine kurze Zusammenfassung:",
        "Im Folgenden finden Sie eine ausführliche Beschreibung des Bildschirms:",
        "Bildbeschreibung:",
        "Ich beschreibe das Bild.",
        *("Bien sûr !", "Bien sûr. Voici une description détaillée de l'image :", "Voici le texte :"),
        *(
            "¡Claro!",
            "Por supuesto. Aquí tienes una descripción de la imagen:",
            "A continuación se presenta un resumen:",
        ),
        *("Certo!", "Ecco una descrizione dettagliata dell'immagine:"),
        *("Oczywiście!", "Oto szczegółowy opis obrazu:"),
        *("Конечно!", "Вот подробное описание изображения:"),
        *("Βεβαίως.", "Ακολουθεί μια λεπτομερής περιγραφή της εικόνας:"),
        *("بالطبع!", "فيما يلي وصف الصورة:"),
        *("好的。", "好的，以下是对这张图片的详细描述：", "以下是图片中的文字："),
        *("もちろんです。", "はい、以下は画像の詳細な説明です："),
    ],
)
def test_an_introduction_is_left_out(introduction: str) -> None:
    assert said(f"{introduction} A dialog titled Music.") == "A dialog titled Music."
    assert said(f"{introduction}\n\nA dialog titled Music.") == "A dialog titled Music."


@pytest.mark.parametrize(
    "text",
    [
        "A dialog titled Music. Two buttons.",
        "Here is a dialog titled Music. It has two buttons.",
        "Here is a list of open files. There are three.",
        "Here are two buttons: Save and Cancel.",
        "Sure enough, the box is ticked. So is the other.",
        "Okay is the left button. Cancel is on the right.",
        "Great Britain is shown on a map. London is marked.",
        "The image shows a dialog. It has two buttons.",
        "The text of the button is Save. It is blue.",
        "I can read the word Save. The rest is blurred.",
        "Ich kann das Bild nicht sehen. Es ist leer.",
        "Ich kann den Text nicht lesen.",
        "Hier ist ein Dialog zu sehen. Er heißt Musik.",
        "Sicher ist nur der Titel. Der Rest ist verdeckt.",
        "Der Text lautet Speichern. Darunter ist ein Knopf.",
        "Description fields are empty. There are two.",
        "Yes. The box is ticked.",
        "Ja. Das Feld ist leer.",
        "Voici Paris. La tour Eiffel.",
        "好看的图片。一只猫。",
        "",
    ],
)
def test_what_tells_something_stays(text: str) -> None:
    assert said(text) == text


@pytest.mark.parametrize("text", ["Of course.", "Sure! ", "Here is the text:", "Natürlich!"])
def test_an_answer_that_is_nothing_else_is_said(text: str) -> None:
    assert said(text) == text.strip()


def test_yes_to_a_question_is_an_answer_unless_an_introduction_follows() -> None:
    assert said("Of course. Press Save.", "question") == "Of course. Press Save."
    assert said("Of course. Here is the description of the image: A dialog.", "question") == "A dialog."


def test_a_reading_loses_what_announces_the_text_and_nothing_else() -> None:
    for introduction in (
        "Here is the text from the image:",
        "Sure! Here is the extracted text:",
        "Der Text im Bild lautet:",
    ):
        assert said(f"{introduction}\nOf course. You win!", "read") == "Of course. You win!"
    for text in (
        "Of course. We are open.",
        "Here is a description of the house. It is old.",
        "Summary: sales are up.",
        "Hier ist eine Übersicht der Preise: Tee 2 €.",
        "We are open. Let me know if you need anything else!",
        "Natürlich! Bio aus der Region.",
    ):
        assert said(text, "read") == text


@pytest.mark.parametrize(
    "closing",
    [
        "Let me know if you need anything else!",
        "If you have any other questions, feel free to ask.",
        "Is there anything else you would like to know?",
        "I hope this helps! Let me know if you need more details.",
        "Ist sonst noch etwas?",
        "Kann ich Ihnen sonst noch helfen?",
        "Wenn Sie weitere Fragen haben, lassen Sie es mich gerne wissen!",
        "Ich hoffe, das hilft Ihnen weiter. Sagen Sie mir einfach Bescheid.",
        "N'hésitez pas à me demander.",
        "Si necesitas algo más, avísame.",
        "Если у вас есть вопросы, спрашивайте.",
        "如果您需要更多信息，请告诉我。",
        "他に何かご質問はありますか？",
    ],
)
def test_a_closing_sentence_is_left_out_at_the_end_only(closing: str) -> None:
    assert said(f"A dialog. {closing}") == "A dialog."
    assert said(f"A dialog.\n\n{closing}\n") == "A dialog."
    assert said(f"A dialog. {closing} Two buttons.") == f"A dialog. {closing} Two buttons."


@pytest.mark.parametrize(
    "text",
    [
        "A dialog. If you press Save, it closes.",
        'A mail: "Let me know if you need anything else!"',
        "Ein Dialog. Wenn Sie auf Sichern drücken, schließt er sich.",
        "A dialog. Would you like to save your changes?",
    ],
)
def test_a_last_sentence_that_tells_something_stays(text: str) -> None:
    assert said(text) == text


def test_after_a_cut_an_unfinished_closing_is_not_taken_for_one() -> None:
    filter = StyleFilter("detail")
    assert filter.feed("A dialog. Let me know if") + filter.finish(cut=True) == "A dialog. Let me know if"
