"""What is wrong with an answer whatever was asked: introductions, markup, cuts, loops, languages, inventions."""

from __future__ import annotations

import re

from edge_assistant.assistant.events import DoneEvent
from edge_assistant.drawn_screens.truth import DrawnScreen
from edge_assistant.engine.task_entries import Task
from edge_assistant.model_check.openings import OPENINGS
from edge_assistant.model_check.scoring import find_claims, normalise
from edge_assistant.system.i18n import tr_noop
from edge_assistant.text.languages import is_other_language

FLAGS = {
    "introduction": tr_noop("begins with an introduction"),
    "markup": tr_noop("holds markup"),
    "markup-heard": tr_noop("has markup in what is heard"),
    "cut": tr_noop("is cut off at the limit"),
    "loop": tr_noop("repeats itself"),
    "language": tr_noop("is in another language"),
    "claim": tr_noop("names what is not there"),
}
"""The flags, and what each says of an answer."""

# As the model writes them: headings, emphasis, lists, tables, code, HTML, LaTeX, emoji, JSON.
_MARKUP = re.compile(
    r"^ {0,3}#{1,6}\s|\*\*|(?<!\w)__\w|^[ \t]*[-*+•]\s+\w|^[ \t]*\d{1,2}[.)]\s+\S|^[ \t]*\|.*\|"
    r"|```|~~~|</?[a-z][a-z0-9]*[\s/>]|\$[^$\n]+\$|\\(?:frac|boxed|text|leq|times|\(|\[)|[\U0001f300-\U0001faff\u2600-\u27bf]|\[[^\]\n]*\]\(|[{\[]\s*\"",
    re.MULTILINE | re.IGNORECASE,
)
# In text without line starts of lists: what would be heard as a sign, or as letters of code.
_HEARD = re.compile(
    r"\*\*|```|~~~|</?[a-z][a-z0-9]*[\s/>]|^\s{0,3}#{1,6}\s|\|.*\||\\(?:frac|boxed|text|leq|times)|bbox_2d|point_2d"
    r"|[{\[]\s*\"|<think|\[[^\]\n]*\]\(http",
    re.MULTILINE | re.IGNORECASE,
)
_FIRST_SENTENCE = re.compile(r"\s*(.+?)(?:[.!?:](?=\s|$)|[。！？：]|\n|$)", re.DOTALL)
_TAG = re.compile(r"</?[a-z][^<>\n]*>", re.IGNORECASE)
_MOST_WORDS = 30


def find_flags(screen: DrawnScreen, outcome: DoneEvent, task: Task, question: str = "") -> frozenset[str]:
    """Return what is wrong with the answer, as keys of FLAGS.

    What `question` names, an answer may name, if only to say that it is not there. A list of places is asked for as
    JSON, and a reading is in the text's own language and begins as the text does.
    """
    raw, text = outcome.answer, outcome.text
    named = find_claims(question, screen.truth.absent)
    invented = [each for each in find_claims(text, screen.truth.absent) if each not in named]
    found = {
        "introduction": task in ("glance", "detail", "question") and has_introduction(raw, text),
        "markup": task != "places" and has_markup(raw),
        "markup-heard": _HEARD.search(text) is not None,
        "cut": outcome.stop == "length",
        "loop": outcome.stop == "loop",
        "claim": bool(invented),
        "language": task not in ("read", "places") and is_other_language(text, screen.language),
    }
    return frozenset(name for name, wrong in found.items() if wrong)


def has_markup(raw: str) -> bool:
    """Return whether an answer, as the model wrote it, has what nobody should hear."""
    return _MARKUP.search(raw) is not None


def has_introduction(raw: str, text: str) -> bool:
    """Return whether an answer begins with words that tell nothing.

    That is a sentence that was left out of what was heard, `text`, or one of a few usual openings in it.
    """
    if raw.lstrip().startswith(("{", "[", "`")):
        return False  # a list of places or code, which is markup
    first = _words(_FIRST_SENTENCE.match(_TAG.sub(" ", raw)))
    if OPENINGS.match(normalise(re.sub(r"^[\W_]+", "", raw))):
        return True
    return len(first) >= 2 and bool(text.strip()) and not set(first) & set(_words_of(text)[:_MOST_WORDS])


def _words(match: re.Match[str] | None) -> list[str]:
    return _words_of(match[1]) if match else []


def _words_of(text: str) -> list[str]:
    return re.findall(r"\w+", normalise(text))
