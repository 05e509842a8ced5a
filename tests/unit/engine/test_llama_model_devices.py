"""llama.cpp is given only the chosen GPU, or none."""

from __future__ import annotations

import ctypes
import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from edge_assistant.engine import devices, llama_model, worker
from edge_assistant.engine.gpu_offload import Device, GpuOffload
from edge_assistant.engine.llama_model import LlamaModel
from edge_assistant.engine.messages import EngineConfig, EngineStarted, ModelSize, OffloadStarted, Tuning
from edge_assistant.system.errors import DoesNotFitError, EngineError

SMALL, LARGE = Device("Small", 2 * 10**9, True, 1), Device("Large", 8 * 10**9, True, 2)
SHARED = Device("Shared", 8 * 10**9, False, 3)
NO_LIST = -1


class RecordedLoad:
    """A load with recorded arguments to llama.cpp, which fails at creating the context."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, found: list[Device]) -> None:
        self.model = self.tower = None
        self.devices = [NO_LIST]
        self.placed: list[bool] = []
        self.listed = 0
        self.found = found
        self.wrong: frozenset[str] = frozenset()
        self.offload = GpuOffload(None, 0, 0, tower=False)
        self.path = tmp_path / "model.gguf"
        self.path.write_bytes(bytes(1000))
        monkeypatch.setattr(LlamaModel, "_redirect_log", lambda _: None)
        monkeypatch.setattr(devices, "list_devices", self.list)
        monkeypatch.setattr(devices, "device_handle", lambda index: 4096 * index)
        monkeypatch.setattr(llama_model.llama, "llama_model_load_from_file", self.load_model)
        monkeypatch.setattr(llama_model.llama, "llama_model_free", lambda _: None)
        monkeypatch.setattr(llama_model.llama, "llama_init_from_model", lambda *_: None)
        monkeypatch.setattr(llama_model.mtmd, "mtmd_init_from_file", self.load_tower)
        monkeypatch.setattr(llama_model.mtmd, "mtmd_free", lambda _: None)

    def list(self) -> list[Device]:
        self.listed += 1
        return self.found

    def load_model(self, _: bytes, params: Any) -> int:
        self.model = params
        if params.devices:
            pointers = ctypes.cast(params.devices, ctypes.POINTER(ctypes.c_void_p))
            self.devices = []
            while pointers[len(self.devices)]:
                self.devices.append(pointers[len(self.devices)])
        return 1

    def load_tower(self, _: bytes, __: int, params: Any) -> int:
        self.tower = params
        return 1

    def load(self, gpu_layers: int | None) -> None:
        path = str(self.path)
        model = LlamaModel.__new__(LlamaModel)
        with pytest.raises(DoesNotFitError):
            model.__init__(  # type: ignore[misc] (its offload is looked at after it failed)
                path,
                path,
                context=512,
                threads=1,
                vision_layers=1,
                interrupted=lambda: False,
                on_load=lambda _: None,
                size=ModelSize(36, 10),
                tuning=Tuning(gpu_layers=gpu_layers),
                on_device=self.placed.append,
                wrong_devices=self.wrong,
            )
        self.offload = model.offload

    def driver_keys(self) -> list[str]:
        """The keys of the devices as they are now."""
        return [each.driver_key for each in devices.list_devices_for(str(self.path), str(self.path))]

    def device_arguments(self) -> tuple[list[int], int, bool, int | None]:
        """The text model's devices and layers, whether the tower may use a device, and which."""
        assert self.model is not None
        assert self.tower is not None
        return self.devices, self.model.n_gpu_layers, self.tower.use_gpu, self.tower.device


NO_DEVICE_ARGUMENTS = ([], 0, False, None)


