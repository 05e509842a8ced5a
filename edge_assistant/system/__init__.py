"""What the rest stands on: the operating system, files, processes, errors, translations."""
