"""Screens with known truth, drawn from a seed: what a right answer about each must say, and must not say.

`drawing.draw_screens` gives them; `truth` has what is known of each. Only the folder `qt` imports Qt, in a process of
its own; everything else can be imported without it.
"""
