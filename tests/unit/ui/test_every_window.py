"""What holds for every window: contrast in each look, room for its texts on a small screen, and German all through.

The windows are those of the pictures in docs/images, as they are filled there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QRect, QSize, Qt
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDialog,
    QFrame,
    QLabel,
    QLineEdit,
    QMainWindow,
    QPushButton,
    QTableWidget,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)
from rendering.fixed_machine import fixed_machine, show_filled
from rendering.looks import use_look
from rendering.windows import WINDOWS
from support.accessible_walk import application
from support.layouts import SMALL_SCREEN, TEXT_SIZES, layout_faults, show_on_small_screen, text_size
from support.own_look import look_of_pictures
from support.pixel_contrast import focus_faults, text_faults

from edge_assistant.settings.schema import Settings, with_values
from edge_assistant.system.i18n import tr
from edge_assistant.ui.retranslate import QtTranslations

_kept: list[QWidget] = []
"""Menus and panes, which belong to something else."""


@pytest.fixture(scope="module", autouse=True)
def desk() -> Iterator[QApplication]:
    """The application, which gets its own look back."""
    with look_of_pictures() as qt:
        yield qt


@pytest.fixture
def shown() -> Iterator[Callable[..., QWidget]]:
    """Shows a window in a language, and hides it again."""
    qt_texts = QtTranslations(application())
    windows: list[QWidget] = []

    def show(make: Callable[[], QWidget], language: str = "en") -> QWidget:
        qt_texts.apply_settings(with_values(Settings(), {"language": language}))
        with fixed_machine(language):
            windows.append(show_filled(make))
        return windows[-1]

    yield show
    for each in windows:
        each.hide()
        if isinstance(each, QDialog | QFrame | QMainWindow):
            each.deleteLater()
        else:
            _kept.append(each)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qt_texts.apply_settings(Settings())


@pytest.mark.parametrize("look", ["light", "dark", "high-contrast"])
@pytest.mark.parametrize("name", WINDOWS)
def test_texts_and_what_has_the_keyboard_stand_out_in_every_look(
    name: str, look: str, desk: QApplication, shown: Callable[..., QWidget]
) -> None:
    use_look(desk, look)
    window = shown(WINDOWS[name])
    assert text_faults(window) == []
    assert focus_faults(window) == []


def pale() -> QWidget:
    """A window whose texts are pale, and whose field does not show that it has the keyboard."""
    window = QWidget()
    window.setStyleSheet("* { color: #999; background: #fff } QLineEdit { border: 1px solid #bbb }")
    layout = QVBoxLayout(window)
    for each in (QLabel("A label"), QPushButton("A button"), QLineEdit("A field"), QLineEdit("Another")):
        layout.addWidget(each)
    return window


def test_pale_texts_and_a_focus_that_is_not_seen_are_noticed(desk: QApplication, shown: Callable[..., QWidget]) -> None:
    use_look(desk, "light")
    window = shown(pale)
    assert [each.partition(":")[0] for each in text_faults(window)] == [
        "'A label'",
        "'A button'",
        "'A field'",
        "'Another'",
    ]
    assert len(focus_faults(window)) >= 2


SAME_IN_GERMAN = frozenset(("Details", "Engine", "Name", "OK", "Pause", "Status", "Status, I", "Text"))
"""What German says with the same words as English."""

CONTENTS = re.compile(r"""(?x)
    [\W\d_]*                                    # signs and numbers
    | .                                         # a letter
    | (Ctrl|Alt|Shift|Esc|F\d+)(\+.*)?          # keys
    | Invoice\ 1042,\ Writer | Edge\ Assistant    # the title of a window, and our own name
    | (qwen3|demo|Q\d|F16|Apache|/data).*       # models, licences, folders
    | .*\ \([a-z]{2}(-[a-z]{2})?\) | Integrated\ Camera  # languages in their own words, voices, a camera
    | (Orders|Three\ orders|Article|Number|Price|Apples|Pears|Plums|Total|Pack\ now).*
    | (A\ cat\ sleeps|A\ dialog\ asks|Seat\ 14).*   # answers, own questions
    | (Read\ the\ total|Free\ seat|Which\ seat|What\ is\ the\ total).*
    | A | dialog | titled | Music | Buttons | Cancel | on | the | left
    | Turning\ it\ on\ took.*
    | Instruct | Thinking
    | \w+\ \d+(\.\d+)+,.*                       # parts of others with their licences
    | .*:\ Status                                 # a key of the list of choices
    | [\w-]+\ \d[\d.]+,\ .*                       # libraries with their licences
