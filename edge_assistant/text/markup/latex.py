"""Where formulas begin and end in running text."""

from __future__ import annotations

import re

_COMMANDS = (
    *("frac", "dfrac", "tfrac", "sqrt", "boxed", "times", "cdot", "div", "pm", "mp", "leq", "geq", "le", "ge", "neq"),
    *("ne", "approx", "equiv", "sim", "propto", "infty", "sum", "prod", "int", "iint", "oint", "lim", "log", "ln"),
    *("exp", "sin", "cos", "tan", "cot", "arcsin", "arccos", "arctan", "sec", "csc", "min", "max", "alpha", "beta"),
    *("gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta", "vartheta", "iota", "kappa", "lambda", "mu"),
    *("nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "varphi", "chi", "psi", "omega", "Gamma", "Delta"),
    *(
        "Theta",
        "Lambda",
        "Xi",
        "Pi",
        "Sigma",
        "Phi",
        "Psi",
        "Omega",
        "text",
        "textbf",
        "textit",
        "textrm",
        "emph",
        "texttt",
        "textsc",
        "mathrm",
    ),
    *("mathbf", "mathit", "mathbb", "mathcal", "operatorname", "overline", "underline", "hat", "bar", "vec", "dot"),
    *("ddot", "tilde", "left", "right", "big", "Big", "bigg", "Bigg", "begin", "end", "to", "rightarrow"),
    *("leftarrow", "Rightarrow", "Leftarrow", "leftrightarrow", "Leftrightarrow", "implies", "iff", "mapsto", "in"),
    *("notin", "subset", "subseteq", "supset", "cup", "cap", "setminus", "emptyset", "forall", "exists", "neg"),
    *("land", "lor", "partial", "nabla", "angle", "circ", "degree", "prime", "ldots", "cdots", "dots", "vdots"),
    *("quad", "qquad", "hspace", "binom", "dbinom", "tbinom", "pmatrix", "choose", "mod", "bmod", "pmod", "gcd"),
    *("lcm", "det", "dim", "ker", "deg", "arg", "sup", "inf", "perp", "parallel", "triangle", "square", "star"),
    *("ast", "bullet", "oplus", "otimes", "ell", "hbar", "Re", "Im", "aleph", "because", "therefore", "mid", "nmid"),
    *("lfloor", "rfloor", "lceil", "rceil", "langle", "rangle", "lvert", "rvert", "lVert", "rVert", "vert", "Vert"),
    *("displaystyle", "textstyle", "limits", "nolimits", "overset", "underset", "stackrel", "overbrace"),
    *("underbrace", "cancel", "xcancel", "boldsymbol", "bm", "mbox", "hbox", "fbox", "tag", "label", "color"),
    *("textcolor", "pmb", "not", "ll", "gg", "sqcup", "wedge", "vee", "cong", "doteq", "simeq", "asymp"),
    *("complement", "cdotp", "colon", "euro", "pounds", "copyright", "dagger", "ddagger", "S", "P", "checkmark"),
    *("uparrow", "downarrow", "longrightarrow", "longleftarrow", "hookrightarrow", "ce", "SI", "num", "unit", "si"),
)
LATEX_START = re.compile(rf"\\(?:{'|'.join(sorted(_COMMANDS, key=len, reverse=True))})(?![A-Za-z])(?=.)", re.DOTALL)
"""A command of LaTeX, with at least one character behind it."""

_MAX_LENGTH = 2000
_PART = re.compile(
    r"\\[A-Za-z]+\*?|\\[,;:!%{}| ]|\{|\}|\[|\]|[0-9]+(?:[.,][0-9]+)*|[-+*/=<>^_()|!'′]|[ \t]+"
    r"|(?<![^\W\d_])[^\W\d_](?![^\W\d_])|(?<![^\W\d_])[^\W\d_]{2,3}(?=[\^_])|[≤≥≠≈×·÷±∞√π°%]"
)
_LETTER_PART = re.compile(r"[^\W\d_]{1,3}\Z")
_LAST_LETTER = re.compile(r"(?<=[\w}\s])\s+[AaIiOoUuYyEeÀà]\Z")
_GROUP = re.compile(r"\{|\}")
_MATH = re.compile(r"[\\^_=+<>≤≥≠≈×·÷±√∑∫πα-ω]|\d\s*[-*/]\s*\w|^\s*[-−]?[\w.,()' ]{1,3}\s*$|^[A-Za-z]\([^()]*\)$|^\d")
_WORDS = re.compile(r"(?<![\\\w])[^\W\d_]{3,}")
_TEXT = re.compile(r"\\(?:text\w*|mathrm|operatorname|mbox|begin|end|SI|unit|ce)\s*\{[^{}]*\}")
_NAMES = frozenset(("sin", "cos", "tan", "log", "exp", "lim", "max", "min", "mod", "gcd", "det", "and"))
_PRICE = re.compile(r"\$\d[\d.,]*(?:\s*[kKmMbB]\b)?")


def is_price(text: str, start: int, *, final: bool) -> bool | None:
    """Return whether the "$" at `start` belongs to a sum of money; None if more is needed."""
    if not text[start + 1].isdigit():
        return False
    found = _PRICE.match(text, start)
    end = found.end() if found else start + 1
    while end < len(text) and text[end] == " ":
        end += 1
    if end + 1 >= len(text) and not final:
        return None
    following = text[end : end + 1]
    if not following or following == "\n":
        return True
    if following == "/" and end + 3 > len(text) and not final:
        return None
    if following == "/" and text[end + 1 : end + 3].isalpha() and len(text[end + 1 : end + 3]) == 2:
        return True
    if following in "\\^_+=*/<>≤≥≠×·÷±({" or following == "$" or (following == "-" and text[end + 1] != "$"):
        return False
    return not (following.isalpha() and not text[end + 1 : end + 2].isalpha() and text[end - 1].isdigit())


def is_formula(inner: str) -> bool:
    """Return whether what stands between two "$" is a formula rather than prose between two prices."""
    if "\\" in inner:
        return True
    words = [word for word in _WORDS.findall(_TEXT.sub("", inner)) if word not in _NAMES]
    return not words and _MATH.search(inner) is not None


def find_formula_end(text: str, start: int, *, final: bool) -> int | None:
    """Return the end of the formula that begins with the command at `start`; None if more is needed.

    It ends at the first word of two letters or more, unless that stands in braces, and at the line's end.
    """
    depth, i, end = 0, start, start
    limit = min(len(text), start + _MAX_LENGTH)
    while i < limit:
        if depth:
            brace = _GROUP.search(text, i, limit)
            line_end = text.find("\n\n", i, limit)
            if brace is None or (0 <= line_end < brace.start()):
                if line_end >= 0:
                    return max(end, start + 1)
                i = limit
                break
            depth += 1 if brace[0] == "{" else -1
            i = brace.end()
            end = i
            continue
        part = _PART.match(text, i, limit)
        if part is None:
            if not final and (text[i:] == "\\" or _LETTER_PART.match(text, i)):
                return None
            return _trim(text, start, end)
        if part.end() == len(text) and not final:
            return None
        depth += part[0] == "{"
        if part[0] == "}":
            return _trim(text, start, end)
        i = part.end()
        if not part[0].isspace():
            end = i
    if i >= start + _MAX_LENGTH or final:
        return _trim(text, start, end if not depth else i)
    return None


def _trim(text: str, start: int, end: int) -> int:
    """Leave out what belongs to the sentence: a mark at the end, and the first word if it is a single letter."""
    if letter := _LAST_LETTER.search(text, start, end):
        end = letter.start()
    while end > start + 2 and text[end - 1] in "!(,;- \t":
        end -= 1
    return end
