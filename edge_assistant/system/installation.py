"""How this program was installed, for the sentences that say how to repair it."""

from __future__ import annotations

import sys
from pathlib import Path

from edge_assistant.system.i18n import tr

_ROOT = Path(__file__).resolve().parents[2]  # of the checkout, where there is one
_SETUP_SCRIPT = "scripts/setup"


def has_setup(root: Path = _ROOT) -> bool:
    """Return whether an installer or the set-up of a checkout put the program here, rather than pip by itself.

    Only these bring the files that are no Python packages. `root` is the folder that holds the package; for tests.
    """
    return bool(getattr(sys, "frozen", False)) or (root / _SETUP_SCRIPT).is_file()


def reinstall_advice(platform: str = sys.platform, root: Path = _ROOT) -> str:
    """Return the sentence that says how to get a missing part of the program again: by an installer, or from source.

    `platform` is a `sys.platform` value, `root` the folder that holds the package; both for tests.
    """
    if getattr(sys, "frozen", False) or not (root / _SETUP_SCRIPT).is_file():
        return tr("Install the program again.")
    return tr("Run {command} again.", command=r"scripts\setup.ps1" if platform == "win32" else _SETUP_SCRIPT)
