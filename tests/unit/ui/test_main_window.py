"""The main window and the tray: every action by name and keyboard, the state in words and shapes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from PIL import Image
from PySide6.QtCore import QDir, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QMenu, QProgressBar
from support.accessible_walk import application, nameless, tab_order, until
from support.heard_focus import heard_focus
from support.recording_service import RecordingService

from edge_assistant.assistant.events import (
    ErrorEvent,
    NoticeEvent,
    SentenceEvent,
    StageEvent,
    TokenEvent,
    WindowEvent,
    cancelled,
)
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.controller.view import Status
from edge_assistant.hotkeys.actions import ACTIONS
from edge_assistant.settings.schema import HotkeySettings, Settings, with_values
from edge_assistant.system.i18n import use_language
from edge_assistant.ui.commands import Commands, MenuEntry
from edge_assistant.ui.controller_signals import thumbnail
from edge_assistant.ui.icons import status as icons
from edge_assistant.ui.main_window import MainWindow
from edge_assistant.ui.picture_window import PictureWindow
from edge_assistant.ui.speaking.description import describe_menu
from edge_assistant.ui.strings import status_name
from edge_assistant.ui.tray import Tray

STATUSES: tuple[Status, ...] = get_args(Status)


class Desk:
    """The main window and the tray, with the calls that they make."""

    def __init__(self) -> None:
        application()
        self.pressed: list[Any] = []
        self.has_tray = True
        self.put_away = 0
        self.commands = Commands(
            self.pressed.append,
            lambda: self.pressed.append("forget"),
            HotkeySettings(window="ctrl+shift+F9").keys_by_action(),
            [
                MenuEntry("&Settings…", lambda: self.pressed.append("settings")),
                MenuEntry("Mo&dels…", lambda: self.pressed.append("weights")),
            ],
        )
        self.service = RecordingService(self.pressed)
        self.window = MainWindow(self.commands, self.service, lambda: self.has_tray)  # type: ignore[arg-type]
        self.window.closed_by_user.connect(self._on_put_away)
        self.tray = Tray(self.commands, self.window.bring_to_front)

    def _on_put_away(self) -> None:
        self.put_away += 1


@pytest.fixture
def desk() -> Iterator[Desk]:
    result = Desk()
    yield result
    result.window.hide()
    result.tray.hide()
    result.window.deleteLater()


def entries(menu: QMenu) -> Iterator[QAction]:
    """All entries, those of menus inside too."""
    for action in menu.actions():
        inner = action.menu()
        if isinstance(inner, QMenu):
            yield from entries(inner)
        elif not action.isSeparator():
            yield action


def test_the_status_bar_shows_the_status_and_while_a_stage_lasts_how_far_it_is(desk: Desk) -> None:
    def shown() -> list[str]:
        return [text for label in desk.window.statusBar().findChildren(QLabel) if (text := label.text())]

    (progress,) = desk.window.statusBar().findChildren(QProgressBar)
    desk.window.show()
    desk.window.show_status("looking")
    for fraction, text in ((0.0, None), (0.414, "41 %"), (0.9, "90 %"), (1.0, None)):
        desk.window.show_event(StageEvent(0, "encode", fraction))
        assert shown() == ["Reading the picture"]
        assert (progress.text() if progress.isVisible() else None) == text
    assert progress.accessibleName() == "Reading the picture"


def test_the_window_reaches_every_action_and_so_does_the_tray(desk: Desk) -> None:
    bar = [action.menu() for action in desk.window.menuBar().actions()]
    in_window = list(itertools.chain.from_iterable(entries(menu) for menu in bar if isinstance(menu, QMenu)))
    in_tray = list(entries(desk.tray.menu))
    for shown in (in_window, in_tray):
        desk.pressed.clear()
        for action in shown:
            if action.isEnabled():
                action.trigger()
        assert set(desk.pressed) >= {*ACTIONS, "settings", "weights", "forget"}


def test_no_two_entries_of_a_menu_have_the_same_access_key(desk: Desk) -> None:
    menus = [*(action.menu() for action in desk.window.menuBar().actions()), desk.tray.menu]
    for menu in menus:
        assert isinstance(menu, QMenu)
        keys = [action.text().split("&")[1][0].lower() for action in menu.actions() if "&" in action.text()]
        assert sorted(keys) == sorted(set(keys)), menu.title()
        assert len(keys) == len([action for action in menu.actions() if not action.isSeparator()])


def test_the_menu_of_the_tray_says_whose_it_is(desk: Desk) -> None:
    assert describe_menu(desk.tray.menu).text == "Edge Assistant, menu."


def test_a_menu_entry_tells_its_global_key(desk: Desk) -> None:
    assert any(action.text().endswith("\tCtrl+Shift+F9") for action in entries(desk.tray.menu))


def test_menu_and_tray_show_whether_the_shortcuts_are_off(desk: Desk) -> None:
    (entry,) = [action for action in entries(desk.tray.menu) if "programs" in action.text()]
    desk.tray.show_status("ready")
    entry.trigger()
    assert (desk.pressed, entry.isChecked()) == (["shortcuts"], False), "it is shown once it is so"
    for off, tip in ((True, "Edge Assistant: Ready, shortcuts are off"), (False, "Edge Assistant: Ready")):
        for show in (desk.commands.show_shortcuts, desk.tray.show_shortcuts):
            show(off)
        assert (entry.isChecked(), desk.tray._icon.toolTip()) == (off, tip)


def test_everything_that_takes_the_focus_has_a_name(desk: Desk) -> None:
    desk.window.show()
    assert nameless(desk.window) == []


def test_it_fits_on_the_screen_whatever_the_size_of_the_letters(desk: Desk) -> None:
    qt = application()
    usual = qt.font()
    try:
        large = qt.font()
        large.setPointSize(40)
        qt.setFont(large)
        shown = MainWindow(desk.commands, desk.service, lambda: True)  # type: ignore[arg-type]
        room = shown.screen().availableSize()
        assert shown.width() <= room.width()
        assert shown.height() <= room.height()
        shown.deleteLater()
    finally:
        qt.setFont(usual)


def test_what_was_said_can_be_read_in_order(desk: Desk) -> None:
    for event in (
        NoticeEvent(0, "ready", "Ready."),
        WindowEvent(1, "Invoice", 0, 0, 9, 9),
        TokenEvent(1, "thinking", "Hm."),
        TokenEvent(1, "answer", "A "),
        TokenEvent(1, "answer", "dialog."),
        SentenceEvent(1, "A dialog."),
        ErrorEvent(2, "engine", "The engine is gone.", "engine"),
    ):
        desk.window.show_event(event)
    assert desk.window.text.splitlines() == [
        "Note: Ready.",
        "Window: Invoice",
        "Answer: A dialog.",
        "Error: The engine is gone.",
    ]


def test_an_answer_is_shown_as_it_is_spoken_and_not_as_it_is_written(desk: Desk) -> None:
    for event in (
        TokenEvent(1, "answer", "A **dialog**. Two but"),
        SentenceEvent(1, "A dialog."),
        NoticeEvent(1, "cut-off", "There is more."),
        replace(cancelled(1, "What?"), answer="A **dialog**. Two but", stop="length"),
    ):
        desk.window.show_event(event)
    assert desk.window.text.splitlines() == ["Answer: A dialog.", "Note: There is more."]
    assert desk.window.conversation.answer == "A dialog."


def test_a_notice_within_an_answer_takes_nothing_of_what_is_copied(desk: Desk) -> None:
    for event in (
        SentenceEvent(1, "A dialog."),
        NoticeEvent(1, "device-failed", "The device failed."),
        SentenceEvent(1, "With OK.", " "),
    ):
        desk.window.show_event(event)
    assert desk.window.text.splitlines() == ["Answer: A dialog.", "Note: The device failed.", "Answer: With OK."]
    assert desk.window.conversation.answer.split() == ["A", "dialog.", "With", "OK."]
    desk.window.show_event(SentenceEvent(2, "A text."))
    assert desk.window.conversation.answer == "A text."


@pytest.mark.parametrize("condition", STATUSES)
def test_the_tooltip_says_the_condition(desk: Desk, condition: Status) -> None:
    desk.tray.show_status(condition)
    assert desk.tray._icon.toolTip() == f"Edge Assistant: {status_name(condition)}"


def test_the_icons_differ_in_shape_not_only_in_colour() -> None:
    """Black and white copies still differ, at the smallest size too."""
    application()

    def bits(image: QImage) -> bytes:
        return bytes(image.constBits())  # which do not keep the image alive

    for size in (16, 64):
        pictures = (icons.status_pixmap(each, size).toImage() for each in STATUSES)
        shapes = {bits(picture.convertToFormat(QImage.Format.Format_Mono)) for picture in pictures}
        assert len(shapes) == len(STATUSES)


def test_escape_puts_the_window_into_the_tray_and_tells_so(desk: Desk) -> None:
    desk.window.bring_to_front()
    until(desk.window.isActiveWindow, "the window")
    QTest.keyClick(QApplication.focusWidget() or desk.window, Qt.Key.Key_Escape)
    assert not desk.window.isVisible()
    assert desk.put_away == 1


def test_without_a_tray_escape_only_makes_it_small(desk: Desk) -> None:
    desk.has_tray = False
    desk.window.bring_to_front()
    until(desk.window.isActiveWindow, "the window")
    QTest.keyClick(QApplication.focusWidget() or desk.window, Qt.Key.Key_Escape)
    assert desk.window.isMinimized()
    desk.window.bring_to_front()
    assert not desk.window.isMinimized()


def test_tab_reaches_everything_in_an_order_that_ends_at_the_question(desk: Desk) -> None:
    captured = CapturedPicture(Image.new("RGB", (64, 48)), origin="window")
    desk.window.show_picture(captured, thumbnail(captured.image), "Invoice")
    desk.window.show()
    names = [widget.accessibleName() or getattr(widget, "text", str)() for widget in tab_order(desk.window)]
    start = names.index("Conversation")
    assert names[start:] + names[:start] == [
        "Conversation",
        "Window Invoice, 64 by 48 pixels",
        "&Reasoning",
        "Question",
        "Think &harder",
        "As&k",
    ]


def test_the_start_page_has_the_large_actions_with_their_keys_until_there_is_a_conversation(desk: Desk) -> None:
    desk.window.show()
    names = [widget.accessibleName() or getattr(widget, "text", str)() for widget in tab_order(desk.window)]
    start = names.index("Describe the window, Ctrl+Shift+F9")
    assert [name.partition(", ")[0] for name in names[start : start + 6]] == [  # the others' keys are the system's
        "Describe the window",
        "Read the text in the window",
        "Describe the whole screen",
        "Describe a region of the screen",
        "Describe what the camera sees",
        "Open a picture",
    ]
    desk.window.show_event(NoticeEvent(0, "ready", "Ready."))
    assert desk.window.start_page.isVisible()
    assert desk.window.start_page.note.text() == "Note: Ready."
    button = desk.window.start_page.buttons[1]
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert desk.pressed[-1] == "read"
    desk.window.show_event(WindowEvent(1, "Invoice", 0, 0, 9, 9))
    assert (desk.window.start_page.isVisible(), desk.window.conversation.isVisible()) == (False, True)
    assert desk.window.input.hasFocus(), "the button is gone"
    desk.window.forget()
    assert desk.window.start_page.isVisible()
    assert desk.window.start_page.note.text() == ""


def enlarged_pictures() -> list[PictureWindow]:
    """Those that are on the screen."""
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, PictureWindow) and each.isVisible()]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_the_picture_is_enlarged_by_keyboard_and_closed_by_escape(desk: Desk, key: Qt.Key) -> None:
    captured = CapturedPicture(Image.new("RGB", (64, 48)), origin="window")
    desk.window.show_picture(captured, thumbnail(captured.image), "Invoice")
    desk.window.show()
    picture = desk.window.page.picture
    assert picture.picture_rect().height() > 100, "it can be recognised"
    picture.setFocus()
    QTest.keyClick(picture, key)
    (enlarged,) = enlarged_pictures()
    assert nameless(enlarged) == []
    before = enlarged.percent
    QTest.keyClick(enlarged.area, Qt.Key.Key_Plus)
    QTest.keyClick(enlarged.area, Qt.Key.Key_Minus)
    QTest.keyClick(enlarged.area, Qt.Key.Key_Minus)
    assert enlarged.percent < before
    assert desk.pressed[-1] == ("say_focus", f"{enlarged.percent} percent", True)
    QTest.keyClick(enlarged.area, Qt.Key.Key_Escape)
    assert not enlarged_pictures()
    assert desk.window.isVisible()


def test_the_key_that_enlarges_the_picture_works_from_the_line_of_the_question(desk: Desk) -> None:
    captured = CapturedPicture(Image.new("RGB", (64, 48)), origin="window")
    desk.window.show_picture(captured, thumbnail(captured.image), "Invoice")
    desk.window.bring_to_front()
    until(desk.window.input.hasFocus, "the question")
    QTest.keyClick(desk.window.input, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    (enlarged,) = enlarged_pictures()
    enlarged.close()


def test_the_enlarged_picture_goes_with_the_conversation(desk: Desk) -> None:
    captured = CapturedPicture(Image.new("RGB", (64, 48)), origin="window")
    desk.window.show_picture(captured, thumbnail(captured.image), "Invoice")
    desk.window.show()
    desk.window.enlarge_picture()
    desk.window.forget()
    assert not enlarged_pictures()


def test_think_harder_is_checked_only_when_it_has_changed_and_tells_its_price(desk: Desk) -> None:
    desk.window.think.click()
    assert desk.pressed[-1] == "think"
    assert not desk.window.think.isChecked()
    assert "not measured yet" in desk.window.think.accessibleDescription()
    for show in (desk.window.show_think, desk.commands.show_think):
        show(True, "31 seconds more")
    assert desk.window.think.isChecked()
    assert desk.commands.think.isChecked()
    assert desk.window.think.text() == "Think &harder, 31 seconds more"
    assert desk.window.think.accessibleDescription() == ""


def write(text: str) -> None:
    """Type it where the keyboard is."""
    target = QApplication.focusWidget()
    assert target is not None
    QTest.keyClicks(target, text)


def test_an_access_key_leaves_the_caret_in_the_question_and_what_was_written_stays(desk: Desk) -> None:
    desk.service.reader_speaks = True  # it does not tell what an access key has switched
    desk.window.show_question(1, "What is it?")
    desk.window.bring_to_front()
    until(desk.window.input.hasFocus, "the question")
    write("How many ")
    QTest.keyClick(desk.window.input, Qt.Key.Key_H, Qt.KeyboardModifier.AltModifier)
    write("apples are ")
    QTest.keyClick(desk.window.input, Qt.Key.Key_R, Qt.KeyboardModifier.AltModifier)
    write("in it?")
    assert desk.pressed.count("think") == 1
    assert desk.window.reasoning.isVisible()
    assert ("say", "The reasoning is shown.") in desk.pressed
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert ("ask", "How many apples are in it?") in desk.pressed


def test_our_voice_says_by_itself_what_an_access_key_has_switched(desk: Desk) -> None:
    desk.window.show_question(1, "What is it?")
    with heard_focus() as heard:
        desk.window.bring_to_front()
        until(desk.window.input.hasFocus, "the question")
        heard.take()
        QTest.keyClick(desk.window.input, Qt.Key.Key_R, Qt.KeyboardModifier.AltModifier)
        assert heard.take() == ["Reasoning, button, expanded, Alt R."]
        QTest.keyClick(desk.window.input, Qt.Key.Key_H, Qt.KeyboardModifier.AltModifier)
        assert heard.take() == [], "a sentence tells of it once it is so"


def test_what_the_button_asks_for_is_heard_before_the_line_that_gets_the_keyboard(desk: Desk) -> None:
    """With nothing asked yet that is a sentence which says what to do."""
    with heard_focus() as heard:
        desk.window.bring_to_front()
        until(desk.window.input.hasFocus, "the question")
        desk.window._row.ask.setFocus()
        heard.take()
        heard.interruptions.clear()
        QTest.keyClick(desk.window._row.ask, Qt.Key.Key_Space)
        until(lambda: heard.said, "the question")
        assert (heard.take(), heard.interruptions) == (["Question, edit, empty, Alt Q."], [])


def test_a_menu_bar_that_was_left_by_an_access_key_of_its_own_gives_the_keyboard_back(desk: Desk) -> None:
    desk.window.bring_to_front()
    until(desk.window.input.hasFocus, "the question")
    bar = desk.window.menuBar()
    bar.setFocus(Qt.FocusReason.MenuBarFocusReason)
    bar.setActiveAction(bar.actions()[1])
    QTest.qWait(50)
    assert bar.hasFocus(), "it keeps the keyboard while an entry is selected"
    QTest.keyClick(desk.window, Qt.Key.Key_F, Qt.KeyboardModifier.AltModifier)
    until(lambda: QApplication.activePopupWidget() is not None, "the menu")
    for _ in range(2):
        QTest.keyClick(QApplication.activePopupWidget() or bar, Qt.Key.Key_Escape)
    until(desk.window.input.hasFocus, "the question again")


def test_who_comes_back_to_the_question_goes_on_with_it(desk: Desk) -> None:
    desk.window.bring_to_front()
    until(desk.window.input.hasFocus, "the question")
    write("How many trees")
    desk.window.input.setCursorPosition(9)
    for away_and_back in (
        ((Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier), (Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier)),
        ((Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier), (Qt.Key.Key_Q, Qt.KeyboardModifier.AltModifier)),
    ):
        for key, modifier in away_and_back:
            QTest.keyClick(QApplication.focusWidget() or desk.window, key, modifier)
        assert desk.window.input.hasFocus()
        assert (desk.window.input.cursorPosition(), desk.window.input.selectedText()) == (9, "")
    desk.window.show_for_question()  # ask was pressed here
    write("tall ")
    assert desk.window.input.text() == "How many tall trees"


def test_an_old_draft_gives_way_to_a_question_about_a_new_picture(desk: Desk) -> None:
    desk.window.input.setText("What is ")
    desk.window.show_for_question()
    until(desk.window.input.hasFocus, "the question")
    write("Who?")
    assert desk.window.input.text() == "Who?"


def test_a_question_stays_in_its_line_until_it_is_accepted_and_an_empty_line_goes_on_with_the_answer(
    desk: Desk,
) -> None:
    desk.window.show()
    desk.window.input.setText("  What is it?  ")
    QTest.keyClick(desk.window.input, Qt.Key.Key_Return)
    assert desk.window.input.text() == "  What is it?  ", "it may have been refused"
    desk.window.show_question(1, "What is it?")
    assert desk.window.input.text() == ""
    QTest.keyClick(desk.window.input, Qt.Key.Key_Return)
    assert [each for each in desk.pressed if each[0] in ("ask", "press")] == [("ask", "What is it?"), ("press", "more")]
    desk.window.input.setText("And the")
    desk.window.show_question(2, "What is it?")
    assert desk.window.input.text() == "And the", "what is being written stays"


def test_more_is_shown_as_asked_for_and_belongs_to_the_answer_that_is_copied(desk: Desk) -> None:
    desk.window.show_event(SentenceEvent(1, "A dialog."))
    desk.window.show_event(NoticeEvent(1, "cut-off", "There is more."))
    desk.window.show_more(2, True)
    for text, before in (("Two buttons.", ""), ("A list.", " ")):
        desk.window.show_event(SentenceEvent(2, text, before))
    assert desk.window.text.splitlines() == [
        "Answer: A dialog.",
        "Note: There is more.",
        "You: More",
        "Answer: Two buttons. A list.",
    ]
    assert desk.window.conversation.answer == "A dialog.\nTwo buttons. A list."
    desk.window.show_more(3, False)
    desk.window.show_event(SentenceEvent(3, "A menu."))
    assert desk.window.conversation.answer == "A menu.", "that was another answer"


def test_reasoning_is_closed_until_it_is_wanted_and_never_part_of_the_conversation(desk: Desk) -> None:
    desk.window.show_event(WindowEvent(1, "Invoice", 0, 0, 9, 9))
    desk.window.show()
    desk.window.show_event(TokenEvent(1, "thinking", "Hm."))
    assert not desk.window.reasoning.isVisible()
    assert desk.window.text == "Window: Invoice"
    assert desk.window.show_reasoning.accessibleDescription() == "closed"
    desk.window.show_reasoning.click()
    assert desk.window.show_reasoning.accessibleDescription() == "open"
    assert desk.window.reasoning.isVisible()
    assert desk.window.reasoning.toPlainText() == "Hm."


def test_a_title_of_one_endless_word_does_not_widen_the_window(desk: Desk) -> None:
    captured = CapturedPicture(Image.new("RGB", (64, 48)), origin="window")
    desk.window.show()
    before = desk.window.width()
    desk.window.show_picture(captured, thumbnail(captured.image), "M" * 200)
    desk.window.centralWidget().layout().activate()
    assert desk.window.minimumSizeHint().width() <= before


def test_forget_leaves_nothing_to_see_or_to_undo(desk: Desk) -> None:
    captured = CapturedPicture(Image.new("RGB", (64, 48)), origin="window")
    desk.window.show_picture(captured, thumbnail(captured.image), "Invoice")
    desk.window.show_question(1, "What is it?")
    desk.window.input.setText("A secret")
    desk.window.forget()
    desk.window.input.undo()
    assert (desk.window.text, desk.window.input.text()) == ("", "")
    assert desk.window._captured is None


@pytest.mark.parametrize("count", [1, 2])
def test_a_dropped_picture_is_described_and_of_several_the_first(desk: Desk, count: int, tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / f"{number}.png")) for number in range(count)])
    where, none = QPointF(5, 5), Qt.KeyboardModifier.NoModifier
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(where, copy, data, left, none)
    QApplication.sendEvent(desk.window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(desk.window, QDropEvent(where, copy, data, left, none))
    assert desk.pressed[-1] == ("describe", tmp_path / "0.png")
    assert (("tell", "one-file", "One picture at a time: this is the first.") in desk.pressed) == (count > 1)


def test_the_picture_and_the_conversation_are_saved_only_where_the_person_says(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QDir, "homePath", lambda: str(tmp_path))  # Windows' Qt heeds no variable
    captured = CapturedPicture(Image.new("RGB", (64, 48), (200, 10, 10)), origin="window")
    desk.window.show()
    desk.window.show_picture(captured, thumbnail(captured.image), "Invoice")
    desk.window.show_question(1, "What is it?")
    for save in (desk.window.save_picture, desk.window.save_conversation):
        save()
        (dialog,) = [each for each in desk.window.findChildren(QFileDialog) if each.isVisible()]
        dialog.accept()
    until(lambda: len([each for each in desk.pressed if each[:2] == ("tell", "saved")]) == 2, "both files")
    assert (tmp_path / "conversation.txt").read_text() == "You: What is it?\n"
    with Image.open(tmp_path / "picture.png") as saved:
        assert saved.convert("RGB").getpixel((5, 5)) == (200, 10, 10)


def test_the_menus_follow_other_keys_and_another_language(desk: Desk) -> None:
    (window,) = [each for each in desk.commands.capture_actions if "Ctrl+Shift+F9" in each.text()]
    try:
        use_language("de")
        desk.commands.apply_settings(with_values(Settings(), {"hotkeys.window": "alt+F1", "hotkeys.read": ""}))
    finally:
        use_language(None)
    assert window.text() == "&Fenster beschreiben\tAlt+F1"
    assert "&Text im Fenster lesen" in [each.text() for each in desk.commands.capture_actions]


def test_a_former_question_that_comes_back_is_said_unless_a_screen_reader_says_it(desk: Desk) -> None:
    desk.window.show()
    desk.service.reader_speaks = False
    desk.window.show_question(1, "What is it?")
    up, down = Qt.Key.Key_Up, Qt.Key.Key_Down
    for key, said in ((up, "What is it?"), (up, "No earlier question."), (down, "empty")):
        desk.pressed.clear()
        QTest.keyClick(desk.window.input, key)
        assert desk.pressed == [("say_focus", said, True)]
    desk.service.reader_speaks = True
    desk.pressed.clear()
    QTest.keyClick(desk.window.input, Qt.Key.Key_Up)
    assert desk.pressed == []


def test_alt_and_arrows_walk_through_the_last_answers(desk: Desk) -> None:
    desk.window.bring_to_front()
    until(desk.window.isActiveWindow, "the window")
    for key, step in ((Qt.Key.Key_Up, 1), (Qt.Key.Key_Down, -1)):
        desk.pressed.clear()
        QTest.keyClick(desk.window.input, key, Qt.KeyboardModifier.AltModifier)
        assert ("walk_history", step) in desk.pressed
