"""The model's text made into plain text to show and sentences to speak: markup, formulas, places, sentence ends."""
