"""The settings dialog, made from the schema."""
