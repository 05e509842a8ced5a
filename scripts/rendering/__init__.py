"""The parts of scripts/screenshots.py: what is shown of each window, and how it is rendered in one look."""
