"""What a build is made of, as a list for machines: a CycloneDX 1.6 bill of materials.

https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from pathlib import Path

from build_steps.libraries import is_native
from build_steps.licences import Component
from build_steps.product import version
from build_steps.weights import WeightsFile, digest


def bill_of_materials(
    components: Sequence[Component], weights: Sequence[WeightsFile], folder: Path, *, name: str = "edge-assistant"
) -> dict[str, object]:
    """The document: components, weights with their checksums, and every native library of the folder."""
    parts: list[dict[str, object]] = [
        {
            "type": "library",
            "name": each.name,
            "version": each.version,
            "purl": each.purl,
            "bom-ref": each.purl,
            "licenses": [{"license": {"name": each.licence}}],
        }
        for each in components
    ]
    parts += [
        {
            "type": "machine-learning-model",
            "name": file.target,
            "bom-ref": f"weights:{file.target}",
            "hashes": [{"alg": "SHA-256", "content": file.sha256}],
        }
        for file in weights
    ]
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and is_native(path):
            place = path.relative_to(folder).as_posix()
            parts.append(
                {
                    "type": "file",
                    "name": place,
                    "bom-ref": f"file:{place}",
                    "hashes": [{"alg": "SHA-256", "content": digest(path)}],
                }
            )
    content = json.dumps(parts, sort_keys=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, content)}",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": name, "version": version()}},
        "components": parts,
    }
