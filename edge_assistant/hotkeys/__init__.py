"""Global keys: one small module per window system, behind one protocol (protocol.py), chosen in choose.py."""
