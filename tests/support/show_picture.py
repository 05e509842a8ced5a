"""A window that shows a picture at its own size: show_picture.py PICTURE TITLE [LEFT TOP]. Prints when it is seen.

With "whole" in the place of LEFT it fills the screen, which the picture should do, too. A line on standard input is the
file of another picture that it shows from then on.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QExposeEvent, QGuiApplication, QImage, QPainter, QPaintEvent, QRasterWindow
from qt_input import QUEUED, InputLines


class Shown(QRasterWindow):
    def __init__(self, picture: QImage) -> None:
        super().__init__()
        self._picture = picture
        self.resize(picture.size())
        self.setMinimumSize(picture.size())
        self.setMaximumSize(picture.size())

    @Slot(str)
    def show_next(self, path: str) -> None:
        self._picture = QImage(path)
        self.update()
        print("shown", flush=True)

    def paintEvent(self, _: QPaintEvent) -> None:
        QPainter(self).drawImage(0, 0, self._picture)

    def exposeEvent(self, event: QExposeEvent) -> None:
        super().exposeEvent(event)
        if self.isExposed():
            print("shown", flush=True)


application = QGuiApplication(sys.argv[:1])
window = Shown(QImage(sys.argv[1]))
window.setTitle(sys.argv[2])
if sys.argv[3:] == ["whole"]:
    window.setMaximumSize(QSize(16777215, 16777215))
    window.setWindowState(Qt.WindowState.WindowFullScreen)
elif len(sys.argv) > 3:
    window.setPosition(int(sys.argv[3]), int(sys.argv[4]))
changes = InputLines()
changes.line.connect(window.show_next, QUEUED)
changes.start()
window.show()
application.exec()
