"""The names of the demo weights' files."""

from __future__ import annotations

from .questions import Variant


def text_name(variant: Variant) -> str:
    """The file name of a variant's language model."""
    return f"tiny-qwen3vl-{variant}-f16.gguf"


MMPROJ_NAME = "mmproj-tiny-qwen3vl-f16.gguf"
"""The vision tower and projector, the same for both variants."""
