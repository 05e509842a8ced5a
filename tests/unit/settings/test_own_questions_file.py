"""A person's own questions in the settings file: what they may be, and that saving keeps what the person wrote."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from edge_assistant.settings.questions import MOST_QUESTIONS, Question, check_questions, find_question
from edge_assistant.settings.schema import HotkeySettings, Settings, from_toml, load
from edge_assistant.settings.store import save
from edge_assistant.system.errors import UsageError

SEAT, TOTAL = Question("Free seat", "Which seat is free?"), Question("Total", "Read the total.", "ctrl+F3")

WRITTEN = """\
rate = 200 # mine

# about seats
[[questions]] # the first
name = "Free seat" # so it is called
text = 'Which seat is free?'

# about totals
[[questions]]
name = "Total"
text = "Read the total."
key = "ctrl+F3"

# the keys
[hotkeys]
read = "ctrl+F8"
"""

ONE = "[[questions]]\nname = 'A'\ntext = 'B'\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    result = tmp_path / "settings.toml"
    result.write_text(WRITTEN, encoding="utf-8")
    return result


def test_they_are_read_in_their_order_and_have_keys_as_actions_do(path: Path) -> None:
    settings = load(path)
    assert settings.questions == (SEAT, TOTAL)
    assert str(settings.keys_by_action()["question Total"]) == "ctrl+F3"
    assert "question Free seat" not in settings.keys_by_action()
    assert find_question(settings.questions, " free  SEAT ") == SEAT
    assert find_question(settings.questions, "seat") is None


def test_a_new_file_gets_them_and_they_can_all_be_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "settings.toml"
    save(path, Settings(questions=(SEAT, TOTAL)))
    assert load(path).questions == (SEAT, TOTAL)
    save(path, Settings())
    assert load(path) == Settings()


def test_comments_and_order_stay_when_questions_change(path: Path) -> None:
    settings = load(path)
    save(path, replace(settings, questions=(SEAT, replace(TOTAL, text="What is the sum?", key=""))))
    changed = WRITTEN.replace('"Read the total."\nkey = "ctrl+F3"', '"What is the sum?"')
    assert path.read_text(encoding="utf-8") == changed
    save(path, settings)
    assert path.read_text(encoding="utf-8") == WRITTEN
    renamed = replace(SEAT, name="Seat")
    save(path, replace(settings, questions=(TOTAL, renamed, Question("New", "What is new?"))))
    text = path.read_text(encoding="utf-8")
    assert load(path).questions == (TOTAL, renamed, Question("New", "What is new?"))
    seat = '# about seats\n[[questions]] # the first\nname = "Seat" # so it is called'
    for kept in ("rate = 200 # mine", seat, "# the keys\n[hotkeys]"):
        assert kept in text
    save(path, replace(settings, questions=(SEAT,)))
    assert "about totals" not in path.read_text(encoding="utf-8"), "the comment of a question goes with it"


def test_other_settings_are_saved_beside_them(path: Path) -> None:
    settings = load(path)
    save(path, replace(settings, rate=180, hotkeys=replace(settings.hotkeys, camera="ctrl+F9")))
    assert load(path).questions == (SEAT, TOTAL)
    assert "# about seats\n[[questions]] # the first" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("questions = 3", "wrong type"),
        ("[[questions]]\nname = 'A'", "The question A needs a text."),
        ("[[questions]]\nname = ' '\ntext = 'B'", "needs a name"),
        ("[[questions]]\nname = 'A'\ntext = 3", "questions.text has the wrong type"),
        (f"{ONE}colour = 'red'", "no entry colour"),
        (f"{ONE}key = 'x'", "The question A:"),
        ("[[questions]]\nname = 'A'\ntext = '''B\nC'''", "one line of text"),
        (f"[[questions]]\nname = '{'A' * 61}'\ntext = 'B'", "too long"),
        (f"[[questions]]\nname = 'A'\ntext = '{'B' * 501}'", "too long"),
        (f"{ONE}[[questions]]\nname = 'a'\ntext = 'C'", "Two questions are called a."),
        (
            f"{ONE}key = '{HotkeySettings().window}'",
            "used twice: it describes the active window, and it asks the question A",
        ),
        (f"{ONE}key = 'F3'\n[[questions]]\nname = 'C'\ntext = 'D'\nkey = 'f3'", "used twice"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        from_toml(text)


def test_there_are_twenty_at_most() -> None:
    many = [Question(f"Question {number}", "What?") for number in range(MOST_QUESTIONS + 1)]
    assert check_questions(many[:-1])
    with pytest.raises(UsageError, match="20 questions"):
        check_questions(many)


def test_the_default_key_of_reading_gives_way_to_a_questions(path: Path) -> None:
    pause = HotkeySettings().pause
    path.write_text(f"[[questions]]\nname = 'A'\ntext = 'B'\nkey = '{pause}'\n", encoding="utf-8")
    keys = load(path).keys_by_action()
    assert "pause" not in keys
    assert str(keys["question A"]) == pause
