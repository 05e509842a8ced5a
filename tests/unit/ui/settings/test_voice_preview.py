"""The preview in the settings dialog speaks with the voice that would be used."""

from __future__ import annotations

import functools
from typing import Any

import pytest
from support.accessible_walk import application, until

from edge_assistant.assistant.factory import make_speaker
from edge_assistant.settings.schema import Settings
from edge_assistant.speech import speaker
from edge_assistant.ui.settings import voice_preview
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


@pytest.mark.parametrize("output", ["auto", "screen-reader"])
def test_it_is_our_own_voice_that_is_tried_also_where_a_screen_reader_speaks(
    output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    application()
    monkeypatch.setattr(voice_preview, "make_speaker", functools.partial(make_speaker, platform="win32"))
    monkeypatch.setattr(speaker, "WorkerProcess", refuse)
    preview = VoicePreview(lambda _: None)
    preview.play(Settings(output=output))
    assert type(preview._speaker) is speaker.Speaker
    preview.stop()


def refuse(*_: object, name: str) -> None:
    """Fail to start a worker, so that nothing sounds."""
    raise OSError(name)
