"""The windows about models: the list, the first run, and the progress of long work."""
