"""What of the weights goes on a graphics processor: all of it if it fits, else the vision tower and some layers."""

from __future__ import annotations

from dataclasses import dataclass

from edge_assistant.system.i18n import tr

_BUFFERS = 1_200_000_000
"""Bytes that stay free on the device for what is computed there. With a 4B and CUDA they were 0.32 GB after loading and
0.70 after pictures of 920 tokens (docs/performance-gpu.md); this is in proportion what pictures to be read need."""


@dataclass(frozen=True, slots=True)
class Device:
    """The device at `index` in ggml's list; `free` in bytes; `own_memory` is false for a part of the processor."""

    name: str
    free: int
    own_memory: bool
    index: int = 0


@dataclass(frozen=True, slots=True)
class GpuOffload:
    """`layers` of the text model's `all_layers`, and whether the vision tower, are on the device; None: on none.

    With any layer goes the output layer, which is not counted; the table of token embeddings never goes.
    """

    device: Device | None
    layers: int
    all_layers: int
    tower: bool

    @property
    def gpu_layers(self) -> int:
        """The layers as llama.cpp counts them: the output layer is one more, and the first to go (llama-model.cpp)."""
        return self.layers + 1 if self.layers else 0

    @property
    def of_text(self) -> tuple[str, int] | None:
        """What of it can change, however slightly, what the text model computes: the device and the layers on it."""
        return (self.device.name, self.layers) if self.device and self.layers else None

    def words(self) -> str:
        """A sentence about it; "" when nothing is on a device."""
        if self.device is None:
            return ""
        if self.layers >= self.all_layers and self.tower:
            return tr("Everything runs on {device}.", device=self.device.name)
        counts = {"device": self.device.name, "layers": self.layers, "all": self.all_layers}
        if self.tower:
            return tr("The vision encoder and {layers} of {all} layers run on {device}.", **counts)
        return tr("{layers} of {all} layers run on {device}.", **counts)


NOTHING = GpuOffload(None, 0, 0, tower=False)


def decide(
    devices: list[Device],
    *,
    model_bytes: int,
    output_bytes: int,
    cache_bytes: int,
    tower_bytes: int,
    layers: int,
    wanted: int | None,
) -> GpuOffload:
    """What goes where. `layers` is the model's number of them, `cache_bytes` the whole KV cache.

    `output_bytes` of the `model_bytes` are the output layer's, which goes with any other.
    `wanted` None chooses: only a device with memory of its own, the tower first, because it takes most of the time.
    A number is what the person wants and is believed; then any device will do, and the tower goes where it still fits.
    """
    if wanted == 0 or layers <= 0:
        return NOTHING
    able = sorted(
        (each for each in devices if each.own_memory or wanted is not None),
        key=lambda each: (each.own_memory, each.free),
        reverse=True,
    )
    if not able:
        return NOTHING
    device = able[0]
    room = device.free - _BUFFERS - tower_bytes
    per_layer = max(1, (model_bytes - output_bytes + cache_bytes) // layers)
    if wanted is not None:
        there = min(wanted, layers)
        return GpuOffload(device, there, layers, tower=room >= output_bytes + there * per_layer)
    if room < 0:
        return NOTHING
    return GpuOffload(device, min(layers, max(0, room - output_bytes) // per_layer), layers, tower=True)