def test_one_device_of_several_gets_everything(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    load = RecordedLoad(monkeypatch, tmp_path, [SMALL, LARGE])
    load.load(None)
    assert load.device_arguments() == ([8192], 37, True, 8192)
    assert load.model.split_mode == llama_model.llama.LLAMA_SPLIT_MODE_NONE
    assert load.placed == [True, True]


def test_zero_layers_keep_everything_from_devices_and_do_not_even_list_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    load = RecordedLoad(monkeypatch, tmp_path, [LARGE])
    load.load(0)
    assert load.device_arguments() == NO_DEVICE_ARGUMENTS
    assert (load.listed, load.placed) == (0, [])


@pytest.mark.parametrize("found", [[], [SHARED], [Device("Full", 10, True, 1)]])
def test_what_is_not_used_is_not_touched(found: list[Device], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    load = RecordedLoad(monkeypatch, tmp_path, found)
    load.load(None)
    assert load.device_arguments() == NO_DEVICE_ARGUMENTS
    assert load.placed == [True, False]


def test_where_only_the_tower_fits_the_text_model_has_no_device(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    load = RecordedLoad(monkeypatch, tmp_path, [LARGE])
    monkeypatch.setattr(llama_model, "decide", lambda *_, **__: GpuOffload(LARGE, 0, 36, tower=True))
    load.load(None)
    assert load.device_arguments() == ([], 0, True, 8192)


def test_where_the_tower_does_not_fit_it_has_no_device(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    load = RecordedLoad(monkeypatch, tmp_path, [Device("Full", 10, True, 1)])
    load.load(5)
    assert load.device_arguments() == ([4096], 6, False, None)


def test_a_device_that_computes_wrongly_is_not_used_and_this_is_known(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    load = RecordedLoad(monkeypatch, tmp_path, [LARGE])
    load.wrong = frozenset(load.driver_keys())
    load.load(None)
    assert load.device_arguments() == NO_DEVICE_ARGUMENTS
    assert load.placed == [True, False]
    assert load.offload.passed_over == "Large"


def test_another_device_takes_its_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    load = RecordedLoad(monkeypatch, tmp_path, [LARGE, replace(LARGE, name="Other", index=3)])
    load.wrong = frozenset(load.driver_keys()[:1])
    load.load(None)
    assert load.device_arguments() == ([12288], 37, True, 12288)


def test_layers_that_the_person_wants_there_are_put_there_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    load = RecordedLoad(monkeypatch, tmp_path, [LARGE])
    load.wrong = frozenset(load.driver_keys())
    load.load(5)
    assert load.device_arguments() == ([8192], 6, True, 8192)
    assert load.offload.device is not None
    assert load.offload.device.computes_wrongly


def test_the_keys_of_a_device_change_with_its_name_its_driver_llama_cpp_and_the_model(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    load = RecordedLoad(monkeypatch, tmp_path, [LARGE])

    def keys() -> tuple[str, str]:
        found = devices.list_devices_for(str(load.path), str(load.path))[0]
        return found.driver_key, found.model_key

    first = keys()
    assert all(first)
    load.found = [replace(LARGE, free=7 * 10**9, index=5)]
    assert keys() == first, "how much is free and where it is listed says nothing of it"
    load.found = [replace(LARGE, name="Other")]
    assert keys()[0] != first[0]
    load.found = [LARGE]
    with monkeypatch.context() as updated:
        updated.setattr(devices, "driver_identity", lambda: ("another driver",))
        assert keys()[0] != first[0]
    with monkeypatch.context() as updated:
        updated.setattr(devices, "library_files", lambda: [load.path])
        assert keys()[0] != first[0]
    load.path.write_bytes(bytes(2000))
    assert keys() == (first[0], keys()[1])
    assert keys()[1] != first[1]


def test_of_files_that_are_gone_nothing_is_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    RecordedLoad(monkeypatch, tmp_path, [LARGE])
    assert devices.list_devices_for(str(tmp_path / "gone.gguf"), str(tmp_path / "gone.gguf")) == [LARGE]


def test_an_encode_that_fails_says_whether_a_device_was_at_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llama_model.mtmd, "mtmd_encode_chunk", lambda *_: 1)
    chunk: Any = SimpleNamespace(handle=0)
    codes = []
    for offload in (GpuOffload(LARGE, 36, 36, tower=True), llama_model.NO_OFFLOAD):
        model = LlamaModel.__new__(LlamaModel)
        model.offload, model._tower, model._interrupted = offload, 1, lambda: False
        with pytest.raises(EngineError) as caught:
            model.encode(chunk, lambda _: None)
        codes.append(caught.value.code)
    assert codes == ["device-failed", "engine"]


@pytest.fixture
def identities(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The names under which prompts would be kept by a worker with these layers wanted, and this placed."""
    from edge_assistant.engine import session

    placed: list[GpuOffload] = []

    class FakeModel:
        def __init__(self, *_: Any, on_device: Any, **__: Any) -> None:
            self.offload = placed[-1]
            on_device(self.offload.device is not None)

    class FakeSession:
        def __init__(self, _: FakeModel, __: Any, kept: Any) -> None:
            self.kept = kept

        def warm(self, system: str) -> None:
            pass

    monkeypatch.setattr(llama_model, "LlamaModel", FakeModel)
    monkeypatch.setattr(session, "ModelSession", FakeSession)
    monkeypatch.setattr(os, "environ", dict(os.environ))  # llama.cpp, in this process too, sees the real one

    def identity(gpu_layers: int | None, offload: GpuOffload) -> bytes:
        placed.append(offload)
        load = EngineConfig(Path(__file__), Path(), 512, 1, 1, "", ModelSize(), Tuning(gpu_layers=gpu_layers), tmp_path)
        sent: list[Any] = []
        inbox: Any = SimpleNamespace(interrupted=None)
        loaded: Any = worker._open_session(load, inbox, sent.append)
        assert sent == [EngineStarted(), OffloadStarted(offload.device is not None)]
        return loaded.kept._identity  # type: ignore[no-any-return]

    return identity


def test_a_kept_prompt_is_found_again_however_much_of_the_device_is_free(identities: Any) -> None:
    fuller = Device("Large", 7 * 10**9, True, 2)
    first = identities(None, GpuOffload(LARGE, 36, 36, tower=True))
    assert identities(None, GpuOffload(fuller, 36, 36, tower=True)) == first
    assert identities(36, GpuOffload(fuller, 36, 36, tower=False)) == first
    assert identities(None, GpuOffload(fuller, 20, 36, tower=True)) != first
    assert identities(None, llama_model.NO_OFFLOAD) != first
    assert identities(0, llama_model.NO_OFFLOAD) == identities(None, llama_model.NO_OFFLOAD)


def test_without_devices_no_driver_is_asked_for_any(identities: Any) -> None:
    identities(None, llama_model.NO_OFFLOAD)
    assert not devices.NO_DRIVERS.keys() & os.environ.keys()
    identities(0, llama_model.NO_OFFLOAD)
    assert devices.NO_DRIVERS.items() <= os.environ.items()
