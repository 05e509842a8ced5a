"""An answer that is cut off goes on: the real engine with the demo model, and the replayed one for all else."""

from __future__ import annotations

import random
import string
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.describing import DIALOG
from support.replay_engine import DIES, Replay

from edge_assistant.assistant import still_writing
from edge_assistant.assistant.assistant import Assistant
from edge_assistant.assistant.events import DoneEvent, ErrorEvent, Event, NoticeEvent, SentenceEvent
from edge_assistant.assistant.factory import make_assistant, resolve_model
from edge_assistant.assistant.options import AnswerOptions
from edge_assistant.capture.file import read_picture
from edge_assistant.settings.schema import Settings

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="written for POSIX")

MORE = "There is more. Press M."
WHOLE = "A dialog titled Music. Buttons: Cancel on the left, Save on the right."


class Person:
    """Someone who asks the assistant, and hears what it says."""

    def __init__(self, settings: Settings | None = None, **options: object) -> None:
        self.heard: list[str] = []
        self.everything: list[str] = []
        self._settings = settings or Settings(language="en")
        self.events: list[Event] = []
        self.assistant = self.make(**options)
        self.assistant.look_at(lambda: read_picture(DIALOG))

    def make(self, **options: object) -> Assistant:
        return make_assistant(
            self._settings,
            resolve_model(Settings(), model="demo"),
            AnswerOptions(temperature=0, seed=1, **options),  # type: ignore[arg-type]
            voice=self,
            on_event=self.events.append,
            way_on=lambda: "Press M.",
        )

    def say(self, text: str, *, language: str | None = None) -> None:  # noqa: ARG002 (as a speaker's)
        self.heard.append(text)
        self.everything.append(text)

    def stop(self) -> None:
        pass

    def wait(self, _: float) -> bool:
        return True

    def ask(self, question: str | None = None) -> tuple[list[str], DoneEvent]:
        self.heard.clear()
        return self._heard(self.assistant.ask(0, question))

    def more(self) -> tuple[list[str], DoneEvent]:
        self.heard.clear()
        return self._heard(self.assistant.more(1))

    def _heard(self, outcome: DoneEvent | ErrorEvent) -> tuple[list[str], DoneEvent]:
        assert isinstance(outcome, DoneEvent), outcome
        return [each for each in self.heard if not each.startswith(("This is the demo", "Loading"))], outcome


@pytest.fixture
def replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Replay:
    replay = Replay(tmp_path)
    replay.install(monkeypatch)
    return replay


@pytest.fixture
def people() -> Iterator[list[Person]]:
    """Those whose assistants are closed at the end."""
    found: list[Person] = []
    yield found
    for each in found:
        each.assistant.close()


@pytest.fixture
def person(replay: Replay, people: list[Person]) -> Person:
    assert not replay.requests()
    people.append(Person())
    return people[-1]


def test_with_the_real_engine_it_goes_on_from_the_cache_to_the_same_whole(people: list[Person]) -> None:
    person = Person(max_tokens=7)
    people.append(person)
    heard, done = person.ask()
    assert heard == ["A dialog titled Music.", MORE]
    assert (done.stop, done.answer, done.text) == (
        "length",
        "A dialog titled Music. Buttons:",
        "A dialog titled Music.",
    )
    parts = [done.answer]
    for expected in ([], ["Buttons: Cancel on the left, Save on the right."]):
        heard, done = person.more()
        assert done.reused is not None
        assert (done.reused["image"], done.timings_s.encode) == (True, 0.0)
        assert [each for each in heard if "cut off again" not in each and each != MORE] == expected
        parts.append(done.answer)
    assert "".join(parts) == WHOLE
    assert person.assistant.cut is None
    assert [turn.answer for turn in person.assistant.turns] == [WHOLE], "one turn"
    _, done = person.ask("What is it?")
    assert done.reused is not None
    assert done.reused["image"]
    assert len(person.assistant.turns) == 2


