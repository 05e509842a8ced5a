"""What is wrong with recorded answers, whatever was asked."""

from __future__ import annotations

import pytest
from support.model_checks import done, screen

from edge_assistant.model_check.style import FLAGS, find_flags, has_introduction, has_markup
from edge_assistant.text.languages import is_other_language

GOOD = "A dialog asks whether to save the file. Below are Save and Cancel."


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Of course. Here is a detailed description of the image.\n\nA dialog.", "A dialog."),
        ("**Certainly!** Here's what I see:\nA dialog.", "A dialog."),
        ("Here is a description of the image: A dialog.", "Here is a description of the image: A dialog."),
        ("The image shows a dialog titled Save.", "The image shows a dialog titled Save."),
        ("This is a screenshot of a computer screen.", "This is a screenshot of a computer screen."),
        ("Based on the picture, three.", "Based on the picture, three."),
        ("Let me walk you through everything I notice.\nA dialog.", "A dialog."),
        ("Natürlich! Hier ist eine Beschreibung.\nEin Dialog.", "Ein Dialog."),
        ("Auf dem Bild ist ein Dialog zu sehen.", "Auf dem Bild ist ein Dialog zu sehen."),
        ("Voici la description : un dialogue.", "Voici la description : un dialogue."),
        ("这张图片显示一个对话框。", "这张图片显示一个对话框。"),
        ("<p>Sure, here you go:</p> A dialog.", "A dialog."),
    ],
)
def test_introductions(raw: str, text: str) -> None:
    assert has_introduction(raw, text)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (GOOD, GOOD),
        ("**Save** dialog.", "Save dialog."),
        ("Surely a dialog.", "Surely a dialog."),
        ("Images and Music are two folders.", "Images and Music are two folders."),
        ("3", "3"),
        ("No.", "No."),
        ("# Settings\nSound is ticked.", "Settings. Sound is ticked."),
        ("A dialog titled", ""),  # cut: nothing was heard
        ("$x^2$ is shown.", "x squared is shown."),
        ('{"bbox_2d": [1, 2, 3, 4], "label": "Save"}', "At the top left."),
        ("```json\n[]\n```", "There is nothing."),
    ],
)
def test_beginnings_that_tell_something(raw: str, text: str) -> None:
    assert not has_introduction(raw, text)


@pytest.mark.parametrize(
    "raw",
    [
        "**Save**",
        "# Title",
        "### Title",
        "- Save\n- Cancel",
        "* Save",
        "1. Save\n2. Cancel",
        "| a | b |\n|---|---|",
        "```json\n[]\n```",
        "<b>Save</b>",
        "Line<br>line",
        r"\frac{a}{b}",
        r"\boxed{5}",
        "$x^2$",
        "Done ✅",
        "🚀 Start",
        "[Wikipedia](https://en.wikipedia.org)",
        '{"bbox_2d": [1, 2, 3, 4]}',
    ],
)
def test_markup(raw: str) -> None:
    assert has_markup(raw)


@pytest.mark.parametrize("raw", [GOOD, "It costs 5 $.", "-5 °C", "2 * 3 is 6", "a_b", "12:30", "1,234.50", "x < 5", ""])
def test_plain_text_is_no_markup(raw: str) -> None:
    assert not has_markup(raw)


def test_the_flags_of_an_answer() -> None:
    flags = find_flags(screen(), done("Sure. **A printer** is offline: Printer.", "A printer is offline."), "glance")
    assert flags == {"introduction", "markup", "claim"}
    assert find_flags(screen(), done(GOOD), "glance") == frozenset()
    assert find_flags(screen(), done(GOOD, stop="length"), "glance") == {"cut"}
    assert find_flags(screen(), done(GOOD, stop="loop"), "read") == {"loop"}
    assert find_flags(screen(), done("**Save**", "**Save** it"), "glance") == {"markup", "markup-heard"}
    german = "Das ist ein Dialog, und die Datei ist nicht gespeichert."
    assert find_flags(screen(), done(german), "glance") == {"language"}
    assert find_flags(screen(language="de"), done(german), "glance") == frozenset()


def test_a_reading_keeps_its_own_language_and_beginning_and_a_list_of_places_its_json() -> None:
    reading = done("Das ist nicht der Dialog, und die Datei ist es auch nicht.")
    assert find_flags(screen(), reading, "read") == frozenset()
    places = done('[{"bbox_2d": [1, 2, 3, 4], "label": "Save"}]', "Save: at the top left.")
    assert find_flags(screen(), places, "places") == frozenset()


@pytest.mark.parametrize(
    ("text", "language", "other"),
    [
        ("一个对话框，标题是保存。", "en", True),
        ("A dialog.", "zh", True),
        ("Диалог сохранения.", "de", True),
        ("A dialog titled “保存”.", "en", False),
        ("93", "ru", False),
        ("", "en", False),
    ],
)
def test_languages(text: str, language: str, other: bool) -> None:
    assert is_other_language(text, language) is other


def test_what_was_asked_about_may_be_named_and_nothing_else() -> None:
    answer = done("No, there is no Printer.")
    assert find_flags(screen(), answer, "question", "Is there a “Printer”?") == frozenset()
    assert find_flags(screen(), answer, "question", "Is there a “Scanner”?") == {"claim"}


def test_every_flag_has_words() -> None:
    assert all(FLAGS.values())
