"""The windows of settings and models on a small screen, with texts of every size: nothing cut, nothing sideways."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QScrollArea, QSpinBox, QVBoxLayout, QWidget
from rendering.fixed_machine import fixed_machine, show_filled
from rendering.windows import first_run
from support.accessible_walk import application, until
from support.layouts import SMALL_SCREEN, TEXT_SIZES, layout_faults, show_on_small_screen, text_size
from support.own_look import look_of_pictures

from edge_assistant.models.recommend import WARNING
from edge_assistant.settings.entry import GROUPS
from edge_assistant.settings.schema import Settings
from edge_assistant.system.i18n import tr, use_language
from edge_assistant.ui.models.dialog import ModelsDialog
from edge_assistant.ui.settings.dialog import SettingsDialog
from edge_assistant.ui.settings.spin_box import SpinBox


@pytest.mark.parametrize("percent", TEXT_SIZES)
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_group_of_settings_and_what_is_found_fits(percent: int, language: str) -> None:
    application()
    use_language(language)
    with text_size(percent):
        dialog = SettingsDialog(Settings(), on_apply=lambda _: None, providers={})
        dialog.resize(*SMALL_SCREEN)
        show_on_small_screen(dialog)
        for group in GROUPS:
            dialog._browser.groups.choose(group)
            QApplication.processEvents()
            assert layout_faults(dialog) == [], group
            spin_boxes = dialog.findChildren(QSpinBox)
            assert all(isinstance(each, SpinBox) for each in spin_boxes), "others cut words without an ellipsis"
        dialog._browser.search.setText("e")
        QApplication.processEvents()
        assert layout_faults(dialog) == []
        dialog.close()
        dialog.deleteLater()
    use_language("en")


@pytest.mark.parametrize("percent", TEXT_SIZES)
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_card_of_the_recommended_model_needs_no_scrolling_and_the_others_only_down(
    percent: int, language: str
) -> None:
    application()
    use_language(language)
    with text_size(percent):
        dialog = ModelsDialog(lambda _: None)
        dialog.resize(*SMALL_SCREEN)
        show_on_small_screen(dialog)
        until(lambda: dialog.others.table.rowCount(), "the models")
        QApplication.processEvents()
        assert layout_faults(dialog) == []
        (area,) = (each for each in dialog.findChildren(QScrollArea) if each.isVisible())
        assert area.verticalScrollBar().maximum() == 0
        dialog.others_button.click()
        dialog.resize(*SMALL_SCREEN)
        QApplication.processEvents()
        assert layout_faults(dialog) == []
        dialog.stop()
        dialog.hide()
        dialog.deleteLater()
    use_language("en")


def hollow() -> QWidget:
    """A window with an empty label that takes room."""
    window = QWidget()
    layout = QVBoxLayout(window)
    empty = QLabel()
    empty.setFixedHeight(60)
    for each in (QLabel("A label"), empty, QLineEdit("A field")):
        layout.addWidget(each)
    return window


def test_room_that_is_taken_by_nothing_is_noticed() -> None:
    application()
    window = hollow()
    show_on_small_screen(window)
    (fault,) = layout_faults(window)
    assert fault.endswith("is empty and takes 60 pixels of height")
    window.hide()
    window.deleteLater()


def test_the_meaning_of_a_setting_takes_room_only_while_a_field_has_the_keyboard_which_stays_in_sight() -> None:
    application()
    dialog = SettingsDialog(Settings(), on_apply=lambda _: None, providers={})
    dialog.resize(800, 420)
    show_on_small_screen(dialog)
    dialog.activateWindow()
    dialog._browser.groups.choose("speed")
    dialog._browser.groups.setFocus()
    QApplication.processEvents()
    pages, fields = dialog._browser.pages, dialog._browser.pages.fields
    height = pages.height()
    shown = [each.focus_widget for name, each in fields.items() if each.focus_widget.isVisible()]
    pages.verticalScrollBar().setValue(pages.verticalScrollBar().maximum())
    assert shown[-1].visibleRegion().boundingRect() == shown[-1].rect(), "it is seen before"
    shown[-1].setFocus()
    QApplication.processEvents()
    assert dialog._help.text() == shown[-1].accessibleDescription()
    assert pages.height() < height
    assert shown[-1].visibleRegion().boundingRect() == shown[-1].rect()
    dialog._buttons.buttons()[0].setFocus()
    QApplication.processEvents()
    assert pages.height() == height
    dialog.close()
    dialog.deleteLater()


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_warning_of_the_first_run_is_seen_without_scrolling(
    scale: float, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    width, height = (round(each / scale) for each in SMALL_SCREEN)
    for method, result in (("availableSize", QSize), ("availableGeometry", lambda *size: QRect(0, 0, *size))):
        monkeypatch.setattr(QScreen, method, lambda _, result=result: result(width, height))
    with look_of_pictures(), fixed_machine(language):
        window = show_filled(first_run)
        for _ in range(2):  # the choices, and the last page
            show_on_small_screen(window, (width, height))
            (warning,) = (each for each in window.findChildren(QLabel) if each.text() == tr(WARNING))
            assert warning.visibleRegion().boundingRect() == warning.rect()
            assert warning.height() >= warning.heightForWidth(warning.width())
            window.reject()
        window.hide()
        window.deleteLater()
