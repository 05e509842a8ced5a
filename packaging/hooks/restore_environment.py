"""Run first in the frozen program: programs it starts (players, say) get the person's own library path back.

PyInstaller points LD_LIBRARY_PATH at the program's libraries, which the system's programs were not built with.
"""

import os

if "LD_LIBRARY_PATH_ORIG" in os.environ:
    os.environ["LD_LIBRARY_PATH"] = os.environ.pop("LD_LIBRARY_PATH_ORIG")
else:
    os.environ.pop("LD_LIBRARY_PATH", None)
