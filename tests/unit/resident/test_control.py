"""The loop behind the presses, with scripted work and voice and a clock that stands still."""

from __future__ import annotations

import gc
import queue
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.picture import Captured
from edge_assistant.capture.snapshot import ActiveWindow, Monitor, Shot, Snapshot
from edge_assistant.errors import InputError, WeightsError
from edge_assistant.events import Event, NoticeEvent, WindowEvent
from edge_assistant.resident import control
from edge_assistant.resident.choices import Opening
from edge_assistant.resident.control import TICK_S, Control
from edge_assistant.resident.job import Job
from edge_assistant.resident.manner import Manner
from edge_assistant.sources import Look


class ScriptedVoice:
    """Keeps what would be heard."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.request: int | None = 0

    def listen_to(self, request: int | None) -> None:
        self.request = request

    def say(self, text: str, request: int | None = None) -> None:
        if request in (None, self.request):
            self.heard.append(text)

    def tone(self, tone: str, request: int | None = None, *, if_idle: bool = False) -> None:
        if request in (None, self.request):
            self.heard.append(f"({tone}{' if idle' if if_idle else ''})")

    def silence(self) -> None:
        self.heard.append("(silence)")

    def wait(self, _: float) -> bool:
        return True


class ScriptedWork:
    """Keeps what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Job]] = []
        self.cancelled: list[int] = []
        self.job: Job | None = None
        self.expected: float | None = None

    def expected_seconds(self, _: Job) -> float | None:
        return self.expected

    def start(self, _: object, job: Job) -> None:
        self.job = job

    def answer(self, job: Job) -> None:
        self.asked.append(("answer", job))

    def repeat(self, job: Job) -> None:
        self.asked.append(("repeat", job))

    def think(self, job: Job) -> None:
        self.asked.append(("think", job))

    def wake(self, job: Job) -> None:
        self.woken = job.id

    def forget(self, job: Job) -> None:
        self.asked.append(("forget", job))

    def cancel(self, job: Job) -> None:
        job.cancel()
        self.cancelled.append(job.id)


class ScriptedWindows:
    """Keeps what would be shown."""

    def __init__(self) -> None:
        self.shown: list[tuple[object, ...]] = []
        self.front = False

    def away(self) -> None:
        self.shown.append(("away",))

    def back(self) -> None:
        self.shown.append(("back",))

    def in_front(self) -> bool:
        return self.front

    def ask(self) -> None:
        self.shown.append(("ask",))

    def picture(self, captured: Captured | None, name: str) -> None:
        self.shown.append(("picture", captured, name))

    def question(self, id: int, text: str) -> None:
        self.shown.append(("question", id, text))

    def think(self, on: bool, cost: str) -> None:
        self.shown.append(("think", on, cost))

    def forget(self) -> None:
        self.shown.append(("forget",))


