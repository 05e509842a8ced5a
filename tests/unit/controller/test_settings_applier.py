"""Other settings while the program runs, with a program that is driven one step at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from edge_assistant.assistant import factory
from edge_assistant.assistant.events import Event, NoticeEvent
from edge_assistant.controller import service, settings_applier
from edge_assistant.controller.service import Service, ServiceOptions
from edge_assistant.hotkeys.key import Key
from edge_assistant.settings import schema
from edge_assistant.settings.schema import Settings, changed
from edge_assistant.settings.store import save
from edge_assistant.system import autostart


class ScriptedHotkeys:
    """Takes all keys but Pause, and remembers."""

    taken: ClassVar[list[set[str]]] = []

    def start(self, keys: Mapping[str, Key], *_: object) -> tuple[str, ...]:
        self.taken.append({str(key) for key in keys.values()})
        return tuple(f"{key} is used by another program." for key in keys.values() if key.name == "pause")

    def close(self) -> None:
        self.taken.append(set())


class ScriptedSpeaker:
    """Keeps how it was made and what it says."""

    made: ClassVar[list[ScriptedSpeaker]] = []

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.said: list[str] = []
        self.tones: list[str] = []
        self.closed = False
        self.made.append(self)

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def say(self, text: str) -> None:
        self.said.append(text)

    def tone(self, tone: str, *, if_idle: bool = False) -> None:  # noqa: ARG002
        self.tones.append(tone)

    def close(self) -> None:
        self.closed = True


class Desk:
    """A program whose control is driven by hand."""

    def __init__(self) -> None:
        ScriptedHotkeys.taken, ScriptedSpeaker.made = [], []
        self.shown: list[Event] = []
        self.heard_of: list[Settings] = []
        self.program = Service(ServiceOptions(), Settings(), self.shown.append)
        self.program.on_settings = self.heard_of.append

    def steps(self) -> None:
        while not self.program.control._row.empty():
            self.program.control._step()

    def apply(self, **values: schema.Value) -> list[str]:
        """Apply settings by name (two underscores for the point); what is said of it."""
        wanted = changed(self.program.chosen, {name.replace("__", "."): value for name, value in values.items()})
        before = len(self.shown)
        self.program.apply(wanted)
        self.steps()
        assert self.program.chosen == wanted
        return [event.message for event in self.shown[before:] if isinstance(event, NoticeEvent)]

    @property
    def speaker(self) -> ScriptedSpeaker:
        return ScriptedSpeaker.made[-1]


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(service, "_hotkeys", ScriptedHotkeys)
    monkeypatch.setattr(factory, "Speaker", ScriptedSpeaker)
    return Desk()


def test_new_settings_are_written_down_told_and_hold(desk: Desk) -> None:
    assert desk.apply(camera="Front") == ["Settings applied."]
    assert schema.load(schema.path()).camera == "Front"
    assert desk.heard_of == [desk.program.chosen]
    assert desk.speaker.said == ["Settings applied."]
    assert len(ScriptedSpeaker.made) == 1, "the voice stays as it is"
    assert ScriptedHotkeys.taken == []


def test_another_voice_speaks_at_once(desk: Desk) -> None:
    old = desk.speaker
    desk.apply(rate=180, volume=60, tone_volume=20, language="de")
    assert old.closed
    options = {name: desk.speaker.options[name] for name in ("rate", "volume", "tone_volume", "language")}
    assert options == {"rate": 180, "volume": 60, "tone_volume": 20, "language": "de"}
    assert len(desk.speaker.said) == 1


def test_speech_can_be_turned_off_and_on(desk: Desk) -> None:
    desk.apply(speak=False)
    assert desk.speaker.closed
    desk.apply(speak=True)
    assert not desk.speaker.closed
    assert desk.speaker.said == ["Settings applied."]


def test_tones_and_ticks_are_told_apart(desk: Desk) -> None:
    voice = desk.program._voice
    for tones, ticks, heard in ((True, False, ["heard"]), (False, True, ["tick"]), (False, False, [])):
        desk.apply(tones=tones, ticks=ticks)
        desk.speaker.tones.clear()
        voice.tone("heard")
        voice.tone("tick")
        assert desk.speaker.tones == heard


def test_keys_are_taken_anew_and_what_cannot_be_had_is_told(desk: Desk) -> None:
    (told,) = desk.apply(hotkeys__camera="super+pause")
    assert told == "super+pause is used by another program."
    assert "super+pause" in ScriptedHotkeys.taken[-1]


def test_while_a_key_is_recorded_none_is_taken(desk: Desk) -> None:
    desk.apply(hotkeys__camera="super+F5")
    desk.program.hold_keys(True)
    desk.steps()
    assert ScriptedHotkeys.taken[-1] == set()
    desk.apply(hotkeys__camera="ctrl+shift+F4")
    assert ScriptedHotkeys.taken[-1] == set()
    desk.program.hold_keys(False)
    desk.steps()
    assert "ctrl+shift+F4" in ScriptedHotkeys.taken[-1]


def test_what_cannot_be_written_holds_all_the_same_and_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("edge_assistant.settings.store.os.fsync", full)
    (told,) = desk.apply(ticks=False)
    assert "No space left on device" in told
    assert told.endswith("The new settings apply until the program ends.")


def answered(desk: Desk) -> str:
    """What `reload` says; the control takes its step meanwhile."""
    answer: list[str] = []
    desk.program.control.answered = lambda what: answer.append(what()) or answer[0]  # type: ignore[method-assign]
    said = desk.program.reload()
    desk.steps()
    return said


def test_a_file_that_was_changed_elsewhere_is_taken_over(desk: Desk) -> None:
    save(schema.path(), changed(Settings(), {"ticks": False}))
    assert answered(desk) == "Settings applied."
    assert desk.program.chosen.ticks is False


def test_a_file_that_was_broken_elsewhere_changes_nothing(desk: Desk) -> None:
    schema.path().parent.mkdir(parents=True)
    schema.path().write_text("rate = ", encoding="utf-8")
    assert answered(desk).endswith("The old settings stay.")
    assert desk.program.chosen == Settings()
    assert schema.path().read_text(encoding="utf-8") == "rate = "


def test_what_tune_found_is_taken_without_a_restart(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    control, renewed = desk.program.control, []
    monkeypatch.setattr(control, "answered", lambda what: what())
    monkeypatch.setattr(desk.program._work, "renew", renewed.append)
    assert "reloading the model" in desk.program.take_tuned()
    desk.steps()
    assert len(renewed) == 1


def test_starting_at_login_follows_the_setting(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert desk.apply(start_at_login=True) == ["Settings applied."]
    assert autostart.choose().is_on()
    desk.apply(start_at_login=False)
    assert not autostart.choose().is_on()

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(autostart.LinuxAutostart, "turn_on", refused)
    monkeypatch.setattr(autostart, "choose", lambda: autostart.LinuxAutostart(schema.path().parent))
    assert desk.apply(start_at_login=True) == ["Start at login could not be changed: Permission denied."]


def test_a_setting_that_was_edited_meanwhile_is_followed_at_the_start_and_the_desktops_word_is_kept(
    desk: Desk,
) -> None:
    def start(wanted: bool) -> None:
        desk.program._chosen = Settings(start_at_login=wanted)
        desk.program.catch_up()

    start(True)
    assert autostart.choose().is_on()
    autostart.choose().turn_off()  # as the desktop's own settings do
    start(True)
    assert not autostart.choose().is_on()
    autostart.choose().turn_on(["edge"])
    start(False)
    assert not autostart.choose().is_on()
    autostart.choose().turn_on(["edge"])
    start(False)
    assert autostart.choose().is_on()


def test_a_start_tells_once_of_entries_that_are_no_longer_used(desk: Desk) -> None:
    schema.path().parent.mkdir(parents=True, exist_ok=True)
    schema.path().write_text("target_seconds = 9\nrate = 180\n", encoding="utf-8")
    desk.program.catch_up()
    desk.steps()
    sentence = "The settings file has an entry that is no longer used, and is ignored: target_seconds."
    assert desk.shown == [NoticeEvent(0, "settings", sentence)]
    assert desk.speaker.said == [sentence]
    assert desk.apply(rate=200) == ["Settings applied."]


def test_a_language_is_followed_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    followed: list[str | None] = []
    monkeypatch.setattr(settings_applier, "use_language", followed.append)
    desk.apply(language="de")
    desk.apply(language=None)
    assert followed == ["de", None]


def test_every_setting_is_somebodys(repository: Any) -> None:
    """A setting that nothing reads would be a promise that is not kept."""
    source = "".join(
        file.read_text(encoding="utf-8")
        for file in (repository / "edge_assistant").rglob("*.py")
        if not file.name.startswith(("settings", "cli_settings"))
    )
    unread = [
        each.name
        for each in schema.entries()
        if "." not in each.name and f".{each.name}" not in source and f'"{each.name}"' not in source
    ]
    assert unread == []
