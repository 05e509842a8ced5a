"""The names of languages in sentences that a person hears, by their codes."""

from __future__ import annotations

from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.text.scripts import base_of

_NAMES = {
    "am": tr_noop("Amharic"),
    "ar": tr_noop("Arabic"),
    "as": tr_noop("Assamese"),
    "be": tr_noop("Belarusian"),
    "bg": tr_noop("Bulgarian"),
    "bn": tr_noop("Bengali"),
    "bo": tr_noop("Tibetan"),
    "chr": tr_noop("Cherokee"),
    "ckb": tr_noop("Kurdish"),
    "cs": tr_noop("Czech"),
    "da": tr_noop("Danish"),
    "de": tr_noop("German"),
    "dv": tr_noop("Dhivehi"),
    "el": tr_noop("Greek"),
    "en": tr_noop("English"),
    "es": tr_noop("Spanish"),
    "fa": tr_noop("Persian"),
    "fi": tr_noop("Finnish"),
    "fr": tr_noop("French"),
    "gu": tr_noop("Gujarati"),
    "he": tr_noop("Hebrew"),
    "hi": tr_noop("Hindi"),
    "hr": tr_noop("Croatian"),
    "hu": tr_noop("Hungarian"),
    "hy": tr_noop("Armenian"),
    "id": tr_noop("Indonesian"),
    "it": tr_noop("Italian"),
    "ja": tr_noop("Japanese"),
    "ka": tr_noop("Georgian"),
    "kk": tr_noop("Kazakh"),
    "km": tr_noop("Khmer"),
    "kn": tr_noop("Kannada"),
    "ko": tr_noop("Korean"),
    "lo": tr_noop("Lao"),
    "mk": tr_noop("Macedonian"),
    "ml": tr_noop("Malayalam"),
    "mn": tr_noop("Mongolian"),
    "mr": tr_noop("Marathi"),
    "my": tr_noop("Burmese"),
    "nb": tr_noop("Norwegian"),
    "ne": tr_noop("Nepali"),
    "nl": tr_noop("Dutch"),
    "or": tr_noop("Odia"),
    "pa": tr_noop("Punjabi"),
    "pl": tr_noop("Polish"),
    "ps": tr_noop("Pashto"),
    "pt": tr_noop("Portuguese"),
    "ro": tr_noop("Romanian"),
    "ru": tr_noop("Russian"),
    "si": tr_noop("Sinhala"),
    "sk": tr_noop("Slovak"),
    "sr": tr_noop("Serbian"),
    "sv": tr_noop("Swedish"),
    "ta": tr_noop("Tamil"),
    "te": tr_noop("Telugu"),
    "th": tr_noop("Thai"),
    "tr": tr_noop("Turkish"),
    "uk": tr_noop("Ukrainian"),
    "ur": tr_noop("Urdu"),
    "vi": tr_noop("Vietnamese"),
    "zh": tr_noop("Chinese"),
}


def language_name(code: str) -> str:
    """Return the language's name in the person's language; its code where there is no name here."""
    name = _NAMES.get(base_of(code))
    return tr(name) if name else code
