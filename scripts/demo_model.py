#!/usr/bin/env python3
"""Makes the demo weights: draws scenes whose contents are known, trains on them from nothing, exports, evaluates.

    demo_weights.py scene --seed 9000000 --out DIR      one scene: DIR/9000000.png and .json (needs Pillow only)
    demo_weights.py train --work DIR                    checkpoints, in fixed steps, on two cores
    demo_weights.py train --work DIR --gpu              what ships: with larger steps, on a graphics processor (CUDA)
    demo_weights.py train --work DIR --from FOLDER      going on from GGUF files
    demo_weights.py export --work DIR --out DIR         the GGUF files
    demo_weights.py evaluate [--weights DIR]            held-out scenes through the program's own describe path

`train` and `export` need the extra `training` of pyproject.toml.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections.abc import Callable
from pathlib import Path

from demo_training.draw import write_png
from demo_training.questions import Variant, questions
from demo_training.scenes import FAMILIES, make_scene
from demo_training.strikes import MissingFontError

VARIANTS: tuple[Variant, ...] = ("instruct", "thinking")
GOAL_SCENES = 200


def main(arguments: list[str] | None = None) -> int:
    """Run one of the commands; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    scene = commands.add_parser("scene", help="draw one scene and write what is true of it")
    scene.add_argument("--seed", type=_seed, required=True, help="0 or more; from 9000000 on never trained on")
    scene.add_argument("--family", choices=FAMILIES, help="of this family (default: the seed decides)")
    scene.add_argument("--out", type=Path, required=True, help="the folder for SEED.png and SEED.json")
    training = commands.add_parser("train", help="train from nothing, or go on")
    training.add_argument("--work", type=Path, required=True, help="the folder for checkpoints")
    training.add_argument(
        "--from", dest="start", type=Path, metavar="FOLDER", help="take the tower and the start from GGUF files"
    )
    training.add_argument(
        "--stage", choices=("see", "sharpen", "tell", "variants"), action="append", help="only this stage"
    )
    training.add_argument(
        "--gpu",
        action="store_true",
        help="as what ships was made: larger steps and more pictures, on a graphics processor (CUDA)",
    )
    training.add_argument("--scale", type=float, default=1.0, help="more or fewer steps than the card's (default 1)")
    exporting = commands.add_parser("export", help="write GGUF files")
    exporting.add_argument("--work", type=Path, required=True, help="the folder with checkpoints")
    exporting.add_argument("--out", type=Path, required=True, help="the folder for the GGUF files")
    evaluating = commands.add_parser("evaluate", help="ask about held-out scenes")
    evaluating.add_argument("--weights", type=Path, help="a folder with GGUF files (default: the demo that ships)")
    evaluating.add_argument("--scenes", type=int, default=GOAL_SCENES, help=f"scenes a task (default {GOAL_SCENES})")
    evaluating.add_argument("--variant", choices=VARIANTS, action="append", help="only this variant")
    evaluating.add_argument("--task", action="append", default=[], help="only tasks whose name holds this")
    evaluating.add_argument("--json", action="store_true", help="print one JSON object")
    evaluating.add_argument("--wrong", type=int, default=0, metavar="N", help="show N wrong answers a task")
    options = parser.parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = {
        "scene": write_scene,
        "train": train,
        "export": export,
        "evaluate": evaluate,
    }[options.command]
    try:
        return command(options)
    except (MissingFontError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


def _seed(text: str) -> int:
    seed = int(text)
    if seed < 0:
        raise argparse.ArgumentTypeError("a seed is 0 or more")
    return seed


def write_scene(options: argparse.Namespace) -> int:
    """Draw the scene of a seed, and write its picture and its questions."""
    scene = make_scene(options.seed, family=options.family)
    asked = [
        question.as_json()
        for variant in VARIANTS
        for question in questions(scene, random.Random(scene.seed), variant, unseen=False)
    ]
    options.out.mkdir(parents=True, exist_ok=True)
    write_png(scene.image, options.out / f"{scene.seed}.png")
    entry = {"seed": scene.seed, "family": scene.family, "questions": asked}
    (options.out / f"{scene.seed}.json").write_text(json.dumps(entry, indent=1) + "\n", encoding="utf-8", newline="\n")
    return 0


def train(options: argparse.Namespace) -> int:
    """Train; prints how it goes."""
    from demo_training import train as training

    stages = list(options.stage or training.STAGES)
    from_nothing = training.ON_GPU if options.gpu else training.FROM_NOTHING
    plan = training.GOING_ON if options.start else from_nothing
    later = [stage for stage in stages if stage not in ("see", "sharpen")]
    if options.start and later != stages:
        training.start_again(options.start, options.work)
        stages = later
    training.train(options.work, plan.scaled(options.scale), tuple(stages), gpu=options.gpu)
    return 0


def export(options: argparse.Namespace) -> int:
    """Write the GGUF files; prints their sizes and checksums."""
    from demo_training.export import export as export_pair

    for path in export_pair(options.work, options.out):
        data = path.read_bytes()
        print(f"{path.name}  {len(data)} bytes  sha256 {hashlib.sha256(data).hexdigest()}")
    return 0


def evaluate(options: argparse.Namespace) -> int:
    """Ask and judge; prints a line a task."""
    from demo_training import evaluate as evaluation

    report: dict[str, dict[str, float]] = {}
    for variant in options.variant or VARIANTS:
        model = evaluation.model_path(options.weights, variant) if options.weights else "demo"
        tasks = [
            task for task in evaluation.TASKS if not options.task or any(part in task.name for part in options.task)
        ]

        def show(task: evaluation.Task, score: evaluation.Score, variant: Variant = variant) -> None:
            if options.json:
                return
            print(f"{variant:9} {task.name:42} {score.right:4} of {score.asked} = {score.share:.3f}", flush=True)
            for drawn, ask, wanted, got in score.wrong[: options.wrong]:
                print(f"    scene {drawn}: {ask}\n        true: {wanted}\n        said: {got}")

        scores = evaluation.evaluate(model, variant, options.scenes, show, tuple(tasks))
        report[variant] = {name: score.share for name, score in scores.items()}
    if options.json:
        print(json.dumps({"scenes": options.scenes, "right": report}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
