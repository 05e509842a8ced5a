"""The command that draws screens into a folder."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from PIL import Image


def test_pictures_and_their_truth_are_written(repository: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(repository / "scripts" / "draw_screens.py"), str(tmp_path / "new" / "folder")]
    run = subprocess.run(
        [*command, "--kind", "dialog", "blank", "--language", "de", "--seed", "4"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    names = ["blank-de-0", "dialog-de-0"]
    folder = tmp_path / "new" / "folder"
    assert sorted(path.name for path in folder.iterdir()) == [
        f"{name}{end}" for name in names for end in (".json", ".png")
    ]
    for name in names:
        told = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        with Image.open(folder / f"{name}.png") as image:
            assert image.size == (told["width"], told["height"])
        assert told["language"] == "de"
    assert told["truth"]["title"] in [text["text"] for text in told["truth"]["texts"]]
    assert len(run.stdout.splitlines()) == 2
