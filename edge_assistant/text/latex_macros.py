"""LaTeX's macros by what they stand for."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


OPERATORS = {
    **dict.fromkeys(("leq", "le", "leqslant"), "≤"),
    **dict.fromkeys(("geq", "ge", "geqslant"), "≥"),
    **dict.fromkeys(("neq", "ne"), "≠"),
    **dict.fromkeys(("approx", "approxeq"), "≈"),
    **dict.fromkeys(("times", "cdot", "ast", "cdotp"), "×"),
    **dict.fromkeys(("rightarrow", "to", "longrightarrow", "mapsto", "xrightarrow"), "→"),
    **dict.fromkeys(("Rightarrow", "implies", "Longrightarrow"), "⇒"),
    **dict.fromkeys(("Leftrightarrow", "iff"), "⇔"),
    **dict.fromkeys(("emptyset", "varnothing"), "∅"),
    **dict.fromkeys(("sim", "thicksim"), "∼"),
    **dict.fromkeys(("land", "wedge"), "∧"),
    **dict.fromkeys(("lor", "vee"), "∨"),
    **dict.fromkeys(("neg", "lnot"), "¬"),
    **{"lt": "<", "gt": ">", "ll": "≪", "gg": "≫", "pm": "±", "mp": "∓", "div": "÷", "equiv": "≡", "cong": "≅"},
    **{"propto": "∝", "infty": "∞", "in": "∈", "notin": "∉", "subset": "⊂", "subseteq": "⊆", "cup": "∪", "cap": "∩"},
    **{"forall": "∀", "exists": "∃", "partial": "∂", "nabla": "∇", "angle": "∠", "perp": "⊥", "parallel": "∥"},
    "therefore": "∴",
}
LARGE = {"sum": "∑", "prod": "∏", "int": "∫", "iint": "∫", "iiint": "∫", "oint": "∮", "lim": "lim"}
FUNCTIONS = {"sin": "sin", "cos": "cos", "tan": "tan", "log": "log", "ln": "ln", "lg": "log"}
GREEK = _words(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi "
    "omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
)
SIGNS = {
    **{"%": "%", "$": "$", "&": "&", "#": "#", "_": "_", "{": "{", "}": "}", "|": "|", "lvert": "|", "rvert": "|"},
    **{
        "vert": "|",
        "mid": "|",
        "lbrace": "{",
        "rbrace": "}",
        "langle": "⟨",
        "rangle": "⟩",
        "prime": "′",
        "degree": "°",
    },
    **{"colon": ":", "euro": "€", "pounds": "£", "micro": "µ", "ell": "l", "hbar": "ħ", "Re": "Re", "Im": "Im"},
    **dict.fromkeys(("ldots", "dots", "cdots", "vdots", "ddots"), "…"),
    **dict.fromkeys(("lfloor", "rfloor", "lceil", "rceil"), "|"),
}
SPACES = frozenset(
    (",", ";", ":", "!", " ", ">", "quad", "qquad", "thinspace", "space", "enspace", "nobreakspace", "~")
)
DELIMITER_SIZES = _words("left right big Big bigg Bigg")
DROPPED = _words(
    "left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr displaystyle textstyle scriptstyle limits nolimits "
    "hline cline toprule midrule bottomrule nonumber notag label middle centering rm bf it sf tt mathstrut strut "
    "null / hspace vspace phantom hphantom vphantom color"
)
# Macros with arguments as pylatexenc writes them ("{" one, "[" one that may be left out), and the one that is spoken.
CONTENT = {
    **dict.fromkeys(
        _words(
            "boxed text textbf textit textrm textsf texttt textnormal textup mathrm mathbf mathit mathsf mathtt "
            "mathcal mathbb mathfrak mathscr boldsymbol bm operatorname mbox hbox fbox emph underline cancel "
            "bcancel xcancel overbrace underbrace substack tag pmb vphantom label si unit num"
        ),
        ("{", 0),
    ),
    **dict.fromkeys(("textcolor", "colorbox", "overset", "underset", "stackrel"), ("{{", 1)),
}
TEXT = _words(
    "text textbf textit textrm textsf texttt textnormal textup mathrm mathsf operatorname mbox hbox si unit num"
)
SHORT_WORDS = _words(
    "km cm mm dm kg mg hz khz ms min bar mol rad db ml cl dl ha pa kpa kw kwh mph kmh eur usd gb mb kb "
    "if or and for is in of to at by mod max min gcd lcm det dim ker exp arg sup inf deg sec cot csc tan sin cos "
    "log ln und für ist aus von bis mit als ggt kgv not let set the are so an no yes ja nein"
)
"""Letters without a space that are no product of variables."""
ACCENTS = _words("bar overline hat widehat vec overrightarrow dot ddot tilde widetilde")
FRACTIONS = frozenset(("frac", "dfrac", "tfrac", "cfrac", "sfrac", "nicefrac"))
BINOMIALS = frozenset(("binom", "dbinom", "tbinom"))
CHEMISTRY = frozenset(("ce", "cf"))
TABLES = _words("cases dcases rcases array tabular")
MATRICES = _words("matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix")
