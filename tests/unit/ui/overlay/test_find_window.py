"""The search's window: what it reports of the keyboard, and what counts as a separate press of Enter."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from support.accessible_walk import application, until
from support.layouts import text_size

from edge_assistant.ui.overlay import find_window
from edge_assistant.ui.overlay.find_window import MIN_GAP_S, FindWindow, SeparatePresses

GAP_S = MIN_GAP_S + 0.01


class Hand:
    """A hand on Enter, and the time."""

    def __init__(self) -> None:
        self.now = 100.0
        self.presses = SeparatePresses()

    def press(self, *, after: float, held: float = 0.05) -> bool:
        self.now += after
        self.presses.press(self.now)
        self.now += held
        return self.presses.release(self.now)


def test_presses_with_a_gap_count_and_quick_ones_do_not() -> None:
    hand = Hand()
    assert hand.press(after=0.0)
    assert hand.press(after=GAP_S)
    assert not hand.press(after=GAP_S - 0.02)
    assert not hand.press(after=GAP_S - 0.02), "a hand that goes on trembling"
    assert hand.press(after=GAP_S)
    assert hand.press(after=GAP_S, held=5.0), "a long one is one"


def test_a_key_that_is_held_counts_once_whether_or_not_the_system_calls_it_repeated() -> None:
    hand = Hand()
    for _ in range(40):
        hand.presses.press(hand.now)  # presses alone, as on Windows
        hand.now += 0.03
    assert hand.presses.release(hand.now)
    counted = [hand.press(after=0.4, held=0.0), *(hand.press(after=0.03, held=0.0) for _ in range(40))]
    assert counted == [True, *40 * [False]]


def test_a_release_of_a_press_that_went_elsewhere_is_none() -> None:
    hand = Hand()
    assert not hand.presses.release(hand.now)
    assert not hand.press(after=0.1), "it may be the same hand"
    assert hand.press(after=GAP_S)


class Desk:
    def __init__(self) -> None:
        application()
        self.said: list[str] = []
        self.reports: list[object] = []
        self.window = FindWindow(lambda text, _: self.said.append(text), lambda: False)
        self.window.typed.connect(self.reports.append)
        self.window.stepped.connect(self.reports.append)
        self.window.entered.connect(lambda: self.reports.append("enter"))
        self.window.dismissed.connect(lambda restore: self.reports.append(("dismissed", restore)))

    def open(self) -> None:
        self.window.open("Writer", QApplication.primaryScreen())
        until(lambda: QApplication.focusWidget() is self.window.field, "the field")

    def key(self, key: Qt.Key, kind: QEvent.Type, *, repeated: bool = False) -> None:
        event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, "", repeated)
        QApplication.sendEvent(self.window.field, event)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(find_window, "MIN_GAP_S", 0.0)
    result = Desk()
    yield result
    result.window.close_quietly()
    result.window.deleteLater()


def test_it_says_what_it_is_and_reports_what_is_typed(desk: Desk) -> None:
    desk.open()
    assert desk.said == ["Find in Writer. Type a few letters."]
    QTest.keyClicks(desk.window.field, "sa")
    QTest.keyClick(desk.window.field, Qt.Key.Key_Down)
    QTest.keyClick(desk.window.field, Qt.Key.Key_Up)
    QTest.keyClick(desk.window.field, Qt.Key.Key_Backspace)
    assert desk.reports == ["s", "sa", 1, -1, "s"]


def test_enter_is_reported_when_it_is_released_and_repeats_are_not(desk: Desk) -> None:
    desk.open()
    press, release = QEvent.Type.KeyPress, QEvent.Type.KeyRelease
    desk.key(Qt.Key.Key_Return, press)
    for _ in range(3):
        desk.key(Qt.Key.Key_Return, release, repeated=True)
        desk.key(Qt.Key.Key_Return, press, repeated=True)
    assert desk.reports == []
    desk.key(Qt.Key.Key_Return, release)
    desk.key(Qt.Key.Key_Enter, press)
    desk.key(Qt.Key.Key_Enter, release)
    assert desk.reports == ["enter", "enter"]


def test_the_release_of_the_enter_that_opened_it_is_none(desk: Desk) -> None:
    desk.open()
    desk.key(Qt.Key.Key_Return, QEvent.Type.KeyRelease)
    assert desk.reports == []


def test_tab_stays_f1_says_the_keys_and_escape_closes_and_forgets(desk: Desk) -> None:
    desk.open()
    QTest.keyClicks(desk.window.field, "pin 4711")
    desk.window.show_found("4711: in the middle")
    QTest.keyClick(desk.window.field, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is desk.window.field
    QTest.keyClick(desk.window.field, Qt.Key.Key_F1)
    assert desk.said[-1].startswith("Up and down go to other places. Enter moves")
    desk.reports.clear()
    QTest.keyClick(desk.window.field, Qt.Key.Key_Escape)
    assert desk.reports == [("dismissed", True)]
    assert not desk.window.isVisible()
    assert (desk.window.field.text(), desk.window.found.text()) == ("", "")
    assert not desk.window.field.isUndoAvailable()


def test_with_large_texts_it_is_wider_than_half_of_the_screen_and_never_wider_than_that() -> None:
    application()
    screen = QApplication.primaryScreen()
    for percent in (100, 200, 400):
        with text_size(percent):
            window = FindWindow(lambda *_: None, lambda: True)
            window.open("Writer", screen)
            room = screen.availableGeometry().width()
            letters = 60 * window.fontMetrics().averageCharWidth()
            assert window.width() == min(max(room // 2, letters), room), percent
            window.hide()
            window.deleteLater()
