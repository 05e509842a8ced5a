"""The parts of others, from a packed program's list or from what is installed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.platforms import INSTALLED_PACKAGE, lacks

from edge_assistant.system.parts import Part, list_parts


@lacks(INSTALLED_PACKAGE)
def test_from_source_the_packages_are_told_with_their_licences() -> None:
    parts = {part.name.lower(): part for part in list_parts()}
    assert parts["pillow"].licence
    assert parts["pillow"].version[0].isdigit()
    assert "pytest" not in parts, "that is no part of the program"
    assert all("\n" not in part.licence and len(part.licence) <= 60 for part in parts.values())


def test_a_packed_program_tells_what_its_list_has(tmp_path: Path) -> None:
    components = [
        {"type": "library", "name": "Qt", "version": "6.12", "licenses": [{"license": {"name": "LGPL-3.0"}}]},
        {"type": "library", "name": "Pillow", "version": "12", "licenses": [{"license": {"name": "MIT-CMU"}}]},
        {"type": "file", "name": "libQt6Core.so.6", "hashes": []},
    ]
    (tmp_path / "bom.json").write_text(json.dumps({"components": components}))
    assert list_parts(tmp_path) == [Part("Pillow", "12", "MIT-CMU"), Part("Qt", "6.12", "LGPL-3.0")]


@pytest.mark.parametrize("content", ["", "[]", '{"components": [{"type": "library"}]}', '{"components": 5}'])
def test_a_damaged_list_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "bom.json").write_text(content)
    assert list_parts(tmp_path) == []
    assert list_parts(tmp_path / "nowhere") == []
