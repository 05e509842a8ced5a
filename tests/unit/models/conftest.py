"""Every test here has its own data folder, and may have its own shipped folder with a small catalogue."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from support.gguf_files import INSTRUCT, THINKING, Shop, write_mmproj, write_model

from edge_assistant.system import paths


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The person's data folder."""
    folder = tmp_path / "data"
    monkeypatch.setattr(paths, "data_dir", lambda: folder)
    return folder


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The shipped folder in use."""
    shipped = tmp_path / "shipped"
    monkeypatch.setattr(paths, "shipped_models_dir", lambda: shipped)
    originals: dict[str, bytes] = {}
    catalog = ""
    sources = [
        ("instruct", 'repository = "big/instruct"', {"big-q4": "big-q4.gguf", "big-q8": "big-q8.gguf"}, ""),
        ("thinking", 'repository = "big/thinking"', {"big-q4": "think-q4.gguf"}, ""),
        ("instruct", 'repository = "big/unpinned"', {"unpinned": "unpinned.gguf"}, 'trust = "first-download"\n'),
        ("instruct", 'folder = "demo"', {"demo": "tiny.gguf"}, ""),
        ("thinking", 'folder = "demo"', {"demo": "tiny-think.gguf"}, ""),
    ]
    for variant, origin, models, trust in sources:
        catalog += f'[[source]]\nvariant = "{variant}"\n{origin}\nlicence = "Apache-2.0"\nsource = "here"\n'
        template = INSTRUCT if variant == "instruct" else THINKING
        first = next(iter(models.values()))
        files = [(name, file, write_model(tmp_path / file, template=template)) for name, file in models.items()]
        files += [("", f"mmproj-{first}", write_mmproj(tmp_path / f"mmproj-{first}", general__name=variant))]
        for name, file, path in files:
            originals[file] = path.read_bytes()
            path.unlink()
            kind = f'[[source.model]]\nname = "{name}"\nram_bytes = 1\n' if name else "[[source.mmproj]]\n"
            pinned = trust or f'sha256 = "{hashlib.sha256(originals[file]).hexdigest()}"\n'
            size = f'file = "{file}"\nbytes = {len(originals[file])}\nquantisation = "Q4_K_M"\n'
            catalog += kind + pinned + size
    made = Shop(shipped, originals)
    made.install(shipped / "demo", "tiny.gguf", "mmproj-tiny.gguf", "tiny-think.gguf", "mmproj-tiny-think.gguf")
    (shipped / "catalog.toml").write_text(catalog)
    return made
