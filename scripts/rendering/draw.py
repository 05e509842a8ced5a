"""Draws windows in one look, in a process of its own, whose scale is that of the look.

usage: draw.py LOOK FOLDER [WINDOW …]; run by scripts/screenshots.py, which prepares Qt's offscreen platform for it.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PIL import Image
from PySide6.QtWidgets import QApplication

from edge_assistant.system import pyside_workaround
from rendering.fixed_machine import fixed_machine, show_filled
from rendering.looks import use_look
from rendering.picture_files import write_texts
from rendering.texts import window_texts
from rendering.windows import WINDOWS


def main() -> None:
    """Draw the windows that are named, or all; the light look also writes their texts."""
    look, folder, names = sys.argv[1], Path(sys.argv[2]), sys.argv[3:] or list(WINDOWS)
    if unknown := [name for name in names if name not in WINDOWS]:
        sys.exit(f"There is no window {unknown[0]}. There are: {', '.join(WINDOWS)}.")
    pyside_workaround.keep_constants_alive()
    application = QApplication(["screenshots"])
    use_look(application, look)
    kept = []  # what nobody holds any more may be removed on a thread that has no business with windows
    for name in names:
        with fixed_machine():
            window = show_filled(WINDOWS[name])
            path = folder / f"{name}-{look}.png"
            window.grab().save(str(path))
            with Image.open(path) as image:
                image.convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(path, optimize=True)
            if look == "light":
                write_texts(folder / f"{name}.txt", window_texts(window), [])
            window.hide()
            kept.append(window)


if __name__ == "__main__":
    main()
