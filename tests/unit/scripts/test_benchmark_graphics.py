"""The benchmark of a graphics processor, without one: what nvidia-smi tells, why nothing is measured, the tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from benchmarking import gpu_parts, nvidia_smi, peer, report
from benchmarking.figures import Figures, NotMeasured
from benchmarking.machine import Place
from benchmarking.memory import Watch
from support.fake_programs import write_program
from support.platforms import LINUX_DESKTOP, lacks

from edge_assistant.assistant.events import DoneEvent, ErrorEvent, cancelled
from edge_assistant.engine.gpu_offload import NO_OFFLOAD, Device, GpuOffload

ALL_OF_IT = GpuOffload(Device("Card", 8 * 10**9, dedicated_memory=True), 36, 36, tower=True)
MACHINE = {
    "processor": "Some",
    "instructions": "avx2",
    "cores": 16,
    "threads_used": 16,
    "memory_bytes": 128 * 10**9,
    "graphics": "NVIDIA Card, driver 1.2",
    "system": "Linux 6",
    "python": "3.12.3",
    "llama_cpp_python": "0.3.36",
}


@pytest.fixture
def smi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """No nvidia-smi but one that prints what it is given, and fails where that is ""."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def prints(output: str) -> None:
        write_program(tmp_path, "nvidia-smi", f"print({output!r}, end='')" if output else "raise SystemExit(9)")

    return prints


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, None, None, 2)


def results(**parts: Figures | str) -> dict[str, Any]:
    told = {
        name.replace("_", "-"): {"date": "2026-11-28"}
        | ({"not_measured": part} if isinstance(part, str) else {"figures": part})
        for name, part in parts.items()
    }
    return {"machine": MACHINE, "parts": told}


class Weighed:
    """Stands for a Product whose engine has put `offload` on a graphics processor."""

    def __init__(self, offload: GpuOffload) -> None:
        self.offload = offload

    def __enter__(self) -> Weighed:
        return self

    def __exit__(self, *_: object) -> None: ...

    def load(self) -> float:
        return 1.5


@pytest.mark.parametrize(
    ("output", "used"),
    [
        ("512\n", 512 * 2**20),
        ("512\n1024\n", 1536 * 2**20),
        ("0\n", 0),
        ("", None),
        ("[N/A]\n", None),
        ("512 MiB\n", None),
        ("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n", None),
    ],
)
def test_memory_in_use_is_that_of_all_of_them(output: str, used: int | None) -> None:
    assert nvidia_smi.used_bytes_in(output) == used


def test_each_one_is_named_with_its_driver() -> None:
    assert nvidia_smi.names_in("NVIDIA A, B, 580.1\nNVIDIA C, 580.1\n") == [
        "NVIDIA A, B, driver 580.1",
        "NVIDIA C, driver 580.1",
    ]
    assert nvidia_smi.names_in("No devices were found\n") == []


def test_nvidia_smi_is_asked(smi: Callable[[str], None]) -> None:
    assert (nvidia_smi.used_bytes(), nvidia_smi.names()) == (None, [])
    smi("700\n")
    assert nvidia_smi.used_bytes() == 700 * 2**20
    smi("")
    assert (nvidia_smi.used_bytes(), nvidia_smi.names()) == (None, [])


def test_the_peak_is_the_largest_seen_also_at_the_end() -> None:
    figures = iter([30, 20])
    with Watch(lambda: next(figures, 70), 0.05) as peak:
        pass
    assert peak.bytes in (30, 70)  # as many samples as the time allowed
    with Watch(lambda: None, 0.05) as peak:
        pass
    assert peak.bytes == 0


@pytest.mark.parametrize(
    "measure",
    [gpu_parts.screens, gpu_parts.picture, gpu_parts.processor_alone, gpu_parts.server, gpu_parts.bench],
)
def test_nothing_is_measured_where_device_memory_is_not_told(
    measure: Callable[[Place, int], Figures], place: Place, smi: Callable[[str], None]
) -> None:
    with pytest.raises(NotMeasured, match="no nvidia-smi"):
        measure(place, 1)
    smi("[N/A]\n")
    with pytest.raises(NotMeasured, match="no nvidia-smi"):
        measure(place, 1)
    assert list(place.cache.glob("*.gguf")) == []


@lacks(LINUX_DESKTOP)  # other parts press keys on it
def test_the_benchmark_has_them_all_and_the_tables_know_them() -> None:
    from benchmarking.parts import PARTS

    assert tuple(name for name in PARTS if name.startswith("gpu")) == report.GRAPHICS_PARTS


@pytest.mark.parametrize("measure", [gpu_parts.server, gpu_parts.bench])
def test_llama_cpps_programs_have_to_be_named(
    measure: Callable[[Place, int], Figures], place: Place, smi: Callable[[str], None]
) -> None:
    smi("1\n")
    with pytest.raises(NotMeasured, match="--peer-server"):
        measure(place, 1)


