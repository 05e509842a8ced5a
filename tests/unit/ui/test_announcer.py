"""What has the keyboard is said by our own voice, once and as screen readers say it, or by a screen reader alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QLineEdit,
    QListWidget,
    QMainWindow,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QSlider,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)
from support.accessible_walk import application, until
from support.heard_focus import HeardFocus, heard_focus

from edge_assistant.ui import confirm
from edge_assistant.ui.row_table import RowTable
from edge_assistant.ui.speaking import announcer
from edge_assistant.ui.speaking.announcer import (
    _RETURN_MS,
    activate_quietly,
    expect_in_front,
    leave_quietly,
    move_focus,
    report_changes_itself,
    return_briefly,
    speak_for_itself,
)
from edge_assistant.ui.style import CheckBox

Key, Control = Qt.Key, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def heard() -> Iterator[HeardFocus]:
    with heard_focus() as result:
        yield result


@pytest.fixture
def dialog() -> Iterator[QDialog]:
    application()
    result = QDialog()
    result.setWindowTitle("Options")
    yield result
    result.hide()
    result.deleteLater()
    application().processEvents()


def show(window: QWidget, *widgets: QWidget) -> None:
    """Show a window with these widgets and the keyboard on the first."""
    layout = QFormLayout(window)
    for each in widgets:
        layout.addRow(each)
    widgets[0].setFocus()
    bring(window)


def bring(window: QWidget) -> None:
    window.show()
    window.activateWindow()
    until(window.isActiveWindow, "the window in front")


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    popup = QApplication.activePopupWidget()
    target = popup if isinstance(popup, QMenu) else QApplication.focusWidget()
    assert target is not None
    QTest.keyClick(target, key, modifiers)


def named(widget: QWidget, name: str) -> QWidget:
    widget.setAccessibleName(name)
    return widget


def combo() -> QWidget:
    box = QComboBox()
    box.addItems(["English", "French", "German"])
    box.setCurrentIndex(1)
    return named(box, "Language")


def slider() -> QWidget:
    result = QSlider(Qt.Orientation.Horizontal)
    result.setRange(0, 100)
    result.setValue(80)
    return named(result, "Volume")


def spin_box() -> QWidget:
    result = QSpinBox()
    result.setSuffix(" tokens")
    result.setValue(9)
    return named(result, "Length")


def list_box() -> QWidget:
    result = QListWidget()
    result.addItems(["General", "Speech", "Keys"])
    result.setCurrentRow(0)
    return named(result, "Settings")


def models() -> QTableWidget:
    result = QTableWidget(2, 2)
    result.setHorizontalHeaderLabels(["Name", "Size"])
    for row, texts in enumerate((("Small", "1 GB"), ("Large", ""))):
        for column, text in enumerate(texts):
            result.setItem(row, column, QTableWidgetItem(text))
    result.setCurrentCell(0, 0)
    named(result, "Models")
    return result


def rows() -> QWidget:
    result = models()
    result.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
    for row, sentence in enumerate(("Small: 1 gigabyte.", "Large: unknown.")):
        cell = result.item(row, 0)
        assert cell is not None
        cell.setData(Qt.ItemDataRole.AccessibleDescriptionRole, sentence)
    return result


def tree() -> QWidget:
    result = QTreeWidget()
    root = QTreeWidgetItem(["Files"])
    root.addChild(QTreeWidgetItem(["Picture"]))
    result.addTopLevelItem(root)
    result.setCurrentItem(root)
    return named(result, "Places")


def check_box() -> QWidget:
    result = QCheckBox("S&peak")
    result.setChecked(True)
    return result


def toggle_button() -> QWidget:
    result = QPushButton("Details…")
    result.setCheckable(True)
    result.setAccessibleDescription("Shows the licence.")
    return result


def password() -> QWidget:
    result = QLineEdit("secret")
    result.setEchoMode(QLineEdit.EchoMode.Password)
    return named(result, "Token")


@pytest.mark.parametrize(
    ("make", "said", "key", "then"),
    [
        (lambda: QPushButton("&Ask…"), "Ask, button.", None, ""),
        (check_box, "Speak, check box, checked, Alt P.", Key.Key_Space, "not checked."),
        (toggle_button, "Details, check box, not checked. Shows the licence.", Key.Key_Space, "checked."),
        (combo, "Language, combo box, French, 2 of 3.", Key.Key_Down, "German, 3 of 3."),
        (slider, "Volume, slider, 80 percent.", Key.Key_Right, "81 percent."),
        (spin_box, "Length, spin box, 9 tokens.", Key.Key_Up, "10 tokens."),
        (list_box, "Settings, list, General, 1 of 3.", Key.Key_Down, "Speech, 2 of 3."),
        (models, "Models, table, Name, Small, row 1 of 2.", Key.Key_Right, "Size, 1 GB, row 1 of 2."),
        (rows, "Models, table, Small: 1 gigabyte, row 1 of 2.", Key.Key_Down, "Large: unknown, row 2 of 2."),
        (tree, "Places, tree, Files, collapsed.", Key.Key_Right, "expanded."),
        (password, "Token, edit, password.", Key.Key_Home, "star"),
        (lambda: named(QLineEdit(), "Question"), "Question, edit, empty.", Key.Key_A, ""),
    ],
)  # fmt: skip
def test_each_kind_of_field_is_said_as_readers_say_it_and_so_is_its_change(
    heard: HeardFocus, dialog: QDialog, make: Callable[[], QWidget], said: str, key: Qt.Key | None, then: str
) -> None:
    first = QPushButton("First")
    widget = make()
    show(dialog, first, widget)
    assert heard.take() == ["Options, dialog. First, button."]
    widget.setFocus()
    assert heard.take() == [said]
    if key is not None:
        press(key)
        assert heard.take() == ([then] if then else [])


def test_an_empty_list_is_called_so(heard: HeardFocus, dialog: QDialog) -> None:
    questions = named(QListWidget(), "Your own questions")
    show(dialog, questions)
    assert heard.take() == ["Options, dialog. Your own questions, list, empty."]
    questions.addItem("Seat")
    questions.setCurrentRow(0)
    assert heard.take() == ["Seat."]


def test_the_tabs_and_radio_buttons_have_a_position(heard: HeardFocus, dialog: QDialog) -> None:
    tabs, group = QTabWidget(), QGroupBox("Theme")
    tabs.addTab(QWidget(), "Basic")
    tabs.addTab(QWidget(), "All")
    light, dark = QRadioButton("Light"), QRadioButton("Dark")
    light.setChecked(True)
    layout = QFormLayout(group)
    layout.addRow(light)
    layout.addRow(dark)
    show(dialog, tabs, group)
    tabs.tabBar().setFocus()
    heard.take()
    press(Key.Key_Right)
    assert heard.take() == ["All, tab, 2 of 2."]
    light.setFocus()
    assert heard.take() == ["Light, radio button, checked, 1 of 2."]
    press(Key.Key_Down)
    assert heard.take() == ["Dark, radio button, checked, 2 of 2."]


def test_a_text_is_heard_by_character_word_and_line_and_typing_is_not(heard: HeardFocus, dialog: QDialog) -> None:
    line, text = QLineEdit("two words"), QPlainTextEdit("first line\n\nthird")
    text.setTabChangesFocus(True)
    text.setReadOnly(True)
    named(line, "Question")
    named(text, "Conversation")
    show(dialog, line, text)
    line.setCursorPosition(0)
    heard.take()
    for key, modifiers, said in (
        (Key.Key_Right, Qt.KeyboardModifier.NoModifier, "w"),
        (Key.Key_Right, Control, "words"),
        (Key.Key_Backspace, Qt.KeyboardModifier.NoModifier, "space, deleted"),
        (Key.Key_End, Qt.KeyboardModifier.NoModifier, "end"),
        (Key.Key_Home, Qt.KeyboardModifier.ShiftModifier, "twowords, selected"),
    ):
        press(key, modifiers)
        assert heard.take() == [said]
    press(Key.Key_X)
    assert heard.take() == []
    line.setText("voice")
    line.selectAll()
    heard.take()
    press(Key.Key_V)
    assert heard.take() == [], "not 'oice, deleted'"
    press(Key.Key_Tab)
    assert heard.take() == ["Conversation, edit, read only, first line."]
    text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByKeyboard)
    for said in ("empty line", "third"):
        press(Key.Key_Down)
        assert heard.take() == [said]


def test_what_was_left_to_a_screen_reader_that_has_just_ended_is_said_here(heard: HeardFocus, dialog: QDialog) -> None:
    heard.reader = True
    show(dialog, QPushButton("First"), QPushButton("Second"))
    press(Key.Key_Tab)
    assert heard.take() == []
    heard.reader = False  # as is known a moment later
    until(lambda: heard.said, "what has the keyboard")
    assert heard.take() == ["Second, button."]
    heard.reader = True
    press(Key.Key_Backtab)
    heard.take()
    heard.reader = False
    press(Key.Key_Tab)
    until(lambda: heard.said, "what has the keyboard")
    QTest.qWait(600)
    assert heard.take() == ["Second, button."], "what is outdated is said by nobody"


def test_with_a_screen_reader_nothing_is_said_here(heard: HeardFocus, dialog: QDialog) -> None:
    heard.reader = True
    box = list_box()
    show(dialog, QPushButton("First"), box)
    box.setFocus()
    press(Key.Key_Down)
    question = confirm.ask(dialog, "Remove it?", "&Yes", "&No", lambda _: None)
    until(question.isActiveWindow, "the question")
    question.reject()
    assert heard.take() == []


def test_a_question_is_said_with_its_safe_answer_and_what_is_beneath_when_it_is_gone(
    heard: HeardFocus, dialog: QDialog
) -> None:
    answers: list[bool] = []
    show(dialog, QPushButton("Remove"))
    heard.take()
    question = confirm.ask(dialog, "Remove it?", "&Yes", "&No", answers.append)
    until(question.isActiveWindow, "the question")
    assert heard.take() == ["Remove it? No, button."]
    press(Key.Key_Tab)
    assert heard.take() == ["Yes, button."]
    press(Key.Key_Escape)
    bring(dialog)
    assert answers == [False]
    assert heard.take() == ["Options, dialog. Remove, button."]


def test_no_letter_answers_a_question_as_it_may_be_typed_for_another_window(dialog: QDialog) -> None:
    answers: list[bool] = []
    show(dialog, QPushButton("Remove"))
    question = confirm.ask(dialog, "Remove it?", "&Yes", "&No", answers.append)
    until(question.isActiveWindow, "the question")
    press(Key.Key_Y)
    QTest.qWait(300)  # a click by the letter would come later
    assert answers == []
    press(Key.Key_Space)
    until(lambda: answers, "the answer")
    assert answers == [False]


def test_menus_are_heard_entry_by_entry_and_then_what_has_the_keyboard_again(heard: HeardFocus) -> None:
    window = QMainWindow()
    window.setWindowTitle("Main")
    window.setCentralWidget(named(QLineEdit(), "Question"))
    menu = window.menuBar().addMenu("&File")
    menu.addAction("&Open…").setShortcut("Ctrl+O")
    menu.addSeparator()
    think = menu.addAction("Think\tCtrl+Shift+F4")
    think.setCheckable(True)
    menu.addAction("Save").setEnabled(False)
    menu.addMenu("&More").addAction("Inner")
    window.menuBar().addMenu("&Help").addAction("Keys")
    bring(window)
    assert heard.take() == ["Main. Question, edit, empty."]
    QTest.keyClick(window, Key.Key_F, Qt.KeyboardModifier.AltModifier)
    assert heard.take() == ["File, menu, Open, menu item, Ctrl O, 1 of 4."]
    for key, said in (
        (Key.Key_Down, "Think, menu item, not checked, Ctrl Shift F4, 2 of 4."),
        (Key.Key_Down, "More, menu, M, 4 of 4."),
        (Key.Key_Right, "More, menu, Inner, menu item."),
        (Key.Key_Left, "File, menu, More, menu, M, 4 of 4."),
        (Key.Key_Escape, "menu bar, File, menu, Alt F, 1 of 2."),
        (Key.Key_Right, "Help, menu, Alt H, 2 of 2."),
        (Key.Key_Escape, "Question, edit, empty."),
    ):
        press(key)
        until(lambda: heard.said, "what is said")
        assert heard.take() == [said], key
    window.deleteLater()


def window_that_comes() -> QWidget:
    """A window that was asked to the front and never gets the keyboard."""
    window = QWidget()
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    expect_in_front(window)
    window.show()
    return window


def test_what_the_keyboard_comes_back_to_is_not_heard_while_another_window_comes(
    heard: HeardFocus, dialog: QDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A menu was left by an entry that opens a window, which takes a while to be made and to get the keyboard."""
    show(dialog, QPushButton("First"))
    menu = QMenu(dialog)
    menu.addAction("Settings")
    menu.popup(dialog.pos())
    until(lambda: heard.said, "the menu")
    other = window_that_comes()
    menu.close()
    heard.take()
    QTest.qWait(2 * _RETURN_MS)
    assert heard.take() == []
    monkeypatch.setattr(announcer, "_COMING_S", 0.0)
    until(lambda: heard.said, "the button, since the other window was left behind")
    assert heard.take() == ["First, button."]
    other.deleteLater()