class Desk:
    """A control with its scripted parts, driven one step at a time."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.voice = ScriptedVoice()
        self.work = ScriptedWork()
        self.shown: list[Event] = []
        self.windows = ScriptedWindows()
        self.conditions: list[str] = []
        self.control = Control(
            self.work,  # type: ignore[arg-type]
            self.voice,  # type: ignore[arg-type]
            self.shown.append,
            lambda: self.now,
            windows=self.windows,
            on_condition=self.conditions.append,
        )

    def step(self) -> None:
        """Take what is due and all that has come; where nothing has, give another thread a moment to send it."""
        deadline = time.monotonic() + 0.2
        while self.control._row.empty() and self.control._until_due() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        if self.control._until_due() is not None:
            self.control._step()
        while not self.control._row.empty():
            self.control._step()

    def press(self, *actions: str) -> list[str]:
        """Press keys; what is heard thereby."""
        before = len(self.voice.heard)
        for action in actions:
            self.control.press(action)
            self.step()
        return self.voice.heard[before:]

    @property
    def newest(self) -> Job:
        return self.work.asked[-1][1]

    def answer(self, *sentences: str) -> None:
        """The newest request is answered."""
        job = self.newest
        for sentence in sentences:
            job.sentences.append(sentence)
            self.voice.say(sentence, job.id)
        self.control.on_answered(job, whole=True)
        self.step()

    def end(self) -> None:
        self.control.on_ended(self.newest)
        self.step()


PICTURE = Captured(Image.new("RGB", (64, 64)), (("window-cut", "Part is missing."),), "window")


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    def take_picture(self: Job, then: Callable[[], None]) -> None:
        self.captured = PICTURE
        then()

    monkeypatch.setattr(Job, "take_picture", take_picture)
    made = Desk()
    made.control.on_ready(loaded=True)
    made.step()
    assert made.voice.heard == ["Ready."]
    return made


def test_a_press_sounds_the_tone_and_asks_in_the_actions_own_mode(desk: Desk) -> None:
    assert desk.press("window") == ["(silence)", "(heard)"]
    assert (desk.newest.action, desk.newest.mode) == ("window", "glance")
    desk.press("read")
    assert (desk.newest.action, desk.newest.mode) == ("read", "read")


def test_the_same_key_after_the_answer_asks_for_the_same_picture_in_detail_and_says_so(desk: Desk) -> None:
    desk.press("window")
    desk.answer("A dialog.")
    desk.end()
    desk.now += 29
    assert desk.press("window") == ["(silence)", "(heard)", "The same picture in detail."]
    assert desk.newest.mode == "detail"
    assert desk.newest.picture().image is PICTURE.image
    assert desk.newest.picture().notices == (), "what was to be said of it was said"


def test_the_wait_for_the_detail_is_announced_where_it_is_known_and_long(desk: Desk) -> None:
    for seconds, said in (
        (38.2, "The same picture in detail. That takes about 38 seconds."),
        (2.0, "The same picture in detail."),
    ):
        desk.work.expected = seconds
        desk.press("window")
        desk.answer("A dialog.")
        desk.end()
        assert desk.press("window")[-1] == said
        desk.answer("Two buttons.")
        desk.end()


def test_what_is_brief_leaves_out_what_is_only_good_to_know(desk: Desk) -> None:
    desk.control.behave(Manner(verbosity="brief"))
    desk.step()
    desk.press("window")
    window = ActiveWindow("Invoice", Rect(0, 0, 9, 9), Rect(0, 0, 9, 9))
    heard = len(desk.voice.heard)
    desk.newest.window("Invoice", window)
    desk.newest.notice("demo-weights", "Only the demo weights are in use.")
    assert desk.voice.heard[heard:] == ["Only the demo weights are in use."]
    assert isinstance(desk.shown[-2], WindowEvent), "it is shown all the same"
    desk.answer("A dialog.")
    desk.end()
    assert desk.press("window") == ["(silence)", "(heard)"]


def test_a_press_wakes_the_weights(desk: Desk) -> None:
    desk.press("camera")
    assert desk.work.woken == 1


def test_a_picture_whose_time_is_over_is_dropped_without_a_press(desk: Desk) -> None:
    desk.press("window")
    desk.answer("A dialog.")
    desk.end()
    assert desk.control._kept is PICTURE
    desk.now += 31
    desk.step()
    assert desk.control._kept is None


def test_ticks_come_every_two_seconds_until_the_first_sentence(desk: Desk) -> None:
    desk.press("window")
    heard = len(desk.voice.heard)
    for _ in range(3):
        desk.now += TICK_S
        desk.step()
    assert desk.voice.heard[heard:] == ["(tick if idle)"] * 3
    desk.newest.sentences.append("A dialog.")
    assert desk.control._until_due() is None


def test_a_silenced_request_does_not_tick_and_says_nothing_more(desk: Desk) -> None:
    desk.press("window", "stop")
    assert desk.control._until_due() is None
    heard = len(desk.voice.heard)
    desk.answer("A dialog.")
    assert desk.voice.heard[heard:] == []
    assert desk.work.cancelled == []
    desk.end()
    desk.press("repeat")
    assert desk.newest.sentences == ["A dialog."]


def test_a_second_stop_cancels(desk: Desk) -> None:
    desk.press("window", "stop", "stop")
    assert desk.work.cancelled == [1]
    assert desk.newest.is_cancelled()


def test_nothing_of_an_old_request_is_heard_after_a_new_press(desk: Desk) -> None:
    desk.press("window")
    old = desk.newest
    desk.press("screen")
    heard = len(desk.voice.heard)
    old.notice("late", "Late.")
    assert desk.voice.heard[heard:] == []
    assert desk.work.cancelled == [1]


def test_status_says_the_stage_and_whole_seconds_since_the_press(desk: Desk) -> None:
    desk.press("window")
    desk.newest.stage = "encode"
    desk.now += 4.2
    assert "Looking at the picture, 4 seconds so far." in desk.press("status")
    desk.newest.stage = "answer"
    desk.now += 1
    assert "Answering, 5 seconds so far." in desk.press("status")
    desk.answer("A dialog.")
    assert desk.press("status") == [], "the answer being spoken says enough"
    desk.end()
    assert desk.press("status") == ["Ready."]


def test_status_tells_the_loading_and_one_second_is_one_second() -> None:
    desk = Desk()
    desk.work.job = Job(0, print, print)
    desk.work.job.stage = "load"
    desk.now += 1
    assert desk.press("status") == ["Loading the weights, 1 second so far."]


def test_a_press_while_the_weights_are_loaded_is_kept_and_ready_is_not_said_over_it(desk: Desk) -> None:
    desk = Desk()
    desk.press("window")
    heard = len(desk.voice.heard)
    desk.control.on_ready(loaded=True)
    desk.step()
    assert desk.voice.heard[heard:] == []
    assert desk.newest.id == 1


def test_a_failed_start_is_not_called_ready() -> None:
    desk = Desk()
    desk.control.on_ready(loaded=False)
    desk.step()
    assert desk.voice.heard == []


def test_repeat_without_an_answer_says_so(desk: Desk) -> None:
    desk.press("repeat")
    assert desk.newest.sentences == ["There is no answer yet."]


def test_repeat_while_it_answers_begins_anew_and_the_rest_follows(desk: Desk) -> None:
    desk.press("window")
    desk.newest.sentences += ["One.", "Two."]
    assert desk.press("repeat") == ["(silence)", "One.", "Two."]
    desk.voice.say("Three.", desk.newest.id)
    assert desk.voice.heard[-1] == "Three."


@pytest.mark.parametrize(
    ("action", "answer"), [("status", "Ready."), ("stop", ""), ("dance", "There is no action dance.")]
)
def test_a_trigger_is_answered_with_what_there_is_to_say(desk: Desk, action: str, answer: str) -> None:
    assert answered_by(desk, action) == answer


def answered_by(desk: Desk, action: str) -> str:
    """What a trigger gets, with the loop taking one step meanwhile."""
    answer: list[str] = []
    thread = threading.Thread(target=lambda: answer.append(desk.control.trigger(action)))
    thread.start()
    if action != "dance":
        desk.step()
    thread.join()
    return answer[0]


def test_quit_ends_the_loop(desk: Desk) -> None:
    desk.control.quit()
    desk.control.run()
    desk = Desk()
    desk.control.press("quit")
    desk.control.run()


def test_without_any_weights_the_reason_is_said_and_the_loop_ends() -> None:
    desk = Desk()
    desk.control.on_failed(WeightsError("There are no weights."))
    with pytest.raises(WeightsError):
        desk.control.run()
    assert desk.voice.heard[-1] == "There are no weights."


def test_what_belongs_to_no_request_is_said_and_shown(desk: Desk) -> None:
    desk.control.tell("keys-lost", "The display is gone.")
    desk.step()
    assert desk.voice.heard[-1] == "The display is gone."
    assert isinstance(desk.shown[-1], NoticeEvent)


def test_a_job_without_a_picture_is_answered_with_its_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise InputError("There is no display here.", code="no-display")

    monkeypatch.setattr("edge_assistant.resident.job.choose", refused)
    job = Job(1, print, print, action="window")
    done: list[bool] = []
    job.take_picture(lambda: done.append(True))
    job.speak()
    assert isinstance(job.failure, InputError)


def test_a_bug_while_a_picture_is_taken_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("a picture could not be taken")

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("edge_assistant.resident.job.choose", broken)
    job, done = Job(1, print, print, action="window"), threading.Event()
    job.take_picture(done.set)
    assert done.wait(5)
    assert "inside the program" in str(job.failure)


def test_a_bug_behind_a_press_is_a_sentence_and_the_next_press_works(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("a press failed")

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken_for_now:
        broken_for_now.setattr(desk.work, "repeat", broken)
        desk.control.press("repeat")
        desk.control.press("window")
        desk.control._row.put(control._Call(lambda: desk.control.press("quit")))  # after the sentence about the bug
        desk.control.run()
    assert any("inside the program" in each for each in desk.voice.heard)
    assert desk.newest.action == "window"


def test_the_picture_is_taken_before_anything_is_said_about_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    area = Rect(0, 0, 64, 48)
    seen = Snapshot(
        ActiveWindow("Files", area, area), Shot(Image.new("RGB", (64, 48)), area, (Monitor(1, area),))
    )  # fmt: skip

    def snap_at_once(*_: object, **__: object) -> Snapshot:
        told.append("picture")
        return seen

    monkeypatch.setattr("edge_assistant.resident.job.choose", lambda: None)
    monkeypatch.setattr("edge_assistant.resident.job.sources.snap_at_once", snap_at_once)
    monkeypatch.setattr("edge_assistant.resident.job.sources.refuse_locked", lambda _: told.append("lock"))
    job, done = Job(1, told.append, lambda _: None, action="window"), threading.Event()
    job.take_picture(done.set)
    told.append("tone")
    job.speak()
    assert done.wait(5)
    assert told == ["picture", "tone", "lock", "Files"]
    assert job.picture().origin == "window"


def test_a_copied_picture_is_fetched_once_the_tone_is_on_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def look(at: Look, _: object) -> Captured:
        told.append(at.origin)
        return PICTURE

    monkeypatch.setattr("edge_assistant.resident.job.sources.look", look)
    job, done = Job(1, print, print, action="clipboard"), threading.Event()
    job.take_picture(done.set)
    told.append("tone")
    job.speak()
    assert done.wait(5)
    assert told == ["tone", "clipboard"]


class ScriptedChoosers:
    """Keeps what is opened and closed."""

    def __init__(self) -> None:
        self.opened: list[Opening] = []
        self.closed: list[int] = []

    def open_chooser(self, opening: Opening) -> None:
        self.opened.append(opening)

    def close_chooser(self, ticket: int) -> None:
        self.closed.append(ticket)


class ScriptedFocus:
    """A window system that remembers to whom the focus was given."""

    def __init__(self) -> None:
        self.given: queue.SimpleQueue[int] = queue.SimpleQueue()

    has = 4711

    def current(self) -> int:
        return self.has

    def give(self, to: int) -> None:
        self.given.put(to)


class ChoosingDesk(Desk):
    """A desk over a desktop of two monitors, whose choosers are scripted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.choosers, self.focus = ScriptedChoosers(), ScriptedFocus()
        self.locked = False
        self.taken = 0
        self.control = Control(
            self.work, self.voice, self.shown.append, lambda: self.now, choosers=self.choosers  # type: ignore[arg-type]
        )  # fmt: skip
        backend = SimpleNamespace(make_focus=lambda: self.focus, is_locked=lambda: self.locked, name="X11")
        for module in ("job", "moment"):
            monkeypatch.setattr(f"edge_assistant.resident.{module}.choose", lambda: backend)
            monkeypatch.setattr(f"edge_assistant.resident.{module}.sources.snap_at_once", self.snap)
        self.control.on_ready(loaded=True)
        self.step()

    def snap(self, *_: object, **__: object) -> Snapshot:
        self.taken += 1
        left, right = Rect(0, 0, 64, 48), Rect(64, 0, 64, 48)
        picture = Image.new("RGB", (128, 48), (self.taken, 0, 0))
        picture.putpixel((64, 0), (255, 255, 255))
        window = ActiveWindow("Files", Rect(10, 10, 30, 20), Rect(10, 10, 30, 20))
        return Snapshot(window, Shot(picture, Rect(0, 0, 128, 48), (Monitor(1, left), Monitor(2, right))))

    def open(self, chooser: str = "palette") -> list[str]:
        """Press its key; what is heard thereby."""
        heard = self.press(chooser)
        self.step()  # the moment has been taken
        return heard

    def choose(self, choice: str, rect: Rect | None = None) -> Captured:
        """Choose; the picture that the model is to see."""
        self.control.choose(self.choosers.opened[-1].ticket, choice, rect)
        self.step()
        for _ in range(1000):
            if self.work.asked:
                return self.work.asked.pop()[1].picture()
            time.sleep(0.01)
        raise AssertionError("no picture came")


