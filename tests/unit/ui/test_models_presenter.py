"""The presenter of the models window: what is chosen there is a setting, and a setting is shown there."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from support.accessible_walk import application

from edge_assistant.settings.schema import Settings
from edge_assistant.ui.models.presenter import ModelsPresenter
from edge_assistant.ui.settings.settings_access import SettingsAccess


def test_a_model_that_is_chosen_for_use_is_saved_and_one_of_the_settings_is_shown_as_used() -> None:
    application()
    saved: list[Settings] = []
    settings = Settings(volume=40, model="first")
    access = cast("SettingsAccess", SimpleNamespace(settings=settings, save=saved.append))
    presenter = ModelsPresenter(lambda _: None, lambda: None, None, access)
    presenter.open()
    dialog = presenter.dialog
    assert dialog is not None
    assert dialog._preferred == "first"
    dialog.use_requested.emit("second")
    assert [(each.model, each.volume) for each in saved] == [("second", 40)]
    presenter.apply_settings(saved[0])
    assert dialog._preferred == "second"
    presenter.stop()
    dialog.deleteLater()
