"""Tables are said row by row, with header and cell, and no column shifts."""

from __future__ import annotations

import pytest

from edge_assistant.text.plain_text_stream import plain_text

LESSONS = "Day: 8:00; Monday: Maths; Tuesday: empty\nDay: 9:00; Monday: empty; Tuesday: Art"


@pytest.mark.parametrize(
    "table",
    [
        "| Day | Monday | Tuesday |\n|---|---|---|\n| 8:00 | Maths | |\n| 9:00 | | Art |",
        "|Day|Monday|Tuesday|\n|:-|:-:|-:|\n|8:00|Maths||\n|9:00||Art|\n",
        "  | Day | Monday | Tuesday |\n  | --- | --- | --- |\n  | 8:00 | Maths | - |\n  | 9:00 | – | Art |",
        "| **Day** | `Monday` | [Tuesday](x) |\n|---|---|---|\n| 8:00 | *Maths* | |\n| 9:00 |  | Art",
        "> | Day | Monday | Tuesday |\n> |---|---|---|\n> | 8:00 | Maths | |\n> | 9:00 | | Art |",
        "+---+---+---+\n| Day | Monday | Tuesday |\n+===+===+===+\n| 8:00 | Maths | |\n+---+---+---+\n| 9:00 | | Art |",
        "┌───┬───┬───┐\n│ Day │ Monday │ Tuesday │\n├───┼───┼───┤\n│ 8:00 │ Maths │ │\n│ 9:00 │ │ Art │\n└───┴───┴───┘",
        "<table><thead><tr><th>Day</th><th>Monday</th><th>Tuesday</th></tr></thead><tbody><tr><td>8:00</td><td>Maths</td>"
        "<td></td></tr><tr><td>9:00</td><td></td><td>Art</td></tr></tbody></table>",
        "<TABLE border=1>\n<tr>\n  <th>Day<th>Monday<th>Tuesday\n<tr>\n  <td>8:00<td>Maths<td>\n<tr><td>9:00"
        "<td><td>Art\n"
        "</TABLE>",
        "<table><tr><th>Day</th><th>Monday</th><th>Tuesday</th></tr><tr><th>8:00</th><td>Maths</td><td>&nbsp;</td></tr>"
        "<tr><th>9:00</th><td><br></td><td><b>Art</b></td></tr></table>",
        "```html\n<table><tr><th>Day</th><th>Monday</th><th>Tuesday</th></tr><tr><td>8:00</td><td>Maths</td><td></td>"
        "</tr><tr><td>9:00</td><td></td><td>Art</td></tr></table>\n```",
    ],
)
def test_every_way_to_write_a_table_sounds_the_same(table: str) -> None:
    assert plain_text(table, "en") == LESSONS
    assert plain_text(f"{table}\n\nThat is all.", "en").endswith("That is all.")


def test_a_table_without_marks_at_its_ends_says_its_header_once_more() -> None:
    assert plain_text("Day | Monday | Tuesday\n--- | --- | ---\n8:00 | Maths | \n9:00 | | Art\nEnd.", "en") == (
        f"Day, Monday, Tuesday\n{LESSONS}\nEnd."
    )


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("| A | B |\n|---|---|\n| 1 |\n| 1 | 2 | 3 |", "A: 1; B: empty\nA: 1; B: 2; 3"),
        ("| | Price |\n|---|---|\n| Tea | 2 € |", "Tea; Price: 2 €"),
        ("| | |\n|---|---|\n| Size | 5 |\n| Colour | |", "Size: 5\nColour: empty"),
        ("| A |\n|---|\n| 1 |\n| |", "A\n1\nempty row"),
        ("| a | b |\n| c | |", "a, b\nc, empty"),
        ("|---|---|\n| a | b |\n| c | d |", "a, b\nc, d"),
        ("| A? | B: |\n|---|---|\n| 1 | 2 |", "A? 1; B: 2"),
        ("| A | B |\n|---|---|\n| a\\|b | `c` |", "A: a|b; B: c"),
        ("| A | B |\n|---|---|\n| x<br>y | 👍 |", "A: x, y; B: 👍"),
        ("Text\n| A | B |\n|---|---|\n| 1 | 2 |\nMore", "Text\nA: 1; B: 2\nMore"),
        ("|x| = 5 and |y| = 3", "|x| = 5 and |y| = 3"),
        ("a || b, x|y", "a || b, x|y"),
        (
            "<table><tr><th rowspan=2>Name</th><th colspan=2>2024</th></tr><tr><th>Q1</th><th>Q2</th></tr>"
            "<tr><td rowspan=2>A</td><td>1</td><td>2</td></tr><tr><td colspan=2>none</td></tr></table>",
            "Name: A; 2024 Q1: 1; 2024 Q2: 2\nName: A; 2024 Q1, 2024 Q2: none",
        ),
        ("<table><caption>Marks</caption><tr><td>a</td><td>b</td></tr></table>", "Marks\na, b"),
        ("<table><tr><td>a <table><tr><td>b</td></tr></table></td><td>c</td></tr></table>", "a b, c"),
        ("<tr><td>a</td><td>b</td></tr>c", "a, b\nc"),
        ("<table><tr><td><ul><li>x</li><li>y</li></ul></td><td>z</td></tr></table>", "x, y, z"),
    ],
)
def test_cells_rows_and_headers_of_all_kinds(table: str, said: str) -> None:
    assert plain_text(table, "en") == said


def test_a_row_without_end_is_said_in_parts() -> None:
    assert set(plain_text("| " * 5000, "en")) <= set("empty row|, \n")
