"""The words that the demo weights can read, and the names of what they can see."""

from __future__ import annotations

import re


def plain_words(text: str) -> str:
    """Lower case, words and numbers only, single spaces."""
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


def listed(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())


TITLES = listed(
    "Settings Error Login Files Network Printer Update Backup Music Photos Mail Calendar Battery Display Sound "
    "Keyboard Mouse Privacy Security Account Storage Terminal Editor Search Weather Camera Bluetooth Software "
    "Language Desktop"
)
BUTTONS = listed(
    "Save Cancel OK Close Yes No Open Delete Retry Apply Next Back Help Stop Start Print Send Reset Exit Copy"
)
STATES = listed("connected offline saved failed denied expired full updated sent lost done blocked ready empty")
SMALL = listed("is are was and not now today again for you")
WORDS = TITLES + BUTTONS + STATES + SMALL

# Words that stand on no training scene: for scenes that are never trained on.
UNSEEN_WORDS = listed(
    "Invoice Chess Recipe Garden Holiday Museum Ticket Planet Violin Harbour Bakery Folder Pencil Window "
    "Yellow Summer Doctor Orange Castle Rocket"
)

COLOURS = {
    "red": (220, 40, 40),
    "green": (40, 170, 60),
    "blue": (40, 90, 220),
    "yellow": (240, 215, 40),
    "orange": (245, 140, 20),
    "purple": (140, 50, 180),
    "pink": (250, 130, 190),
}
SHAPE_NAMES = ("circle", "square", "triangle", "star")
APPLES = {"red": (205, 35, 40), "green": (95, 180, 50)}
# Kind of message and the colour of its icon.
KINDS = {"error": "red", "warning": "yellow", "success": "green"}
PLACES = (
    "top left", "top", "top right", "left", "center", "right", "bottom left", "bottom", "bottom right",
)  # fmt: skip
SLOTS = ("left", "center", "right")
ROWS = ("top", "middle", "bottom")

UNREADABLE = "(unreadable)"
"""Stands in an answer for a word that the weights cannot read."""

# What the vision tower is taught to name, cell by cell, before there is any language. 0 is nothing, 1 an unknown word.
CLASSES = (
    "",
    "?",
    "tiny",
    *WORDS,
    *(f"{colour} {shape}" for colour in COLOURS for shape in SHAPE_NAMES),
    *(f"{colour} apple" for colour in APPLES),
    *(f"{kind} icon" for kind in KINDS),
)
CLASS_NUMBER = {name: number for number, name in enumerate(CLASSES)}
