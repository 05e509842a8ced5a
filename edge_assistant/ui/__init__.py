"""The windows, the tray and the palette; what they do is asked of the resident program."""