def test_what_the_keyboard_comes_back_to_from_the_menu_bar_is_not_heard_while_another_window_comes(
    heard: HeardFocus,
) -> None:
    window, edit = QMainWindow(), named(QLineEdit(), "Question")
    window.setCentralWidget(edit)
    window.menuBar().addMenu("Tools").addAction("Settings")
    bring(window)
    window.menuBar().setFocus()
    other = window_that_comes()
    edit.setFocus()
    heard.take()
    QTest.qWait(2 * _RETURN_MS)
    assert heard.take() == []
    other.deleteLater()
    until(lambda: heard.said, "the question, since nothing comes any more")
    assert heard.take() == ["Question, edit, empty."]
    window.deleteLater()


def test_the_menu_of_the_tray_is_heard_though_no_window_has_the_keyboard(heard: HeardFocus) -> None:
    menu = QMenu()
    menu.setAccessibleName("Edge Assistant")
    menu.addAction("Show the window")
    menu.addAction("Quit")
    heard.announcer.watch_menu(menu)
    menu.popup(menu.pos())
    assert heard.take() == ["Edge Assistant, menu."]
    press(Key.Key_Down)
    assert heard.take() == ["Show the window, menu item, 1 of 2."]
    menu.hide()
    menu.deleteLater()


def test_the_list_of_a_combo_box_is_heard_and_what_was_chosen_in_it(heard: HeardFocus, dialog: QDialog) -> None:
    box = combo()
    show(dialog, box)
    heard.take()
    press(Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert heard.take() == ["list, French, 2 of 3."]
    press(Key.Key_Down)
    assert heard.take() == ["German, 3 of 3."]
    press(Key.Key_Return)
    assert heard.take() == ["Language, combo box, German, 3 of 3."]


def test_a_file_dialog_of_qt_is_heard(heard: HeardFocus, dialog: QDialog) -> None:
    show(dialog, QPushButton("Browse"))
    heard.take()
    files = QFileDialog(dialog, "Open a picture")
    files.setOption(QFileDialog.Option.DontUseNativeDialog)
    files.open()
    until(files.isActiveWindow, "the file dialog")
    assert heard.take() == ["Open a picture, dialog. File name, edit, empty, Alt N."]
    press(Key.Key_Tab)
    assert heard.take()[0].startswith(("Files of type, combo box", "combo box"))
    files.reject()


def test_an_access_key_that_switches_something_else_is_heard_unless_that_is_told_otherwise(
    heard: HeardFocus, dialog: QDialog
) -> None:
    speak, told = CheckBox("S&peak"), CheckBox("&Think")
    report_changes_itself(told)
    show(dialog, QPushButton("First"), speak, told)
    heard.take()
    QTest.keyClick(dialog, Key.Key_P, Qt.KeyboardModifier.AltModifier)
    until(speak.isChecked, "the switch")
    until(lambda: heard.said, "what is said")
    assert heard.take() == ["Speak, check box, checked, Alt P."]
    QTest.keyClick(dialog, Key.Key_T, Qt.KeyboardModifier.AltModifier)
    until(told.isChecked, "the switch")
    assert heard.take() == []


def test_where_the_keyboard_is_after_a_choice_is_not_said_in_front_of_the_answer_however_late_that_is(
    heard: HeardFocus, dialog: QDialog
) -> None:
    show(dialog, named(QLineEdit(), "Question"))
    choices, other = QListWidget(), QDialog()
    other.setWindowTitle("Settings")
    speak_for_itself(choices)
    choices.addItem("Copied picture")
    choices.setFocus()
    for chosen, said in ((True, []), (False, ["Options, dialog. Question, edit, empty."])):
        bring(choices)
        heard.take()
        if chosen:
            leave_quietly(choices)
        choices.hide()
        bring(dialog)
        QTest.qWait(_RETURN_MS + 50)
        assert heard.take() == said
    bring(choices)
    leave_quietly(choices)
    choices.hide()
    show(other, QPushButton("OK"))
    until(lambda: heard.said, "the window that the choice opens")
    assert heard.take() == ["Settings, dialog. OK, button."]
    for each in (choices, other):
        each.deleteLater()


def test_a_window_that_the_person_goes_to_long_after_a_choice_is_said(
    heard: HeardFocus, dialog: QDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcer, "_LEFT_S", 0.0)  # as if another program had the keyboard since
    show(dialog, named(QLineEdit(), "Question"))
    choices = QListWidget()
    speak_for_itself(choices)
    choices.addItem("Copied picture")
    choices.setFocus()
    bring(choices)
    heard.take()
    leave_quietly(choices)
    choices.hide()
    bring(dialog)
    until(lambda: heard.said, "what has the keyboard")
    assert heard.take() == ["Options, dialog. Question, edit, empty."]
    choices.deleteLater()


def test_a_return_is_brief_where_that_is_enough(heard: HeardFocus, dialog: QDialog) -> None:
    questions = named(QListWidget(), "Your own questions")
    questions.setAccessibleDescription("Enter edits the question, Delete removes it.")
    questions.addItems(["Seat", "Total"])
    show(dialog, questions)
    assert "dialog" in heard.take()[0]
    over = QDialog(dialog)
    QPushButton("Keep", over)
    for said in (
        "Your own questions, list, Seat, 1 of 2.",
        "Options, dialog. Your own questions, list, Seat, 1 of 2. Enter edits the question, Delete removes it.",
    ):
        bring(over)
        heard.take()
        if said.startswith("Your"):
            return_briefly(dialog)
        over.hide()
        bring(dialog)
        until(lambda: heard.said, "where the keyboard is")
        assert heard.take() == [said]
    over.deleteLater()


def test_home_and_end_go_to_the_first_and_last_row_of_a_table_and_are_heard(heard: HeardFocus, dialog: QDialog) -> None:
    rows = RowTable(3, 2)
    named(rows, "Models").setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
    for row, name in enumerate(("Small", "Middle", "Large")):
        rows.setItem(row, 0, QTableWidgetItem(name))
    rows.setCurrentCell(0, 0)
    show(dialog, rows)
    heard.take()
    for key, said in ((Key.Key_End, "Large, row 3 of 3."), (Key.Key_Home, "Small, row 1 of 3.")):
        press(key)
        assert heard.take() == [said]


def test_windows_say_by_themselves_what_they_want_to(heard: HeardFocus, dialog: QDialog) -> None:
    first, second, third = (QPushButton(name) for name in ("First", "Second", "Third"))
    activate_quietly(dialog)
    show(dialog, first, second, third)
    assert heard.take() == [], "it comes back after a picture"
    move_focus(second)
    assert heard.take() == ["Second, button."]
    assert heard.interruptions == [], "only a move of the person's interrupts"
    move_focus(third, quietly=True)
    assert heard.take() == []
    press(Key.Key_Tab)
    assert heard.interruptions == heard.take() == ["First, button."]
    speak_for_itself(dialog)
    press(Key.Key_Tab)
    assert heard.take() == []


def test_what_is_below_a_list_of_choices_is_not_said_in_front_of_the_window_that_the_choice_opens(
    heard: HeardFocus, dialog: QDialog
) -> None:
    show(dialog, named(QLineEdit(), "Question"))
    assert heard.take() == ["Options, dialog. Question, edit, empty."]
    choices, lines = QListWidget(), QListWidget()
    for each in (choices, lines):
        speak_for_itself(each)
        each.addItem("One")
        each.setFocus()
    for is_opened in (True, False):
        bring(choices)
        choices.hide()
        bring(dialog)
        heard.take()
        if is_opened:
            bring(lines)
            QTest.qWait(_RETURN_MS + 50)
            assert heard.take() == []
            lines.hide()
            bring(dialog)
        until(lambda: heard.said, "what has the keyboard again")
        assert heard.take() == ["Options, dialog. Question, edit, empty."]
    for each in (choices, lines):
        each.deleteLater()


def test_the_buttons_of_a_dialog_do_not_all_name_enter(heard: HeardFocus, dialog: QDialog) -> None:
    buttons = QDialogButtonBox()
    buttons.addButton("OK", QDialogButtonBox.ButtonRole.AcceptRole)
    show(dialog, buttons)
    buttons.buttons()[0].setFocus()
    assert heard.take()[-1].endswith("OK, button.")
