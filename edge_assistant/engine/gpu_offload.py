"""GPU offload: how many layers go on a GPU, and whether the vision tower does."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace

from edge_assistant.system.i18n import tr

_RESERVED_BYTES = 1_200_000_000
"""Bytes left free on the device for compute buffers. With a 4B model and CUDA they took 0.32 GB after loading and
0.70 GB after pictures of 920 tokens (docs/performance-gpu.md); this is in proportion for pictures in read mode."""


@dataclass(frozen=True, slots=True)
class Device:
    """A GPU, at `index` in ggml's list; `free` in bytes; `dedicated_memory` is false for an integrated GPU.

    `driver_key` stands for the device with its driver and llama.cpp's build, `model_key` for the model's files; ""
    where they are not known. `computes_wrongly`: a check found that, see device_checks.py.
    """

    name: str
    free: int
    dedicated_memory: bool
    index: int = 0
    driver_key: str = ""
    model_key: str = ""
    computes_wrongly: bool = False


@dataclass(frozen=True, slots=True)
class GpuOffload:
    """What is on the GPU: `layers` of the text model's `total_layers`, and the vision tower or not; no device: nothing.

    The output layer goes with the first layer and is not counted; the token embeddings stay on the CPU.
    `passed_over` is the name of a device that would be used, but computes wrongly.
    """

    device: Device | None
    layers: int
    total_layers: int
    tower: bool
    passed_over: str = ""

    @property
    def gpu_layers(self) -> int:
        """Return llama.cpp's n_gpu_layers, which counts the output layer, the first to go (llama-model.cpp)."""
        return self.layers + 1 if self.layers else 0

    @property
    def text_placement(self) -> tuple[str, int] | None:
        """Return the device and layer count that can change, however slightly, what the text model computes."""
        return (self.device.name, self.layers) if self.device and self.layers else None

    def describe(self) -> str:
        """Return sentences that say what is on the GPU, and which one computes wrongly; "" when there is none."""
        wrong = self.passed_over
        if self.device is not None and self.device.computes_wrongly:
            wrong = self.device.name
        found = (
            tr("A check found that the graphics processor {device} computes wrongly.", device=wrong) if wrong else ""
        )
        placed = self._describe_placement() or (tr("Everything runs on the processor.") if wrong else "")
        return " ".join(filter(None, (found, placed)))

    def _describe_placement(self) -> str:
        if self.device is None:
            return ""
        if self.layers >= self.total_layers and self.tower:
            return tr("Everything runs on {device}.", device=self.device.name)
        counts = {"device": self.device.name, "layers": self.layers, "all": self.total_layers}
        if self.tower:
            return tr("The vision encoder and {layers} of {all} layers run on {device}.", **counts)
        return tr("{layers} of {all} layers run on {device}.", **counts)


NO_OFFLOAD = GpuOffload(None, 0, 0, tower=False)


def usable_devices(
    devices: list[Device], wrong_keys: Container[str], gpu_layers: int | None
) -> tuple[list[Device], str]:
    """Return the devices that `decide` may choose from, and the name of the first that is not one of them, else "".

    One whose driver_key is among `wrong_keys` is marked, and used only where the user gave `gpu_layers`.
    """
    marked = [replace(each, computes_wrongly=each.driver_key in wrong_keys) for each in devices]
    if gpu_layers is not None:
        return marked, ""
    passed_over = [each.name for each in marked if each.computes_wrongly and each.dedicated_memory]
    return [each for each in marked if not each.computes_wrongly], (passed_over or [""])[0]


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
