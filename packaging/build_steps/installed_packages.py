"""Run by the build's Python: prints its version, and the packages that others need, with licences, as JSON.

    python installed_packages.py [--with-texts] [--alone=NAME]... REQUIREMENT...

Texts of licences are given by path; with --with-texts as they are, from a Python whose paths mean nothing outside.
What a package NAME needs is not told. `files` are relative to the folder of the packages.
"""

import contextlib
import importlib.metadata
import json
import re
import sys
from pathlib import Path

from packaging.requirements import Requirement

with_texts = "--with-texts" in sys.argv
wanted = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
alone = [argument.removeprefix("--alone=") for argument in sys.argv[1:] if argument.startswith("--alone=")]


def text(path: Path) -> str:
    """The path, or what is in the file."""
    return path.read_text(encoding="utf-8", errors="replace") if with_texts else str(path)


def package(each: importlib.metadata.Distribution) -> dict[str, object]:
    """What is told of a package."""
    names = ("licen", "copying", "notice")
    texts = [
        text(Path(str(each.locate_file(file))))
        for file in each.files or []
        if any(word in file.name.lower() for word in names) and file.suffix not in (".py", ".pyc")
    ]
    classified = [line for line in each.metadata.get_all("Classifier") or () if "License ::" in line]
    licence = (
        each.metadata["License-Expression"]
        or (each.metadata["License"] or "").strip().partition("\n")[0]
        or ", ".join(line.rpartition("::")[2].strip() for line in classified)
    )
    files = [file.as_posix() for file in each.files or []]
    name = each.metadata["Name"]
    return {"name": name, "version": each.version, "licence": licence, "texts": texts, "files": files}


found = {}
while wanted:
    requirement = Requirement(wanted.pop())
    name = re.sub(r"[-_.]+", "-", requirement.name).lower()
    if name in found or (requirement.marker is not None and not requirement.marker.evaluate({"extra": ""})):
        continue
    try:
        distribution = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        continue
    found[name] = package(distribution)
    wanted += distribution.requires or []
for name in alone:
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        found[name] = package(importlib.metadata.distribution(name))
base = Path(sys.base_prefix)
own = f"lib/python{sys.version_info.major}.{sys.version_info.minor}"
licences = [path for path in (base / own / "LICENSE.txt", base / "LICENSE.txt") if path.is_file()]
answer = {
    "packages": list(found.values()),
    "python": sys.version.split()[0],
    "python_texts": [text(path) for path in licences[:1]],
}
json.dump(answer, sys.stdout)  # in ASCII, whatever the output's encoding is
