"""Global hotkeys: one small module per window system, behind one protocol (protocol.py), chosen in backends.py."""
