"""The user's settings: their schema, and the file that stores them."""