@pytest.fixture
def choosing_desk(monkeypatch: pytest.MonkeyPatch) -> ChoosingDesk:
    return ChoosingDesk(monkeypatch)


def test_the_leader_key_takes_the_moment_then_sounds_the_tone_then_opens_the_palette(
    choosing_desk: ChoosingDesk,
) -> None:
    heard = choosing_desk.press("palette")
    assert heard == ["(silence)", "(heard)"]
    assert choosing_desk.taken == 1
    choosing_desk.step()
    (opening,) = choosing_desk.choosers.opened
    assert (opening.ticket, opening.chooser) == (1, "palette")
    assert opening.choices[0].label == "Window: Files"


def test_what_is_chosen_is_cut_from_the_moment_of_the_press(choosing_desk: ChoosingDesk) -> None:
    choosing_desk.open()
    window = choosing_desk.choose("window")
    assert (window.origin, window.image.size, window.image.getpixel((0, 0))) == ("window", (30, 20), (1, 0, 0))
    assert choosing_desk.focus.given.get(timeout=5) == 4711
    assert choosing_desk.choosers.closed == [1]
    choosing_desk.open()
    monitor = choosing_desk.choose("monitor-2")
    assert (monitor.origin, monitor.image.size) == ("screen", (64, 48))
    assert monitor.image.getpixel((0, 0)) == (255, 255, 255)
    assert choosing_desk.taken == 2, "the choice itself takes none"
    assert any(isinstance(each, NoticeEvent) and each.message == "Monitor 2 of 2" for each in choosing_desk.shown)
    choosing_desk.open()
    assert choosing_desk.choose("screen").image.size == (128, 48)


