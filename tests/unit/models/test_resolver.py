from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from support.gguf_files import THINKING, Shop, write_mmproj, write_model

from edge_assistant.models.resolver import ResolvedModel, resolve
from edge_assistant.system import paths
from edge_assistant.system.errors import CancelledError, UsageError, WeightsError
from edge_assistant.system.shown_text import heard

BIG = ("big-q4.gguf", "big-q8.gguf", "mmproj-big-q4.gguf")


def find(**request: Any) -> ResolvedModel:
    nothing: dict[str, Any] = {
        "model": None, "mmproj": None, "think": False, "preferred": None, "weights_dir": None
    }  # fmt: skip
    return resolve(**(nothing | request))


def spoil(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("think", [False, True])
def test_on_a_new_machine_the_demo_is_taken(shop: Shop, think: bool) -> None:
    resolved = find(think=think)
    assert (resolved.name, resolved.demo) == ("demo", True)
    assert resolved.variant == ("thinking" if think else "instruct")
    assert resolved.model.parent == resolved.mmproj.parent == shop.shipped / "demo"
    assert resolved.notices == ()
    assert resolved.ram_bytes == resolved.model.stat().st_size + resolved.mmproj.stat().st_size
    assert resolved.model_bytes == resolved.model.stat().st_size


def test_the_best_weights_here_win_over_the_demo(shop: Shop, data: Path) -> None:
    shop.install(data / "models", *BIG)
    assert find().name == "big-q4"
    (data / "models/big-q4.gguf").unlink()
    resolved = find()
    assert (resolved.name, resolved.demo, resolved.notices) == ("big-q8", False, ())


def test_thinking_harder_does_not_fall_from_large_weights_to_the_demo(shop: Shop, data: Path) -> None:
    shop.install(data / "models", "big-q4.gguf", "mmproj-big-q4.gguf")
    with pytest.raises(WeightsError, match="Thinking model is not installed"):
        find(think=True)
    shop.install(data / "models", "think-q4.gguf", "mmproj-think-q4.gguf")
    assert find(think=True).name == "big-q4"


def test_the_settings_choice_wins_over_the_order_of_the_catalogue(shop: Shop, data: Path) -> None:
    shop.install(data / "models", *BIG)
    assert find(preferred="big-q8").name == "big-q8"
    assert find(preferred="demo").name == "demo"
    own = write_model(data / "own/own.gguf")
    write_mmproj(data / "own/mmproj-own.gguf")
    assert find(preferred=str(own)).model == own


@pytest.mark.parametrize("preferred", ["big-q8", "nonsense", "/nowhere/m.gguf"])
def test_a_settings_choice_that_cannot_be_used_is_told_and_replaced(shop: Shop, data: Path, preferred: str) -> None:
    shop.install(data / "models", "big-q4.gguf", "mmproj-big-q4.gguf")
    resolved = find(preferred=preferred)
    assert resolved.name == "big-q4"
    assert resolved.notices[0].startswith("The selected model cannot be used.")


def test_damaged_weights_are_passed_over_and_told(shop: Shop, data: Path) -> None:
    shop.install(data / "models", *BIG)
    spoil(data / "models/big-q4.gguf")
    resolved = find()
    assert resolved.name == "big-q8"
    assert len(resolved.notices) == 1
    assert "The checksum of big-q4.gguf does not match" in resolved.notices[0]
    assert heard(resolved.notices[0]).startswith("The model is damaged.")
    (chosen,) = find(preferred="big-q4").notices[:1]
    assert heard(chosen).startswith("The selected model cannot be used. The model is damaged.")
    spoil(data / "models/mmproj-big-q4.gguf")
    resolved = find()
    assert resolved.name == "demo"
    assert len(resolved.notices) == 2


def test_a_model_without_its_mmproj_is_passed_over_and_told(shop: Shop, data: Path) -> None:
    shop.install(data / "models", "big-q4.gguf")
    resolved = find()
    assert resolved.demo
    assert resolved.notices == (
        "The file mmproj-big-q4.gguf is missing. Download it with edge-assistant models pull big-q4.",
    )


def test_weights_without_a_known_checksum_are_not_opened_unasked(shop: Shop, data: Path) -> None:
    shop.install(data / "models", "unpinned.gguf", "mmproj-unpinned.gguf")
    resolved = find()
    assert resolved.demo
    assert "checksum of unpinned.gguf is not known" in resolved.notices[0]
    path = data / "models/unpinned.gguf"
    assert find(model=str(path)).model == path


def test_a_damaged_demo_is_an_error_since_nothing_is_left(shop: Shop) -> None:
    spoil(shop.shipped / "demo/tiny.gguf")
    with pytest.raises(WeightsError, match=r"tiny\.gguf does not match.* Install the program again"):
        find()


def test_the_settings_folder_comes_first_then_beside_the_program_then_the_data_folder(
    shop: Shop, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "program_models_dir", lambda: tmp_path / "program/models")
    for folder in (data / "models", tmp_path / "program/models", tmp_path / "stick"):
        shop.install(folder, *BIG)
        assert find(weights_dir=tmp_path / "stick", model="big-q4").model.parent == folder


@pytest.mark.usefixtures("shop")
def test_a_settings_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    resolved = find(weights_dir=tmp_path / "stick")
    assert resolved.demo
    assert resolved.notices == (f"The model folder {tmp_path / 'stick'} does not exist.",)


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("name", ["x" * 3000, "a\0b", "loop"])
def test_a_settings_folder_that_cannot_be_is_not_there_either(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    resolved = find(weights_dir=tmp_path / name)
    assert resolved.demo
    (notice,) = resolved.notices
    assert notice.endswith("does not exist.")


@pytest.mark.parametrize(("name", "think", "file"), [
    ("big-q4", False, "big-q4.gguf"),
    ("BIG-Q4", True, "think-q4.gguf"),
    ("demo", False, "tiny.gguf"),
    ("Demo", True, "tiny-think.gguf"),
])  # fmt: skip
def test_a_name_takes_its_variant_in_any_case(shop: Shop, data: Path, name: str, think: bool, file: str) -> None:
    shop.install(data / "models", *BIG, "think-q4.gguf", "mmproj-think-q4.gguf")
    resolved = find(model=name, think=think)
    assert resolved.model.name == file
    assert resolved.variant == ("thinking" if think else "instruct")


@pytest.mark.usefixtures("shop")
def test_a_folder_with_the_name_of_weights_does_not_hide_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "demo").mkdir()
    monkeypatch.chdir(tmp_path)
    assert find(model="demo").demo


def test_named_weights_are_never_replaced_by_others(shop: Shop, data: Path) -> None:
    with pytest.raises(WeightsError, match=r"big-q4\.gguf is missing\. Download it with edge-assistant"):
        find(model="big-q4")
    shop.install(data / "models", *BIG)
    spoil(data / "models/big-q4.gguf")
    with pytest.raises(WeightsError, match=r"big-q4\.gguf does not match"):
        find(model="big-q4")


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("model", ["big", "qwen", "no\0name", "x" * 5000])
def test_an_unknown_name_is_answered_with_the_known_ones(model: str) -> None:
    with pytest.raises(WeightsError, match=r"The known names are big-q4, big-q8, unpinned, demo\."):
        find(model=model)


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("model", ["/nowhere/m", "m.gguf", "~nobody-here/m.gguf", "./m"])
def test_a_path_to_nothing_is_told_as_a_path(model: str) -> None:
    with pytest.raises(WeightsError, match="There is no file"):
        find(model=model)


def test_a_path_takes_the_mmproj_beside_it_and_is_trusted(tmp_path: Path) -> None:
    model = write_model(tmp_path / "own-Q8_0.gguf")
    mmproj = write_mmproj(tmp_path / "mmproj-own-F16.gguf")
    resolved = find(model=str(model))
    assert (resolved.name, resolved.model, resolved.mmproj) == ("own-Q8_0", model, mmproj)
    assert (resolved.variant, resolved.quantisation, resolved.demo) == ("instruct", "Q8_0", False)
    assert (resolved.kv_bytes_per_token, resolved.context_length) == (147_456, 262_144)


def test_a_path_takes_the_mmproj_that_is_named(tmp_path: Path) -> None:
    model = write_model(tmp_path / "own.gguf")
    write_mmproj(tmp_path / "mmproj-own.gguf")
    other = write_mmproj(tmp_path / "elsewhere/other.gguf")
    assert find(model=str(model), mmproj=str(other)).mmproj == other


def test_only_a_vision_file_that_the_person_chose_counts_as_chosen(shop: Shop, data: Path, tmp_path: Path) -> None:
    shop.install(data / "models", *BIG)
    assert not find().mmproj_chosen, "the first of the catalogue"
    assert not find(model="demo").mmproj_chosen
    other = write_mmproj(tmp_path / "other.gguf")
    assert find(model="big-q4", mmproj=str(other)).mmproj_chosen
    write_mmproj(tmp_path / "own/mmproj-own-F16.gguf")
    assert find(model=str(write_model(tmp_path / "own/own.gguf"))).mmproj_chosen
    catalog = shop.shipped / "catalog.toml"
    first = """[[source.mmproj]]\nsha256 = "0"\nfile = "mmproj-usual.gguf"\nbytes = 9\nquantisation = "Q8_0"\n"""
    text = catalog.read_text().replace(
        "[[source.mmproj]]", first.replace('"0"', f'"{"0" * 64}"') + "[[source.mmproj]]", 1
    )
    catalog.write_text(text)
    assert find().mmproj.name == "mmproj-big-q4.gguf"
    assert find().mmproj_chosen, "the usual one is not here"


@pytest.mark.usefixtures("shop")
def test_a_named_mmproj_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    other = write_mmproj(tmp_path / "other.gguf", width=4096)
    with pytest.raises(WeightsError, match=r"tiny\.gguf: other\.gguf belongs to the 8B model"):
        find(model="demo", mmproj=str(other))
    with pytest.raises(WeightsError, match="There is no file"):
        find(model="demo", mmproj=str(tmp_path / "nothing.gguf"))


def test_think_with_an_instruct_path_is_a_usage_error(tmp_path: Path) -> None:
    model = write_model(tmp_path / "own.gguf")
    write_mmproj(tmp_path / "mmproj-own.gguf")
    with pytest.raises(UsageError, match=r"own\.gguf is an Instruct model"):
        find(model=str(model), think=True)


@pytest.mark.parametrize("think", [False, True])
def test_a_thinking_path_thinks_with_or_without_being_asked(tmp_path: Path, think: bool) -> None:
    model = write_model(tmp_path / "own.gguf", template=THINKING)
    write_mmproj(tmp_path / "mmproj-own.gguf")
    assert find(model=str(model), think=think).variant == "thinking"


@pytest.mark.parametrize(("think", "variant"), [(False, "instruct"), (True, "thinking")])
def test_of_a_path_that_does_not_say_its_variant_the_person_decides(tmp_path: Path, think: bool, variant: str) -> None:
    model = write_model(tmp_path / "own.gguf", template=None)
    write_mmproj(tmp_path / "mmproj-own.gguf")
    assert find(model=str(model), think=think).variant == variant


def test_an_mmproj_without_a_model_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="--model"):
        find(mmproj="mmproj.gguf")


