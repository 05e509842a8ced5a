"""The running program without its windows: keys and triggers become requests, one at a time."""
