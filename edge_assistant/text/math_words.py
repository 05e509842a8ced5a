"""What is said for mathematics in the languages that we speak, and signs for all others."""

from __future__ import annotations

import re
import unicodedata

from edge_assistant.system.i18n import tr_noop, translator

_SUPERSCRIPTS = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")

_OVER, _FRACTION = tr_noop("{a} over {b}"), tr_noop("the fraction {a}, over {b}, end of fraction")
_SQUARED, _CUBED, _POWER = tr_noop("{base} squared"), tr_noop("{base} cubed"), tr_noop("{base} to the {exponent}")
_ALL_SQUARED, _ALL_CUBED = tr_noop("{base}, all squared"), tr_noop("{base}, all cubed")
_ALL_POWER = tr_noop("{base}, all to the {exponent}")
_LONG_POWER = tr_noop("{base} to the power of {exponent}, end of power")
_ROOT, _CUBE_ROOT = tr_noop("square root of {a}"), tr_noop("cube root of {a}")
_NTH_ROOT = tr_noop("root of order {n} of {a}")
_END_OF_ROOT = tr_noop("{root}, end of root")
_FROM_TO, _FROM, _OF = tr_noop("{sign} from {low} to {high} of"), tr_noop("{sign} over {low} of"), tr_noop("{sign} of")
_LIMIT = tr_noop("limit for {low} of")
_CHOOSE = tr_noop("{n} choose {k}")
_BAR, _HAT, _VECTOR, _DOT = tr_noop("{a} bar"), tr_noop("{a} hat"), tr_noop("vector {a}"), tr_noop("{a} dot")
_ROW = tr_noop("row {number}: {cells}")
_PRIME = tr_noop("prime")
_MIXED = tr_noop("and")

SIGNS: dict[str, str] = {
    "+": tr_noop("plus"),
    "−": tr_noop("minus"),
    "±": tr_noop("plus or minus"),
    "∓": tr_noop("minus or plus"),
    "×": tr_noop("times"),
    "÷": tr_noop("divided by"),
    "=": tr_noop("equals"),
    "≠": tr_noop("not equal to"),
    "≈": tr_noop("approximately"),
    "≡": tr_noop("identical to"),
    "∼": tr_noop("similar to"),
    "≅": tr_noop("congruent to"),
    "∝": tr_noop("proportional to"),
    "≤": tr_noop(", at most"),
    "≥": tr_noop(", at least"),
    "<": tr_noop("less than"),
    ">": tr_noop("greater than"),
    "≪": tr_noop("much less than"),
    "≫": tr_noop("much greater than"),
    "∞": tr_noop("infinity"),
    "∈": tr_noop("in the set"),
    "∉": tr_noop("not in the set"),
    "⊂": tr_noop("subset of"),
    "⊆": tr_noop("subset of or equal to"),
    "∪": tr_noop("union"),
    "∩": tr_noop("intersected with"),
    "∅": tr_noop("the empty set"),
    "∀": tr_noop("for all"),
    "∃": tr_noop("there is"),
    "∧": tr_noop("and"),
    "∨": tr_noop("or"),
    "¬": tr_noop("not"),
    "⇒": tr_noop("implies"),
    "⇔": tr_noop("if and only if"),
    "→": tr_noop("goes to"),
    "∂": tr_noop("partial"),
    "∇": tr_noop("nabla"),
    "∠": tr_noop("angle"),
    "⊥": tr_noop("perpendicular to"),
    "∥": tr_noop("parallel to"),
    "∴": tr_noop("therefore"),
    "∑": tr_noop("the sum"),
    "∏": tr_noop("the product"),
    "∫": tr_noop("the integral"),
    "∮": tr_noop("the contour integral"),
    "sin": tr_noop("sine"),
    "cos": tr_noop("cosine"),
    "tan": tr_noop("tangent"),
    "log": tr_noop("logarithm"),
    "ln": tr_noop("natural logarithm"),
    "lim": tr_noop("limit"),
}
"""Signs and names, and their words."""

_LARGE = frozenset("∑∏∫∮")