""")
"""What is no text of the program: names of things, and what the pictures show of a screen."""


def words_of(window: QWidget) -> set[str]:
    """All that a window shows or tells, what is hidden just now included, without the marks of access keys."""
    found = set()
    for each in (window, *window.findChildren(QWidget)):
        for text in ("text", "title", "windowTitle", "toolTip", "placeholderText", "suffix", "specialValueText",
                     "accessibleName", "accessibleDescription"):  # fmt: skip
            if callable(read := getattr(each, text, None)) and not isinstance(each, QLineEdit | QTextEdit):
                found.add(str(read()))
        found.update(action.text() for action in each.actions())
        found.update(_items(each))
    lines = [line for text in found for line in re.sub("</?p>", "", text).splitlines()]  # those of tooltips
    return {line.replace("&", "").strip() for line in lines} - {""}


def _items(widget: QWidget) -> Iterator[str]:
    if isinstance(widget, QComboBox | QAbstractItemView) and (model := widget.model()) is not None:
        roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole,
                 Qt.ItemDataRole.AccessibleDescriptionRole)  # fmt: skip
        columns = widget.columnCount() if isinstance(widget, QTableWidget) else 1
        for row in range(model.rowCount()):
            for column in range(columns):
                yield from (str(model.index(row, column).data(role) or "") for role in roles)
        heads = (model.headerData(column, Qt.Orientation.Horizontal) for column in range(columns))
        yield from (str(each or "") for each in heads)


@pytest.mark.parametrize("name", WINDOWS)
def test_every_text_is_german_in_german(name: str, shown: Callable[..., QWidget]) -> None:
    english, german = (words_of(shown(WINDOWS[name], language)) for language in ("en", "de"))
    assert len(german) > 1
    left = {each for each in english & german if not CONTENTS.fullmatch(each)} - SAME_IN_GERMAN
    assert left == set()


def half_german() -> QWidget:
    """A window in which one text was forgotten."""
    window = QWidget()
    layout = QVBoxLayout(window)
    for text in (tr("Ready"), tr("&Settings…"), "A text for people"):
        layout.addWidget(QLabel(text))
    return window


def test_a_text_that_was_forgotten_is_noticed(shown: Callable[..., QWidget]) -> None:
    english, german = (words_of(shown(half_german, language)) for language in ("en", "de"))
    assert english & german == {"A text for people"}


@pytest.mark.parametrize("percent", TEXT_SIZES)
@pytest.mark.parametrize("name", WINDOWS)
def test_nothing_is_cut_on_a_small_screen_at_any_size_of_text(
    name: str,
    percent: int,
    desk: QApplication,
    shown: Callable[..., QWidget],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use_look(desk, "light")
    for method, result in (("availableSize", QSize), ("availableGeometry", lambda *size: QRect(0, 0, *size))):
        monkeypatch.setattr(QScreen, method, lambda _, result=result: result(SMALL_SCREEN[0], SMALL_SCREEN[1] - 48))
    with text_size(percent):
        # The words of German are long, sentences of English may be longer.
        for language in ("de", "en") if percent == TEXT_SIZES[-1] else ("de",):
            window = shown(WINDOWS[name], language)
            show_on_small_screen(window)
            assert layout_faults(window) == [], language
