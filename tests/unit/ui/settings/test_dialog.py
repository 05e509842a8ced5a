"""The settings dialog, through its fields and keys: all of the schema is there, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox, QPushButton
from support.accessible_walk import application, nameless, until, walk

from edge_assistant.settings import entry
from edge_assistant.settings.entry import GROUPS, HOTKEYS, SettingsEntry, Value, describe_entry
from edge_assistant.settings.schema import Settings, entries, get_value, with_values
from edge_assistant.system.errors import InputError
from edge_assistant.ui.settings.dialog import SettingsDialog
from edge_assistant.ui.settings.fields import ChoiceField, FieldOption, NumberField, entry_label
from edge_assistant.ui.settings.shortcut_edit import ShortcutEdit

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class Desk:
    """A settings dialog, and what it applies and says."""

    def __init__(self, current: Settings | None = None, **providers: Callable[[], list[FieldOption]]) -> None:
        application()
        self.applied: list[Settings] = []
        self.said: list[str] = []
        self.held: list[bool] = []
        self.failure: InputError | None = None
        self.dialog = SettingsDialog(
            current or Settings(),
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
        names = list(dict.fromkeys(each.info.group for each in entries()))
        self.dialog._groups.setCurrentRow(names.index(group))

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


def other(entry: SettingsEntry) -> Value:
    info = entry.info
    if entry.kind is bool:
        return not entry.default
    if info.choices:
        return next(each for each in info.choices if each != entry.default)
    if info.range:
        return info.range[0] if entry.default != info.range[0] else info.range[1]
    return f"super+F{entries().index(entry) % 24 + 1}" if info.option_source == "key" else info.example


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
            assert heard.text(QAccessible.Text.Description) == describe_entry(each)


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
    assert desk.applied == [], "nothing changed"


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
        (Qt.Key.Key_F9, CTRL_SHIFT, "ctrl+shift+F9 is used for both window and camera."),
        (Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier, "Ctrl with Alt types"),
        (Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, "it is needed for typing"),
        (Qt.Key.Key_Insert, CTRL_SHIFT, "is not a shortcut"),
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
        ("hotkeys.camera", "ctrl+shift+F9", "ctrl+shift+F9 is used for both window and camera. Change one of them."),
    ],
)
@pytest.mark.parametrize("translated", [False, True])
def test_the_field_of_a_value_that_is_not_possible_gets_the_focus_whatever_the_sentence_says(
    name: str, value: str, sentence: str, translated: bool, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.dialog.field(name).show(value)
    desk.page("engine")
    if translated:
        monkeypatch.setattr(entry, "tr", lambda *_, **__: sentence.upper())
    desk.dialog.apply()
    assert desk.said[-1] == (sentence.upper() if translated else sentence)
    assert desk.dialog.field(name).focus_widget.hasFocus()
    assert desk.applied == []


def test_what_is_found_later_is_offered_and_what_was_chosen_stays() -> None:
    desk = Desk(
        with_values(Settings(), {"voice": "Kate", "monitor": 3}),
        voices=lambda: [FieldOption("Anna", "Anna (de)"), FieldOption("Kate", "Kate (en)")],
        monitors=lambda: [FieldOption(1, "Monitor 1"), FieldOption(2, "Monitor 2")],
    )
    voice, monitor = desk.dialog.field("voice"), desk.dialog.field("monitor")
    assert isinstance(voice, ChoiceField)
    assert isinstance(monitor, ChoiceField)
    until(lambda: voice.widget.count() == 3 and monitor.widget.count() == 4, "what there is")
    assert (voice.value(), voice.widget.currentText()) == ("Kate", "Kate (en)")
    assert monitor.value() == 3, "unplugged now, and kept"
    desk.dialog.close()


def test_a_list_that_cannot_be_had_leaves_the_choice_as_it_is() -> None:
    def broken() -> list[FieldOption]:
        raise InputError("There is no voice.")

    desk = Desk(voices=broken)
    until(lambda: True, "a moment")
    assert desk.dialog.chosen == Settings()
    desk.dialog.close()


def test_a_number_that_nobody_chose_begins_where_people_want_to_be(desk: Desk) -> None:
    rate = desk.dialog.field("rate")
    assert isinstance(rate, NumberField)
    assert rate.value() is None
    rate.widget.stepUp()
    assert rate.value() == 200
    rate.widget.stepDown()
    assert rate.value() == 190


def test_usual_values_come_back_for_the_group_that_is_shown() -> None:
    desk = Desk(with_values(Settings(), {"volume": 40, "ticks": False}))
    desk.page("voice")
    usual = next(each for each in desk.dialog.findChildren(QPushButton) if "efaults" in each.text())
    usual.click()
    desk.dialog.apply()
    assert (desk.applied[0].volume, desk.applied[0].ticks) == (100, False)
    desk.dialog.close()


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
