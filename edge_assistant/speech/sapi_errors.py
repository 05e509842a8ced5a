"""Errors of Windows' speech interface SAPI, and what they mean for the person."""

from __future__ import annotations

from edge_assistant.speech.playback import NO_OUTPUT
from edge_assistant.speech.players import NoSoundError
from edge_assistant.speech.voices import NoVoiceError
from edge_assistant.system.i18n import tr, tr_noop

# Results in sperror.h
NOT_FOUND = 0x8004503A
_DEVICE_BUSY = 0x80045006
_OUTPUT_ERRORS = frozenset(
    (
        0x80045003,  # SPERR_UNSUPPORTED_FORMAT
        0x80045007,  # SPERR_DEVICE_NOT_SUPPORTED, which comes when the device is gone
        0x80045008,  # SPERR_DEVICE_NOT_ENABLED
        0x80045009,  # SPERR_NO_DRIVER
        0x80045038,  # SPERR_STREAM_CLOSED
        0x8004503B,  # SPERR_INVALID_AUDIO_STATE
        0x8004503C,  # SPERR_GENERIC_MMSYS_ERROR
    )
)
_AUDIO_CLIENT = 0x88890000  # FACILITY_AUDCLNT in audioclient.h
_FAILURE = 0x80004005  # E_FAIL in winerror.h

_NO_DEVICE = tr_noop("There is no sound: no speakers or headphones are found. Connect some, then start again.")
_BUSY = tr_noop(
    "There is no sound: another program has the audio output for itself. Close that program, then start again."
)
_VOICE_FAILS = tr_noop(
    "The Windows voice does not work, error {code}. Restart the computer, or add another voice in the Windows "
    "settings, under Time and language, Speech."
)


class SapiError(Exception):
    """A call of SAPI failed; `hresult` is COM's result as an unsigned number of 32 bits."""

    def __init__(self, hresult: int) -> None:
        self.hresult = hresult & 0xFFFFFFFF
        super().__init__(f"{self.hresult:08X}")

    @classmethod
    def of(cls, error: Exception) -> SapiError:
        """Return it for an error of comtypes: a COMError, or the OSError of an object that cannot be made."""
        hresult = getattr(error, "winerror", None) or (error.args[0] if error.args else None)
        return cls(hresult if isinstance(hresult, int) else _FAILURE)

    def is_about_output(self, *, has_output: bool) -> bool:
        """Return whether the audio output fails, rather than the voice; `has_output` is whether there is one."""
        known = self.hresult in _OUTPUT_ERRORS or self.hresult == _DEVICE_BUSY
        return known or not has_output or self.hresult & 0xFFFF0000 == _AUDIO_CLIENT

    def explanation(self, *, has_output: bool) -> NoSoundError | NoVoiceError:
        """Return the error with a sentence that says what is wrong and what to do."""
        if not has_output:
            return NoSoundError(tr(_NO_DEVICE))
        if self.hresult == _DEVICE_BUSY:
            return NoSoundError(tr(_BUSY))
        if self.is_about_output(has_output=has_output):
            return NoSoundError(tr(NO_OUTPUT))
        return NoVoiceError(tr(_VOICE_FAILS, code=str(self)))
