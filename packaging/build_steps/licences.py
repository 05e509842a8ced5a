"""What the program is made of: its components, their licences' texts, and a list of them for machines.

The list is a CycloneDX 1.6 bill of materials. https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import json
import shutil
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

from build_steps.debian_packages import Package, owners
from build_steps.libraries import is_elf
from build_steps.paths import PACKAGING, ROOT
from build_steps.product import version
from build_steps.weights import WeightsFile, digest

# What builds, and does not go along.
_TOOLS = {"pip", "setuptools", "altgraph", "pyinstaller-hooks-contrib", "packaging", "hf-xet"}
# What only the part of llama-cpp-python needs that is not used, see edge_assistant/engine/bindings.py.
UNUSED = ("diskcache", "jinja2", "markupsafe", "numpy")


@dataclass(frozen=True, slots=True)
class Component:
    """One part of somebody else's. `purl` is its package URL, `texts` its licence files."""

    name: str
    version: str
    licence: str
    purl: str
    texts: tuple[Path, ...] = ()


def python_components(python: Path) -> list[Component]:
    """The Python packages in the build's environment that the program is made of, and Python itself."""
    answer = subprocess.run(
        [str(python), str(PACKAGING / "build_steps/installed_packages.py")], check=True, capture_output=True, text=True
    ).stdout
    found = json.loads(answer)
    base = Path(found["base"])
    texts = [*base.glob("lib/python3*/LICENSE.txt"), base / "LICENSE.txt"]
    components = [
        Component(
            "Python",
            found["python"],
            "Python-2.0",
            f"pkg:generic/python@{found['python']}",
            tuple(path for path in texts if path.is_file())[:1],
        )
    ]
    for each in sorted(found["packages"], key=lambda package: package["name"].lower()):
        name = each["name"].lower().replace("_", "-")
        if name not in _TOOLS and name not in UNUSED:
            components.append(
                Component(
                    each["name"],
                    each["version"],
                    each["licence"] or "see its licence text",
                    f"pkg:pypi/{name}@{each['version']}",
                    tuple(map(Path, each["texts"])),
                )
            )
    return components


def debian_components(packages: list[Package]) -> list[Component]:
    """The same of Debian packages; their licences are their copyright files."""
    return [
        Component(
            package.name,
            package.version,
            "see its licence text",
            f"pkg:deb/debian/{package.name}@{package.version}?arch=amd64",
            (Path(f"/usr/share/doc/{package.name}/copyright"),),
        )
        for package in packages
    ]


def brought_packages(folder: Path) -> list[Package]:
    """The Debian packages from which libraries at the top of the folder were copied."""
    return owners(path.name for path in folder.glob("_internal/*.so*") if path.is_file() and not path.is_symlink())


def write_texts(components: list[Component], folder: Path) -> None:
    """Fill a folder with our licence, every component's texts, and a page that lists them."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "LICENSE", folder / "edge-assistant.txt")
    lines = [
        "# Third-party licences",
        "",
        "Edge Assistant is under the Apache License 2.0 (edge-assistant.txt). It comes with these parts of others.",
        "Qt and PySide6 are under the GNU Lesser General Public License 3: they are shared libraries in",
        "_internal/PySide6, and may be replaced there by others of the same version.",
        "",
    ]
    for component in components:
        names = []
        for number, text in enumerate(component.texts):
            name = f"{component.name}-{number}.txt" if number else f"{component.name}.txt"
            shutil.copyfile(text, folder / name)
            names.append(name)
        lines.append(f"- {component.name} {component.version}: {component.licence}; {', '.join(names) or 'no text'}")
    (folder / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def bill_of_materials(components: list[Component], weights: list[WeightsFile], folder: Path) -> dict[str, object]:
    """The CycloneDX document: components, weights with their checksums, and every native library of the folder."""
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
        if path.is_file() and not path.is_symlink() and is_elf(path):
            name = path.relative_to(folder).as_posix()
            parts.append(
                {
                    "type": "file",
                    "name": name,
                    "bom-ref": f"file:{name}",
                    "hashes": [{"alg": "SHA-256", "content": digest(path)}],
                }
            )
    content = json.dumps(parts, sort_keys=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, content)}",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "edge-assistant", "version": version()}},
        "components": parts,
    }
