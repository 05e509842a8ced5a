"""The steps of packaging/build.py: a portable engine, the frozen program, and the installers around it."""

import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
# For the product's catalogue and what gets the models that recognise text, which need nothing that is installed.
sys.path[:0] = [str(folder) for folder in (_ROOT, _ROOT / "scripts") if str(folder) not in sys.path]
