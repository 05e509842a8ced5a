"""Formulas in words, in English and German, and in signs for other languages."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest

from edge_assistant.text.formulas import formula_to_text
from edge_assistant.text.math_words import SIGNS, MathWords


@pytest.mark.parametrize(
    ("latex", "english", "german", "signs"),
    [
        (r"\frac{a}{b} \leq 5", "a over b, at most 5", "a durch b, höchstens 5", "a/b ≤ 5"),
        (r"\boxed{5.8}", "5.8", "5.8", "5.8"),
        (r"\boxed{5.8", "5.8", "5.8", "5.8"),
        ("$x^2$", "x squared", "x hoch 2", "x²"),
        ("x^3", "x cubed", "x hoch 3", "x³"),
        ("x^{-3}", "x to the minus 3", "x hoch minus 3", "x⁻³"),
        ("10^-3", "10 to the minus 3", "10 hoch minus 3", "10⁻³"),
        ("10^23", "10 to the 23", "10 hoch 23", "10²³"),
        ("x^n", "x to the n", "x hoch n", "xⁿ"),
        (
            "x^{n+1}",
            "x to the power of n plus 1, end of power",
            "x hoch n plus 1, Ende des Exponenten",
            "xⁿ⁺¹",
        ),
        ("x_1 + x_{i,j}", "x 1 plus x i,j", "x 1 plus x i,j", "x_1 + x_(i,j)"),
        ("x_1^2", "x 1 squared", "x 1 hoch 2", "x_1²"),
        ("(a+b)^2", "(a plus b), all squared", "(a plus b), alles hoch 2", "(a + b)²"),
        (r"\sqrt{2}", "square root of 2", "Wurzel aus 2", "√2"),
        (r"\sqrt[3]{8}", "cube root of 8", "dritte Wurzel aus 8", "∛8"),
        (r"\sqrt[5]{8}", "root of order 5 of 8", "5-te Wurzel aus 8", "8^(1/5)"),
        (r"\sqrt{a+b}", "square root of a plus b, end of root", "Wurzel aus a plus b, Ende der Wurzel", "√(a + b)"),
        (
            r"\frac{a+b}{c}",
            "the fraction a plus b, over c, end of fraction",
            "Bruch a plus b, durch c, Ende des Bruchs",
            "(a + b)/c",
        ),
        (r"\frac12", "1 over 2", "1 durch 2", "1/2"),
        (r"3 \frac{1}{2}", "3 and 1 over 2", "3 und 1 durch 2", "3 1/2"),
        (
            r"2 \times 3 \cdot 4 \div 2 = 12",
            "2 times 3 times 4 divided by 2 equals 12",
            "2 mal 3 mal 4 geteilt durch 2 gleich 12",
            "2 × 3 × 4 ÷ 2 = 12",
        ),
        (
            r"5 \pm 1 \approx \infty",
            "5 plus or minus 1 approximately infinity",
            "5 plus minus 1 ungefähr gleich unendlich",
            "5 ± 1 ≈ ∞",
        ),
        (r"a \neq b \geq c", "a not equal to b, at least c", "a ungleich b, mindestens c", "a ≠ b ≥ c"),
        (r"\alpha + \Delta x", "alpha plus Delta x", "alpha plus Delta x", "α + Δx"),
        (r"\lambda\varepsilon", "lambda epsilon", "lambda epsilon", "λε"),
        (
            r"\sum_{i=1}^{n} i^2",
            "the sum from i equals 1 to n of i squared",
            "Summe von i gleich 1 bis n über i hoch 2",
            "∑(i = 1..n) i²",
        ),
        (
            r"\int_0^1 x\,dx",
            "the integral from 0 to 1 of x d x",
            "Integral von 0 bis 1 über x d x",
            "∫(0..1) x dx",
        ),
        (r"\int x", "the integral of x", "Integral von x", "∫ x"),
        (
            r"\lim_{x \to 0} \frac{\sin x}{x}",
            "limit for x goes to 0 of sine x over x",
            "Grenzwert für x gegen 0 von Sinus x durch x",
            "lim(x → 0) sin x/x",
        ),
        (r"25^\circ\mathrm{C}", "25 °C", "25 °C", "25 °C"),
        (r"90^{\circ}", "90°", "90°", "90°"),
        (r"50\% - 5%", "50% minus 5%", "50% minus 5%", "50% − 5%"),
        (r"5\,\mathrm{km/h}", "5 km/h", "5 km/h", "5 km/h"),
        (r"1\,000\,000", "1\u202f000\u202f000", "1\u202f000\u202f000", "1\u202f000\u202f000"),
        ("1{,}234", "1,234", "1,234", "1,234"),
        (r"\text{if } x > 0", "if x greater than 0", "if x größer als 0", "if x > 0"),
        (
            r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",
            "row 1: 1, 2; row 2: 3, 4",
            "Zeile 1: 1, 2; Zeile 2: 3, 4",
            "1, 2; 3, 4",
        ),
        (
            r"f(x) = \begin{cases} 1 & x > 0 \\ 0 \end{cases}",
            "f(x) equals 1, x greater than 0; 0",
            "f(x) gleich 1, x größer als 0; 0",
            "f(x) = 1, x > 0; 0",
        ),
        (
            r"\begin{aligned} a &= b \\ c &= d \end{aligned}",
            "a equals b; c equals d",
            "a gleich b; c gleich d",
            "a = b; c = d",
        ),
        (r"\ce{H2SO4}", "H2SO4", "H2SO4", "H2SO4"),
        (r"\ce{SO4^{2-}}", "SO42-", "SO42-", "SO42-"),
        ("H_2O", "H 2 O", "H 2 O", "H_2O"),
        ("f'(x)", "f prime (x)", "f Strich (x)", "f'(x)"),
        ("E = mc^2", "E equals m c squared", "E gleich m c hoch 2", "E = mc²"),
        (r"\vec{v} \bar{x}", "vector v x bar", "Vektor v x quer", "v x"),
        (r"\binom{n}{k}", "n choose k", "n über k", "C(n, k)"),
        (r"x \in \mathbb{R}", "x in the set R", "x Element von R", "x ∈ R"),
        (r"\left\{ 1, 2 \right\}", "{1, 2}", "{1, 2}", "{1, 2}"),
        (r"\left. x \right|_0", "x | 0", "x | 0", "x |_0"),
        ("-5", "minus 5", "minus 5", "-5"),
        (r"a = -5", "a equals minus 5", "a gleich minus 5", "a = -5"),
        (r"\unknown{x} + \other", "unknown x plus other", "unknown x plus other", "unknown x + other"),
        (r"\frac", "frac", "frac", "frac"),
        ("a}b{c", "abc", "abc", "abc"),
        (r"\$5 \& \#3", "$5 & #3", "$5 & #3", "$5 & #3"),
        ("km/h", "km/h", "km/h", "km/h"),
        ("speed = 5", "speed equals 5", "speed gleich 5", "speed = 5"),
    ],
)
def test_a_formula_is_said_in_words_or_kept_in_signs(latex: str, english: str, german: str, signs: str) -> None:
    assert formula_to_text(latex, "en") == english
    assert formula_to_text(latex, "de-AT") == german
    assert formula_to_text(latex, "fr") == signs
    assert formula_to_text(latex, None) == english


@pytest.mark.parametrize("sign", [sign for sign in SIGNS if not sign.isalpha()])
def test_every_sign_has_words(sign: str) -> None:
    said = MathWords("en").sign(sign), MathWords("de").sign(sign)
    assert sign not in said
    assert MathWords("fr").sign(sign) == sign


_PIECES = [
    *(
        r"\frac",
        r"\sqrt",
        "{",
        "}",
        "[",
        "]",
        "^",
        "_",
        "x",
        "12",
        "3.5",
        " ",
        r"\left",
        r"\right",
        "(",
        ")",
        "&",
        r"\\",
    ),
    *(r"\begin{cases}", r"\end{cases}", r"\begin{pmatrix}", r"\end{pmatrix}", r"\begin{array}{cc}", r"\begin", r"\end"),
    *(
        r"\text",
        r"\alpha",
        "$",
        "%",
        "#",
        "~",
        "\\",
        "'",
        "``",
        r"\sum",
        r"\not",
        r"\ce",
        r"\verb|",
        r"\(",
        r"\]",
        "漢",
    ),
    *(
        r"\newcommand",
        r"\def",
        r"\input{x}",
        r"\begin{verbatim}",
        r"\binom",
        r"\overset",
        r"^\circ",
        "=",
        "≤",
        "-",
        "\n",
    ),
]


@pytest.mark.parametrize("seed", range(200))
def test_broken_formulas_give_text_without_commands(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(20):
        latex = "".join(chance.choice(_PIECES) for _ in range(chance.randint(1, 25)))
        for language in ("en", "de", "fr"):
            text = formula_to_text(latex, language)
            assert "\\" not in text


@pytest.mark.parametrize(
    "latex",
    [
        "{" * 1000,
        r"\not" * 500,
        "x^" * 500,
        r"\frac" * 300,
        r"\begin{cases}" * 70,
        r"\sqrt{" * 300,
        "\\" * 1000,
        "x" * 5000,
    ],
)
def test_endless_formulas_are_plain_text_in_no_time(latex: str) -> None:
    assert "\\" not in formula_to_text(latex, "en")


def test_the_parser_is_imported_with_the_first_formula() -> None:
    code = "import sys; import edge_assistant.text.formulas; sys.exit('pylatexenc' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
