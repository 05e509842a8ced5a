"""Grammars (llama.cpp's GBNF) that hold an answer to a form."""

from __future__ import annotations

from edge_assistant.engine.task_entries import Task

MAX_OBJECTS = 64
"""The most objects of a list of places, about 33 tokens each."""
MAX_LABEL = 80
"""The most characters of an object's label."""

# As Qwen3-VL writes it: in a fence or bare, with a tab or without. Coordinates are whole numbers from 0 to 1000.
PLACES = rf"""
root ::= "```json\n" list "\n```" | list
list ::= "[" space "]" | "[" space object ("," space object){{0,{MAX_OBJECTS - 1}}} space "]"
object ::= "{{\"bbox_2d\": [" number ", " number ", " number ", " number "], \"label\": \"" label "\"}}"
number ::= "0" | [1-9] [0-9]{{0,2}} | "1000"
label ::= character{{1,{MAX_LABEL}}}
character ::= [^"\\\x00-\x1f\x7f] | "\\" ["\\/]
space ::= "" | " " | "\n" "\t"?
"""

_GRAMMARS: dict[Task, str] = {"places": PLACES}


def grammar_for(task: Task) -> str:
    """Return the grammar that answers to a task are held to; "" where they are free."""
    return _GRAMMARS.get(task, "")
