"""The parts of scripts/demo_model.py: scenes with known contents, training, export, evaluation, and comparisons."""
