"""Every form of markup goes the real way from the model's tokens to the voice, the events and the screen."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.describing import DIALOG, describe, user_environment
from support.markup_forms import FORMS
from support.replay_engine import Replay, byte_pieces, pair_of_4b, pieces

from edge_assistant.assistant import reporter
from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.events import DoneEvent, Event, SentenceEvent
from edge_assistant.assistant.factory import make_assistant, resolve_model
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.capture.file import read_picture
from edge_assistant.settings.schema import Settings
from edge_assistant.text.languages import is_other_language

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="written for POSIX")


class Listener:
    """A voice that notes down what it is to say of answers."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def say(self, text: str, *, language: str | None = None) -> None:  # noqa: ARG002 (as a speaker's)
        self.heard.append(text)

    def stop(self) -> None:
        pass

    def wait(self, _: float) -> bool:
        return True


def words(text: str) -> str:
    """The text without regard to line ends."""
    return re.sub(r"\s+", " ", text).strip()


@pytest.fixture
def replay(tmp_path: Path) -> Replay:
    folder = tmp_path / "replay"
    folder.mkdir()
    return Replay(folder)


@pytest.fixture(params=["en", "de"])
def listening(
    request: pytest.FixtureRequest, replay: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, Listener, list[Event], Assistant]]:
    """A language, and an assistant that answers in it with recorded answers."""
    replay.install(monkeypatch)
    monkeypatch.setattr(reporter, "is_other_language", lambda *_: False)  # forms of other languages are heard, too
    settings, listener, events = Settings(language=request.param), Listener(), list[Event]()
    _, model, _, mmproj = pair_of_4b(tmp_path)
    assistant = make_assistant(
        settings,
        resolve_model(settings, model=model, mmproj=mmproj),
        AnswerOptions(temperature=0, seed=1),
        voice=listener,
        on_event=events.append,
    )
    yield request.param, listener, events, assistant
    assistant.close()


def test_each_form_is_heard_and_shown_as_plain_text(
    listening: tuple[str, Listener, list[Event], Assistant], replay: Replay
) -> None:
    language, listener, events, assistant = listening
    wrong = []
    for seed, (raw, _, said) in enumerate(form for form in FORMS if form[1] == language):
        replay.says(*byte_pieces(raw, seed=seed))
        assistant.look_at(lambda: read_picture(DIALOG))
        events.clear()
        listener.heard.clear()
        done = assistant.ask(0)
        sentences = [event.text for event in events if isinstance(event, SentenceEvent)]
        heard = [each for each in listener.heard if each in sentences]
        if not isinstance(done, DoneEvent) or not (
            words(said) == words(" ".join(heard)) == words(done.text) and heard == sentences
        ):
            wrong.append((raw, said, heard, done))
    assert wrong == []


def test_a_terminal_shows_what_is_heard(replay: Replay, tmp_path: Path) -> None:
    shown = []
    for raw, language, said in FORMS[::7]:
        in_english = not any(is_other_language(line, "en") for line in re.split(r"(?<=[.!?])\s|\n", said))
        if language == "en" and "\n\n" not in said and in_english:  # another language is asked for once more
            replay.says(*pieces(raw, seed=1))
            shown.append(said)
    questions = [part for _ in shown for part in ("--ask", "What?")]
    run = describe(
        *(DIALOG, *pair_of_4b(tmp_path), "--language", "en", *questions),
        as_json=False,
        environment=next(user_environment(tmp_path)),
        program=replay.program(),
    )
    assert words(run.text) == words(" ".join(shown))
