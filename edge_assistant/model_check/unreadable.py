"""Whether an answer says that a text cannot be read, in the languages that screens are drawn in."""

from __future__ import annotations

import re

from edge_assistant.model_check.scoring import normalise

# By language, in the normal form; beginnings of words are enough.
_PHRASES = {
    "en": (
        r"unreadable|illegible|indistinct|unclear|blurr|pixelated|out of focus|too (?:small|fuzzy)",
        r"can(?:not|'t| not) (?:be )?(?:\w+ )?(?:read|make|made)|unable to (?:read|make)",
        r"(?:not|hard|impossible|difficult) (?:\w+ )?(?:to read|to make out|readable|legible|clear)",
        r"no (?:readable |legible )?text",
    ),
    "de": (
        r"unleserlich|unlesbar|verschwommen|unscharf|zu klein|unklar|unkenntlich|verpixelt|undeutlich",
        r"nicht (?:\w+ )?(?:les|zu les|erkenn|zu erkenn|entziffer)|kein(?:en)? (?:lesbar\w* )?text",
    ),
    "fr": (
        r"illisible|flou|indéchiffrable|aucun texte",
        r"pas (?:\w+ )?(?:lire|lisible|(?:être )?lu(?!\w)|déchiffr)",
    ),
    "es": (
        r"ilegible|borros|ningún texto",
        r"no (?:\w+ )?(?:puede|pueden|puedo) (?:\w+ )?leer|no (?:es|son) (?:\w+ )?legible",
    ),
    "pl": (r"nieczyteln|rozmyt|niewyraźn", r"nie (?:\w+ )?(?:\w+ )?(?:odczyta|przeczyta)"),
    "ru": (
        r"нечита|неразборчив|размыт|нечётк|нечетк|нет текста",
        r"(?:не|нельзя|невозможно) (?:\w+ )?(?:прочита|прочесть|разобрать|читается)",
    ),
    "el": (r"δυσανάγνωστ|θολ|μη αναγνώσιμ|δεν υπάρχει κείμενο", r"δεν (?:\w+ ){0,2}(?:διαβ|διακρίν)"),
    "ar": (r"غير (?:واضح|مقروء|قابل)|ضبابي|مشوش", r"لا (?:يمكن|أستطيع|يوجد نص)"),
    "zh": (r"看不清|模糊|不清|没有文字", r"无法(?:辨|识|读|看|阅)"),
    "ja": (r"読め(?:な|ま)|読み取れ|ぼやけ|ぼけ|不鮮明|判読", r"(?:テキスト|文字)はありません"),
}
_ANY = re.compile("|".join(phrase for phrases in _PHRASES.values() for phrase in phrases))


def says_unreadable(text: str) -> bool:
    """Return whether the text says somewhere that something cannot be read; saying nothing at all counts too."""
    return not text.strip() or _ANY.search(normalise(text)) is not None
