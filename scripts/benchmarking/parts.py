"""What can be measured, by name. Each part returns its figures: a name, and one value a repetition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarking import answer_parts, gpu_parts, program_parts, rival_parts, text_parts
from benchmarking.figures import Figures
from benchmarking.machine import Place


@dataclass(frozen=True, slots=True)
class Part:
    """`quick` says whether --quick takes it; `repeats` how often it is measured in a full run."""

    measure: Callable[[Place, int], Figures]
    repeats: int
    quick: bool = False


# In this order: the product and its strongest rival stand side by side.
PARTS: dict[str, Part] = {
    "glance": Part(answer_parts.glance, 5, quick=True),
    "server-informed": Part(rival_parts.server_informed, 5, quick=True),
    "detail": Part(answer_parts.detail, 5),
    "growth": Part(answer_parts.growth, 5),
    "cancel": Part(answer_parts.cancel, 20),
    "load": Part(answer_parts.load, 5),
    "swap": Part(answer_parts.swap, 5),
    "decode": Part(answer_parts.decode, 5),
    "memory": Part(program_parts.memory, 5),
    "towers": Part(program_parts.towers, 5),
    "priority": Part(program_parts.priority, 5),
    "ahead": Part(answer_parts.ahead, 5),
    "sound": Part(program_parts.sound, 5),
    "pictures": Part(program_parts.pictures, 20),
    "listen": Part(program_parts.listening, 5),
    "app": Part(program_parts.desktop, 5),
    "text": Part(text_parts.text, 3),
    "read": Part(program_parts.reading, 5),
    "beside-text": Part(answer_parts.beside_text, 5),
    "server-defaults": Part(rival_parts.server_defaults, 1),
    "plain": Part(rival_parts.plain, 1),
    # The last ones want a graphics processor.
    "gpu": Part(gpu_parts.screens, 3),
    "gpu-picture": Part(gpu_parts.picture, 3),
    "gpu-processor": Part(gpu_parts.processor_alone, 1),
    "gpu-server": Part(gpu_parts.server, 3),
    "gpu-bench": Part(gpu_parts.bench, 3),
}