def test_the_held_back_sentence_is_heard_once_and_whole_and_the_next_question_sees_one_answer(
    person: Person, replay: Replay
) -> None:
    replay.says("A dialog.", " Two", " buttons", cut=True)
    assert person.ask()[0] == ["A dialog.", MORE]
    replay.says(" and", " a", " list.", " It is", cut=True)
    heard, done = person.more()
    assert heard == ["Two buttons and a list.", MORE]
    assert done.text == "Two buttons and a list."
    replay.says(" red.")
    assert person.more()[0] == ["It is red."]
    replay.says("A second", " answer.")
    assert person.ask("And?")[0] == ["A second answer."]
    first, *_, last = replay.requests()
    assert not first.continues
    assert [each.continues for each in replay.requests()] == [False, True, True, False]
    (turn,) = last.turns
    assert turn.answer == "A dialog. Two buttons and a list. It is red."


def test_a_list_and_a_table_keep_their_form_across_the_cut(person: Person, replay: Replay) -> None:
    replay.says("The buttons:\n", "- Cancel\n", "- Sa", cut=True)
    heard, _ = person.ask()
    assert heard[-2:] == ["Cancel", MORE]
    replay.says("ve\n", "- Help")
    heard, _ = person.more()
    assert heard == ["Save", "Help"]


def test_a_list_of_places_goes_on_inside_an_object(person: Person, replay: Replay) -> None:
    replay.says('[{"label": "Sa', cut=True)
    assert person.ask()[0] == ["The answer was cut off before the end of its first sentence. Press M."]
    replay.says('ve", "point_2d": [900, 900]}, ', '{"label": "Op', cut=True)
    assert person.more()[0] == ["Save: at the bottom right.", MORE]
    replay.says('en", "point_2d": [100, 100]}', "]")
    heard, done = person.more()
    assert heard == ["Open: at the top left."]
    assert done.text == "Open: at the top left."


def test_where_no_sentence_was_whole_that_is_said_and_it_can_go_on(person: Person, replay: Replay) -> None:
    replay.says("A", " dialog", " titled", cut=True)
    heard, done = person.ask()
    assert heard == ["The answer was cut off before the end of its first sentence. Press M."]
    assert (done.answer, done.text) == ("A dialog titled", "")
    replay.says(" Music.")
    assert person.more()[0] == ["A dialog titled Music."]


def test_an_answer_that_was_cut_at_its_end_is_said_to_be_complete(person: Person, replay: Replay) -> None:
    replay.says("A dialog.", " Two", cut=True)
    person.ask()
    replay.says()
    heard, done = person.more()
    assert heard == ["Two", "The answer is complete."]
    assert done.stop == "end"
    assert person.assistant.cut is None


def test_after_a_whole_answer_more_asks_what_else_there_is(person: Person, replay: Replay) -> None:
    replay.says("A dialog.")
    person.ask()
    replay.says("A list.")
    heard, done = person.more()
    assert heard == ["A list."]
    assert done.reused is not None
    assert done.reused["image"]
    assert not replay.requests()[-1].continues
    assert replay.requests()[-1].question == "What else is there?"
    assert len(person.assistant.turns) == 2


def test_without_an_answer_there_is_nothing_to_go_on_with(person: Person) -> None:
    outcome = person.assistant.more(3)
    assert isinstance(outcome, ErrorEvent)
    assert outcome.code == "no-answer"
    assert person.heard == ["There is no answer to go on with. Describe something, or ask a question first."]


def test_an_engine_that_died_meanwhile_is_replaced_and_the_answer_goes_on(person: Person, replay: Replay) -> None:
    replay.says("A dialog.", " Two", cut=True)
    person.ask()
    replay.says(" buttons", fault=DIES)
    assert isinstance(person.assistant.more(1), ErrorEvent)
    replay.says(" buttons.")
    heard, _ = person.more()
    assert heard[-1] == "Two buttons."
    assert person.assistant.turns[-1].answer == "A dialog. Two buttons."


def test_another_model_goes_on_with_it(person: Person, people: list[Person], replay: Replay) -> None:
    replay.says("A dialog.", " Two", cut=True)
    person.ask()
    other = Person()
    people.append(other)
    other.assistant.take_over(person.assistant.conversation(other.assistant.model))
    replay.says(" buttons.")
    assert other.more()[0] == ["Two buttons."]
    assert [turn.answer for turn in other.assistant.turns] == ["A dialog. Two buttons."]


