"""An offline seeing assistant: a picture in, spoken words out."""

__version__ = "0.1.0"
"""The version: pyproject.toml, the installers and --version read it here."""
