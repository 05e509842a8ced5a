"""A program with a menu: menu_program.py TITLE. Alt+F opens its menu File. Prints "shown" when its window is seen."""

from __future__ import annotations

import sys

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMainWindow

application = QApplication(sys.argv[:1])
window = QMainWindow()
window.setWindowTitle(sys.argv[1])
menu = window.menuBar().addMenu("&File")
assert menu is not None
for name in ("New", "Open", "Recently used", "Save", "Save as", "Print", "Properties", "Quit"):
    menu.addAction(QAction(name, window))
window.resize(300, 80)
window.move(20, 30)
window.show()
QTimer.singleShot(0, lambda: print("shown", flush=True))
application.exec()