def test_a_region_is_cut_from_the_same_moment_by_way_of_the_palette(choosing_desk: ChoosingDesk) -> None:
    choosing_desk.open()
    choosing_desk.control.choose(1, "region")
    choosing_desk.step()
    palette, region = choosing_desk.choosers.opened
    assert (region.ticket, region.chooser) == (1, "region")
    assert region.snapshot is palette.snapshot
    found = choosing_desk.choose("region", Rect(60, 0, 20, 10))
    assert (found.origin, found.image.size, found.image.getpixel((4, 0))) == ("region", (20, 10), (255, 255, 255))


def test_escape_forgets_the_moment_and_gives_the_focus_back(choosing_desk: ChoosingDesk) -> None:
    choosing_desk.open()
    opening = choosing_desk.choosers.opened.pop()
    assert opening.snapshot is not None
    picture = weakref.ref(opening.snapshot.picture)
    del opening
    choosing_desk.control.dismiss(1)
    choosing_desk.step()
    assert choosing_desk.focus.given.get(timeout=5) == 4711
    gc.collect()
    assert picture() is None
    assert choosing_desk.work.asked == []


def test_a_chooser_takes_the_focus_only_from_the_window_that_had_it(choosing_desk: ChoosingDesk) -> None:
    choosing_desk.open()
    choosing_desk.control.take_focus(1, 42)
    choosing_desk.step()
    assert choosing_desk.focus.given.get(timeout=5) == 42
    choosing_desk.focus.has = 4712  # the person has gone elsewhere
    choosing_desk.control.take_focus(1, 42)
    choosing_desk.step()
    with pytest.raises(queue.Empty):
        choosing_desk.focus.given.get(timeout=0.2)


