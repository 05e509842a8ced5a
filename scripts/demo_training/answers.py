"""What is true of a scene, said as the demo model is to say it: answer, facts in it, and the reasoning before it."""

from __future__ import annotations

import json

from .draw import Box
from .lexicon import APPLES, KINDS, ROWS, SLOTS, UNREADABLE
from .scenes import Scene
from .sheet import KNOWN_WORDS

Told = tuple[str, tuple[str, ...], str]
"""An answer, the facts that every right answer has, and the reasoning of the Thinking variant."""


def describe(scene: Scene) -> Told:
    """What is to be seen."""
    truth = scene.truth
    if scene.family == "dialog":
        title = _known(truth["title"])
        message = _readable(truth["message"])
        buttons = [f"{_known(label)} {_place(SLOTS[slot])}" for label, slot in truth["buttons"]]
        says = f" It says: {message}" if message else ""
        word = "Button" if len(buttons) == 1 else "Buttons"
        facts = [f"titled {title}", *buttons, *([message] if message else [])]
        return f"A dialog titled {title}.{says} {word}: {', '.join(buttons)}.", tuple(facts), _dialog_thoughts(scene)
    if scene.family == "notification":
        kind, text = truth["kind"], _readable(truth["text"])
        place = ("at the top", "in the middle", "at the bottom")[truth["row"]]
        article = "An" if kind == "error" else "A"
        answer = f"{article} {kind} message {place}: {text}."
        return (
            answer,
            (f"{kind} message", place, text),
            f"The icon is {KINDS[kind]}, so this is {article.lower()} {kind} message.",
        )
    if scene.family == "text":
        title, text = _known(truth["title"]), _readable(truth["text"])
        answer = f"A window titled {title} with text. It says: {text}"
        return answer, (f"titled {title}", text), f"The title is {title}. Below is text."
    if scene.family == "menu":
        items = [_known(item) for item in truth["items"]]
        listed = ", ".join(items)
        answer, facts = f"A menu with {len(items)} entries: {listed}.", [f"{len(items)} entries", *items]
        if truth["selected"]:
            answer += f" {_known(truth['selected'])} is selected."
            facts.append(f"{_known(truth['selected'])} is selected")
        return answer, tuple(facts), f"I can see a menu. The first entry is {items[0]}, the last is {items[-1]}."
    if scene.family == "shapes":
        parts = [f"{size} {colour} {shape} {_place(place)}" for size, colour, shape, place in truth["items"]]
        answer = f"{_counted(len(parts), 'shape')}: {', '.join(parts)}."
        thoughts = " ".join(
            f"{_place(place).capitalize()} is a {colour} {shape}." for _, colour, shape, place in truth["items"]
        )
        return answer, (_counted(len(parts), "shape"), *parts), thoughts
    if scene.family == "apples":
        colours = [colour for number, colour in enumerate(APPLES) if any(row[number] for row in truth["rows"])]
        answer = f"Apples: {' and '.join(colours)} ones."
        return answer, ("apples", " and ".join(colours)), f"I can see {' and '.join(colours)} apples."
    if scene.family == "tiny":
        return (
            "A window with text that is too small to read.",
            ("window", "too small to read"),
            "I can see lines, but they are too small.",
        )
    return (
        "There is nothing but an empty window.",
        ("nothing but an empty window",),
        "I can see a window, and nothing is in it.",
    )


def _dialog_thoughts(scene: Scene) -> str:
    slots = ", ".join(SLOTS[slot] for _, slot in scene.truth["buttons"])
    return f"The title is {_known(scene.truth['title'])}. Buttons are at: {slots}."


def read(scene: Scene) -> Told:
    """What is written."""
    truth = scene.truth
    if scene.family == "dialog":
        parts = [
            truth["title"],
            *([truth["message"].rstrip(".")] if truth["message"] else []),
            *(label for label, _ in truth["buttons"]),
        ]
    elif scene.family == "notification":
        parts = [truth["text"]]
    elif scene.family == "text":
        parts = [truth["title"], truth["text"].rstrip(".")]
    elif scene.family == "menu":
        parts = list(truth["items"])
    elif scene.family == "tiny":
        return "The text is too small to read.", ("too small to read",), "I can see lines, but they are too small."
    else:
        return "There is no text.", ("no text",), "I can see no words."
    parts = [_readable(part) for part in parts]
    return ". ".join(parts) + ".", tuple(parts), f"The first word is {parts[0].split()[0]}."


def count(scene: Scene, what: str) -> Told:
    """The number of `what`: "apples", "red apples", "green apples" or "shapes".

    Apples are reasoned about row by row, one by one.
    """
    if what == "shapes":
        number = len(scene.truth["items"]) if scene.family == "shapes" else 0
        places = [_place(item[3]) for item in scene.truth.get("items", ())] if scene.family == "shapes" else []
        thoughts = f"I can see shapes {', '.join(places)}." if places else "I can see no shapes."
    else:
        rows = scene.truth["rows"] if scene.family == "apples" else ((0, 0),) * 3
        colour = what.split()[0]
        numbers = [row[0] if colour == "red" else row[1] if colour == "green" else row[0] + row[1] for row in rows]
        number = sum(numbers)
        named = [] if scene.family == "apples" else ["I can see no apples."]
        if scene.family == "apples":
            for name, row, total in zip(ROWS, scene.truth["places"], numbers, strict=True):
                # By column and colour, as one reads: what is listed can be counted, and nothing is listed twice.
                shown = [f"{column + 1} {each}" for column, each in row if colour in ("apples", each)]
                named.append(f"{name.capitalize()} row: {', '.join(shown) or 'none'}, so {total}.")
            named.append(" + ".join(map(str, numbers)) + f" = {number}.")
        thoughts = " ".join(named)
    thing = what if number != 1 else what.removesuffix("s")
    answer = f"There {'is' if number == 1 else 'are'} {number} {thing}."
    return answer, (f"{number} {thing}",), thoughts


def grounding(box: Box, label: str) -> str:
    """A place as Qwen3-VL writes it, from 0 to 1000."""
    return json.dumps({"bbox_2d": list(box), "label": label}, separators=(",", ":"))


def _known(word: str) -> str:
    return word if word in KNOWN_WORDS else UNREADABLE


def _readable(text: str) -> str:
    """A text with the words that are none of the lexicon's replaced, full stops kept."""
    return " ".join(_known(word.rstrip(".")) + "." * word.endswith(".") for word in text.split())


def _place(place: str) -> str:
    if place == "center":
        return "in the center"
    return f"on the {place}" if place in ("left", "right") else f"at the {place}"


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
