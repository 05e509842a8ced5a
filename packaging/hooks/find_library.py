"""Run first in the frozen program on Linux: whoever looks for a library by its short name finds those brought along.

mss asks ctypes.util.find_library, which knows the system's libraries only.
"""

import ctypes.util
import sys
from pathlib import Path

_of_the_system = ctypes.util.find_library


def _find_library(name: str) -> str | None:
    brought = sorted(Path(sys._MEIPASS).glob(f"lib{name}.so.*"))
    return brought[0].name if brought else _of_the_system(name)


if sys.platform == "linux":
    ctypes.util.find_library = _find_library