def test_a_locked_session_opens_nothing_and_says_why(choosing_desk: ChoosingDesk) -> None:
    choosing_desk.locked = True
    choosing_desk.open()
    assert choosing_desk.choosers.opened == []
    assert choosing_desk.voice.heard[-1].startswith("The session is locked")
    choosing_desk.locked = False
    choosing_desk.open()
    assert len(choosing_desk.choosers.opened) == 1


def test_without_a_picture_of_the_screen_the_rest_can_be_chosen_and_the_reason_is_said(
    choosing_desk: ChoosingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> Snapshot:
        raise InputError("You did not allow it.", code="refused")

    monkeypatch.setattr("edge_assistant.resident.moment.sources.snap_at_once", refused)
    choosing_desk.open()
    (opening,) = choosing_desk.choosers.opened
    assert "You did not allow it." in choosing_desk.voice.heard
    assert "clipboard" in [each.name for each in opening.choices]
    assert "window" not in [each.name for each in opening.choices]
    choosing_desk.control.dismiss(1)
    choosing_desk.step()
    choosing_desk.open("region")
    assert len(choosing_desk.choosers.opened) == 1, "there is nothing to choose a region of"


def test_only_the_open_chooser_is_heard(choosing_desk: ChoosingDesk) -> None:
    choosing_desk.open()
    for ticket, text, at_once in ((1, "One.", False), (1, "Two.", True), (2, "Stale.", True)):
        choosing_desk.control.utter(ticket, text, at_once=at_once)
        choosing_desk.step()
    assert choosing_desk.voice.heard[-3:] == ["One.", "(silence)", "Two."]


def test_an_answer_that_was_missed_meanwhile_is_heard_after_escape(choosing_desk: ChoosingDesk) -> None:
    choosing_desk.press("clipboard")
    choosing_desk.work.asked.append(("answer", choosing_desk.control._job))
    choosing_desk.open()
    before = len(choosing_desk.voice.heard)
    choosing_desk.answer("A dialog.")
    choosing_desk.end()
    assert "A dialog." not in choosing_desk.voice.heard[before:]
    choosing_desk.control.dismiss(1)
    choosing_desk.step()
    kind, job = choosing_desk.work.asked[-1]
    assert (kind, job.sentences) == ("repeat", ["A dialog."])


def test_without_windows_the_palette_says_where_it_is(desk: Desk) -> None:
    assert any("edge-assistant" in each for each in desk.press("palette"))
    assert any("edge-assistant" in each for each in desk.press("region"))


def asked_about(desk: Desk) -> None:
    """Ask was pressed, and the window has opened."""
    desk.press("ask")
    assert desk.windows.shown[-1] == ("ask",)


def do(desk: Desk, what: Callable[[], None]) -> None:
    what()
    desk.step()


def test_ask_takes_the_picture_then_opens_the_window_and_nothing_is_answered_yet(desk: Desk) -> None:
    heard = len(desk.voice.heard)
    asked_about(desk)
    assert desk.voice.heard[heard:] == ["(silence)", "(heard)", "What do you want to know?"]
    assert ("picture", PICTURE, "") in desk.windows.shown
    assert desk.work.asked == []
    assert desk.conditions[-1] == "ready"


def test_ask_in_our_own_window_leads_to_its_input_and_takes_no_picture(desk: Desk) -> None:
    desk.windows.front = True
    assert desk.press("ask") == ["(silence)"]
    assert desk.windows.shown == [("ask",)]
    do(desk, desk.control.ask_about_window)
    assert ("picture", PICTURE, "") in desk.windows.shown, "from its menu the window beneath is meant"


def test_questions_are_about_the_same_picture_and_belong_to_one_conversation(desk: Desk) -> None:
    asked_about(desk)
    jobs = []
    for number, text in enumerate(("What is it?", "Which colour?"), start=2):
        do(desk, lambda text=text: desk.control.ask(text))  # type: ignore[misc]
        assert ("question", number, text) in desk.windows.shown
        jobs.append(desk.newest)
        desk.answer("Red.")
        desk.end()
        desk.now += 1000
        desk.step()
    assert [job.question for job in jobs] == ["What is it?", "Which colour?"]
    assert jobs[0].talk is jobs[1].talk
    assert all(job.picture().image is PICTURE.image for job in jobs)


def test_a_question_about_what_a_key_described_goes_on_from_its_answer(desk: Desk) -> None:
    desk.press("window")
    described = desk.newest
    desk.answer("A dialog.")
    do(desk, lambda: desk.control.ask("Which buttons?"))
    assert desk.newest.talk is described.talk
    assert desk.newest.question == "Which buttons?"


def test_a_question_without_a_picture_is_told_so(desk: Desk) -> None:
    do(desk, lambda: desk.control.ask("What is it?"))
    assert desk.voice.heard[-1] == "There is no picture to ask about. Describe something first."
    assert desk.work.asked == []


def test_a_new_picture_begins_a_new_conversation(desk: Desk) -> None:
    asked_about(desk)
    do(desk, lambda: desk.control.ask("What is it?"))
    first = desk.newest.talk
    desk.press("window")
    assert desk.newest.talk is not first


def test_the_reasoning_is_said_only_when_it_is_asked_for(desk: Desk) -> None:
    desk.press("window")
    desk.newest.reasoning = "First I look. Then I count."
    desk.answer("Two.")
    desk.end()
    assert not any("count" in each for each in desk.voice.heard)
    do(desk, desk.control.read_reasoning)
    assert desk.newest.sentences == ["First I look.", "Then I count."]
    desk.press("repeat")
    assert desk.newest.sentences == ["Two."], "the reasoning is no answer"


def test_the_reasoning_so_far_can_be_heard_while_it_thinks(desk: Desk) -> None:
    desk.press("window")
    desk.newest.reasoning = "First I look."
    do(desk, desk.control.read_reasoning)
    assert desk.voice.heard[-1] == "First I look."
    assert desk.work.cancelled == []


def test_without_reasoning_that_is_said(desk: Desk) -> None:
    do(desk, desk.control.read_reasoning)
    assert desk.newest.sentences == ["There is no reasoning. Think harder gives some."]


def test_forget_drops_picture_answers_and_reasoning_here_in_the_windows_and_in_the_work(desk: Desk) -> None:
    asked_about(desk)
    do(desk, lambda: desk.control.ask("What is it?"))
    desk.newest.reasoning = "Hm."
    desk.answer("Red.")
    do(desk, desk.control.forget)
    assert desk.work.asked[-1][0] == "forget"
    assert desk.windows.shown[-1] == ("forget",)
    assert desk.control._kept is None
    assert desk.control._talk.turns == ()
    desk.end()
    desk.press("repeat")
    assert desk.newest.sentences == ["There is no answer yet."]
    do(desk, desk.control.read_reasoning)
    assert desk.newest.sentences == ["There is no reasoning. Think harder gives some."]


def test_a_program_without_windows_says_where_questions_can_be_asked() -> None:
    desk = Desk()
    desk.control = Control(desk.work, desk.voice, desk.shown.append, lambda: desk.now)  # type: ignore[arg-type]
    assert desk.press("ask") == ["Questions need the window of the app. Start it with edge-assistant."]


def test_a_file_and_a_monitor_are_looked_at(desk: Desk, tmp_path: Path) -> None:
    for target in (tmp_path / "a.png", 2):
        do(desk, lambda target=target: desk.control.look_at(target))  # type: ignore[misc]
        assert desk.newest.target == target


def test_the_condition_is_told_whenever_it_changes(desk: Desk) -> None:
    desk.press("window")
    desk.newest.stage = "think"
    do(desk, desk.control.on_stage)
    desk.newest.sentences.append("A dialog.")
    do(desk, desk.control.on_stage)
    desk.answer()
    desk.end()
    assert desk.conditions == ["ready", "looking", "thinking", "speaking", "ready"]


def test_an_error_stays_the_condition_until_the_next_request(desk: Desk) -> None:
    desk.press("window")
    desk.newest.failure = InputError("No.")
    desk.control.on_answered(desk.newest, whole=False)
    desk.end()
    assert desk.conditions[-1] == "error"
    desk.press("window")
    assert desk.conditions[-1] == "looking"


def test_a_program_that_stays_says_that_there_are_no_weights_and_goes_on() -> None:
    desk = Desk()
    desk.control._stays = True
    do(desk, lambda: desk.control.on_failed(WeightsError("There are no weights.")))
    assert desk.voice.heard == ["There are no weights."]
    assert desk.conditions == ["error"]


def test_our_windows_are_away_while_the_screen_is_captured_also_when_that_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    windows = ScriptedWindows()

    def snap_at_once(*_: object, **__: object) -> Snapshot:
        windows.shown.append(("picture",))
        raise InputError("There is no display here.", code="no-display")

    monkeypatch.setattr("edge_assistant.resident.job.choose", lambda: None)
    monkeypatch.setattr("edge_assistant.resident.job.sources.snap_at_once", snap_at_once)
    job, done = Job(1, print, print, action="screen", windows=windows), threading.Event()
    job.take_picture(done.set)
    job.speak()
    assert done.wait(5)
    assert windows.shown == [("away",), ("picture",), ("back",)]
