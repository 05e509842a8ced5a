#!/usr/bin/env python3
"""Draws screens with known truth into a folder: each as PNG, with all that is known of it as JSON beside it.

    scripts/draw_screens.py FOLDER [--seed N] [--count N] [--language CODE …] [--kind KIND …] [--scale N]

The same ones are shown to a model when it is checked.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from edge_assistant.drawn_screens.drawing import draw_screens
from edge_assistant.drawn_screens.phrases import LANGUAGES
from edge_assistant.drawn_screens.truth import KINDS, READING_KINDS
from edge_assistant.system.errors import AssistantError


def main() -> None:
    """Draw the screens; print a line for each, and for each language that is left out."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").partition("\n")[0], formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="where to write them; it is made where it is missing")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another seed, other screens (default: 0)")
    parser.add_argument("--count", type=int, default=1, metavar="N", help="of each kind and language (default: 1)")
    parser.add_argument("--language", nargs="+", choices=LANGUAGES, default=["en"], help="default: en")
    parser.add_argument(
        "--kind",
        nargs="+",
        choices=(*KINDS, *READING_KINDS),
        default=list(KINDS),
        help="default: all that models are asked about",
    )
    parser.add_argument("--scale", type=float, metavar="N", help="enlargement, from 1 to 2 (default: any)")
    options = parser.parse_args()
    if options.scale is not None and not 1 <= options.scale <= 2:
        parser.error("--scale takes a number from 1 to 2")
    options.folder.mkdir(parents=True, exist_ok=True)
    try:
        for screen in draw_screens(
            options.kind,
            seed=options.seed,
            languages=options.language,
            count=options.count,
            scale=options.scale,
            on_skip=lambda skipped: print(f"{skipped.language}: {skipped.reason}"),
        ):
            path = options.folder / f"{screen.name}.png"
            screen.image.save(path)
            text = json.dumps(screen.as_json(), ensure_ascii=False, indent=2)
            path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
            print(f"{path}: {len(screen.truth.texts)} texts, {len(screen.truth.questions)} questions")
    except AssistantError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
