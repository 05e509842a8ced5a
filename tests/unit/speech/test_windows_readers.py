"""NVDA and JAWS behind the same calls, with the answers that the real ones give."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.stand_in_readers import JawsApi, NvdaFolder, StandInRpc, make_jaws
from support.waiting import until

from edge_assistant.speech.nvda_rpc import BOOLEAN, ENUM, STRING, NvdaController, describe_call
from edge_assistant.speech.reader_worker import Ended, Find, Found, HandedOver, HandOver, ReaderWorker, Reply, Silence
from edge_assistant.speech.windows_readers import LastInput, Nvda


@pytest.fixture
def nvda(tmp_path: Path) -> NvdaFolder:
    return NvdaFolder(tmp_path)


def reader(nvda: NvdaFolder) -> Nvda:
    return Nvda(NvdaController(StandInRpc(nvda.folder), "NvdaCtlr.1.Default"))  # type: ignore[arg-type]


def test_the_calls_are_described_as_microsofts_compiler_describes_them() -> None:
    """The bytes are those that MIDL 8.1 makes of nvdaController.idl, found in a library compiled with it."""
    assert describe_call(0).hex() == "00680000000000001000320000000000080044010a010000000000000000700008001000"
    assert describe_call(1, STRING).hex() == (
        "00680000000001001800320000000000080046020a0100000000000000000b0108000400700010001000"
    )
    assert describe_call(1, STRING, ENUM, ENUM, BOOLEAN).hex() == (
        "00680000000001003000320000001500080046050a0100000000000000000b0108000400480010000e00480018000e0048002000030070"
        "0028001000"
    )


def test_nvda_speaks_shows_and_tells_the_end(nvda: NvdaFolder) -> None:
    nvda.set_seconds(0.01)
    assert reader(nvda).say_to_end('Tom & "Jerry" <1>', "de") == "spoken"
    ssml = '<speak><voice xml:lang="de">Tom &amp; "Jerry" &lt;1&gt;</voice></speak>'
    assert nvda.log() == ['braille: Tom & "Jerry" <1>', f"speak to end: {ssml}"]
    assert reader(nvda).say_to_end("Plain", None) == "spoken"
    assert nvda.log()[-1] == "speak to end: <speak>Plain</speak>"


def test_an_nvda_that_cannot_tell_the_end_speaks_all_the_same(nvda: NvdaFolder) -> None:
    nvda.set("old")
    old = reader(nvda)
    assert (old.say_to_end("One.", "en"), old.tells_end) == ("unknown", False)
    assert nvda.log()[-1] == "speak: One."
    nvda.set("gone")
    assert not old.answers()
    assert old.tells_end, "the one that comes back may be newer"


@pytest.mark.parametrize("mode", ["gone", "asleep"])
def test_an_nvda_that_does_not_take_a_text_says_so(nvda: NvdaFolder, mode: str) -> None:
    nvda.set(mode)
    assert not reader(nvda).say("One.")
    assert reader(nvda).say_to_end("One.", "en") == "failed"


def test_an_nvda_that_was_restarted_is_reached_again(nvda: NvdaFolder) -> None:
    same = reader(nvda)
    assert same.say("One.")
    nvda.set("restarted")
    assert same.answers()
    assert same.say("Two.")
    assert nvda.log()[-1] == "speak: Two."


def test_jaws_speaks_and_shows_what_is_no_code_of_its_own() -> None:
    api = JawsApi()
    jaws = make_jaws(api)
    assert jaws.answers()
    assert jaws.say('Open "C:\\new"\n now')
    assert api.calls == [
        ("SayString", 'Open "C:\\new"\n now', False),
        ("RunFunction", "BrailleString(\"Open 'C:\\\\new' now\")"),
    ]
    jaws.stop()
    assert api.calls[-1] == ("StopSpeech",)


def test_a_jaws_that_has_ended_or_was_updated_takes_nothing() -> None:
    api, windows = JawsApi(), [True]
    jaws = make_jaws(api, has_window=lambda: bool(windows))
    assert jaws.answers()
    api.runs = False
    assert not jaws.say("One.")
    api.is_valid = False
    assert not jaws.say("One.")
    jaws.stop()
    api.runs = api.is_valid = True
    assert jaws.answers(), "another object is made"
    assert jaws.say("Two.")
    windows.clear()
    assert not jaws.answers(), "the object can be made while JAWS does not run"


def test_a_jaws_that_is_not_installed_does_not_answer() -> None:
    def not_registered() -> object:
        raise OSError(-2147221005, "Invalid class string")

    jaws = make_jaws(JawsApi())
    jaws._create = not_registered
    assert not jaws.answers()


def test_the_last_input_is_told_in_seconds_even_where_the_clock_began_anew() -> None:
    def get_last_input(info: object) -> int:
        info._obj[1] = 0xFFFFFF00  # type: ignore[attr-defined]
        return 1

    kernel32 = SimpleNamespace(GetTickCount=lambda: 0x100)
    assert LastInput(SimpleNamespace(GetLastInputInfo=get_last_input), kernel32).seconds_ago() == 0.512
    assert LastInput(SimpleNamespace(GetLastInputInfo=lambda _: 0), kernel32).seconds_ago() == 0.0


def test_an_input_with_a_tick_of_the_future_was_just_now() -> None:
    def get_last_input(info: object) -> int:
        info._obj[1] = 0x5010  # type: ignore[attr-defined]
        return 1

    kernel32 = SimpleNamespace(GetTickCount=lambda: 0x5000)
    assert LastInput(SimpleNamespace(GetLastInputInfo=get_last_input), kernel32).seconds_ago() == 0.0


class Worker:
    """A ReaderWorker in this process, and its replies."""

    def __init__(self, *readers: object, input_age: float = 0.0) -> None:
        self.replies: list[Reply] = []
        self._came = threading.Condition()
        self.worker = ReaderWorker(self._take, readers, lambda: input_age)  # type: ignore[arg-type]

    def hand_over(self, text: str = "One.", *, to_end: bool = True) -> None:
        self.worker.handle(HandOver(1, text, "en", to_end))

    def ending(self) -> str:
        with self._came:
            assert self._came.wait_for(lambda: any(isinstance(reply, Ended) for reply in self.replies), 10)
        (ended,) = [reply for reply in self.replies if isinstance(reply, Ended)]
        return ended.ending

    def _take(self, reply: Reply) -> None:
        with self._came:
            self.replies.append(reply)
            self._came.notify_all()


def test_the_screen_reader_that_answers_speaks(nvda: NvdaFolder) -> None:
    api = JawsApi()
    both = Worker(reader(nvda), make_jaws(api))
    nvda.set("gone")
    both.hand_over()
    assert both.replies == [HandedOver(1, tells_end=False)]
    assert api.calls[0][:2] == ("SayString", "One.")
    both.worker.handle(Find(2))
    assert both.replies[-1] == Found(2, answers=True)
    nvda.set("running")
    both.hand_over()
    assert both.ending() == "spoken"
    both.worker.handle(Silence())
    assert nvda.log()[-1] == "cancel", "only the one that was spoken through is silenced"
    assert ("StopSpeech",) not in api.calls


def test_where_none_takes_it_the_sentence_failed(nvda: NvdaFolder) -> None:
    api = JawsApi()
    api.runs = False
    nvda.set("asleep")
    neither = Worker(reader(nvda), make_jaws(api))
    neither.hand_over(to_end=False)
    assert neither.replies == [Ended(1, "failed")]
    nvda.set("gone")
    alone = Worker(reader(nvda))
    alone.worker.handle(Find(1))
    alone.hand_over()
    assert alone.replies == [Found(1, answers=False), Ended(1, "failed")]


def silenced(nvda: NvdaFolder, monkeypatch: pytest.MonkeyPatch, *, settled: float, input_age: float) -> str:
    monkeypatch.setattr("edge_assistant.speech.reader_worker._SETTLED_S", settled)
    monkeypatch.setattr("edge_assistant.speech.reader_worker._KEY_FIRST_S", 0.0)
    nvda.set_seconds(10)
    worker = Worker(reader(nvda), input_age=input_age)
    nvda.press_control()
    worker.hand_over()
    return worker.ending()


def test_what_the_person_silenced_is_told(nvda: NvdaFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    assert silenced(nvda, monkeypatch, settled=0.0, input_age=0.2) == "silenced"


def test_what_another_window_silenced_is_no_wish_of_the_person(
    nvda: NvdaFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert silenced(nvda, monkeypatch, settled=0.0, input_age=5.0) == "spoken"


def test_a_silencing_from_before_the_sentence_is_not_taken_for_one_of_it(
    nvda: NvdaFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert silenced(nvda, monkeypatch, settled=5.0, input_age=0.0) == "unknown"


def test_the_end_of_a_sentence_that_follows_at_once_is_told_too(nvda: NvdaFolder) -> None:
    nvda.set_seconds(0.01)
    worker = Worker(reader(nvda))
    take, texts = worker._take, ["Two.", "Three."]

    def take_and_follow(reply: Reply) -> None:
        take(reply)
        if isinstance(reply, Ended) and texts:
            worker.hand_over(texts.pop(0))

    worker.worker._send = take_and_follow
    worker.hand_over()
    until(lambda: sum(isinstance(reply, Ended) for reply in worker.replies) == 3, "three ends")
    assert [reply.tells_end for reply in worker.replies if isinstance(reply, HandedOver)] == [True] * 3


def test_while_a_call_never_returns_sentences_are_handed_over_without_their_end(nvda: NvdaFolder) -> None:
    nvda.set("off")
    worker = Worker(reader(nvda))
    worker.hand_over()
    worker.hand_over("Two.")
    assert worker.replies == [HandedOver(1, tells_end=True), HandedOver(1, tells_end=False)]
    assert "speak: Two." in nvda.log()  # where it stands is chance: the first call is a thread's
