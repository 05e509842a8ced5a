"""The model looks for what no text is: the real assistant, client, worker and session, and a recorded answer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from support.describing import DIALOG
from support.replay_engine import Replay, pair_of_4b

from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.events import Event
from edge_assistant.assistant.factory import make_assistant, resolve_model
from edge_assistant.assistant.options import AnswerOptions, RequestSettings
from edge_assistant.assistant.text_search import Match
from edge_assistant.capture.file import read_picture
from edge_assistant.controller.event_loop import EventLoop
from edge_assistant.controller.request import Request
from edge_assistant.controller.request_tasks import RequestTasks
from edge_assistant.controller.worker import RequestOutput
from edge_assistant.engine.grammars import PLACES
from edge_assistant.imaging.token_budget import image_tokens
from edge_assistant.settings.schema import Settings
from edge_assistant.system.errors import InputError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="written for POSIX")


class Speech:
    """Nobody is to hear anything of it."""

    def say(self, text: str, request_id: int | None = None, **_: Any) -> None:
        assert (text, request_id) == ("", "")

    def silence(self) -> None:
        """Nothing is spoken."""

    def recheck_waiters(self) -> None:
        """Nobody waits."""


def locate(model: str, mmproj: str | None, query: str) -> tuple[Match, ...]:
    """What the tasks of the worker say of the sample, asked by a quiet request."""
    shown: list[Event] = []
    speech: Any = Speech()
    output = RequestOutput(speech, shown.append, lambda: None)

    def make(think: bool, _: Any) -> Assistant:
        assert not think
        found = resolve_model(Settings(), model=model, mmproj=mmproj)
        options = AnswerOptions(temperature=0, seed=1)
        return make_assistant(Settings(language="en"), found, options, voice=output, on_event=output.show)

    tasks = RequestTasks(make, AnswerOptions(), output, speech, EventLoop())
    request = Request(-1, lambda text: speech.say(text), shown.append, options=RequestSettings())
    request.captured, request.is_quiet = read_picture(DIALOG), True
    output.request = request
    try:
        return tasks.locate(request, query)
    finally:
        tasks.close()
        assert shown == []


def test_boxes_by_grammar_of_a_picture_large_enough_become_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay = Replay(tmp_path)
    replay.says('[{"bbox_2d": [', "750, 750, 1000", ', 1000], "label": "red', ' icon"}]')
    replay.install(monkeypatch)
    _, model, _, mmproj = pair_of_4b(tmp_path)
    (match,) = locate(model, mmproj, "the red icon")
    width, height = read_picture(DIALOG).image.size
    assert match.text == "the red icon"
    assert match.is_perhaps
    assert (
        max(abs(a - b) for a, b in zip(match.box, (width * 3 // 4, height * 3 // 4, width, height), strict=True)) <= 2
    )
    (asked,) = replay.requests()
    assert asked.question.startswith('Where is "the red icon"? Give only JSON')
    assert asked.grammar == PLACES
    assert image_tokens(asked.width, asked.height) >= 1024


def test_the_demo_model_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replay = Replay(tmp_path)
    replay.install(monkeypatch)
    with pytest.raises(InputError, match="demo model cannot find"):
        locate("demo", None, "the red icon")
    assert replay.requests() == []
