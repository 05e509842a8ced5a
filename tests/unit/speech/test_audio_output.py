"""Windows' default audio output, from a stand-in for winmm that answers, and fails, as mmddk.h's messages do."""

from __future__ import annotations

import ctypes
import sys

import pytest

from edge_assistant.speech.audio_output import count_outputs, default_output


class Winmm:
    """winmm with its messages of mmddk.h; `failing` is the message that is not supported."""

    def __init__(self, endpoint: str | None, failing: int | None = None) -> None:
        self._endpoint = endpoint
        self._failing = failing

    def waveOutMessage(self, device: int, message: int, first: int, second: int | None) -> int:
        if message == self._failing:
            return 8  # MMSYSERR_NOTSUPPORTED
        encoded = ((self._endpoint or "") + "\0").encode("utf-16-le")
        if message == 0x2015:
            assert device == 0xFFFFFFFF
            number = 0xFFFFFFFF if self._endpoint is None else 0
            ctypes.c_uint32.from_address(first).value = number
        elif message == 0x812:
            ctypes.c_size_t.from_address(first).value = len(encoded)
        elif message == 0x811:
            assert second == len(encoded)
            ctypes.memmove(first, encoded, len(encoded))
        return 0


def test_the_default_output_is_known_by_its_endpoint() -> None:
    assert default_output(Winmm("{0.0.0}.{95272ff3}")) == "{0.0.0}.{95272ff3}"
    assert default_output(Winmm(None)) == ""
    for failing in (0x2015, 0x812, 0x811):
        assert default_output(Winmm("x", failing)) is None


def test_windows_itself_answers_and_other_systems_have_no_winmm() -> None:
    if sys.platform == "win32":
        assert count_outputs() >= 0
        assert isinstance(default_output(), str)
    else:
        with pytest.raises(OSError, match="winmm"):
            count_outputs()
