"""What PyInstaller freezes: the program's start; and, where an installer started it, one of the installer's steps."""

import sys

if sys.argv[1:2] == ["setup-step"]:
    from setup_steps import main

    sys.exit(main(sys.argv[2:]))

from edge_assistant.__main__ import main

main()
