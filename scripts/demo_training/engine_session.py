"""The program's own engine, in this process: what is compared with itself and with transformers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from edge_assistant.engine.llama_model import LlamaModel
from edge_assistant.engine.session import ModelSession
from edge_assistant.models.resolver import ResolvedModel


@contextmanager
def open_session(model: ResolvedModel, *, context: int, threads: int) -> Iterator[ModelSession]:
    """A session on a pair of model files; they are freed at its end."""
    native = LlamaModel(
        str(model.model),
        str(model.mmproj),
        context=context,
        threads=threads,
        vision_layers=0,
        interrupted=lambda: False,
        on_load=lambda _: None,
    )
    try:
        yield ModelSession(native, lambda _: None)
    finally:
        native.free()
