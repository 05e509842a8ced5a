"""LaTeX around text: tables, lists, headings and environments, which some models write where a page has them."""

from __future__ import annotations

import re
from collections.abc import Callable

from edge_assistant.text.answer_words import AnswerWords
from edge_assistant.text.markup.tables import Table

MAX_ENVIRONMENT = 4000
"""Characters of a table or a formula of several lines that are waited for."""

_GROUP = r"\{[^{}\n]{0,200}\}"
_NESTED = rf"\{{(?:[^{{}}\n]|{_GROUP}){{0,200}}\}}"
NESTED = re.compile(_NESTED)
"""What stands in braces, with braces in it."""

_OPTION = r"\[[^\[\]\n]{0,100}\]"
COMMAND = re.compile(
    rf"\\(?:(?P<edge>begin|end)[ \t]*\{{(?P<environment>[A-Za-z]{{2,20}})\*?\}}(?P<options>(?:{_OPTION}|{_NESTED})*)"
    r"|(?P<heading>(?:sub){0,2}section|chapter|paragraph|title|author|date|caption)\*?(?=\{)"
    rf"|(?P<item>item)(?![A-Za-z])[ \t]*(?P<label>{_OPTION})?[ \t]*"
    r"|(?:documentclass|usepackage|pagestyle|bibliographystyle|includegraphics|vspace|hspace)\*?"
    rf"(?:{_OPTION})?{_GROUP}"
    r"|(?:hline|toprule|midrule|bottomrule|centering|maketitle|noindent|newpage|clearpage|par|newline|linebreak"
    r"|tableofcontents|large|Large|small|footnotesize|bfseries|itshape)(?![A-Za-z])[ \t]*)"
)
PART = re.compile(
    rf"\\[A-Za-z]{{0,20}}\*?[ \t]*(?:{_OPTION}|{_NESTED})*[ \t]*"
    rf"(?:\[[^\[\]\n]{{0,100}}|\{{(?:[^{{}}\n]|{_GROUP}){{0,200}}(?:\{{[^{{}}\n]{{0,200}})?)?\Z"
)
"""A command that may go on with what comes next."""

TABLES = frozenset(("tabular", "tabularx", "longtable", "tabulary"))
FORMULAS = frozenset(("equation", "align", "aligned", "gather", "multline", "eqnarray", "displaymath", "math", "split"))
OTHERS = frozenset(
    (
        *(
            "document",
            "table",
            "figure",
            "center",
            "flushleft",
            "flushright",
            "quote",
            "quotation",
            "abstract",
            "minipage",
        ),
        *("itemize", "enumerate", "description", "verbatim", "titlepage", "frame", "multicols", "minipage"),
    )
)
_ROW_END = re.compile(r"\\\\(?:\[[^\[\]\n]{0,20}\])?|\\tabularnewline(?![A-Za-z])")
_RULE = re.compile(r"\\(?:hline|toprule|midrule|bottomrule)(?![A-Za-z])|\\c(?:line|midrule)(?:\([a-z]*\))?\{[^{}]*\}")
_CELL_END = re.compile(r"(?<!\\)&")
_SPAN = re.compile(r"\\multi(?:column|row)\{[^{}]*\}\{[^{}]*\}\{([^{}]*)\}")


def table_rows(latex: str, words: AnswerWords, convert: Callable[[str], str]) -> list[str]:
    """Return what is said for the rows of a table, given as what stands between its beginning and its end.

    `convert` makes plain text of a cell.
    """
    rows = [
        [convert(_SPAN.sub(r"\1", cell).strip()) for cell in _CELL_END.split(_RULE.sub("", row))]
        for row in _ROW_END.split(latex)
        if _RULE.sub("", row).strip()
    ]
    if len(rows) < 2:
        return [Table(words).row(row) for row in rows]
    table = Table(words, rows[0])
    return [line for line in (table.header_line(), *(table.row(row) for row in rows[1:])) if line]
