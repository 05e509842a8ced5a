"""What is asked about a scene, in many words, and what is true: answers, the facts in them, and how they are judged."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

from .draw import Box
from .lexicon import (
    APPLES,
    BUTTONS,
    COLOURS,
    KINDS,
    ROWS,
    SHAPE_NAMES,
    SLOTS,
    STATES,
    TITLES,
    UNREADABLE,
    WORDS,
    listed,
)  # fmt: skip
from .scenes import Mark, Scene

Kind = Literal["describe", "count", "read", "where", "unreadable"]
Variant = Literal["instruct", "thinking"]

_OBJECTS = (
    "this screen",
    "the screen",
    "my screen",
    "this picture",
    "the picture",
    "this image",
    "the image",
    "this window",
    "the window",
)
_BEFORE = ("", "", "", "", "Please ", "Now ", "Can you ", "Could you ", "I want you to ")
_AFTER = (
    "",
    "",
    "",
    "",
    " for me",
    " please",
    " now",
    " briefly",
    " in one sentence",
    " in a few words",
    " in detail",
    " in one or two sentences",
)
_ASKED = {
    "describe": (
        "describe {o}", "describe {o}", "describe {o}", "tell me what is on {o}", "tell me what you see",
        "say what you see", "say what is on {o}", "what is on {o}", "what do you see on {o}", "what is here",
        "what does {o} show", "give me a description of {o}", "what is there", "describe what you see",
        "what can you see", "what is this", "summarise {o}", "give me an overview of {o}", "what is happening on {o}",
        "what am I seeing", "explain {o}", "explain what you see", "say what {o} contains", "what does {o} contain",
        "look at {o}", "what have I got here", "inform me about {o}", "what are we looking at",
        "tell me what {o} shows",
    ),
    "read": (
        "read the text", "read the text", "read the text in {o}", "read the text on {o}", "read {o}",
        "read all text on {o}", "what does the text say", "what text is on {o}",
        "which words are on {o}", "read this to me", "read everything", "what is written on {o}", "read what it says",
    ),
    "count": (
        "how many {x} are in {o}", "how many {x} are on {o}", "how many {x} do you see", "how many {x} are there",
        "count the {x}", "count the {x} in {o}", "what is the number of {x}",
    ),
    "where": (
        "where is the {x}", "where is the {x}", "where is the {x} in {o}", "find the {x}", "locate the {x}",
        "show me where the {x} is", "where do I find the {x}", "where on {o} is the {x}",
    ),
}  # fmt: skip
UNSEEN_QUESTIONS: dict[str, tuple[str, ...]] = {
    "describe": ("What am I looking at?", "Explain what this screen contains.", "Tell me about the picture."),
    "read": ("Read out the words you can see.", "What is the wording of the text?", "Say aloud what the text says."),
    "count": ("Tell me how many {x} you can find.", "How many {x} can be seen?", "Give me the number of {x}."),
    "where": ("Where can the {x} be found?", "At which place is the {x}?", "Tell me where I can see the {x}."),
}
"""Phrasings that are never trained."""

_SYSTEMS = (
    "You describe screens for blind people.",
    "You are a helpful assistant.",
    "Describe what is on the screen, briefly and exactly.",
    "You help a person who cannot see.",
    "You answer questions about pictures. Be short and exact. Do not use Markdown.",
    "Say what is there. If you cannot read a word, say so.",
)
UNSEEN_SYSTEMS = (
    "You describe screens and pictures for blind people. Begin with the content: never say that this is an image or a "
    "screenshot. Say the most important thing first, in one sentence. Quote visible text exactly, and say when "
    "something cannot be read. Use plain sentences without Markdown.",
    "You are the eyes of somebody at a desk. Speak plainly, leave nothing important out, and never guess.",
    "Rules: 1. Look closely. 2. Give the main point before the rest. 3. Keep letters and figures as they are written.",
)
"""System prompts that are never trained; the first is what the program said when the weights were made."""

# Words for system prompts that mean nothing to the weights, so that they learn to follow the picture and question only.
_POOL = listed(
    "you the a and to of in is that it for on with as are be this can not or your have from one all when what "
    "do if will user screen picture answer person blind first say give short words language use please help "
    "never always only text read speak voice people sentence more than about which each before after must may "
    "should best clear simple plain exact content main important thing see look know make time good new way "
    "very list point quote note keep brief detail explain describe assistant program window computer question "
    "reply write think friendly polite English German without any no so then there their them he she we they "
    "who how why where left right top bottom rules style tone number name colour shape large small button menu "
    "message line page sound key mouse file work"
)


@dataclass(frozen=True, slots=True)
class Look:
    """What has to be looked at to write some characters of a question's reasoning or answer.

    `box` from 0 to 1000 of the picture, None for a thing that is not there; `head` whether it was asked for ("find") or
    is come upon in reading.
    """

    part: Literal["reasoning", "answer"]
    start: int
    end: int
    box: Box | None
    head: Literal["find", "read"] = "find"


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its true answer. `facts` are in every right answer, and no string of `absent` is.

    `box` is left, top, right, bottom from 0 to 1000 of the picture, for questions where something is.
    `reasoning` is what the Thinking variant is taught to think first. For training only: `looks`, and `thing`, which
    names in the question what is asked for.
    """

    ask: str
    variant: Variant
    kind: Kind
    answer: str
    facts: tuple[str, ...]
    absent: tuple[str, ...]
    box: Box | None
    reasoning: str
    looks: tuple[Look, ...] = ()
    thing: str = ""

    def as_json(self) -> dict[str, object]:
        """As it is written into a scene's JSON file."""
        entry = asdict(self)
        del entry["reasoning"], entry["looks"], entry["thing"]
        return entry


