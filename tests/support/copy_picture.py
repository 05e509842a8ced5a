"""A program that copies a picture: copy_picture.py PICTURE, or, with "file" behind it, its file. Prints when it has.

It goes on running, for on most systems what was copied stays in the program until another one asks for it.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QGuiApplication, QImage

application = QGuiApplication(sys.argv[:1])
data = QMimeData()
if sys.argv[2:] == ["file"]:
    data.setUrls([QUrl.fromLocalFile(sys.argv[1])])
else:
    data.setImageData(QImage(sys.argv[1]))
application.clipboard().setMimeData(data)
print("copied", flush=True)
application.exec()
