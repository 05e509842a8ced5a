"""Selection of voices: the person's own, and one for each other language that a text is in."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence

from edge_assistant.speech.language_names import language_name
from edge_assistant.speech.messages import NO_SUCH_VOICE, NO_VOICE_FOR_LANGUAGE, Notice, SystemVoice
from edge_assistant.system.i18n import catalogue_language, tr, tr_noop
from edge_assistant.text.scripts import DEFAULT_LANGUAGES, base_of, scripts_of

# Other codes of languages, in the order of preference: those of espeak-ng's list, where the first voice may be a rare
# accent, and old ones. espeak-ng 1.51 reads Chinese aloud as English letters and tone numbers ("ni three") with its
# voice cmn, and as words with cmn-latn-pinyin.
_OTHER_CODES = {
    "en": ("en-gb", "en-us"),
    "zh": ("zh-cn", "cmn-cn", "cmn-latn-pinyin", "cmn", "zh-sg", "zh-tw", "zh-hk", "yue"),
    "yue": ("zh-hk", "yue-hk"),
    "no": ("nb",),
    "nb": ("no",),
    "nn": ("no", "nb"),
    "he": ("iw",),
    "iw": ("he",),
    "id": ("in",),
    "in": ("id",),
}
_SAME = {"cmn": "zh", "zh-hk": "yue", "zh-mo": "yue"}
# Where another voice speaks these, it goes before espeak-ng's, which knows few words or none of them.
_POOR_IN_ESPEAK = frozenset(("zh", "yue", "ja", "ko", "th"))

_NO_VOICE = tr_noop(
    "There is no voice for {language} on this computer, so such text may be spelled or left out. {advice}"
)
_ADVICE = {
    "linux": tr_noop("Voices come with the package espeak-ng-data."),
    "win32": tr_noop("You can add one in the Windows settings, under Time and language, Speech."),
    "darwin": tr_noop("You can add one in the system settings, under Accessibility, Spoken Content."),
}
_NO_VOICES = {
    "linux": tr_noop("There is no voice on this computer. Install espeak-ng, then start again."),
    "win32": tr_noop(
        "There is no voice on this computer. Add one in the Windows settings, under Time and language, Speech, then "
        "start again."
    ),
    "darwin": tr_noop(
        "There is no voice on this computer. Add one in the system settings, under Accessibility, Spoken Content, then "
        "start again."
    ),
}
_NO_KANJI = tr_noop("The Japanese voice on this computer cannot read kanji. It says the word kanji in their place.")
_KANJI = re.compile("[々〆㐀-䶿一-鿿豈-﫿]+")
_KANJI_IN_KANA = " かんじ "


def choose_voice(voices: Sequence[SystemVoice], name: str | None, language: str | None) -> SystemVoice | None:
    """Return the voice with the id or name `name`; else the first that speaks `language`, exactly or nearly."""
    if name is not None:
        for voice in voices:
            if name.lower() in (voice.id.lower(), voice.name.lower()):
                return voice
    if language is None:
        return None
    code = _normalize(language)
    code = _SAME.get(code, code)
    base = code.split("-")[0]
    if base in _POOR_IN_ESPEAK:
        voices = sorted(voices, key=lambda each: each.espeak)
        if any(not each.espeak and _speaks(each, base) for each in voices):
            voices = [each for each in voices if not each.espeak]
    for candidate in (code, base, f"{base}-{base}", *_OTHER_CODES.get(base, ())):
        for voice in voices:
            if candidate in map(_normalize, voice.languages):
                return voice
    return next((voice for voice in voices if _speaks(voice, base)), None)


def is_for(voice: SystemVoice, language: str) -> bool:
    """Return whether a voice is for a language, or, with a country in the code, for that country's."""
    code = _normalize(language)
    if "-" not in code:
        return _speaks(voice, _SAME.get(code, code))
    return any(_normalize(each).startswith(code) for each in voice.languages)


class NoVoiceError(Exception):
    """There is no speech synthesis; the text says what to do about it."""


def no_voice_error(platform: str = sys.platform) -> NoVoiceError:
    """Return the error that there is no voice at all; `platform` is as in sys.platform."""
    return NoVoiceError(tr(_NO_VOICES.get(platform, _NO_VOICES["linux"])))


class VoiceChooser:
    """The voices of one speaker: `wanted` by id or name, else one for `language`, and one for each other language.

    `send` gets a Notice for what is missing, once for each language, when that is to be spoken. `platform` is as in
    sys.platform.
    """

    def __init__(
        self,
        voices: Sequence[SystemVoice],
        wanted: str | None,
        language: str | None,
        send: Callable[[Notice], object],
        platform: str = sys.platform,
    ) -> None:
        self._voices = voices
        self._send = send
        self._platform = platform
        self._noticed: set[str] = set()
        self._language = language or catalogue_language()
        self._own = choose_voice(voices, wanted, None)
        if wanted is not None and self._own is None:
            send(Notice(NO_SUCH_VOICE, tr("There is no voice called {wanted}. Another voice is used.", wanted=wanted)))
        self._own = self._own or choose_voice(voices, None, language)
        self._has_own = self._own is not None or language is None
        self._chosen: dict[str, SystemVoice | None] = {}

    def voice_for(self, language: str) -> SystemVoice | None:
        """Return the voice for text in this language; None is the system's default voice."""
        base = base_of(language)
        if base == base_of(self._language):
            if not self._has_own:
                self._own, self._has_own = self._find(self._language), True
            return self._own
        if language not in self._chosen:
            knows = self._own is not None and _speaks(self._own, _SAME.get(base, base))
            self._chosen[language] = self._own if knows else self._find(language) or self._own
        return self._chosen[language]

    def speakable(self, text: str, voice: SystemVoice | None) -> str:
        """Return the text as this voice can speak it."""
        if voice is None or not voice.espeak or not _speaks(voice, "ja") or not _KANJI.search(text):
            return text
        self._notify("kanji", tr(_NO_KANJI))
        return _KANJI.sub(_KANJI_IN_KANA, text)

    def _find(self, language: str) -> SystemVoice | None:
        found = choose_voice(self._voices, None, language)
        if found is not None:
            return found
        advice = tr(_ADVICE.get(self._platform, _ADVICE["linux"]))
        self._notify(base_of(language), tr(_NO_VOICE, language=language_name(language), advice=advice))
        # The usual language of the script: its voice knows at least the letters.
        scripts = scripts_of(language) - {"LATIN"}
        return choose_voice(self._voices, None, DEFAULT_LANGUAGES[min(scripts)]) if scripts else None

    def _notify(self, about: str, message: str) -> None:
        if about not in self._noticed:
            self._noticed.add(about)
            self._send(Notice(NO_VOICE_FOR_LANGUAGE, message))


def _speaks(voice: SystemVoice, base: str) -> bool:
    codes = {base, *(code.split("-")[0] for code in _OTHER_CODES.get(base, ()))}
    return any(_normalize(code).split("-")[0] in codes for code in voice.languages)


def _normalize(code: str) -> str:
    """Normalize a language code: Windows and macOS write en_GB, espeak-ng en-gb."""
    return code.replace("_", "-").lower()
