"""A window with buttons, which prints what is clicked: click_window.py TITLE LEFT TOP BUTTON … Prints when it is seen.

Lines on standard input: "name OLD NEW" gives a button another text, "move LEFT TOP" moves the window, "cover LEFT
TOP" shows another one, which takes no focus, "where NAME -" prints the middle of a button. Each is answered by "done".
"""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QFont, QShowEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget
from qt_input import QUEUED, InputLines


class Clicked(QWidget):
    def __init__(self, names: list[str]) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setSpacing(30)
        self._buttons = {}
        for name in names:
            button = QPushButton(name)
            button.setFont(QFont("DejaVu Sans", 12))
            button.clicked.connect(lambda _=False, name=name: print(f"clicked {name}", flush=True))
            layout.addWidget(button)
            self._buttons[name] = button
        self._cover = QPushButton("Save", None)
        self._cover.setWindowFlags(Qt.WindowType.ToolTip)
        self._cover.clicked.connect(lambda: print("clicked the cover", flush=True))
        self._text = QLineEdit()
        layout.addWidget(self._text)
        self._text.setFocus()
        self._text.returnPressed.connect(lambda: print("entered", flush=True))

    @Slot(str)
    def obey(self, line: str) -> None:
        what, first, second = line.split()
        if what == "name":
            self._buttons[first].setText(second)
        elif what == "where":
            button = self._buttons[first]
            place = button.mapToGlobal(button.rect().center())
            print(place.x(), place.y(), flush=True)
        elif what == "cover":
            self._cover.setGeometry(int(first), int(second), 420, 340)
            self._cover.show()
        else:
            self.move(int(first), int(second))
        self.repaint()
        print("done", flush=True)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        print("shown", flush=True)


application = QApplication(sys.argv[:1])
window = Clicked(sys.argv[4:])
window.setWindowTitle(sys.argv[1])
window.setGeometry(int(sys.argv[2]), int(sys.argv[3]), 420, 340)
changes = InputLines()
changes.line.connect(window.obey, QUEUED)
changes.start()
window.show()
application.exec()
