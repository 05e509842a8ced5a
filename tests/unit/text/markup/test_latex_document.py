"""LaTeX around text: tables, lists, headings and environments are said without their commands."""

from __future__ import annotations

import pytest

from edge_assistant.text.markup.latex_document import MAX_ENVIRONMENT
from edge_assistant.text.plain_text_stream import PlainTextStream, plain_text

TABLE = (
    "\\begin{tabular}{|l|c|}\n\\hline\nDay & Tuesday \\\\\n"
    "\\hline\n8:00 & \\textbf{Maths} \\\\\n9:00 & \\\\ \\hline\n\\end{tabular}"
)


@pytest.mark.parametrize(
    ("latex", "said"),
    [
        (TABLE, "Day: 8:00; Tuesday: Maths\nDay: 9:00; Tuesday: empty"),
        (
            "Plan:\n\\begin{table}[h]\n\\centering\n\\caption{Lessons}\n" + TABLE + "\n\\end{table}\nMore.",
            "Plan:\nLessons\nDay: 8:00; Tuesday: Maths\nDay: 9:00; Tuesday: empty\nMore.",
        ),
        (
            "\\begin{longtable}{p{3cm}c}\n"
            "\\toprule A & B\\\\[2pt]\n\\midrule 1 & R\\&D\\\\ \\bottomrule\\end{longtable}",
            "A: 1; B: R&D",
        ),
        ("\\begin{tabular}{cc}\\multicolumn{2}{c}{Prices}\\\\ \\end{tabular}", "Prices"),
        ("\\begin{itemize}\n\\item one\n  \\item[Two] 2\n\\end{itemize}\nEnd.", "one\nTwo: 2\nEnd."),
        ("\\section*{The \\textbf{title}}\nText.", "The title\nText."),
        ("\\documentclass[12pt]{article}\n\\begin{document}\nHello.\n\\end{document}", "Hello."),
        ("\\begin{center}Hi\\end{center}", "Hi"),
        ("\\begin{align*} x &= 1 \\\\ y &= 2 \\end{align*}", "x equals 1; y equals 2"),
        ("\\begin{equation}\nE=mc^2\n\\end{equation}", "E equals m c squared"),
        ("C:\\docs\\item and src\\item and src\\small", "C:\\docs\\item and src\\item and src\\small"),
    ],
)
def test_the_commands_around_text_are_not_said(latex: str, said: str) -> None:
    assert plain_text(latex, "en").replace("\n\n", "\n") == said
    stream = PlainTextStream(language="en")
    in_characters = "".join(map(stream.feed, latex)) + stream.finish()
    assert in_characters.strip() == plain_text(latex, "en")


def test_of_a_table_that_breaks_off_the_rows_are_said() -> None:
    stream = PlainTextStream(language="en")
    text = stream.feed(TABLE[: TABLE.index("9:00")]) + stream.finish(cut=True)
    assert text.strip() == "Day: 8:00; Tuesday: Maths"


def test_a_table_without_an_end_is_not_waited_for_for_ever() -> None:
    stream = PlainTextStream(language="en")
    assert "Day: 8; Tuesday: 9" in stream.feed("\\begin{tabular}{cc}Day & Tuesday\\\\" + "8 & 9\\\\" * MAX_ENVIRONMENT)
