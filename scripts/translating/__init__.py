"""What scripts/translations.py looks for in the sources."""
