"""Scenes: what is drawn is what is said to be true, the same everywhere, and never a trained one where it counts."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from demo_training import strikes
from demo_training.draw import write_png
from demo_training.judging import overlap
from demo_training.lexicon import CLASS_NUMBER
from demo_training.questions import questions
from demo_training.scenes import (
    CELL,
    FAMILIES,
    FIRST_HELD_OUT_SEED,
    SCREENS,
    Scene,
    make_scene,
    random_grid,
    training_seed,
)
from demo_training.sheet import invented_word
from PIL import Image

from edge_assistant.imaging.token_budget import plan

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "scripts" / "demo_model.py"
# SHA-256 of SEED.png and SEED.json together; other values mean other scenes, and weights trained on something else.
RECORDED: dict[int, str] = json.loads((ROOT / "tests" / "data" / "scene_hashes.json").read_text(), object_hook=lambda
    entry: {int(seed): digest for seed, digest in entry.items()})  # fmt: skip
SOME = [make_scene(seed) for seed in range(300)]


def run(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """The script as a person runs it, with torch and numpy out of reach."""
    hidden = "import sys, runpy; sys.modules.update(torch=None, numpy=None, transformers=None)"
    path = f"sys.argv[0] = {str(SCRIPT)!r}; sys.path.insert(0, {str(SCRIPT.parent)!r})"
    code = f"{hidden}; {path}; runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], check=check, capture_output=True, text=True, timeout=60
    )


def test_a_seed_gives_the_same_bytes_on_every_machine(tmp_path: Path) -> None:
    for seed, digest in RECORDED.items():
        run("scene", "--seed", str(seed), "--out", str(tmp_path))
        data = (tmp_path / f"{seed}.png").read_bytes() + (tmp_path / f"{seed}.json").read_bytes()
        assert hashlib.sha256(data).hexdigest() == digest, f"scene {seed} is not what it was"


def test_a_scene_is_written_with_its_questions(tmp_path: Path) -> None:
    run("scene", "--seed", "9000007", "--out", str(tmp_path))
    told = json.loads((tmp_path / "9000007.json").read_text(encoding="utf-8"))
    assert (told["seed"], told["family"]) == (9_000_007, make_scene(9_000_007).family)
    assert {question["variant"] for question in told["questions"]} == {"instruct", "thinking"}
    for question in told["questions"]:
        assert set(question) == {"ask", "variant", "kind", "answer", "facts", "absent", "box"}
        assert question["kind"] in ("describe", "count", "read", "where", "unreadable")
    with Image.open(tmp_path / "9000007.png") as picture:
        assert picture.convert("RGB").tobytes() == make_scene(9_000_007).image.tobytes()


def test_a_missing_font_is_an_error_and_not_another_font(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strikes, "FONTS", tmp_path)
    strikes._face.cache_clear()
    strikes.strike.cache_clear()
    try:
        with pytest.raises(strikes.MissingFontError, match="font roboto is missing"):
            strikes.strike("roboto", 15)
    finally:
        strikes._face.cache_clear()


def test_a_negative_seed_is_refused(tmp_path: Path) -> None:
    refused = run("scene", "--seed", "-1", "--out", str(tmp_path), check=False)
    assert refused.returncode == 2
    assert "0 or more" in refused.stderr


def test_no_scene_is_trained_on_that_is_kept_for_evaluation() -> None:
    seeds = {
        training_seed(step, rank, number) for step in range(0, 400_000, 37) for rank in (0, 1) for number in (0, 63)
    }
    assert max(seeds) < FIRST_HELD_OUT_SEED
    assert (
        len({training_seed(step, rank, number) for step in range(50) for rank in (0, 1) for number in range(64)})
        == 6400
    )


def test_the_sizes_are_those_of_windows_and_of_screens_sent_at_a_glance() -> None:
    assert all(scene.image.width >= 240 and scene.image.height >= 152 for scene in SOME)
    for scene in SOME:
        assert plan(scene.image.size, max_tokens=256).tokens <= 256
    for grid, sizes in SCREENS.items():
        for size in sizes:
            assert plan(size, max_tokens=256).sent == (grid[0] * CELL, grid[1] * CELL), size


def test_every_family_and_every_grid_comes_up() -> None:
    assert {scene.family for scene in SOME} == set(FAMILIES)
    rng = random.Random(1)
    assert {(8, 5), (21, 12), (20, 12)} <= {random_grid(rng) for _ in range(2000)}


def test_every_mark_is_inside_the_picture_and_has_a_class() -> None:
    for scene in SOME:
        for mark in scene.marks:
            assert mark.name in CLASS_NUMBER
            left, top, right, bottom = mark.box
            assert left < right, (scene.seed, mark)
            assert top < bottom
            assert right > 0
            assert bottom > 0
            assert left < scene.image.width
            assert top < scene.image.height


def test_the_place_that_is_asked_for_holds_the_thing() -> None:
    checked = 0
    for scene in SOME:
        for target in scene.targets:
            left, top, right, bottom = target.box
            word = target.label
            inside = [
                mark
                for mark in scene.marks
                if mark.name == word
                and left <= 1000 * (mark.box[0] + mark.box[2]) / 2 / scene.image.width <= right
                and top <= 1000 * (mark.box[1] + mark.box[3]) / 2 / scene.image.height <= bottom
            ]
            assert inside, (scene.seed, target)
            checked += 1
    assert checked > 100


def colour_at(scene: Scene, index: int) -> tuple[int, int, int]:
    left, top, right, bottom = scene.marks[index].box
    pixel = scene.image.getpixel((round((left + right) / 2), round((top + bottom) / 2)))
    assert isinstance(pixel, tuple)
    return pixel[0], pixel[1], pixel[2]


def test_apples_are_as_many_and_as_red_as_is_said() -> None:
    for scene in [scene for scene in SOME if scene.family == "apples"]:
        red = sum(row[0] for row in scene.truth["rows"])
        green = sum(row[1] for row in scene.truth["rows"])
        seen = [colour_at(scene, index) for index in range(len(scene.marks))]
        assert sum(pixel[0] > pixel[1] for pixel in seen) == red
        assert sum(pixel[1] > pixel[0] for pixel in seen) == green


def test_things_that_are_told_apart_do_not_lie_on_each_other() -> None:
    for scene in [scene for scene in SOME if scene.family in ("apples", "shapes")]:
        boxes = [tuple(round(value) for value in mark.box) for mark in scene.marks]
        for index, box in enumerate(boxes):
            assert all(overlap(box, other) < 0.1 for other in boxes[:index]), scene.seed  # type: ignore[arg-type]


def test_invented_words_are_none_that_can_be_read() -> None:
    rng = random.Random(3)
    words = {invented_word(rng) for _ in range(500)}
    assert not {word.lower() for word in words} & {name.lower() for name in CLASS_NUMBER}
    assert len(words) > 300


def test_a_picture_is_written_whole(tmp_path: Path) -> None:
    image = Image.effect_noise((300, 260), 90).convert("RGB")
    write_png(image, tmp_path / "noise.png")
    with Image.open(tmp_path / "noise.png") as again:
        again.load()
        assert again.tobytes() == image.tobytes()


def test_questions_about_a_scene_are_the_same_each_time() -> None:
    scene = SOME[3]
    assert questions(scene, random.Random(5), "instruct") == questions(scene, random.Random(5), "instruct")
