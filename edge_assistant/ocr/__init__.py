"""Recognised text: what is written in a picture, exactly and with its place, without the model."""
