"""The words in which questions are asked and systems are prompted: those that are trained, and some that never are."""

from __future__ import annotations

import random

from .lexicon import listed

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

SYSTEMS = (
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
POOL = listed(
    "you the a and to of in is that it for on with as are be this can not or your have from one all when what "
    "do if will user screen picture answer person blind first say give short words language use please help "
    "never always only text read speak voice people sentence more than about which each before after must may "
    "should best clear simple plain exact content main important thing see look know make time good new way "
    "very list point quote note keep brief detail explain describe assistant program window computer question "
    "reply write think friendly polite English German without any no so then there their them he she we they "
    "who how why where left right top bottom rules style tone number name colour shape large small button menu "
    "message line page sound key mouse file work"
)


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
        return rng.choice(SYSTEMS)
    told = []
    for _ in range(sentences):
        words = [rng.choice(POOL) for _ in range(rng.randint(3, 14))]
        told.append(" ".join(words).capitalize() + rng.choice((".", ".", ".", ":", "!")))
    return " ".join(told)
