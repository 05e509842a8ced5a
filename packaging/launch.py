"""What PyInstaller freezes: the program's start."""

from edge_assistant.__main__ import main

main()
