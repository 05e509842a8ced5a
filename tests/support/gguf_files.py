"""Writes small GGUF files for tests: any metadata, any tensor table, with data of zeros; and holds a shop of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarking.gguf_writer import F32, Tensor, header

from edge_assistant.system import paths

if TYPE_CHECKING:  # workers that load this need none of it
    import pytest

INSTRUCT = "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
THINKING = "{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n{% endif %}"


def gguf_bytes(
    metadata: dict[str, Any], tensors: list[tuple[str, tuple[int, ...], int]] | None = None, *, version: int = 3
) -> bytes:
    """A whole file; each tensor is (name, shape, type) with type F32 or Q8_0."""
    tensors = [("token_embd.weight", (64, 8), F32)] if tensors is None else tensors
    table = [Tensor(name, shape[::-1], kind) for name, shape, kind in tensors]
    start = header(metadata, table, version=version)
    end = sum(tensor.size + -tensor.size % 32 for tensor in table[:-1]) + (table[-1].size if table else 0)
    return start + bytes(-len(start) % 32 + end)


def write_model(path: Path, *, template: str | None = INSTRUCT, width: int = 2560, **metadata: Any) -> Path:
    """A language model with the given embedding length; more metadata by keyword, dots written as __."""
    return _write(path, model_metadata(template, width), metadata)


def model_metadata(template: str | None, width: int) -> dict[str, Any]:
    things: dict[str, Any] = {
        "general.architecture": "qwen3vl",
        "qwen3vl.block_count": 36,
        "qwen3vl.context_length": 262144,
        "qwen3vl.embedding_length": width,
        "qwen3vl.attention.head_count_kv": 8,
        "qwen3vl.attention.key_length": 128,
        "qwen3vl.attention.value_length": 128,
        "qwen3vl.n_deepstack_layers": 3,
        "tokenizer.ggml.tokens": ["a", "b", "c"],
    }
    if template is not None:
        things["tokenizer.chat_template"] = template
    return things


def write_mmproj(path: Path, *, width: int = 2560, **metadata: Any) -> Path:
    """An mmproj for language models of that embedding length; more metadata as for write_model."""
    return _write(path, vision_metadata(width), metadata)


def vision_metadata(width: int) -> dict[str, Any]:
    return {
        "general.architecture": "clip",
        "clip.projector_type": "qwen3vl_merger",
        "clip.vision.projection_dim": width,
        "clip.vision.is_deepstack_layers": [False, True, True, True],
    }


def _write(path: Path, things: dict[str, Any], more: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gguf_bytes(things | {key.replace("__", "."): thing for key, thing in more.items()}))
    return path


@dataclass
class Shop:
    """A shipped folder whose catalogue knows big-q4 (of both variants), big-q8 (Instruct), unpinned, and the demo."""

    shipped: Path
    originals: dict[str, bytes]

    def install(self, folder: Path, *names: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            (folder / name).write_bytes(self.originals[name])


def make_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Make a shop of which only the demo is installed, and use its shipped folder."""
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
