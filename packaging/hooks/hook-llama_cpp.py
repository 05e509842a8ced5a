"""PyInstaller: llama.cpp's libraries, which llama-cpp-python loads by path and PyInstaller therefore cannot see.

A wheel cannot hold links, so it has each library three times; the names that are really loaded are kept: that which
Python opens, and that by which the libraries ask for each other (libggml.so.0).
"""

import re
import sys
from pathlib import Path

from PyInstaller.utils.hooks import get_package_paths

_LINUX = re.compile(r"lib(llama|mtmd)\.so|lib(ggml|ggml-base|ggml-cpu|llama)\.so\.\d+|libggml-cpu-\w+\.so")
_MAC = re.compile(r"lib(llama|mtmd)\.dylib|lib(ggml[a-z-]*|llama)\.\d+\.dylib|libggml[a-z-]*\.so")
_WINDOWS = re.compile(r".*\.dll")

_wanted = _WINDOWS if sys.platform == "win32" else _MAC if sys.platform == "darwin" else _LINUX
_lib = Path(get_package_paths("llama_cpp")[1], "lib")
binaries = [(str(path), "llama_cpp/lib") for path in sorted(_lib.iterdir()) if _wanted.fullmatch(path.name)]
excludedimports = ["llama_cpp.server"]
