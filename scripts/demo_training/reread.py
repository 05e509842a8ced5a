"""Makes a checkpoint for transformers of a pair of GGUF files: what `export` does, the other way round."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import torch

from .export import FRAMES, PATCHES, text_names, vision_names
from .network import Network, make_config
from .tokens import known_tokenizer


def reread(model: Path, mmproj: Path, folder: Path) -> None:
    """Write the checkpoint of a demo pair into `folder`. OSError, ValueError or RuntimeError when it is none."""
    text, vision = gguf.GGUFReader(model), gguf.GGUFReader(mmproj)
    tokenizer = known_tokenizer(*(text.fields[f"tokenizer.ggml.{name}"].contents() for name in ("tokens", "merges")))
    config = make_config(tokenizer)
    config["text_config"]["rope_parameters"]["rope_theta"] = text.fields["qwen3vl.rope.freq_base"].contents()
    tensors = {each.name: np.array(each.data, np.float32) for each in (*text.tensors, *vision.tensors)}
    names = {**text_names(config), **vision_names(config)}
    state = {theirs: torch.from_numpy(tensors[ours]) for theirs, ours in names.items()}
    state[PATCHES] = torch.from_numpy(np.stack([tensors[ours] for ours in FRAMES], axis=2))
    network = Network(config)
    network.load_state_dict(state)
    network.save(folder, tokenizer)
