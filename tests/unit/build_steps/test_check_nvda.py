"""What is read from NVDA's log."""

from __future__ import annotations

import check_nvda

LOG = r"""
IO - speech.speech.speak (09:12:44.101) - MainThread (4120):
Speaking [LangChangeCommand('en_US'), 'Untitled - Notepad  window']
IO - inputCore.InputManager.executeGesture (09:12:45.000) - winInputHook (880):
Input: kb(desktop):control
IO - speech.speech.speak (09:12:46.500) - MainThread (4120):
Speaking ['A window with the title "Untitled".', CallbackCommand(name=1), "It's empty."]
""".splitlines()


def test_what_was_spoken_is_read_from_the_log() -> None:
    assert list(check_nvda.spoken_texts(LOG)) == [
        "en_US Untitled - Notepad  window",
        'A window with the title "Untitled". It\'s empty.',
    ]


def test_a_sentence_that_nvda_did_not_speak_is_named() -> None:
    lines = ["A window with the title “Untitled”.", "", "A second window."]
    assert check_nvda.unspoken(lines, check_nvda.spoken_texts(LOG)) == ["A second window."]
