"""The running program without its windows: keys and commands become requests, handled one at a time."""
