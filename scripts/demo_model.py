#!/usr/bin/env python3
"""Makes the demo model, and tries it: draws scenes whose contents are known, trains on them from nothing, evaluates.

    demo_model.py scene --seed 9000000 --out DIR      one scene: DIR/9000000.png and .json
    demo_model.py train --work DIR                    checkpoints, in fixed steps, on two cores
    demo_model.py train --work DIR --gpu              what ships: with larger steps, on a graphics processor (CUDA)
    demo_model.py train --work DIR --from FOLDER      going on from GGUF files
    demo_model.py export --work DIR --out DIR         the GGUF files
    demo_model.py evaluate [--weights DIR]            held-out scenes through the program's own describe path
    demo_model.py parity [--weights DIR]              llama.cpp against transformers
    demo_model.py cache [--model NAME]                answers from the engine's cache against those without
    demo_model.py report                              the sample screens, described aloud; scripts/demo runs this

`train`, `export` and `parity` need the extra `training` of pyproject.toml.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path

from demo_training.draw import write_png
from demo_training.plan import STAGES, VARIANTS
from demo_training.questions import Variant, questions
from demo_training.scenes import FAMILIES, make_scene
from demo_training.strikes import MissingFontError

from edge_assistant.system.errors import AssistantError

_GOAL_SCENES = 200
_EQUAL = 0.98
"""The least share of equal answers where two ways to compute them are compared."""


def main(arguments: list[str] | None = None) -> int:
    """Run one of the commands; the exit code."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.run
    try:
        return command(options)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("demo_training", "edge_assistant"):
            raise
        print(f"{error.name} is missing: install the extra `training` of pyproject.toml.", file=sys.stderr)
    except BrokenPipeError:  # whoever read along has left; there is nobody to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (AssistantError, MissingFontError, OSError) as error:
        print(error, file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    scene = commands.add_parser("scene", help="draw one scene and write what is true of it")
    scene.add_argument("--seed", type=_seed, required=True, help="0 or more; from 9000000 on never trained on")
    scene.add_argument("--family", choices=FAMILIES, help="of this family (default: the seed decides)")
    scene.add_argument("--out", type=Path, required=True, help="the folder for SEED.png and SEED.json")
    scene.set_defaults(run=_write_scene)

    train = commands.add_parser("train", help="train from nothing, or go on")
    train.add_argument("--work", type=Path, required=True, help="the folder for checkpoints")
    train.add_argument(
        "--from", dest="start", type=Path, metavar="FOLDER", help="take the tower and the start from GGUF files"
    )
    train.add_argument("--stage", choices=STAGES, action="append", help="only this stage")
    train.add_argument(
        "--gpu",
        action="store_true",
        help="as what ships was made: larger steps and more pictures, on a graphics processor (CUDA)",
    )
    train.add_argument("--scale", type=float, default=1.0, help="more or fewer steps than the card's (default 1)")
    train.set_defaults(run=_train)

    export = commands.add_parser("export", help="write GGUF files")
    export.add_argument("--work", type=Path, required=True, help="the folder with checkpoints")
    export.add_argument("--out", type=Path, required=True, help="the folder for the GGUF files")
    export.set_defaults(run=_export)

    evaluate = commands.add_parser("evaluate", help="ask about held-out scenes")
    evaluate.add_argument("--weights", type=Path, help="a folder with GGUF files (default: the demo that ships)")
    evaluate.add_argument("--scenes", type=int, default=_GOAL_SCENES, help=f"scenes a task (default {_GOAL_SCENES})")
    evaluate.add_argument("--variant", choices=VARIANTS, action="append", help="only this variant")
    evaluate.add_argument("--task", action="append", default=[], help="only tasks whose name holds this")
    evaluate.add_argument("--json", action="store_true", help="print one JSON object")
    evaluate.add_argument("--wrong", type=int, default=0, metavar="N", help="show N wrong answers a task")
    evaluate.set_defaults(run=_evaluate)

    parity = commands.add_parser("parity", help="compare llama.cpp with transformers; 1 below 98 %% equal answers")
    parity.add_argument("--weights", type=Path, help="a folder with GGUF files (default: the demo that ships)")
    parity.add_argument("--scenes", type=int, default=100, help="how many scenes (default 100)")
    parity.add_argument("--variant", choices=VARIANTS, action="append", help="only this variant")
    parity.add_argument("--json", action="store_true", help="print one JSON object")
    parity.add_argument("--record", type=Path, help="write what transformers said to this file, for the tests")
    parity.set_defaults(run=_compare_with_transformers)

    cache = commands.add_parser("cache", help="compare answers with and without the engine's cache; 1 if they differ")
    cache.add_argument("--scenes", type=int, default=100, help="how many pictures (default 100)")
    cache.add_argument("--model", default="demo", help="a catalogue name, or a GGUF file (default demo)")
    cache.add_argument("--think", action="store_true", help="the Thinking model")
    cache.add_argument("--json", action="store_true", help="print one JSON object")
    cache.set_defaults(run=_compare_with_cache)

    report = commands.add_parser("report", help="describe the sample screens aloud, and tell how long it took")
    report.set_defaults(run=_report)
    return parser


def _seed(text: str) -> int:
    seed = int(text)
    if seed < 0:
        raise argparse.ArgumentTypeError("a seed is 0 or more")
    return seed


def _write_scene(options: argparse.Namespace) -> int:
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


def _train(options: argparse.Namespace) -> int:
    """Train; prints how it goes."""
    from demo_training import plan, training

    stages = list(options.stage or STAGES)
    from_nothing = plan.ON_GPU if options.gpu else plan.FROM_NOTHING
    steps = plan.GOING_ON if options.start else from_nothing
    later = [stage for stage in stages if stage not in ("see", "sharpen")]
    if options.start and later != stages:
        training.start_again(options.start, options.work)
        stages = later
    training.train(options.work, steps.scaled(options.scale), tuple(stages), gpu=options.gpu)
    return 0


def _export(options: argparse.Namespace) -> int:
    """Write the GGUF files; prints their sizes and checksums."""
    from demo_training.export import export

    for path in export(options.work, options.out):
        data = path.read_bytes()
        print(f"{path.name}  {len(data)} bytes  sha256 {hashlib.sha256(data).hexdigest()}")
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    """Ask and judge; prints a line a task."""
    from demo_training import evaluation

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


def _compare_with_transformers(options: argparse.Namespace) -> int:
    """Print the largest difference between two logits of a first token, and the share of equal answers."""
    from demo_training import parity

    report, recorded = {}, []
    for variant in options.variant or VARIANTS:
        report[variant], entries = parity.compare(options.weights, variant, options.scenes)
        recorded += entries
    if options.record:
        options.record.write_text(json.dumps(recorded, indent=1) + "\n", encoding="utf-8")
    if options.json:
        print(json.dumps(report))
    else:
        for variant, values in report.items():
            print(f"{variant}: " + ", ".join(f"{name} {value}" for name, value in values.items()))
    return 0 if all(values["equal_answers"] >= _EQUAL for values in report.values()) else 1


def _compare_with_cache(options: argparse.Namespace) -> int:
    """Print the share of equal follow-ups and repetitions; all of the latter have to be equal."""
    from demo_training import cache_check

    report = cache_check.compare(options.model, options.scenes, think=options.think)
    print(json.dumps(report) if options.json else "\n".join(f"{name}: {value}" for name, value in report.items()))
    return 0 if report["equal_follow_ups"] >= _EQUAL and report["equal_repetitions"] == 1 else 1


def _report(_: argparse.Namespace) -> int:
    from demo_training.sample_report import report

    return report()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