@pytest.mark.usefixtures("shop")
def test_hashing_reports_its_progress_once_and_then_no_more() -> None:
    fractions: list[float] = []
    find(on_progress=fractions.append)
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    fractions.clear()
    find(on_progress=fractions.append)
    assert fractions == []


def test_a_cancel_during_hashing_is_not_taken_for_damage(shop: Shop, data: Path) -> None:
    def cancel(_: float) -> None:
        raise CancelledError

    shop.install(data / "models", *BIG)
    with pytest.raises(CancelledError):
        find(on_progress=cancel)


def test_the_shipped_demo_of_this_repository_is_found_and_whole() -> None:
    assert find().demo
    assert find(think=True).variant == "thinking"


def test_a_program_that_lost_a_file_of_its_demo_says_so(shop: Shop) -> None:
    (shop.shipped / "demo/tiny.gguf").unlink()
    with pytest.raises(WeightsError, match=r"tiny\.gguf is missing\. Install the program again"):
        find()


def test_a_program_installed_without_weights_says_how_to_get_some(shop: Shop) -> None:
    shutil.rmtree(shop.shipped / "demo")
    for think in (False, True):
        with pytest.raises(WeightsError, match=r"No model is installed\. Import one with edge-assistant models import"):
            find(think=think)


def test_the_demo_weights_are_known_by_their_header_wherever_they_lie(tmp_path: Path) -> None:
    path = write_model(tmp_path / "renamed.gguf", general__name="tiny-qwen3vl-instruct")
    write_mmproj(tmp_path / "mmproj-renamed.gguf")
    assert find(model=str(path)).demo
    other = write_model(tmp_path / "own/other.gguf", general__name="Qwen3VL-4B-Instruct")
    write_mmproj(tmp_path / "own/mmproj-other.gguf")
    assert not find(model=str(other)).demo
