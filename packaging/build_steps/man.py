"""The manual page edge-assistant(1), made from docs/cli.md, which is made from the program."""

from __future__ import annotations

import re
import time
from pathlib import Path

from build_steps.paths import ROOT
from build_steps.product import SUMMARY, source_date, version

_PAGE = """.TH EDGE\\-ASSISTANT 1 {date} "Edge Assistant {version}" "User Commands"
.SH NAME
edge\\-assistant \\- {summary}
.SH SYNOPSIS
.B edge\\-assistant
.RI [ COMMAND
.RI [ OPTION ]...]
.SH DESCRIPTION
Without a command it starts the app, which waits for its keys: Ctrl+Shift+F9 describes the active window.
Each command tells its options with
.BR \\-\\-help .
Ctrl\\-C silences a command and ends it at once.
.SH COMMANDS
{commands}
.SH EXIT STATUS
{codes}
.SH FILES
.TP
.I ~/.config/edge\\-assistant/settings.toml
the settings;
.B edge\\-assistant settings
lists and changes them
.TP
.I ~/.local/share/edge\\-assistant/models
models that were downloaded
"""


def page(documented: Path = ROOT / "docs/cli.md") -> str:
    """The page in the language of man(7)."""
    text = documented.read_text(encoding="utf-8")
    commands = re.findall(r"^\| `edge-assistant ([\w-]+)` \| (.+?) \|$", text, re.MULTILINE)
    codes = re.findall(r"^\| (\d+) \| (.+?) \|$", text, re.MULTILINE)
    return _PAGE.format(
        date=time.strftime("%Y-%m-%d", time.gmtime(source_date())),
        version=version(),
        summary=_plain(SUMMARY.rstrip(".")),
        commands=_tagged(commands),
        codes=_tagged(codes),
    )


def _tagged(rows: list[tuple[str, str]]) -> str:
    return "\n".join(f".TP\n.B {_plain(name)}\n{_plain(meaning)}" for name, meaning in rows)


def _plain(text: str) -> str:
    """A text in which nothing means anything to man."""
    text = text.replace("`", "").replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{text}" if text.startswith((".", "'")) else text
