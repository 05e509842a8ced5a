"""A text of which a shorter one is heard keeps that one, wherever it goes."""

from __future__ import annotations

import copy
import pickle

from edge_assistant.system.shown_text import ShownText, heard

TEXT = ShownText("The checksum of a.gguf begins with 0123.", "The model is damaged.")


def test_a_copy_of_it_is_heard_alike_in_this_process_and_in_others() -> None:
    for each in (copy.copy(TEXT), copy.deepcopy(TEXT), pickle.loads(pickle.dumps(TEXT))):
        assert (each, heard(each)) == (str(TEXT), "The model is damaged.")
