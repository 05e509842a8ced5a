"""The list of voices and the check of sound, by real worker processes over a stand-in for Windows' SAPI."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support import fake_sapi
from support.fake_sapi import HEDDA, NOTHING_SAID, THIRD_PARTY, UNINSTALLED, UNREADABLE, ZIRA, Machine

from edge_assistant.speech import worker
from edge_assistant.speech.probe import check_sound, list_voices
from edge_assistant.system.errors import InputError

Make = Callable[..., Machine]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes the machine that the next workers run on: `machine(voices=(…), …)`."""

    def make(**options: Any) -> Machine:
        made = Machine(tmp_path, **options)
        for name in ("report_voices", "report_sound"):
            monkeypatch.setattr(worker, name, partial(getattr(fake_sapi, name), made))
        return made

    return make


def test_odd_voices_hide_no_other_one(machine: Make) -> None:
    machine(voices=(UNREADABLE, UNINSTALLED, THIRD_PARTY, NOTHING_SAID, ZIRA, HEDDA), usual=THIRD_PARTY)
    assert [voice.name for voice in list_voices()] == [
        "IVONA 2 Brian",
        "eSpeak",
        "Microsoft Zira Desktop - English",
        "Microsoft Hedda Desktop - German",
    ]


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ({"outputs": ()}, "no-sound", "There is no sound: no speakers or headphones are found."),
        ({"call_error": fake_sapi.NOT_IMPLEMENTED}, "no-voice", "The Windows voice does not work, error 80004001."),
        ({"voices": (), "usual": None}, "no-voice", "There is no voice on this computer. Add one in the Windows"),
    ],
)
def test_what_keeps_speech_from_being_heard_is_found(
    machine: Make, options: dict[str, Any], code: str, message: str
) -> None:
    machine(**options)
    voice, output = check_sound()
    assert ((voice if code == "no-voice" else output) or "").startswith(message)
    assert (output if code == "no-voice" else voice) is None
    if code == "no-voice":
        with pytest.raises(InputError) as caught:
            list_voices()
        assert caught.value.code == "no-voice"
        assert str(caught.value).startswith(message)


def test_where_all_works_the_check_finds_nothing(machine: Make) -> None:
    machine()
    assert check_sound() == (None, None)
