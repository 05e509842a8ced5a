"""Help: the list of all keys, key help, and F1 in each window."""