def test_the_processor_alone_does_not_pass_for_a_graphics_processor() -> None:
    figures: Figures = {}
    with (
        pytest.raises(NotMeasured, match="finds no graphics processor"),
        gpu_parts._loaded(figures, "load", Weighed(NO_OFFLOAD)),
    ):
        pass
    assert figures == {}


def test_a_graphics_processor_that_fails_meanwhile_is_told() -> None:
    figures: Figures = {}
    with gpu_parts._loaded(figures, "load", Weighed(ALL_OF_IT)):
        pass
    assert figures == {"load": [1.5]}
    with pytest.raises(NotMeasured, match="failed"), gpu_parts._loaded(figures, "load", Weighed(ALL_OF_IT)) as product:
        product.offload = NO_OFFLOAD


def test_a_page_is_not_measured_on_the_processor_instead(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(Weighed):
        def __init__(self, *_: object, **__: object) -> None:
            super().__init__(ALL_OF_IT)
            self.assistant = self

        def look_at(self, _: object, image_tokens: int) -> None: ...

        def ask(self, index: int, question: str) -> DoneEvent | ErrorEvent:
            self.offload = NO_OFFLOAD
            return cancelled(index, question)

    monkeypatch.setattr(gpu_parts, "Product", Failing)
    monkeypatch.setattr(Place, "model", lambda _: None)
    with pytest.raises(NotMeasured, match="failed"):
        gpu_parts._picture(place, 1, lambda: 600)


class Narrow:
    """A Product that takes `most` image tokens of the page and no more."""

    def __init__(self, most: int, code: str = "context") -> None:
        self.assistant = self
        self.asked: list[int] = []
        self._most, self._code = most, code

    def look_at(self, _: object, image_tokens: int) -> None:
        self.asked.append(image_tokens)

    def ask(self, index: int, question: str) -> DoneEvent | ErrorEvent:
        if self.asked[-1] > self._most:
            return ErrorEvent(index, self._code, "No.", "does-not-fit")
        return cancelled(index, question)


def test_the_largest_budget_is_what_the_product_takes() -> None:
    wide = Narrow(4096)
    assert gpu_parts._largest(wide, 4096)[0] == 3710  # the whole page
    narrow = Narrow(3660)
    assert gpu_parts._largest(narrow, 4096)[0] == 3646
    assert narrow.asked == [3710, 3678, 3646]
    assert gpu_parts._largest(wide, 2048)[0] <= 2048
    with pytest.raises(NotMeasured, match=r"No\."):
        gpu_parts._largest(Narrow(1, code="memory"), 4096)


def test_llama_bench_on_the_processor_alone_gives_no_speeds() -> None:
    tests = [
        {"gpu_info": "NVIDIA Card", "n_prompt": 512, "n_gen": 0, "samples_ts": [9000.0, 9100.0]},
        {"gpu_info": "NVIDIA Card", "n_prompt": 0, "n_gen": 128, "samples_ts": [200.0]},
    ]
    assert peer.device_speeds(json.dumps(tests)) == {"pp512": [9000.0, 9100.0], "tg128": [200.0]}
    assert peer.device_speeds(json.dumps([{**test, "gpu_info": ""} for test in tests])) == {}


def test_a_graphics_processor_has_tables_of_its_own() -> None:
    text = report.tables(
        results(
            gpu={
                "layers": [36.0],
                "all_layers": [36.0],
                "tower": [1.0],
                "first_token": [0.1, 0.12, 0.11],
                "device.loaded": [4.2e9],
                "decode": [190.0],
            },
            gpu_picture={"page.image_tokens": [3710.0], "page.extra": [1.25e9]},
            gpu_processor={"first_token": [2.2]},
            gpu_server="llama-server was not named with --peer-server",
            gpu_bench={"tg128": [200.0]},
        )
    )
    assert "graphics processor NVIDIA Card, driver 1.2, Linux 6" in text
    assert "| what is on the graphics processor | 36 of 36 layers, the vision tower | nothing | | |" in text
    assert "| 0.11 s (0.10 to 0.12) | 2.20 s | not measured |  |" in text
    assert "largest budget, 3710 image tokens" in text
    assert "| device memory after loading, GB | at most 4 | 4.2 | missed |" in text
    assert "largest budget: beyond it, GB | at most 1.5 | 1.25 | met |" in text
    assert "| first token to processor alone | | 0.05 | |" in text
    assert "| decoding to llama-bench | | 0.95 | |" in text
    assert "- `gpu-server`: llama-server was not named with --peer-server." in text
    assert "plain handler" not in text


def test_without_a_graphics_processor_the_tables_are_as_ever() -> None:
    reason = "no nvidia-smi tells"
    plain = report.tables(results(glance={"first_token": [5.0]}))
    assert report.tables(results(glance={"first_token": [5.0]}, gpu=reason, gpu_bench=reason)) == plain
    assert "plain handler" in plain
    alone = report.tables(results(gpu=reason))
    assert "- `gpu`: no nvidia-smi tells." in alone
    assert "plain handler" not in alone
