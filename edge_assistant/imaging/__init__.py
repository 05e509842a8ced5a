"""What happens to a picture before a model sees it: its size in image tokens, and whether it shows anything."""
