"""Recognises an answer that only says, in words of its own, that the picture has no text."""

from __future__ import annotations

import re

_MOST_WORDS = 12
# In the languages of the task table. A word that would make it a text of its own must not follow: "No text messages".
_NO_TEXT = re.compile(
    r"""
    \bno\ (?:\w+\ ){0,2}(?:text|words?|writing)\b(?!\ (?!in\b|on\b|at\b|to\b|here|visible|present|found|detected|shown|
        is\b|was\b|can\b|could\b|whatsoever|and\b)\w)
  | (?:\bnot?|n['’]t)\ (?:\w+\ ){0,2}any\ (?:\w+\ )?(?:text|words|writing)\b
  | \bwithout\ (?:any\ )?text$ | \bdevoid\ of\ text\b
  | \bkein(?:en|e|erlei)?\ (?:\w+\ )?(?:text|schrift|wörter)\b | \bohne\ text$ | ^nichts\ zu\ lesen$
  | لا\ (?:يوجد|توجد)\ (?:أي\ )?نص | \b(?:žádný|není\ tu\ žádný)\ text\b | \bingen\ tekst\b | \bikke\ noe?n?\ tekst\b
  | \bδεν\ (?:υπάρχει|περιέχει)\ (?:\w+\ )?κείμενο | \b(?:no\ hay|no\ contiene|sin|ningún)\ (?:ningún\ )?texto\b
  | \bei\ (?:ole\ )?(?:\w+\ )?tekstiä\b | \b(?:pas\ de|aucun|sans)\ (?:\w+\ )?texte\b | אין\ (?:\w+\ )?טקסט
  | कोई\ (?:पाठ|टेक्स्ट|लिखावट)\ नहीं | \bnincs\ (?:\w+\ )?szöveg\b | \btidak\ ada\ (?:teks|tulisan)\b
  | \b(?:non\ c['’]è|non\ contiene|nessun|senza)\ (?:alcun\ |nessun\ )?testo\b
  | (?:文字|テキスト)(?:は|が)?(?:ありません|ない|含まれてい)
  | (?:글자|텍스트|글)(?:가|는|이)?\ ?없
  | \bgeen\ (?:\w+\ )?tekst\b | \b(?:brak|nie\ ma|nie\ zawiera)\ (?:\w+\ )?tekstu\b
  | \b(?:não\ há|não\ contém|sem|nenhum)\ (?:nenhum\ )?texto\b
  | \b(?:nu\ există|nu\ conține|fără|niciun)\ (?:niciun\ )?text\b
  | \bнет\ (?:\w+\ )?текста\b | \bтекст\w?\ (?:нет|отсутствует)\b | \bне\ содержит\ текста\b | \bingen\ text\b
  | ไม่มีข้อความ | \b(?:metin|yazı)\ (?:yok|bulunm) | \bнемає\ (?:\w+\ )?тексту\b | \bтексту?\ (?:немає|відсутній)\b
  | \bkhông\ (?:có|chứa)\ (?:\w+\ )?(?:chữ|văn\ bản)\b | (?:没有|沒有|无|無)(?:任何|可见的?|可读的?)*(?:文字|文本|字)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_WORDS_FOR_NONE = frozenset(("none", "nothing", "empty", "n/a", "na", "keiner", "nichts", "leer", "null"))
_NOT_LETTERS = " \t\n.。!…*_`\"'“”„()[]{}<>-—"


def says_no_text(text: str) -> bool:
    """Return whether a whole answer in one sentence only says that there is no text."""
    words = " ".join(text.split()).strip(_NOT_LETTERS)
    if words.casefold() in _WORDS_FOR_NONE:
        return True
    if len(words.split()) > _MOST_WORDS or any(map(str.isdecimal, words)) or set(words) & set('"“„«:'):
        return False
    return _NO_TEXT.search(words) is not None
