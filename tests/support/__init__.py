"""What tests of several folders share, and the programs that they start by path."""

from pathlib import Path

SUPPORT = Path(__file__).resolve().parent
