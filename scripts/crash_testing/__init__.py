"""The parts of scripts/crash_test.py: how a command is ended between its changes to files, and what is tried so."""
