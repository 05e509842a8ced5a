"""The windows of settings and models on a small screen, with texts of every size: nothing cut, nothing sideways."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QScrollArea
from support.accessible_walk import application, until
from support.layouts import SMALL_SCREEN, TEXT_SIZES, layout_faults, show_on_small_screen, text_size

from edge_assistant.settings.entry import GROUPS
from edge_assistant.settings.schema import Settings
from edge_assistant.system.i18n import use_language
from edge_assistant.ui.models.dialog import ModelsDialog
from edge_assistant.ui.settings.dialog import SettingsDialog


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
