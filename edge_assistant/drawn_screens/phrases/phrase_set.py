"""What every language must bring along; a language that lacks a phrase cannot be imported."""

from __future__ import annotations

from dataclasses import dataclass

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseSet:
    """The phrases of one language; see the package for what stands in braces."""

    # Answers
    yes: Words
    no: Words
    empty: Words
    """Ways to say that there is nothing in a cell or field."""
    numbers: tuple[Words, ...]
    """The words for 2 to 12, each with its forms."""

    # Values
    decimal: str
    """The decimal separator."""
    date_format: str
    """As QLocale.toString takes it."""
    things: Words
    towns: Words
    products: Words
    senders: Words
    icons: Words

    # Dialogs and forms
    buttons: Words
    dialogs: tuple[tuple[str, str], ...]
    """Titles and messages."""
    errors: tuple[tuple[str, str], ...]
    dialog_options: Words
    """Labels of tick boxes in dialogs."""
    form_titles: Words
    order: str
    town: str
    postcode: str
    quantity: str
    date: str
    remarks: str
    groups: tuple[tuple[str, Words], ...]
    """Questions with the options of which one is chosen."""
    options: Words
    """Labels of tick boxes in forms."""
    number_titles: Words
    number_labels: Words

    # Windows of programs
    table_titles: Words
    item: str
    price: str
    product_charts: Words
    """Titles of charts with a bar for each product."""
    town_charts: Words
    """Titles of charts with a bar for each town."""
    settings_title: str
    categories: Words
    switches: Words
    sliders: Words
    mail_title: str
    folders: Words
    mails: tuple[tuple[str, str], ...]
    """Subjects and texts."""
    editor_title: str
    menus: Words
    entries: Words

    # Pages
    page_titles: Words
    sentences: Words
    greeting: str
    closing: str
    receipt_title: str
    total: str
    thanks: str

    # Questions
    ask_message: str
    ask_buttons: str
    ask_button: str
    ask_tick_boxes: str
    ask_ticked: str
    ask_field: str
    ask_chosen: str
    ask_greyed: str
    ask_rows: str
    ask_cell: str
    ask_value: str
    ask_highest: str
    ask_unread: str
    ask_subject: str
    ask_entry: str
    ask_number: str
    ask_total: str
    ask_where: str
    ask_windows: str
    ask_shapes: tuple[str, str, str, str]
    """How many circles, squares, triangles, stars there are."""
    ask_icon: str
