"""The preview in the settings dialog speaks with the voice that would be used."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("PySide6.QtWidgets")

from support.accessible_walk import application, until

from edge_assistant.settings.schema import Settings
from edge_assistant.speech import speaker
from edge_assistant.ui.settings.voice_preview import VoicePreview


@pytest.mark.parametrize(("chosen", "spoken"), [(None, "de"), ("fr", "fr")])
def test_it_speaks_the_language_that_is_shown_or_else_the_systems(
    chosen: str | None, spoken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    application()
    given: list[tuple[Any, ...]] = []
    told: list[str] = []

    def start(_: object, *arguments: Any, name: str) -> None:
        given.append(arguments)
        raise OSError(name)  # so that nothing sounds

    monkeypatch.setattr(speaker, "WorkerProcess", start)
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    preview = VoicePreview(told.append)
    preview.play(Settings(language=chosen, speak=False, rate=180, volume=60))
    until(lambda: told, "the reason")
    preview.stop()
    assert [arguments[:4] for arguments in given] == [(None, spoken, 180, 60)]


@pytest.mark.parametrize(
    ("language", "said"),
    [("de", "So klingen die Antworten."), ("en", "This is how answers sound."), ("tr", "1, 2, 3, 4.")],
)
def test_what_it_says_is_for_the_voice_of_answers(language: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    application()
    spoken: list[tuple[str, object]] = []
    monkeypatch.setattr(speaker.Speaker, "start", lambda _: None)
    monkeypatch.setattr(speaker.Speaker, "say", lambda _, text, *, language=None: spoken.append((text, language)))
    preview = VoicePreview(pytest.fail)
    preview.play(Settings(language=language, voice="Somebody"))
    preview.stop()
    assert spoken == [(said, language)]
