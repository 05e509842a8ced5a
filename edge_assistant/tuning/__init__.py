"""Finds the quickest way to compute on this computer, and remembers it."""
