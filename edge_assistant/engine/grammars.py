"""Grammars for answers that must have a certain form, in llama.cpp's GBNF (its grammars/README.md)."""

from __future__ import annotations

PLACES = r"""
root ::= "[" (break object ("," break object)*)? break "]"
object ::= "{\"bbox_2d\": [" number ", " number ", " number ", " number "], \"label\": \"" character{1,120} "\"}"
number ::= "1000" | [1-9] [0-9]? [0-9]? | "0"
character ::= [^"\\\x00-\x1F\x7F] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F]{4})
break ::= "\n"? "\t"?
"""
"""A JSON list of places with labels, as Qwen3-VL writes it: coordinates from 0 to 1000 of the picture as sent."""
