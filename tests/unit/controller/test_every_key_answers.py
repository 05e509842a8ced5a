"""Whatever the program does, each key is answered by something that is heard, or by a window that tells of itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.loop_harness import LoopHarness, OverlayHarness

from edge_assistant.assistant.options import RequestSettings
from edge_assistant.hotkeys.actions import ACTIONS, ANSWER_ACTIONS

pytestmark = pytest.mark.usefixtures("no_recognition")

KEYS = [action for action in ACTIONS if action != "quit"]
"""The last one ends speech, too."""

WINDOWS = ("ask", "spelling", "history", "lines", "keys", "key help")


def looking(harness: LoopHarness) -> None:
    harness.press("window")


def answering(harness: LoopHarness) -> None:
    harness.press("window")
    harness.newest.sentences.append("A dialog.")
    harness.speech.say("A dialog.", harness.newest.id)
    harness.speech.waiting = 1


def muted(harness: LoopHarness) -> None:
    answering(harness)
    harness.press("stop")
    harness.speech.waiting = 0


def speaking(harness: LoopHarness) -> None:
    harness.press("window")
    harness.newest.answer.append("A dialog.")
    harness.answer("A dialog.")
    harness.speech.waiting = 1


def answered(harness: LoopHarness) -> None:
    speaking(harness)
    harness.end()
    harness.speech.waiting = 0


def press(harness: LoopHarness, action: str) -> list[str]:
    """Press a key where the model reads, too; return what is heard, also of sentences that are said again."""
    harness.controller.change_voice = lambda _: harness.controller.report("voice", "New.")
    harness.controller.options = RequestSettings(reader="model")
    asked = len(harness.tasks.asked)
    heard = harness.press(action)
    again = [
        sentence for task, request in harness.tasks.asked[asked:] if task == "repeat" for sentence in request.sentences
    ]
    return [*heard, *again]


@pytest.mark.usefixtures("harness")
@pytest.mark.parametrize("situation", [lambda _: None, looking, answering, muted, speaking, answered])
def test_each_key_is_answered(situation: Callable[[LoopHarness], None]) -> None:
    unanswered = []
    for action in KEYS:
        harness = LoopHarness()
        harness.run(harness.controller.on_ready, loaded=True)
        situation(harness)
        was_heard, shown = harness.speech.waiting > 0, len(harness.view.shown)
        heard = press(harness, action)
        opened = [each[0] for each in harness.view.shown[shown:] if each[0] in WINDOWS]
        fell_silent = was_heard and "(silence)" in heard
        if not (opened or fell_silent or [each for each in heard if each not in ("(silence)", "(goes on)")]):
            unanswered.append((action, heard))
    assert unanswered == []


def test_each_key_is_answered_in_the_list_of_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    unanswered = []
    for action in [each for each in KEYS if each not in (*ANSWER_ACTIONS, "find", "region")]:
        harness = OverlayHarness(monkeypatch)
        harness.press("palette")
        while not harness.overlay_view.opened:
            harness.step()
        heard = press(harness, action)
        if not [each for each in heard if each != "(silence)"]:
            unanswered.append((action, heard))
    assert unanswered == []


def test_a_list_of_choices_that_is_closed_without_one_says_so_where_no_screen_reader_runs(
    overlay_harness: OverlayHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness = overlay_harness
    harness.open()
    assert harness.press("palette")[-1] == "Closed."
    harness.open()
    ticket, heard = harness.overlay_view.opened[-1].ticket, len(harness.speech.heard)
    harness.run(harness.controller.dismiss, ticket, restore_focus=False)
    assert "Closed." not in harness.speech.heard[heard:], "another window was gone to"
    harness.open()
    monkeypatch.setattr(harness.speech, "reader_announces_focus", lambda: True)
    assert "Closed." not in harness.press("palette")


def test_the_status_is_heard_at_once_and_the_answer_goes_on(harness: LoopHarness) -> None:
    speaking(harness)
    assert harness.press("status") == ["Speaking."], "nothing was silenced"
    assert harness.controller.state.phase == "speaking"


def test_stop_tells_what_it_did_only_where_that_is_not_heard(harness: LoopHarness) -> None:
    assert harness.press("stop") == ["(silence)", "There is nothing to stop."]
    looking(harness)
    assert harness.press("stop") == ["(silence)", "Silent. Press again to cancel."]
    assert harness.press("stop") == ["(silence)", "Stopped."]
    answering(harness)
    assert harness.press("stop") == ["(silence)"]
