"""The icon in the sizes and formats that desktops want, all from one drawing."""

from __future__ import annotations

import subprocess
from pathlib import Path

from build_steps.paths import BUILD, PACKAGING

SIZES = (16, 22, 24, 32, 48, 64, 128, 256)
DRAWING = PACKAGING / "icons/edge-assistant.svg"

_DRAW = """
import sys
from pathlib import Path
from PIL import Image
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

application = QGuiApplication(["icons", "-platform", "offscreen"])
drawing, folder = QSvgRenderer(sys.argv[1]), Path(sys.argv[2])
for size in map(int, sys.argv[3:]):
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    drawing.render(painter)
    painter.end()
    image.save(str(folder / f"{size}.png"))
largest = Image.open(folder / f"{sys.argv[-1]}.png")
largest.save(folder / "edge-assistant.ico", sizes=[(size, size) for size in (16, 24, 32, 48, 64, 128, 256)])
largest.save(folder / "edge-assistant.icns")
"""


def draw(python: Path) -> Path:
    """Draw all sizes with the Qt and Pillow of the build's Python; the folder with SIZE.png, .ico and .icns."""
    folder = BUILD / "icons"
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([str(python), "-c", _DRAW, str(DRAWING), str(folder), *map(str, SIZES)], check=True)
    return folder
