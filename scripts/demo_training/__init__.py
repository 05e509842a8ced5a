"""How the demo weights are made: scenes with known contents, training, export, and evaluation."""
