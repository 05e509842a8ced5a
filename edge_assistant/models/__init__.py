"""Finds the weights, makes sure that they are whole and belong together, and that they fit into memory."""
