"""Run by the build's Python: prints its version and its packages, with licences and their texts, as JSON."""

import importlib.metadata
import json
import sys

found = []
for each in importlib.metadata.distributions():
    names = ("licen", "copying", "notice")
    texts = [
        str(each.locate_file(file))
        for file in each.files or []
        if any(word in file.name.lower() for word in names) and file.suffix not in (".py", ".pyc")
    ]
    classified = [line for line in each.metadata.get_all("Classifier") or () if "License ::" in line]
    licence = (
        each.metadata["License-Expression"]
        or (each.metadata["License"] or "").strip().partition("\n")[0]
        or ", ".join(line.rpartition("::")[2].strip() for line in classified)
    )
    found.append({"name": each.metadata["Name"], "version": each.version, "licence": licence, "texts": texts})
json.dump({"packages": found, "python": sys.version.split()[0], "base": sys.base_prefix}, sys.stdout)