# ---- questions


def phrase(rng: random.Random, kind: str, thing: str = "") -> str:
    """A trained way to ask something."""
    words = rng.choice(_ASKED[kind]).format(o=rng.choice(_OBJECTS), x=thing)
    question = words.startswith(("what", "how", "where", "which"))
    before = "" if question else rng.choice(_BEFORE)
    after = rng.choice(_AFTER) if kind == "describe" or (not question and rng.randrange(2)) else ""
    text = before + words + after
    mark = "?" if question or before.startswith(("Can", "Could")) else "."
    if rng.randrange(100) < 15:
        mark = rng.choice(("", ".", "?", "!"))
    text = text[0].upper() + text[1:] if rng.randrange(100) < 93 else text
    return text + mark


def unseen_phrase(rng: random.Random, kind: str, thing: str = "") -> str:
    """A way to ask that is never trained."""
    return rng.choice(UNSEEN_QUESTIONS[kind]).format(x=thing)


def system_prompt(rng: random.Random, *, sentences: int | None = None) -> str:
    """A system prompt for training: a sensible one, or so many sentences of any words at all."""
    if sentences is None:
        return rng.choice(_SYSTEMS)
    told = []
    for _ in range(sentences):
        words = [rng.choice(_POOL) for _ in range(rng.randint(3, 14))]
        told.append(" ".join(words).capitalize() + rng.choice((".", ".", ".", ":", "!")))
    return " ".join(told)


# ---- answers


def describe(scene: Scene) -> tuple[str, tuple[str, ...], str]:
    """Answer, facts and reasoning."""
    truth, known = scene.truth, _known
    if scene.family == "dialog":
        title = known(truth["title"])
        message = _readable(truth["message"])
        buttons = [f"{known(label)} {_place(SLOTS[slot])}" for label, slot in truth["buttons"]]
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
        title, text = known(truth["title"]), _readable(truth["text"])
        answer = f"A window titled {title} with text. It says: {text}"
        return answer, (f"titled {title}", text), f"The title is {title}. Below is text."
    if scene.family == "menu":
        items = [known(item) for item in truth["items"]]
        listed = ", ".join(items)
        answer, facts = f"A menu with {len(items)} entries: {listed}.", [f"{len(items)} entries", *items]
        if truth["selected"]:
            answer += f" {known(truth['selected'])} is selected."
            facts.append(f"{known(truth['selected'])} is selected")
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


def read(scene: Scene) -> tuple[str, tuple[str, ...], str]:
    """Answer, facts and reasoning for reading aloud what is written."""
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