class MathWords:
    """Puts mathematics into words of one language, by default the person's own; without a translation into signs."""

    def __init__(self, language: str | None) -> None:
        self._words = translator(language)

    @property
    def spoken(self) -> bool:
        """Whether there are words."""
        return self._words is not None

    def sign(self, sign: str) -> str:
        """Return the words for a sign of SIGNS, or the sign itself."""
        return self._words(SIGNS[sign]) if self._words and sign in SIGNS else sign

    def greek(self, name: str) -> str:
        """Return a Greek letter by its name, such as "alpha" or "Delta"."""
        if self._words is None:
            size, letter = ("CAPITAL" if name[0].isupper() else "SMALL"), name.upper().replace("LAMBDA", "LAMDA")
            return unicodedata.lookup(f"GREEK {size} LETTER {letter}")
        return name

    def fraction(self, a: str, b: str) -> str:
        """Return a fraction."""
        if self._words is None:
            return f"{_bracketed(a)}/{_bracketed(b)}"
        return self._words(_OVER if _is_simple(a) and _is_simple(b) else _FRACTION, a=a, b=b)

    def power(self, base: str, exponent: str) -> str:
        """Return a power."""
        if self._words is None:
            if re.fullmatch(r"[0-9+\-−=()ni ]+", exponent):
                return base + exponent.replace(" ", "").translate(_SUPERSCRIPTS)
            return f"{base}^{_bracketed(exponent)}"
        whole = base.endswith(")")
        if exponent in ("2", "3"):
            square, cube = (_ALL_SQUARED, _ALL_CUBED) if whole else (_SQUARED, _CUBED)
            return self._words(square if exponent == "2" else cube, base=base)
        exponent = re.sub(r"^[-−](?=\w)", f"{self.sign('−')} ", exponent)
        if not _is_simple(exponent.removeprefix(f"{self.sign('−')} ")):
            return self._words(_LONG_POWER, base=base, exponent=exponent)
        return self._words(_ALL_POWER if whole else _POWER, base=base, exponent=exponent)

    def root(self, a: str, degree: str = "") -> str:
        """Return a root, by default the square root."""
        if self._words is None:
            known = {"": "√", "2": "√", "3": "∛", "4": "∜"}
            return known[degree] + _bracketed(a) if degree in known else f"{_bracketed(a)}^(1/{degree})"
        message = {"": _ROOT, "2": _ROOT, "3": _CUBE_ROOT}.get(degree, _NTH_ROOT)
        root = self._words(message, a=a, n=degree)
        return root if _is_simple(a) else self._words(_END_OF_ROOT, root=root)

    def bounded(self, sign: str, low: str, high: str) -> str:
        """Return a sum, a product, an integral or a limit, with its bounds as far as it has any."""
        if self._words is None:
            bounds = "..".join(filter(None, (low, high)))
            return f"{sign}({bounds})" if bounds else sign
        if sign == "lim" and low:
            return self._words(_LIMIT, low=low)
        message = _FROM_TO if low and high else _FROM if low or high else _OF if sign in _LARGE else ""
        return self._words(message, sign=self.sign(sign), low=low or high, high=high) if message else self.sign(sign)

    def choose(self, n: str, k: str) -> str:
        """Return a binomial coefficient."""
        return self._words(_CHOOSE, n=n, k=k) if self._words else f"C({n}, {k})"

    def accent(self, name: str, a: str) -> str:
        """Return a letter with what LaTeX's macro `name` puts on it."""
        kind = {"bar": _BAR, "overline": _BAR, "hat": _HAT, "widehat": _HAT, "vec": _VECTOR, "dot": _DOT}.get(name)
        if self._words is None or kind is None or not _is_simple(a):
            return a
        return self._words(kind, a=a)

    def prime(self) -> str:
        """Return what is said for the mark of a derivative."""
        return f" {self._words(_PRIME)}" if self._words else "′"

    def mixed(self) -> str:
        """Return what is said between a whole number and the fraction that belongs to it."""
        return self._words(_MIXED) if self._words else ""

    def row(self, number: int, cells: str) -> str:
        """Return a row of a matrix."""
        return self._words(_ROW, number=number, cells=cells) if self._words else cells


def _is_simple(text: str) -> bool:
    """Return whether it is clear without a word where this ends: a number, a letter, a name with its index or unit."""
    return not re.search(r"[\s+\-−=<>/×÷·^]", re.sub(r"(?<=\w) \w{1,3}$|^[-−]", "", text))


def _bracketed(text: str) -> str:
    return text if _is_simple(text) or re.fullmatch(r"\([^()]*\)", text) else f"({text})"
