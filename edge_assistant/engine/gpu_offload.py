"""GPU offload: how many layers go on a GPU, and whether the vision tower does."""

from __future__ import annotations

from dataclasses import dataclass

from edge_assistant.system.i18n import tr

_RESERVED_BYTES = 1_200_000_000
"""Bytes left free on the device for compute buffers. With a 4B model and CUDA they took 0.32 GB after loading and
0.70 GB after pictures of 920 tokens (docs/performance-gpu.md); this is in proportion for pictures in read mode."""


@dataclass(frozen=True, slots=True)
class Device:
    """A GPU, at `index` in ggml's list; `free` in bytes; `dedicated_memory` is false for an integrated GPU."""

    name: str
    free: int
    dedicated_memory: bool
    index: int = 0


@dataclass(frozen=True, slots=True)
class GpuOffload:
    """What is on the GPU: `layers` of the text model's `total_layers`, and the vision tower or not; no device: nothing.

    The output layer goes with the first layer and is not counted; the token embeddings stay on the CPU.
    """

    device: Device | None
    layers: int
    total_layers: int
    tower: bool

    @property
    def gpu_layers(self) -> int:
        """Return llama.cpp's n_gpu_layers, which counts the output layer, the first to go (llama-model.cpp)."""
        return self.layers + 1 if self.layers else 0

    @property
    def text_placement(self) -> tuple[str, int] | None:
        """Return the device and layer count that can change, however slightly, what the text model computes."""
        return (self.device.name, self.layers) if self.device and self.layers else None

    def describe(self) -> str:
        """Return a sentence that says what is on the GPU; "" when nothing is."""
        if self.device is None:
            return ""
        if self.layers >= self.total_layers and self.tower:
            return tr("Everything runs on {device}.", device=self.device.name)
        counts = {"device": self.device.name, "layers": self.layers, "all": self.total_layers}
        if self.tower:
            return tr("The vision encoder and {layers} of {all} layers run on {device}.", **counts)
        return tr("{layers} of {all} layers run on {device}.", **counts)


NO_OFFLOAD = GpuOffload(None, 0, 0, tower=False)


def decide(
    devices: list[Device],
    *,
    model_bytes: int,
    output_bytes: int,
    cache_bytes: int,
    tower_bytes: int,
    layers: int,
    gpu_layers: int | None,
) -> GpuOffload:
    """Decide what goes on which GPU. `layers` is the model's number of layers, `cache_bytes` the whole KV cache.

    `output_bytes` of the `model_bytes` are the output layer's, which goes with the first layer.
    `gpu_layers` None chooses: only a GPU with its own memory, and the tower first, because it takes most of the time.
    A number is taken from the user unchecked: any GPU will do, and the tower goes there if it still fits.
    """
    if gpu_layers == 0 or layers <= 0:
        return NO_OFFLOAD
    candidates = sorted(
        (each for each in devices if each.dedicated_memory or gpu_layers is not None),
        key=lambda each: (each.dedicated_memory, each.free),
        reverse=True,
    )
    if not candidates:
        return NO_OFFLOAD
    device = candidates[0]
    free = device.free - _RESERVED_BYTES - tower_bytes
    per_layer = max(1, (model_bytes - output_bytes + cache_bytes) // layers)
    if gpu_layers is not None:
        placed = min(gpu_layers, layers)
        return GpuOffload(device, placed, layers, tower=free >= output_bytes + placed * per_layer)
    if free < 0:
        return NO_OFFLOAD
    return GpuOffload(device, min(layers, max(0, free - output_bytes) // per_layer), layers, tower=True)
