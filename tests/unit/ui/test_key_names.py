"""Keys are named as they stand on the person's keyboard: in menus, and in what is said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QKeySequence

from edge_assistant.hotkeys.key import parse_key
from edge_assistant.system.i18n import use_language
from edge_assistant.ui.key_names import shown_keys, spoken_keys
from edge_assistant.ui.strings import key_label


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    use_language("en")


@pytest.mark.parametrize(
    ("language", "key", "label", "spoken"),
    [
        ("en", "ctrl+shift+F9", "Ctrl+Shift+F9", "ctrl shift F9"),
        ("en", "ctrl+shift+pageup", "Ctrl+Shift+Page Up", "ctrl shift page up"),
        ("de", "ctrl+shift+F9", "Strg+Umschalt+F9", "Steuerung Umschalt F9"),
        ("de", "ctrl+shift+right", "Strg+Umschalt+Pfeil rechts", "Steuerung Umschalt Pfeil rechts"),
        ("de", "ctrl+shift+space", "Strg+Umschalt+Leertaste", "Steuerung Umschalt Leertaste"),
    ],
)
def test_a_global_key(language: str, key: str, label: str, spoken: str) -> None:
    use_language(language)
    assert key_label(parse_key(key, "linux")) == label
    assert parse_key(key, "linux").spoken == spoken


@pytest.mark.parametrize(
    ("language", "portable", "spoken"),
    [
        ("en", "Ctrl+O", "Ctrl O"),
        ("en", "Return", "Enter"),
        ("en", "Shift+Backtab", "Shift Tab"),
        ("de", "Ctrl+Shift+Del", "Strg Umschalt Entf"),
        ("de", "Alt+Up", "Alt Pfeil auf"),
        ("de", "Esc", "Escape"),
        ("de", "N", "N"),
        ("de", "", ""),
    ],
)
def test_a_key_of_a_window(language: str, portable: str, spoken: str) -> None:
    use_language(language)
    assert spoken_keys(portable) == spoken
    assert shown_keys(QKeySequence(portable)).replace("+", " ") == spoken
