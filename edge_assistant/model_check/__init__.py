"""Checks what a model really does: draws screens with known truth, asks about them, and scores the answers."""
