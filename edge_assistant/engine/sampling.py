"""Sampling parameters of each model variant and mode."""

from __future__ import annotations

from typing import Literal

from edge_assistant.engine.messages import Sampling
from edge_assistant.system.errors import UsageError
from edge_assistant.system.i18n import tr

Variant = Literal["instruct", "thinking"]

# Qwen3-VL's model cards, image input: https://huggingface.co/Qwen/Qwen3-VL-4B-Instruct and ...-Thinking.
_CARD: dict[Variant, Sampling] = {
    "instruct": Sampling(temperature=0.7, top_p=0.8, top_k=20, presence_penalty=1.5),
    "thinking": Sampling(temperature=1.0, top_p=0.95, top_k=20, presence_penalty=0.0),
}
# Our own: text that is read aloud must stay close to the picture and may repeat itself.
_VERBATIM = Sampling(temperature=0.2, top_p=0.8, top_k=20, presence_penalty=0.0)


def sampling(variant: Variant, *, verbatim: bool, temperature: float | None = None) -> Sampling:
    """Return the parameters for one question.

    `verbatim` is for reading text; it only changes Instruct. `temperature` (0 to 2) overrides the table; 0 is greedy.
    Raises UsageError for greedy sampling with the Thinking variant, which its model card forbids.
    """
    if variant == "thinking" and temperature == 0:
        raise UsageError(tr("Thinking does not work at temperature 0. Leave out the temperature or think."))
    chosen = _VERBATIM if verbatim and variant == "instruct" else _CARD[variant]
    if temperature is None:
        return chosen
    return Sampling(temperature, chosen.top_p, chosen.top_k, chosen.presence_penalty)
