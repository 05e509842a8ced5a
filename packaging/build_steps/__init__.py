"""The steps of packaging/build.py: a portable engine, the frozen program, and the installers around it."""

import sys
from pathlib import Path

if (_ROOT := str(Path(__file__).resolve().parents[2])) not in sys.path:
    sys.path.insert(0, _ROOT)  # for the product's catalogue, which needs nothing that is installed
