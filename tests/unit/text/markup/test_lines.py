"""Lines that only a page's width has broken are joined; lines of menus, lists, addresses, code and poems stay."""

from __future__ import annotations

import pytest

from edge_assistant.text.markup.lines import LineJoiner
from edge_assistant.text.plain_text_stream import plain_text


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("The council an-\nnounced a park.", "The council announced a park."),
        ("Der Rat hat ange-\nkündigt, dass er\nbaut.", "Der Rat hat angekündigt, dass er baut."),
        ("Ein Park für Jean-\nPaul wird gebaut.", "Ein Park für Jean-Paul wird gebaut."),
        ("Haupt-\nund Nebenstraßen", "Haupt- und Nebenstraßen"),
        ("state-of-the-\nart work", "state-of-the-art work"),
        ("eine e-\nmail", "eine e-mail"),
        ("soft hy\u00adphen", "soft hyphen"),
        (
            "The city council has decided that there will be a new\nPark in the middle of town.",
            "The city council has decided that there will be a new Park in the middle of town.",
        ),
        ("This is one of the\nLondon parks.", "This is one of the London parks."),
        (
            "市议会今天宣布将在市中心建设一座新的\n公园供所有人使用。",
            "市议会今天宣布将在市中心建设一座新的公园供所有人使用。",
        ),
        ("One sentence ends here.\nanother begins small.", "One sentence ends here.\nanother begins small."),
        ("- an item that goes\n  on here\n- next", "an item that goes on here\nnext"),
    ],
)
def test_a_paragraph_is_joined(page: str, said: str) -> None:
    assert plain_text(page, "en", task="read") == said


@pytest.mark.parametrize(
    "page",
    [
        "File\nEdit\nView\nHelp",
        "home\nabout us\ncontact",
        "Anna Muster\nHauptstr. 5\n80331 München\nDeutschland",
        "Name: Anna\nAge: 30\nCity: Rome",
        "Über allen Gipfeln\nIst Ruh,\nIn allen Wipfeln\nSpürest du\nKaum einen Hauch",
        "if (a) {\nb();\n}",
        "def f(x):\nreturn x",
        "1. One\n2. Two",
        "9:00 Maths\n10:00 Art",
        "菜单\n文件\n编辑",
        "A title without a stop\n\nthe text of it",
        "Total 12,50 €\nVAT 2,00 €",
    ],
)
def test_lines_of_their_own_stay(page: str) -> None:
    assert plain_text(page, "en", task="read") == page


def test_code_keeps_its_lines() -> None:
    assert plain_text("```\nthis is a long line of code without any end so\nis this\n```", "en") == (
        "this is a long line of code without any end so\nis this"
    )


def test_a_line_end_waits_for_the_next_word_only_where_the_line_may_go_on() -> None:
    lines = LineJoiner()
    lines.text("A dialog.")
    lines.end()
    assert lines.take() == "A dialog.\n"
    lines.text("The council of the town an-")
    lines.end()
    assert lines.take() == "The council of the town an"
    lines.text("nounced")
    assert lines.take() == ""
    lines.text(" a")
    assert lines.take() == "nounced a"


def test_there_is_at_most_one_empty_line() -> None:
    assert plain_text("a\n\n\n\n\nb\n \n\t\nc", "en") == "a\n\nb\n\nc"
