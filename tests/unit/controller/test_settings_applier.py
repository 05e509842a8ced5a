"""Other settings while the program runs, with a service whose event loop is driven one step at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from edge_assistant.assistant import factory
from edge_assistant.assistant.events import Event, NoticeEvent
from edge_assistant.controller import service, settings_applier
from edge_assistant.controller.service import Service, ServiceOptions
from edge_assistant.hotkeys import key as keys
from edge_assistant.hotkeys.key import Key
from edge_assistant.settings import schema
from edge_assistant.settings.schema import Settings, with_values
from edge_assistant.settings.store import save
from edge_assistant.system import autostart


class ScriptedHotkeys:
    """Hotkeys that accept all keys but Pause, and record them."""

    registered: ClassVar[list[set[str]]] = []
    unavailable: ClassVar[str] = ""

    def start(self, keys: Mapping[str, Key], *_: object) -> tuple[str, ...]:
        self.registered.append({str(key) for key in keys.values()})
        return tuple(f"{key} is used by another program." for key in keys.values() if key.name == "pause")

    def close(self) -> None:
        self.registered.append(set())

    def is_free(self, key: Key) -> bool | None:
        return {"pause": False, "home": None}.get(key.name, True)


class ScriptedSpeaker:
    """A speaker that records its options and what it says."""

    instances: ClassVar[list[ScriptedSpeaker]] = []

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.said: list[str] = []
        self.tones: list[str] = []
        self.closed = False
        self.instances.append(self)

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def say(self, text: str, **_: object) -> None:
        self.said.append(text)

    def interject(self, text: str, *, once: bool = False) -> None:  # noqa: ARG002
        self.said.append(text)

    def configure(self, rate: int | None, volume: int) -> None:
        self.options |= {"rate": rate, "volume": volume}

    def pending(self) -> int:
        return 0

    def tone(self, tone: str, *, if_idle: bool = False) -> None:  # noqa: ARG002
        self.tones.append(tone)

    def close(self) -> None:
        self.closed = True


class ServiceHarness:
    """A service whose event loop is driven by hand."""

    def __init__(self) -> None:
        ScriptedHotkeys.registered, ScriptedSpeaker.instances, ScriptedHotkeys.unavailable = [], [], ""
        self.shown: list[Event] = []
        self.applied: list[Settings] = []
        self.service = Service(ServiceOptions(), Settings(), self.shown.append)
        self.service.on_settings = self.applied.append

    def steps(self) -> None:
        while not self.service.event_loop._calls.empty():
            self.service.event_loop.step(self.service.controller)

    def apply(self, **values: schema.Value) -> list[str]:
        """Apply settings by name (two underscores for the point); return what is announced."""
        settings = with_values(
            self.service.settings, {name.replace("__", "."): value for name, value in values.items()}
        )
        before = len(self.shown)
        self.service.save_settings(settings)
        self.steps()
        assert self.service.settings == settings
        return [event.message for event in self.shown[before:] if isinstance(event, NoticeEvent)]

    def press(self, action: str) -> list[str]:
        """Press a key; return what is announced."""
        before = len(self.shown)
        self.service.controller.press(action)
        self.steps()
        return [event.message for event in self.shown[before:] if isinstance(event, NoticeEvent)]

    @property
    def speaker(self) -> ScriptedSpeaker:
        return ScriptedSpeaker.instances[-1]


@pytest.fixture
def harness(monkeypatch: pytest.MonkeyPatch) -> ServiceHarness:
    monkeypatch.setattr(service, "make_hotkeys", ScriptedHotkeys)
    monkeypatch.setattr(factory, "Speaker", ScriptedSpeaker)
    return ServiceHarness()


def test_new_settings_are_saved_reported_and_applied(harness: ServiceHarness) -> None:
    assert harness.apply(camera="Front") == ["Settings applied."]
    assert schema.load(schema.path()).camera == "Front"
    assert harness.applied == [harness.service.settings]
    assert harness.speaker.said == ["Settings applied."]
    assert len(ScriptedSpeaker.instances) == 1, "the voice stays as it is"
    assert ScriptedHotkeys.registered == []


def test_rate_and_volume_change_in_the_voice_that_speaks(harness: ServiceHarness) -> None:
    harness.apply(rate=180, volume=60)
    (speaker,) = ScriptedSpeaker.instances
    assert (speaker.closed, speaker.options["rate"], speaker.options["volume"]) == (False, 180, 60)
    harness.apply(rate=None)
    assert speaker.closed, "only another voice knows its own rate"


def test_the_keys_for_the_voice_hold_and_say_the_new_value_in_the_new_voice(harness: ServiceHarness) -> None:
    schema.path().parent.mkdir(parents=True, exist_ok=True)
    schema.path().write_text("# My own comment\nvolume = 100\n", encoding="utf-8")
    assert harness.press("faster") == ["220 words a minute."]
    assert harness.press("quieter") == ["Volume 90 percent."]
    (speaker,) = ScriptedSpeaker.instances
    assert speaker.said == ["220 words a minute.", "Volume 90 percent."]
    assert (speaker.options["rate"], speaker.options["volume"]) == (220, 90)
    settings = schema.load(schema.path())
    assert (settings.rate, settings.volume) == (220, 90)
    assert "# My own comment" in schema.path().read_text(encoding="utf-8")
    assert harness.applied == [replace(settings, volume=100), settings], "the windows show them"


def test_with_a_screen_reader_the_keys_for_the_voice_say_whose_it_is(
    harness: ServiceHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(harness.service.speech, "reader_announces_focus", lambda: True)
    assert harness.press("faster") == ["The rate is your screen reader's own."]
    assert harness.press("louder") == ["The volume is your screen reader's own."]
    assert harness.applied == []


def test_a_change_of_the_voice_that_cannot_be_saved_holds_and_tells_so(harness: ServiceHarness) -> None:
    schema.path().parent.mkdir(parents=True, exist_ok=True)
    schema.path().write_text("rate = ", encoding="utf-8")
    (sentence,) = harness.press("slower")
    assert sentence.startswith("180 words a minute. ")
    assert sentence.endswith("The new settings apply until the program ends.")
    assert harness.service.settings.rate == 180


def test_another_voice_speaks_at_once(harness: ServiceHarness) -> None:
    old = harness.speaker
    harness.apply(rate=180, volume=60, tone_volume=20, language="de")
    assert old.closed
    options = {name: harness.speaker.options[name] for name in ("rate", "volume", "tone_volume", "language")}
    assert options == {"rate": 180, "volume": 60, "tone_volume": 20, "language": "de"}
    assert len(harness.speaker.said) == 1


def test_speech_can_be_turned_off_and_on(harness: ServiceHarness) -> None:
    harness.apply(speak=False)
    assert harness.speaker.closed
    harness.apply(speak=True)
    assert not harness.speaker.closed
    assert harness.speaker.said == ["Settings applied."]


def test_tones_and_ticks_are_separate_settings(harness: ServiceHarness) -> None:
    voice = harness.service.speech
    for tones, ticks, heard in ((True, False, ["heard"]), (False, True, ["tick"]), (False, False, [])):
        harness.apply(tones=tones, ticks=ticks)
        harness.speaker.tones.clear()
        voice.tone("heard")
        voice.tone("tick")
        assert harness.speaker.tones == heard


def test_hotkeys_are_registered_again_and_failures_are_reported(harness: ServiceHarness) -> None:
    (sentence,) = harness.apply(hotkeys__camera="super+pause")
    assert sentence == "super+pause is used by another program."
    assert "super+pause" in ScriptedHotkeys.registered[-1]


def test_while_a_key_is_recorded_no_hotkeys_are_registered(harness: ServiceHarness) -> None:
    harness.apply(hotkeys__camera="super+F5")
    harness.service.suspend_hotkeys(True)
    harness.steps()
    assert ScriptedHotkeys.registered[-1] == set()
    harness.apply(hotkeys__camera="ctrl+shift+F4")
    assert ScriptedHotkeys.registered[-1] == set()
    harness.service.suspend_hotkeys(False)
    harness.steps()
    assert "ctrl+shift+F4" in ScriptedHotkeys.registered[-1]


def test_changed_settings_leave_the_keys_to_other_programs(harness: ServiceHarness) -> None:
    harness.apply(hotkeys__shortcuts="super+F3")
    assert harness.press("shortcuts") == ["Shortcuts are off. Windows key F3 turns them on again."]
    assert ScriptedHotkeys.registered[-1] == {"super+F3"}
    assert harness.apply(hotkeys__camera="super+F5") == ["Settings applied."]
    assert ScriptedHotkeys.registered[-1] == {"super+F3"}
    harness.service.suspend_hotkeys(True)
    assert ScriptedHotkeys.registered[-1] == set()
    harness.service.suspend_hotkeys(False)
    assert ScriptedHotkeys.registered[-1] == {"super+F3"}
    assert harness.press("shortcuts") == ["Shortcuts are on."]
    assert ScriptedHotkeys.registered[-1] >= {"super+F3", "super+F5"}


def test_settings_that_cannot_be_saved_apply_all_the_same_and_that_is_reported(
    harness: ServiceHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("edge_assistant.settings.store.os.fsync", full)
    (sentence,) = harness.apply(ticks=False)
    assert "No space left on device" in sentence
    assert sentence.endswith("The new settings apply until the program ends.")


def reload(harness: ServiceHarness) -> str:
    """Reload the settings file, and return what is said."""
    said = harness.service.reload_settings()
    harness.steps()
    return said


def test_a_file_that_was_changed_elsewhere_is_applied(harness: ServiceHarness) -> None:
    save(schema.path(), with_values(Settings(), {"ticks": False}))
    assert reload(harness) == "Settings applied."
    assert harness.service.settings.ticks is False


def test_a_file_that_was_broken_elsewhere_changes_nothing(harness: ServiceHarness) -> None:
    schema.path().parent.mkdir(parents=True)
    schema.path().write_text("rate = ", encoding="utf-8")
    assert reload(harness).endswith("The old settings stay.")
    assert harness.service.settings == Settings()
    assert schema.path().read_text(encoding="utf-8") == "rate = "


def test_the_result_of_tuning_is_used_without_a_restart(
    harness: ServiceHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks: list[object] = []
    monkeypatch.setattr(harness.service._worker, "work_on", lambda _, task: tasks.append(task))
    assert "reloading the model" in harness.service.reload_tuning()
    assert tasks == [harness.service._tasks.reload]


def test_starting_at_login_follows_the_setting(harness: ServiceHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    assert harness.apply(start_at_login=True) == ["Settings applied."]
    assert autostart.get_autostart().is_enabled()
    harness.apply(start_at_login=False)
    assert not autostart.get_autostart().is_enabled()

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(autostart.LinuxAutostart, "enable", refused)
    monkeypatch.setattr(autostart, "get_autostart", lambda: autostart.LinuxAutostart(schema.path().parent))
    assert harness.apply(start_at_login=True) == ["Start at login could not be changed: Permission denied."]


def test_a_setting_that_was_edited_meanwhile_is_followed_at_the_start_and_the_desktops_word_is_kept(
    harness: ServiceHarness,
) -> None:
    def start(enabled: bool) -> None:
        harness.service._settings = Settings(start_at_login=enabled)
        harness.service.report_settings_file("")

    start(True)
    assert autostart.get_autostart().is_enabled()
    autostart.get_autostart().disable()  # as the desktop's own settings do
    start(True)
    assert not autostart.get_autostart().is_enabled()
    autostart.get_autostart().enable(["edge"])
    start(False)
    assert not autostart.get_autostart().is_enabled()
    autostart.get_autostart().enable(["edge"])
    start(False)
    assert autostart.get_autostart().is_enabled()


def test_a_start_reports_once_that_entries_are_no_longer_used(harness: ServiceHarness) -> None:
    schema.path().parent.mkdir(parents=True, exist_ok=True)
    schema.path().write_text("target_seconds = 9\nrate = 180\n", encoding="utf-8")
    harness.service.report_settings_file("")
    harness.steps()
    sentence = "The settings file has an entry that is no longer used, and is ignored: target_seconds."
    assert harness.shown == [NoticeEvent(0, "settings", sentence)]
    assert harness.speaker.said == [sentence]
    assert harness.apply(rate=200) == ["Settings applied."]


def test_a_language_is_followed_at_once(harness: ServiceHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    followed: list[str | None] = []
    monkeypatch.setattr(settings_applier, "use_language", followed.append)
    harness.apply(language="de")
    harness.apply(language=None)
    assert followed == ["de", None]


def test_every_setting_is_somebodys(repository: Any) -> None:
    """Every setting is read by some module."""
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


MORE, PALETTE = keys.parse_key("super+m"), keys.parse_key("ctrl+shift+F12")


@pytest.mark.parametrize(
    ("more", "palette", "awaits_question", "sentence"),
    [
        (MORE, PALETTE, True, "To go on, press Windows key m."),
        (None, PALETTE, True, "To go on, press Enter in the empty question."),
        (None, PALETTE, False, "To go on, press ctrl shift F12, then M."),
        (None, None, False, "To go on, use the command edge-assistant trigger more."),
    ],
)
def test_the_way_on_is_the_shortest_that_works_where_the_person_is(
    more: Key | None, palette: Key | None, awaits_question: bool, sentence: str
) -> None:
    assert service.way_on(more, palette, awaits_question=awaits_question) == sentence
