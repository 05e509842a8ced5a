"""The command line: what can be asked for, what it prints, and its exit codes."""
