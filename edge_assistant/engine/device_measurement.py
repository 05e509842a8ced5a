"""What a device computes of fixed pictures and a fixed text, to be compared with what another one computes of them."""

from __future__ import annotations

from edge_assistant.engine.llama_model import LlamaModel
from edge_assistant.engine.messages import MeasureDevice, Measurement


def measure(model: LlamaModel, request: MeasureDevice) -> Measurement:
    """Encode the pictures and evaluate the prompt, each where the model's parts are.

    Raises DoesNotFitError, EngineError or ComputationInterrupted.
    """
    embeddings = []
    for rgb, width, height in request.pictures:
        chunk = model.image_chunk(rgb, width, height)
        try:
            model.encode(chunk, lambda _: None)
            embeddings.append(model.embeddings(chunk.tokens))
        finally:
            chunk.free()
    logits: tuple[bytes, ...] = ()
    if request.prompt:
        *tokens, last = model.tokenize(request.prompt, special=False)
        logits = model.logits_apart(tokens, last)
    return Measurement(request.id, model.embedding_length, tuple(embeddings), logits)
