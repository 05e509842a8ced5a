"""The settings dialog, through its fields and keys: all of the schema is there, and nothing else."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QPushButton, QScrollArea, QSpinBox, QVBoxLayout
from support.accessible_walk import application, nameless, until, walk
from support.heard_focus import heard_focus
from support.model_windows import answer, question_of
from support.waiting import PATIENCE

from edge_assistant.settings import entry
from edge_assistant.settings.entry import GROUPS, HOTKEYS, Group, SettingsEntry, Value, describe_entry, explain_entry
from edge_assistant.settings.schema import (
    HotkeySettings,
    Settings,
    entries,
    find_entry,
    get_value,
    grouped_entries,
    with_values,
)
from edge_assistant.speech.messages import SystemVoice
from edge_assistant.system import paths
from edge_assistant.system.errors import InputError
from edge_assistant.ui.heading import Heading
from edge_assistant.ui.settings import option_providers
from edge_assistant.ui.settings.dialog import SettingsDialog
from edge_assistant.ui.settings.fields import ChoiceField, FieldOption, NumberField, entry_label
from edge_assistant.ui.settings.shortcut_edit import ShortcutEdit

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


CURRENT = Settings(hotkeys=HotkeySettings(window="ctrl+shift+F9"))


class Desk:
    """A settings dialog, and what it applies and says."""

    def __init__(self, current: Settings | None = None, **providers: Callable[[Settings], list[FieldOption]]) -> None:
        application()
        self.applied: list[Settings] = []
        self.said: list[str] = []
        self.held: list[bool] = []
        self.failure: InputError | None = None
        self.dialog = SettingsDialog(
            current or CURRENT,
            on_apply=self._apply,
            say=self.said.append,
            suspend_hotkeys=self.held.append,
            providers=providers,
        )
        self.dialog.show()

    def _apply(self, wanted: Settings) -> None:
        if self.failure:
            raise self.failure
        self.applied.append(wanted)

    def page(self, group: str) -> None:
        self.dialog._browser.groups.choose(cast(Group, group))

    def key_edit(self, action: str) -> ShortcutEdit:
        self.page(HOTKEYS)
        edit = self.dialog.field(f"hotkeys.{action}").focus_widget
        assert isinstance(edit, ShortcutEdit)
        edit.setFocus()
        return edit

    def click(self, role: QDialogButtonBox.ButtonRole) -> None:
        (box,) = self.dialog.findChildren(QDialogButtonBox)
        (button,) = (each for each in box.buttons() if box.buttonRole(each) == role)
        button.click()


@pytest.fixture
def desk() -> Iterator[Desk]:
    result = Desk()
    yield result
    result.dialog.close()
    result.dialog.deleteLater()


@pytest.fixture(autouse=True)
def folder_of_the_example() -> None:
    """The folder of models that `other` names."""
    paths.expand_path("~/weights").mkdir(parents=True)


def other(entry: SettingsEntry) -> Value:
    info = entry.info
    if entry.kind is bool:
        return not entry.default
    if info.choices:
        return next(each for each in info.choices if each != entry.default)
    if info.range:
        return info.range[0] if entry.default != info.range[0] else info.range[1]
    if info.option_source != "key":
        return info.example
    turn, number = divmod(entries().index(entry), 24)  # each another one
    return f"{('super', 'ctrl+super', 'alt+super', 'shift+super')[turn]}+F{number + 1}"


def test_every_setting_has_a_field_with_its_name_and_meaning(desk: Desk) -> None:
    for group in GROUPS:
        desk.page(group)
        assert nameless(desk.dialog) == []
        assert len(walk(desk.dialog)) > 10
        for each in entries():
            field = desk.dialog.field(each.name).focus_widget
            assert field.isVisible() == (each.info.group == group)
            heard = QAccessible.queryAccessibleInterface(field)
            # A box to choose from has its value for a name on Linux, and its label in a relation.
            labels = [other.text(QAccessible.Text.Name) for other, _ in heard.relations()]
            assert entry_label(each) in (heard.text(QAccessible.Text.Name), *labels), each.name
            meaning = "Press the keys. Backspace removes them." if group == HOTKEYS else explain_entry(each)
            assert not field.isVisible() or heard.text(QAccessible.Text.Description) == meaning


def test_what_the_fields_say_is_applied_and_only_once(desk: Desk) -> None:
    for each in entries():
        desk.dialog.field(each.name).show(other(each))
    desk.click(QDialogButtonBox.ButtonRole.ApplyRole)
    desk.click(QDialogButtonBox.ButtonRole.AcceptRole)
    (applied,) = desk.applied
    for each in entries():
        assert get_value(applied, each.name) == other(each), each.name
    assert not desk.dialog.isVisible()


def test_untouched_fields_say_what_held_before_whatever_it_was() -> None:
    current = Settings()
    for each in entries():
        current = with_values(current, {each.name: other(each)})
    desk = Desk(current)
    assert desk.dialog.chosen == current
    desk.click(QDialogButtonBox.ButtonRole.AcceptRole)
    assert (desk.applied, desk.said) == ([], ["Nothing was changed."])


def test_cancel_applies_nothing(desk: Desk) -> None:
    desk.dialog.field("ticks").show(False)
    QTest.keyClick(desk.dialog, Qt.Key.Key_Escape)
    assert (desk.applied, desk.dialog.isVisible()) == ([], False)


def test_a_pressed_key_is_recorded_and_told_back(desk: Desk) -> None:
    edit = desk.key_edit("camera")
    until(lambda: desk.held == [True], "the global keys let go")
    QTest.keyClick(edit, Qt.Key.Key_Control)
    QTest.keyClick(edit, Qt.Key.Key_F3, CTRL_SHIFT)
    assert (edit.key, edit.text()) == ("ctrl+shift+F3", "Ctrl+Shift+F3")
    assert desk.said == ["Counts to three and describes what the camera sees: ctrl+shift+F3"]
    QTest.keyClick(edit, Qt.Key.Key_Tab)
    assert desk.held == [True, False, True], "the next field records"
    desk.dialog.apply()
    assert desk.applied[0].hotkeys.camera == "ctrl+shift+F3"


@pytest.mark.parametrize(
    ("key", "modifiers", "sentence"),
    [
        (
            Qt.Key.Key_F9,
            CTRL_SHIFT,
            (
                "ctrl+shift+F9 is used twice: "
                "it describes the active window, "
                "and it counts to three and describes what the camera sees."
            ),
        ),
        (Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier, "Ctrl with Alt types"),
        (Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, "it is needed for typing"),
        (Qt.Key.Key_Insert, CTRL_SHIFT, "is not a shortcut"),
        (Qt.Key.Key_Escape, Qt.KeyboardModifier.ControlModifier, "ctrl+Escape is not a shortcut: escape is unknown."),
    ],
)
def test_a_key_that_cannot_be_taken_is_told_and_never_applied(
    key: Qt.Key, modifiers: Qt.KeyboardModifier, sentence: str, desk: Desk
) -> None:
    QTest.keyClick(desk.key_edit("camera"), key, modifiers)
    assert sentence in desk.said[-1]
    assert desk.dialog.message == desk.said[-1]
    desk.dialog.apply()
    assert desk.applied == []


def test_an_access_key_presses_its_button_while_a_shortcut_is_recorded(desk: Desk) -> None:
    desk.dialog.activateWindow()
    until(desk.dialog.isActiveWindow, "the window")
    edit = desk.key_edit("camera")
    QTest.keyClick(edit, Qt.Key.Key_F3, CTRL_SHIFT)
    QTest.keyClick(edit, Qt.Key.Key_A, Qt.KeyboardModifier.AltModifier)
    until(lambda: [each.hotkeys.camera for each in desk.applied] == ["ctrl+shift+F3"], "Apply")
    QTest.keyClick(edit, Qt.Key.Key_O, Qt.KeyboardModifier.AltModifier)
    until(desk.dialog.isHidden, "OK")


def test_escape_says_that_changes_were_not_saved_and_only_then() -> None:
    with heard_focus() as heard:
        desk = Desk()
        until(lambda: heard.said, "the window")
        desk.key_edit("camera")
        heard.take()
        QTest.keyClick(desk.dialog, Qt.Key.Key_Escape)
        assert heard.take()[:1] == ["Closed."]
        desk.dialog.show()
        edit = desk.key_edit("camera")
        QTest.keyClick(edit, Qt.Key.Key_F3, CTRL_SHIFT)
        heard.take()
        QTest.keyClick(edit, Qt.Key.Key_Escape)
        assert "Closed. The changes were not saved." in heard.take()
        assert heard.lasting == ["Closed.", "Closed. The changes were not saved."], "the rest comes after"
        desk.dialog.deleteLater()


@pytest.mark.parametrize("key", [Qt.Key.Key_F9, Qt.Key.Key_F3, Qt.Key.Key_Backspace])
def test_of_keys_in_a_shortcut_field_only_what_came_of_them_is_heard(key: Qt.Key) -> None:
    """The same key again takes the selection away, and another one changes the text, as in any other field."""
    with heard_focus() as heard:
        desk = Desk()
        until(lambda: heard.said, "the window")
        edit = desk.key_edit("window")
        edit.selectAll()
        heard.take()
        QTest.keyClick(edit, key, CTRL_SHIFT if key != Qt.Key.Key_Backspace else Qt.KeyboardModifier.NoModifier)
        assert heard.take() == []
        assert len(desk.said) == 1
        desk.dialog.close()
        desk.dialog.deleteLater()


def test_the_reason_of_a_refusal_is_heard_before_the_field_that_gets_the_keyboard_for_it() -> None:
    with heard_focus() as heard:
        desk = Desk()
        until(lambda: heard.said, "the window")
        desk.dialog.field("hotkeys.camera").show("ctrl+shift+F9")
        desk.key_edit("window")
        heard.take()
        heard.interruptions.clear()
        QTest.keyClick(desk.dialog, Qt.Key.Key_A, Qt.KeyboardModifier.AltModifier)
        until(lambda: heard.said, "the field")
        assert heard.said[-1].startswith("Counts to three")
        assert heard.interruptions == []
        desk.dialog.close()
        desk.dialog.deleteLater()


def test_backspace_takes_a_key_away(desk: Desk) -> None:
    edit = desk.key_edit("window")
    QTest.keyClick(edit, Qt.Key.Key_Backspace)
    assert edit.key == ""
    assert desk.said == ["Describes the active window: no shortcut"]


def test_a_fault_is_told_and_its_field_gets_the_keyboard(desk: Desk) -> None:
    desk.dialog.field("model").show("something")
    desk.failure = InputError("The settings file cannot be written: No space left on device.")
    desk.click(QDialogButtonBox.ButtonRole.AcceptRole)
    assert desk.said == [str(desk.failure)]
    assert desk.dialog.isVisible()
    desk.failure = None
    desk.click(QDialogButtonBox.ButtonRole.AcceptRole)
    assert desk.applied[0].model == "something"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("language", "?", "Language: ? is not a language code. Use one such as en, de or pt-BR."),
        (
            "hotkeys.camera",
            "ctrl+shift+F9",
            (
                "ctrl+shift+F9 is used twice: "
                "it describes the active window, "
                "and it counts to three and describes what the camera sees. Change one of them."
            ),
        ),
    ],
)
@pytest.mark.parametrize("translated", [False, True])
def test_the_field_of_a_value_that_is_not_possible_gets_the_focus_whatever_the_sentence_says(
    name: str, value: str, sentence: str, translated: bool, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.dialog.field(name).show(value)
    desk.page("speed")
    if translated:
        monkeypatch.setattr(entry, "tr", lambda *_, **__: sentence.upper())
    desk.dialog.apply()
    assert desk.said[-1] == (sentence.upper() if translated else sentence)
    assert desk.dialog.field(name).focus_widget.hasFocus()
    assert desk.applied == []


def test_what_is_found_later_is_offered_and_what_was_chosen_stays() -> None:
    desk = Desk(
        with_values(Settings(), {"voice": "Kate", "monitor": 3}),
        voices=lambda _: [FieldOption("Anna", "Anna (de)"), FieldOption("Kate", "Kate (en)")],
        monitors=lambda _: [FieldOption(1, "Monitor 1"), FieldOption(2, "Monitor 2")],
    )
    voice, monitor = desk.dialog.field("voice"), desk.dialog.field("monitor")
    assert isinstance(voice, ChoiceField)
    assert isinstance(monitor, ChoiceField)
    until(lambda: voice.widget.count() == 3 and monitor.widget.count() == 4, "what there is")
    assert (voice.value(), voice.widget.currentText()) == ("Kate", "Kate (en)")
    assert monitor.value() == 3, "unplugged now, and kept"
    desk.dialog.close()


def test_the_voices_of_the_language_of_our_own_sentences_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"Afra": "af", "Kate": "en-gb", "Zoe": "fr"}
    found = [SystemVoice(f"id {name}", name, (code,), None) for name, code in known.items()]
    monkeypatch.setattr(option_providers, "list_voices", lambda: found)
    assert [each.value for each in option_providers.voices(Settings())] == ["Kate", "Afra", "Zoe"]


def test_who_still_looks_for_options_keeps_nothing_of_a_window_that_was_closed() -> None:
    """What a thread refers to last is destroyed on it, and a window may not be."""
    asked, over = threading.Event(), threading.Event()

    def slow(_: Settings) -> list[FieldOption]:
        asked.set()
        over.wait(PATIENCE)
        return []

    desk = Desk(cameras=slow)
    assert asked.wait(PATIENCE)
    dialog = weakref.ref(desk.dialog)
    desk.dialog.deleteLater()
    application().sendPostedEvents(None, QEvent.Type.DeferredDelete)
    del desk
    gc.collect()
    assert dialog() is None
    over.set()


def test_a_list_that_cannot_be_had_leaves_the_choice_as_it_is() -> None:
    def broken(_: Settings) -> list[FieldOption]:
        raise InputError("There is no voice.")

    desk = Desk(voices=broken)
    until(lambda: True, "a moment")
    assert desk.dialog.chosen == CURRENT
    desk.dialog.close()


def test_a_number_that_nobody_chose_begins_where_people_want_to_be(desk: Desk) -> None:
    tokens = desk.dialog.field("glance_tokens")
    assert isinstance(tokens, NumberField)
    assert tokens.value() is None
    QTest.keyClick(tokens.widget, Qt.Key.Key_Down)
    assert tokens.value() is None
    QTest.keyClick(tokens.widget, Qt.Key.Key_Up)
    assert tokens.value() == find_entry("glance_tokens").info.example


@pytest.mark.parametrize(("key", "value"), [(Qt.Key.Key_Up, 210), (Qt.Key.Key_Down, 190)])
def test_a_number_that_is_shown_though_nobody_chose_it_is_where_both_keys_begin(
    key: Qt.Key, value: int, desk: Desk
) -> None:
    rate = desk.dialog.field("rate")
    assert isinstance(rate, NumberField)
    assert (rate.value(), rate.widget.text()) == (None, "200 words a minute")
    QTest.keyClick(rate.widget, key)
    assert rate.value() == value


def test_what_this_computer_cannot_do_is_refused_with_the_reason_and_the_fields_name(desk: Desk) -> None:
    desk.page("models")
    desk.dialog.field("weights_folder").show("/nowhere/x")
    assert not desk.dialog.apply()
    assert desk.applied == []
    assert desk.said == [f"Model folder: there is no folder {Path('/nowhere/x')}. Make it, or name another one."]


def restore(desk: Desk, reply: str) -> str:
    """Ask for the defaults, answer the question, and return it."""
    next(each for each in desk.dialog.findChildren(QPushButton) if "defaults" in each.text()).click()
    question = question_of(desk.dialog).text()
    answer(desk.dialog, reply)
    return question


def test_defaults_come_back_for_what_is_shown_after_a_question_that_names_them() -> None:
    desk = Desk(with_values(Settings(), {"volume": 40, "rate": 180, "ticks": False}))
    desk.page("voice")
    question = "Restore the default values of Speed of the voice, Volume?"
    assert restore(desk, "Keep") == question
    assert desk.dialog.field("volume").value() == 40
    restore(desk, "Restore")
    assert desk.said == ["Default values: Speed of the voice, Volume. They hold after Apply or OK."]
    desk.dialog.apply()
    assert (desk.applied[0].volume, desk.applied[0].rate, desk.applied[0].ticks) == (100, None, False)
    desk.dialog.close()


def test_where_all_are_defaults_nothing_is_asked(desk: Desk) -> None:
    desk.page("voice")
    desk.click(QDialogButtonBox.ButtonRole.ResetRole)
    assert desk.said == ["All settings shown have their default values."]


def test_what_a_list_has_is_not_told_by_its_field_and_nothing_of_the_terminal() -> None:
    heard = {each.name: explain_entry(each) for each in entries()}
    assert heard["theme"] == "The colours of all windows."
    assert heard["language"] == "The language of messages, answers and voice."
    assert [name for name, text in heard.items() if "edge-assistant" in text] == []
    assert "dark: dark." in describe_entry(find_entry("theme")), "the file and the terminal need them"


def test_speed_finds_that_of_the_voice_first(desk: Desk) -> None:
    QTest.keyClick(desk.dialog, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(desk.dialog._browser.search, "speed")
    assert shown(desk)[0] == "rate"


def shown(desk: Desk) -> list[str]:
    """The names of the settings on the screen, from above."""
    fields = {name: desk.dialog.field(name).focus_widget for name in (each.name for each in grouped_entries())}
    return [name for name, widget in fields.items() if widget.isVisible()]


def test_typing_finds_settings_of_all_groups_and_says_how_many(desk: Desk) -> None:
    QTest.keyClick(desk.dialog, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    search = desk.dialog._browser.search
    assert search.hasFocus()
    QTest.keyClicks(search, "VOLUME")
    assert shown(desk) == ["volume", "tone_volume"]
    until(lambda: desk.said == ["2 settings found."], "how many")
    assert [each.text() for each in desk.dialog.findChildren(Heading) if each.isVisible()] == [
        "Speech",
        "Sounds",
    ]
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert desk.dialog.field("volume").focus_widget.hasFocus(), "Enter goes to the first, and applies nothing"
    QTest.keyClick(desk.dialog, Qt.Key.Key_Escape)
    assert shown(desk) == [each.name for each in entries() if each.info.group == "general"], "what was shown before"
    until(lambda: desk.said[-1] == "General is shown.", "that it is over")
    assert desk.dialog.isVisible()
    QTest.keyClick(desk.dialog, Qt.Key.Key_Escape)
    assert not desk.dialog.isVisible()


def test_tab_goes_from_the_search_to_what_was_found_and_a_click_on_a_group_ends_it(desk: Desk) -> None:
    browser = desk.dialog._browser
    browser.search.setFocus()
    QTest.keyClicks(browser.search, "battery")
    QTest.keyClick(browser.search, Qt.Key.Key_Tab)
    assert desk.dialog.field("encode_ahead").focus_widget.hasFocus()
    row = browser.groups.visualItemRect(browser.groups.findItems("Sounds", Qt.MatchFlag.MatchExactly)[0])
    QTest.mouseClick(browser.groups.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    assert (browser.search.text(), shown(desk)) == ("", ["ticks", "tone_volume"])


def test_enter_in_a_field_is_ok(desk: Desk) -> None:
    desk.dialog._browser.groups.choose("voice")
    focus = desk.dialog.field("rate").focus_widget
    focus.setFocus()
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Return):
        QTest.keyClick(focus, key)
    assert ([each.rate for each in desk.applied], desk.dialog.isVisible()) == ([220], False)


@pytest.mark.parametrize("name", ["voice", "weights_folder", "hotkeys.camera"])
def test_enter_is_ok_in_fields_of_every_kind(desk: Desk, name: str) -> None:
    desk.dialog._browser.groups.choose(find_entry(name).info.group)
    focus = desk.dialog.field(name).focus_widget
    focus.setFocus()
    QTest.keyClick(focus, Qt.Key.Key_Return)
    assert not desk.dialog.isVisible()
    assert desk.said == ["Nothing was changed."]


def test_enter_on_a_group_goes_to_its_first_field_and_closes_nothing(desk: Desk) -> None:
    groups = desk.dialog._browser.groups
    for group in GROUPS:
        groups.choose(group)
        groups.setFocus()
        QTest.keyClick(groups, Qt.Key.Key_Return)
        first = desk.dialog.questions.focus_widgets[0]
        if group != entry.QUESTIONS:
            first = desk.dialog.field(shown(desk)[0]).focus_widget
        assert (first.hasFocus(), desk.dialog.isVisible()) == (True, True)


def test_nothing_found_is_said_and_enter_stays(desk: Desk) -> None:
    search = desk.dialog._browser.search
    search.setFocus()
    QTest.keyClicks(search, "zebra")
    QTest.keyClick(search, Qt.Key.Key_Return)
    until(lambda: desk.said == ["0 settings found."], "that")
    assert shown(desk) == []
    assert desk.dialog.isVisible()


def test_the_advanced_groups_stand_apart_and_are_heard_so(desk: Desk) -> None:
    groups = desk.dialog._browser.groups
    assert groups.count() == len(GROUPS), "the heading is no row, or positions were told wrongly"
    groups.setFocus()
    heard = []
    for _ in range(10):
        item = groups.currentItem()
        heard.append(item.data(Qt.ItemDataRole.AccessibleTextRole) or item.text())
        QTest.keyClick(groups, Qt.Key.Key_Down)
    assert list(dict.fromkeys(heard)) == [
        "General", "Speech", "Shortcuts", "Questions", "Answers, advanced", "Sounds, advanced", "Sources, advanced",
        "Models, advanced", "Speed and memory, advanced",
    ]  # fmt: skip


def test_what_the_field_with_the_keyboard_means_stands_below(desk: Desk) -> None:
    desk.page("sounds")
    desk.dialog.field("ticks").focus_widget.setFocus()
    until(lambda: "every two seconds" in desk.dialog._help.text(), "the meaning")


def test_weights_that_only_the_folder_of_the_settings_has_can_be_chosen(tmp_path: Path) -> None:
    lines = ["[[source]]", 'variant = "instruct"', 'licence = "Apache-2.0"', 'source = "here"']
    for kind in ("model", "mmproj"):
        lines += [f"[[source.{kind}]]", f'file = "{kind}.gguf"', 'quantisation = "F16"', "bytes = 1"]
        lines += [f'sha256 = "{"0" * 64}"', *(['name = "pair"', "ram_bytes = 1"] if kind == "model" else [])]
    (tmp_path / "catalog.toml").write_text("\n".join(lines), encoding="utf-8")
    application()
    dialog = SettingsDialog(Settings(), on_apply=lambda _: None)
    field = dialog.field("model")
    assert isinstance(field, ChoiceField)
    choice = field.widget

    def offered() -> set[object]:
        return {choice.itemData(number) for number in range(choice.count())}

    until(lambda: "demo" in offered(), "what there is")
    assert "pair" not in offered()
    dialog.set_current(replace(Settings(), weights_folder=str(tmp_path)))
    until(lambda: "pair" in offered(), "what is in the folder")
    dialog.set_current(Settings())
    until(lambda: "pair" not in offered(), "what there was before")


def test_with_large_letters_the_long_names_of_shortcuts_are_wrapped(desk: Desk) -> None:
    font = desk.dialog.font()
    font.setPointSizeF(font.pointSizeF() * 1.6)
    desk.dialog.setFont(font)
    desk.page(HOTKEYS)
    QApplication.processEvents()
    (shown,) = (each for each in desk.dialog.findChildren(QScrollArea) if each.isVisible())
    assert shown.verticalScrollBar().maximum() > 0
    assert shown.horizontalScrollBar().maximum() == 0


def test_what_was_entered_and_not_saved_outlives_a_change_from_elsewhere(desk: Desk) -> None:
    dialog = desk.dialog
    dialog.field("volume").show(70)
    dialog.field("hotkeys.camera").show("super+F3")
    dialog.set_current(replace(CURRENT, rate=220, volume=90))  # as a voice key does
    assert dialog.field("rate").value() == 220
    desk.click(QDialogButtonBox.ButtonRole.AcceptRole)
    (applied,) = desk.applied
    assert (applied.rate, applied.volume, applied.hotkeys.camera) == (220, 70, "super+F3")


def test_what_was_saved_follows_later_changes_from_elsewhere(desk: Desk) -> None:
    desk.dialog.field("rate").show(180)
    desk.click(QDialogButtonBox.ButtonRole.ApplyRole)
    desk.dialog.set_current(replace(CURRENT, rate=180))
    desk.dialog.set_current(replace(CURRENT, rate=200))
    assert desk.dialog.field("rate").value() == 200


def test_a_number_that_is_being_typed_outlives_a_change_from_elsewhere(desk: Desk) -> None:
    desk.page("voice")
    volume = desk.dialog.field("volume").focus_widget
    assert isinstance(volume, QSpinBox)
    volume.setFocus()
    volume.selectAll()
    QTest.keyClicks(volume, "5")
    desk.dialog.set_current(replace(CURRENT, rate=220))
    QTest.keyClicks(volume, "5")
    assert volume.cleanText() == "55"


def test_what_was_entered_and_not_saved_outlives_another_language(desk: Desk) -> None:
    desk.dialog.field("volume").show(70)
    QApplication.sendEvent(desk.dialog, QEvent(QEvent.Type.LanguageChange))
    assert desk.dialog.field("volume").value() == 70


@pytest.mark.parametrize("backwards", [1, 2, 3])
def test_shift_and_tab_from_what_was_found_does_not_end_the_search(backwards: int, desk: Desk) -> None:
    browser = desk.dialog._browser
    browser.search.setFocus()
    QTest.keyClicks(browser.search, "volume")
    QTest.keyClick(browser.search, Qt.Key.Key_Tab)
    for _ in range(backwards):
        focus = desk.dialog.focusWidget()
        assert focus is not None
        QTest.keyClick(focus, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
        assert desk.dialog.focusWidget() is not browser.groups
    assert (browser.search.text(), shown(desk)) == ("volume", ["volume", "tone_volume"])


def test_a_field_with_long_words_in_place_of_a_number_asks_for_no_more_room_than_a_list_of_choices() -> None:
    application()
    choices = ChoiceField(find_entry("language"), [])
    for each in entries():
        if each.kind is int and each.optional:
            number = NumberField(each)
            number.widget.setSpecialValueText("as much as the time until the first words allows, and no more" * 3)
            layout = QVBoxLayout()
            layout.addWidget(number.widget)
            assert layout.minimumSize().width() <= choices.widget.minimumSizeHint().width() + 32, each.name


def test_the_list_of_a_narrow_choice_shows_its_longest_option_whole() -> None:
    application()
    choices = ChoiceField(find_entry("language"), [FieldOption("de", "a language with a long name " * 2)])
    choices.widget.resize(80, 30)
    choices.widget.show()
    choices.widget.showPopup()
    view = choices.widget.view()
    assert view.viewport().width() >= view.sizeHintForColumn(0) > 80
    choices.widget.hidePopup()
    choices.widget.hide()
