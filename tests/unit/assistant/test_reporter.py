"""Tests of AnswerReporter: how the end of an answer is reported by event and by voice."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from edge_assistant.assistant.answer_run import AnswerRun, ProgressAnnouncer
from edge_assistant.assistant.cut_answers import CutAnswer
from edge_assistant.assistant.events import Event, NoticeEvent, SentenceEvent
from edge_assistant.assistant.reporter import AnswerReporter
from edge_assistant.engine.messages import Done, StageProgress, StopReason, TextDelta
from edge_assistant.system.shown_text import ShownText
from edge_assistant.text.languages import LanguageTracker

MORE = "There is more. Press M."
NO_SENTENCE = "The answer was cut off before the end of its first sentence. Press M."
REPEATED = "The answer began to repeat itself, so it was stopped here. Press M."


class Listener:
    """One answer, as it is heard and as programs are told of it."""

    def __init__(self, *, only_answers: bool = False) -> None:
        self.heard: list[str] = []
        self.is_silent = True
        self.languages: list[object] = []
        self.events: list[Event] = []
        self.cancelled = threading.Event()
        self.reporter = AnswerReporter(self, self.events.append, self.cancelled, lambda: "Press M.")
        self.reporter.only_answers = only_answers
        self.run = AnswerRun(0, "What?", 1, ProgressAnnouncer(self.heard.append))

    def say(self, text: str, *, language: str | None = None) -> None:
        self.heard.append(text)
        self.languages.append(language)

    def stop(self) -> None:
        pass

    def wait(self, _: float) -> bool:
        return self.is_silent

    def more(self, *pieces: str, stop: StopReason) -> list[str]:
        """What is heard of more of the answer."""
        cut = CutAnswer(self.run.raw_answer(self.run.answer), tuple(self.run.spoken.pieces))
        self.run = AnswerRun(1, "What?", 1, ProgressAnnouncer(self.heard.append), continues=cut)
        self.heard.clear()
        self.reporter.resume(self.run)
        assert self.heard == []
        self.run.is_full = stop == "length" and not any(pieces)
        return self.answer(*pieces, stop=stop)

    def answer(self, *pieces: str, stop: StopReason, left: str | None = None) -> list[str]:
        """What is heard of an answer of these pieces, of which `left` is left."""
        for piece in pieces:
            self.reporter.handle_reply(self.run, TextDelta(1, "answer", piece))
        whole = "".join(pieces) if left is None else left
        self.reporter.finish(self.run, Done(1, whole.strip(), "", stop, 40, 0, False, 0.0, 0.0, 9, 1.0))
        return self.heard

    def notices(self) -> list[tuple[str, str]]:
        return [(event.code, event.message) for event in self.events if isinstance(event, NoticeEvent)]


@pytest.mark.parametrize("only_answers", [False, True])
@pytest.mark.parametrize(("stop", "code", "sentence"), [("length", "cut-off", MORE), ("loop", "loop", REPEATED)])
def test_half_a_sentence_is_never_heard_and_that_there_is_more_is_said_behind_the_last_whole_one(
    stop: StopReason, code: str, sentence: str, only_answers: bool
) -> None:
    listener = Listener(only_answers=only_answers)
    assert listener.answer("A dialog. ", "Buttons: Can", stop=stop) == ["A dialog.", sentence]
    assert listener.notices() == [(code, sentence)]
    assert isinstance(listener.events[-2], SentenceEvent), "all of the answer comes before it"
    assert listener.run.shown == "A dialog."
    assert listener.run.answer == "A dialog. Buttons: Can"


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("A dialog titled Music.", ["A dialog titled Music."]),
        ("He said \u201cStop!\u201d", ["He said \u201cStop!\u201d"]),
        ("Was ist das?", ["Was ist das?"]),
        ("\u8fd9\u662f\u4e00\u4e2a\u5bf9\u8bdd\u6846\u3002", ["\u8fd9\u662f\u4e00\u4e2a\u5bf9\u8bdd\u6846\u3002"]),
        ("A list:\n- Cancel\n- Sa", ["A list:", "Cancel"]),
        ("A list:\n- Cancel\n- Save\n", ["A list:", "Cancel", "Save"]),
        ("Steps:\n1. Open it\n", ["Steps:", "1. Open it"]),
        ("It is over. This is an-\n", ["It is over."]),
        ("It costs 3. It is by Dr.", ["It costs 3."]),
        ("Steps:\n1. Open it.\n2.", ["Steps:", "1. Open it."]),
    ],
)
def test_what_is_whole_at_a_cut(text: str, heard: list[str]) -> None:
    assert Listener().answer(text, stop="length") == [*heard, MORE]


@pytest.mark.parametrize(
    "text",
    [
        "A dialog titled Mus",
        "A",
        "A dialog by Dr.",
        "- Sa",
        "<table><tr><th>Name</th><th>Age</th></tr><tr><td>Ann</td><td",
    ],
)
def test_where_no_sentence_was_whole_that_is_said_and_no_half_of_one(text: str) -> None:
    listener = Listener()
    assert listener.answer(text, stop="length") == [NO_SENTENCE]
    assert listener.run.shown == ""


@pytest.mark.parametrize("stop", ["end", "budget", "cancelled"])
def test_nothing_is_said_of_an_answer_that_ended_of_itself_or_was_stopped(stop: StopReason) -> None:
    listener = Listener()
    assert listener.answer("A dialog.", stop=stop) == ["A dialog."]
    assert listener.notices() == []


def test_the_beginning_of_another_copy_is_not_heard() -> None:
    listener = Listener()
    heard = listener.answer(
        "A dialog. Two ", "buttons.\n", "A dialog", ". Two", stop="loop", left="A dialog. Two buttons."
    )
    assert heard == ["A dialog.", "Two buttons.", "A dialog.", REPEATED]


def test_nothing_is_said_of_the_end_of_no_answer_nor_after_a_cancel() -> None:
    empty = Listener()
    assert empty.answer(stop="length") == []
    stopped = Listener()
    stopped.cancelled.set()
    assert stopped.answer("A dia", stop="length") == []


@pytest.mark.parametrize("place", range(1, 62))
def test_an_answer_that_is_cut_anywhere_and_goes_on_is_heard_once_and_whole(place: int) -> None:
    text = "A dialog titled Music. Buttons:\n- Cancel\n- Save now\nIt is all."
    listener = Listener()
    before = listener.answer(text[:place], stop="length")[:-1]
    after = listener.more(text[place:], stop="end")
    whole = Listener().answer(text, stop="end")
    assert [*before, *after] == whole or [*before[:-1], *after] == whole, "but a word that a cut had made whole"


def test_an_answer_goes_on_more_than_once() -> None:
    listener = Listener()
    assert listener.answer("A dialog. Two", stop="length") == ["A dialog.", MORE]
    assert listener.more(" buttons, of which", stop="length") == [
        "The answer was cut off again before the end of the sentence. Press M."
    ]
    assert listener.more(" one is red. A li", stop="length") == ["Two buttons, of which one is red.", MORE]
    assert listener.more("st.", stop="end") == ["A list."]


def test_more_of_an_answer_that_gives_nothing_is_said_to_be_complete_or_to_have_no_room() -> None:
    listener = Listener()
    listener.answer("A dialog. Two", stop="length")
    assert listener.more("", stop="end") == ["Two", "The answer is complete."]
    listener = Listener()
    listener.answer("A dialog. Two", stop="length")
    room = "There may be more, but no room for it: the context is full. Ask about a part of it."
    assert listener.more("", stop="length") == ["Two", room], "nothing of what is there is lost"
    assert listener.more("", stop="length") == [room]


def test_what_seemed_whole_and_was_not_is_heard_again_whole() -> None:
    listener = Listener()
    assert listener.answer("It is made with Node.", stop="length") == ["It is made with Node.", MORE]
    assert listener.more("js today. Pay now.", stop="end") == ["It is made with Node.js today.", "Pay now."]


def test_the_sign_of_life_counts_from_the_answer_s_begin_and_from_each_sentence_to_its_end() -> None:
    listener = Listener()
    calls: list[str] = []

    class Recorder:
        def __getattr__(self, name: str) -> Callable[[], None]:
            return lambda: calls.append(name)

    listener.run.still_writing = Recorder()  # type: ignore[assignment]
    for stage, fraction in (("encode", 1.0), ("think", 0.5), ("answer", 0.0)):
        listener.reporter.handle_reply(listener.run, StageProgress(1, stage, fraction))
    assert calls == ["begin"]
    listener.answer("A dialog. ", "Two buttons.", stop="end")
    assert calls == ["begin", "note_sentence", "end", "note_sentence"]


def test_sentences_of_the_answer_are_spoken_in_its_language_and_notices_in_ours() -> None:
    listener = Listener()
    listener.run.language = LanguageTracker("fr", follow=False)
    listener.answer("Une fenêtre. ", "Deux boutons.", stop="length")
    assert listener.languages == [*["fr"] * (len(listener.heard) - 1), None]
    spoken = [event for event in listener.events if isinstance(event, SentenceEvent)]
    assert {event.language for event in spoken} == {"fr"}


def test_text_that_is_read_is_spoken_in_its_own_language() -> None:
    listener = Listener()
    listener.run.language = LanguageTracker("en", follow=True)
    listener.answer("Sehr geehrte Frau Müller,\n", "Anlage: Rechnung\n", "Привет!\n", stop="end")
    assert listener.languages == ["de", "de", "ru"]


def test_text_that_is_read_on_keeps_the_language_that_it_was_in() -> None:
    listener = Listener()
    listener.run.language = LanguageTracker("en", follow=True)
    listener.answer("Bitte warten Sie, bis die Tür geöffnet ist.\n", "Anlage: Rech", stop="length")
    cut = CutAnswer(listener.run.raw_answer(listener.run.answer), tuple(listener.run.spoken.pieces))
    listener.languages.clear()
    tracker = LanguageTracker("en", follow=True)
    listener.run = AnswerRun(1, "What?", 1, ProgressAnnouncer(listener.heard.append), continues=cut, language=tracker)
    listener.reporter.resume(listener.run)
    listener.answer("nung\n", stop="end")
    assert listener.heard[-1] == "Anlage: Rechnung"
    assert listener.languages == ["de"]


def no_text(*pieces: str, stop: StopReason = "end") -> Listener:
    listener = Listener()
    listener.run.may_be_empty = True
    listener.answer(*pieces, stop=stop)
    return listener


@pytest.mark.parametrize(
    "pieces", [(), (" ", "\n"), ("There is ", "no text", "."), ("**No text**",), ("No text in this picture. ",)]
)
def test_instead_of_an_empty_reading_it_is_said_that_there_is_no_text(pieces: tuple[str, ...]) -> None:
    listener = no_text(*pieces)
    assert listener.heard == ["There is no text."]
    assert listener.notices() == [("no-text", "There is no text.")]
    assert not [event for event in listener.events if isinstance(event, SentenceEvent)]
    assert listener.run.shown == ""


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("No text. Only this.", ["No text.", "Only this."]),
        ("No text messages.", ["No text messages."]),
        ("Save. No text.", ["Save.", "No text."]),
    ],
)
def test_a_reading_that_begins_so_is_read_whole(text: str, heard: list[str]) -> None:
    assert no_text(*text).heard == heard


def test_a_reading_that_was_cancelled_or_cut_is_not_said_to_have_no_text() -> None:
    assert no_text(stop="cancelled").notices() == []
    assert no_text("No text. ", "And", stop="length").heard[0] == "No text."


def test_other_answers_may_say_that_there_is_no_text() -> None:
    assert Listener().answer("There is no text.", stop="end") == ["There is no text."]


def test_that_a_repetition_was_left_out_is_said_behind_the_answer() -> None:
    listener = Listener()
    for piece in ("A dialog. ", "And a button."):
        listener.reporter.handle_reply(listener.run, TextDelta(1, "answer", piece))
    done = Done(1, "A dialog. And a button.", "", "end", 40, 0, False, 0.0, 0.0, 9, 1.0, loops=1)
    listener.reporter.finish(listener.run, done)
    left_out = "The answer began to repeat itself; the repetition was left out."
    assert listener.heard == ["A dialog.", "And a button.", left_out]
    assert listener.notices() == [("repeated", left_out)]


def test_it_is_speaking_as_long_as_the_voice_is() -> None:
    listener = Listener()
    assert not listener.reporter.is_speaking()
    listener.is_silent = False
    assert listener.reporter.is_speaking()
    assert not AnswerReporter(None, listener.events.append, listener.cancelled).is_speaking()


def test_of_a_notice_with_digits_and_file_names_the_short_sentence_is_heard() -> None:
    listener = Listener()
    shown = ShownText("The checksum of a.gguf begins with 0123.", "The model is damaged.")
    listener.reporter.notice(0, "weights-passed-over", shown)
    assert listener.heard == ["The model is damaged."]
    assert listener.events == [NoticeEvent(0, "weights-passed-over", str(shown))]