def count(scene: Scene, what: str) -> tuple[str, tuple[str, ...], str]:
    """Answer, facts and reasoning for the number of `what`: "apples", "red apples", "green apples" or "shapes".

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


def _apple_looks(scene: Scene, thoughts: str) -> tuple[Look, ...]:
    """Each apple that the reasoning lists, and where it is."""
    apples = [mark for mark in scene.marks if mark.name.endswith("apple")]  # row by row, from left to right
    looks, start = [], 0
    for name, row in zip(ROWS, scene.truth["places"], strict=True):
        here, apples = apples[: len(row)], apples[len(row) :]
        start = thoughts.index(f"{name.capitalize()} row:", start)
        end = thoughts.index(", so", start)
        for (column, colour), mark in zip(row, here, strict=True):
            found = thoughts.find(f" {column + 1} {colour}", start, end)
            if found >= 0:
                end_of = found + len(f" {column + 1} {colour}")
                looks.append(Look("reasoning", found, end_of, _box_of(mark, scene)))
    return tuple(looks)


def _reading_looks(scene: Scene, answer: str) -> tuple[Look, ...]:
    """Each thing that an answer tells of in the order in which the scene has them, with the slot of a button, and where
    it is."""
    looks, start = [], 0
    slot = rf"( (in|on) the ({'|'.join(SLOTS)}))?" if scene.family == "dialog" else ""
    for mark in scene.marks:
        told = re.compile(rf"(?<![^\W_]){re.escape(UNREADABLE if mark.name == '?' else mark.name)}(?![^\W_]){slot}")
        if found := told.search(answer, start):
            start = found.end()
            looks.append(Look("answer", found.start(), found.end(), _box_of(mark, scene), "read"))
    return tuple(looks)


def _slot_looks(scene: Scene, thoughts: str) -> tuple[Look, ...]:
    """Each button's slot that the reasoning lists, and where the button is."""
    looks, start = [], thoughts.index("Buttons are at:")
    buttons = scene.marks[-len(scene.truth["buttons"]) :]
    for (_, slot), mark in zip(scene.truth["buttons"], buttons, strict=True):
        start = thoughts.index(SLOTS[slot], start)
        looks.append(Look("reasoning", start, start + len(SLOTS[slot]), _box_of(mark, scene), "read"))
    return tuple(looks)


def _box_of(mark: Mark, scene: Scene) -> Box:
    """A mark's box from 0 to 1000 of the picture."""
    width, height = scene.image.size
    left, top, right, bottom = mark.box
    return int(1000 * left / width), int(1000 * top / height), int(1000 * right / width), int(1000 * bottom / height)


def grounding(box: Box, label: str) -> str:
    """A place as Qwen3-VL writes it, from 0 to 1000."""
    return json.dumps({"bbox_2d": list(box), "label": label}, separators=(",", ":"))


def _known(word: str) -> str:
    return word if word in _WORD_SET else UNREADABLE


def _readable(text: str) -> str:
    """A text with the words that are none of the lexicon's replaced, full stops kept."""
    return " ".join(_known(word.rstrip(".")) + "." * word.endswith(".") for word in text.split())


_WORD_SET = frozenset(WORDS)


def _place(place: str) -> str:
    if place == "center":
        return "in the center"
    return f"on the {place}" if place in ("left", "right") else f"at the {place}"


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


# ---- all questions of a scene