def test_a_part_that_is_cancelled_leaves_the_answer_as_it_was(person: Person, replay: Replay) -> None:
    replay.says("A dialog.", " Two", cut=True)
    person.ask()
    before = person.assistant.turns, person.assistant.cut
    replay.says(*[" red"] * 50, " one.", delay=0.05)

    def cancel(event: Event) -> None:
        if type(event).__name__ == "TokenEvent":
            person.assistant.cancel()

    person.assistant._reporter.emit = cancel
    outcome = person.assistant.more(1)
    assert isinstance(outcome, DoneEvent)
    assert outcome.stop == "cancelled"
    assert (person.assistant.turns, person.assistant.cut) == before
    person.assistant._reporter.emit = person.events.append
    replay.says(" buttons.")
    heard, _ = person.more()
    assert heard[-1].startswith("Two")


def test_a_loop_is_ended_and_can_go_on(person: Person, replay: Replay) -> None:
    replay.says("A dialog. ", "See:", *[" |"] * 200)
    heard, done = person.ask()
    assert done.stop == "loop"
    assert heard[-1] == "The answer began to repeat itself, so it was stopped here. Press M."
    assert heard[0] == "A dialog."
    replay.says(" a list.")
    person.more()
    assert replay.requests()[-1].sampling.presence_penalty >= 0.5


@pytest.mark.parametrize("size", [1, 2, 3])
def test_an_answer_that_goes_on_by_itself_is_one_question(size: int, replay: Replay, people: list[Person]) -> None:
    person = Person(max_tokens=size, whole=True)
    people.append(person)
    replay.says(*WHOLE.replace(" ", "| ").split("|"))
    heard, done = person.ask()
    assert heard == ["A dialog titled Music.", "Buttons: Cancel on the left, Save on the right."]
    assert (done.answer, done.text, done.stop) == (WHOLE, WHOLE, "end")
    assert [type(each) for each in person.events].count(DoneEvent) == 1
    assert not [each for each in person.events if isinstance(each, NoticeEvent) and each.code == "cut-off"]
    assert " ".join(each.text for each in person.events if isinstance(each, SentenceEvent)) == WHOLE


def test_an_answer_that_goes_on_by_itself_does_so_once_after_a_loop(replay: Replay, people: list[Person]) -> None:
    person = Person(whole=True)
    people.append(person)
    replay.says("A dialog. ", "See:", *[" |"] * 200, again=[" a list.", " It is", " red."])
    heard, done = person.ask()
    left_out = "The answer began to repeat itself; the repetition was left out."
    assert (heard, done.stop) == (["A dialog.", "See: a list.", "It is red.", left_out], "end")
    assert [each.continues for each in replay.requests()] == [False, True]


def test_where_the_context_is_full_all_that_there_is_is_heard_and_that_no_more_can_come(
    replay: Replay, people: list[Person]
) -> None:
    room = "There may be more, but no room for it: the context is full. Ask about a part of it."
    chance = random.Random(3)
    words = ["".join(chance.choices(string.ascii_lowercase, k=6)) for _ in range(900)]
    replay.says("A dialog.\n", *[f" {word}" for word in words])
    person = Person(settings=Settings(language="en", context=512))
    people.append(person)
    heard, done = person.ask("Read it.")
    assert (heard[0], heard[-1], done.stop) == ("A dialog.", MORE, "length")
    heard, _ = person.more()
    assert heard[-1] == room
    said = [word for word in " ".join(person.everything).split() if word in words]
    assert len(said) > 100
    assert said == words[: len(said)], "each once, in order"
    assert said[-1] == person.assistant.turns[-1].answer.split()[-1], "none is lost"
    heard, _ = person.more()
    assert heard == [room]


def test_while_nothing_is_heard_of_an_answer_it_says_that_it_is_being_written(
    replay: Replay, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(still_writing, "SILENCE_S", 0.4)
    monkeypatch.setattr(still_writing, "_CHECK_S", 0.02)
    replay.says("A", " dialog.\n", "Two.", delay=0.6)
    heard, _ = person.ask()
    first = heard.index("A dialog.")
    assert heard[:first]
    assert set(heard) == {"Still writing.", "A dialog.", "Two."}
    assert heard[-1] == "Two.", "nothing behind its end"