def questions(scene: Scene, rng: random.Random, variant: Variant, *, unseen: bool = False) -> list[Question]:
    """Everything that can be asked of a scene, once each; `unseen` asks in words that are never trained."""
    asked = unseen_phrase if unseen else phrase
    out: list[Question] = []

    def add(
        kind: Kind,
        ask: str,
        answer: tuple[str, tuple[str, ...], str],
        box: Box | None = None,
        looks: tuple[Look, ...] = (),
        thing: str = "",
    ) -> None:
        text, facts, thoughts = answer
        if kind in ("describe", "read") and UNREADABLE in text:
            kind = "unreadable"
        facts = tuple(_words(fact) for fact in facts)
        out.append(Question(ask, variant, kind, text, facts, _absent(scene, kind, text), box, thoughts, looks, thing))

    tells: tuple[tuple[Kind, Callable[[Scene], tuple[str, tuple[str, ...], str]]], ...]
    tells = (("describe", describe), ("read", read))
    for kind, tell in tells:
        answer = tell(scene)
        looks = () if scene.family in ("tiny", "apples") else _reading_looks(scene, answer[0])
        if scene.family == "dialog" and kind == "describe":
            looks += _slot_looks(scene, answer[2])
        add("unreadable" if scene.family == "tiny" else kind, asked(rng, kind), answer, looks=looks)
    if scene.family == "apples":
        for what in ("apples", "red apples", "green apples"):
            answer = count(scene, what)
            add("count", asked(rng, "count", what), answer, looks=_apple_looks(scene, answer[2]))
    elif scene.family == "shapes":
        add("count", asked(rng, "count", "shapes"), count(scene, "shapes"))
    else:
        add("count", asked(rng, "count", "apples"), count(scene, "apples"))
    for target in scene.targets:
        place = grounding(target.box, target.label)
        thoughts = f"I look for the {target.called}."
        look = Look("answer", 0, len(place), target.box)
        add(
            "where",
            asked(rng, "where", target.called),
            (place, (), thoughts),
            target.box,
            (look,),
            _bare(target.called),
        )
    missing = _missing(scene, rng)
    denial = f"There is no {missing}."
    add(
        "where",
        asked(rng, "where", missing),
        (denial, (f"no {missing}",), f"I look for the {missing}."),
        looks=(Look("answer", 0, len(denial), None),),
        thing=_bare(missing),
    )
    return out


def _bare(called: str) -> str:
    """What a thing is called, without the kind of thing that it is."""
    return called.removesuffix(" button").removesuffix(" entry")


def _missing(scene: Scene, rng: random.Random) -> str:
    """Something that could be there and is not."""
    if scene.family == "shapes":
        there = {f"{item[1]} {item[2]}" for item in scene.truth["items"]}
        return rng.choice([name for c in COLOURS for s in SHAPE_NAMES if (name := f"{c} {s}") not in there])
    if scene.family == "menu":
        return rng.choice([word for word in TITLES + BUTTONS if word not in scene.truth["items"]]) + " entry"
    labels = [label for label, _ in scene.truth.get("buttons", ())]
    return rng.choice([label for label in BUTTONS if label not in labels]) + " button"


def _absent(scene: Scene, kind: Kind, answer: str) -> tuple[str, ...]:
    """Words of the same sort as those in the answer that must not be in it."""
    if kind == "where":
        return ()
    if kind == "count":
        return tuple(str(number) for number in range(20) if str(number) not in answer)
    sorts: list[tuple[str, ...]] = [TITLES, BUTTONS]
    if scene.family in ("text", "notification", "dialog"):
        sorts.append(STATES)
    if scene.family == "notification":
        sorts.append(tuple(KINDS))
    if scene.family in ("shapes", "apples"):
        sorts = [tuple(COLOURS), SHAPE_NAMES]
    if kind != "unreadable":
        sorts.append(("unreadable",))
    # A word that is part of another in the answer ("No" in "now") would be found there by a plain search.
    return tuple(word for sort in sorts for word in sort if word.lower() not in answer.lower())


# ---- judging


def _words(text: str) -> str:
    """Lower case, words and numbers only, single spaces."""
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


def holds(text: str, fact: str) -> bool:
    """Whether the words of `fact` stand in `text` in this order, as whole words, case and punctuation aside."""
    return f" {_words(fact)} " in f" {_words(text)} "


def overlap(one: Box, other: Box) -> float:
    """Intersection over union of two boxes, 0 to 1."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0, wide) * max(0, high)
    area = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return shared / (area - shared) if area > shared else 0.0


def box_in(text: str) -> Box | None:
    """The box that an answer gives as Qwen3-VL does, or None."""
    found = re.search(r'"bbox_2d"\s*:\s*\[\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*\]', text)
    if not found:
        return None
    left, top, right, bottom = (int(number) for number in found.groups())
    return left, top, right, bottom


def right(question: Question, answer: str) -> bool:
    """Whether an answer (without reasoning) states every fact, nothing that is absent, and the place within IoU 0.5."""
    if question.box is not None:
        box = box_in(answer)
        return box is not None and overlap(box, question.box) >= 0.5
    return all(holds(answer, fact) for fact in question.facts) and not any(holds(answer, no) for no in question.absent)
