"""What the program is made of: its components, their licences' texts, and a list of them for machines.

The list is a CycloneDX 1.6 bill of materials. https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
import uuid
from dataclasses import dataclass
from pathlib import Path

import text_models

from build_steps.debian_packages import Package, owners
from build_steps.libraries import is_native
from build_steps.paths import PACKAGING, ROOT
from build_steps.product import version
from build_steps.weights import WeightsFile, digest

# What only the part of llama-cpp-python needs that is not used, see edge_assistant/engine/bindings.py.
UNUSED = ("diskcache", "jinja2", "markupsafe")
# What packages need that the program never calls: see the recipe's excludes.
_NOT_PACKED = ("flatbuffers", "hf-xet", "protobuf")


@dataclass(frozen=True, slots=True)
class Component:
    """One part of somebody else's. `purl` is its package URL, `texts` its licence files."""

    name: str
    version: str
    licence: str
    purl: str
    texts: tuple[Path, ...] = ()


def python_components(python: Path) -> list[Component]:
    """The Python packages that the program is made of, as the build's Python has them, and Python itself."""
    command = [str(python), str(PACKAGING / "build_steps/installed_packages.py"), *dependencies()]
    return from_answer(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def dependencies() -> list[str]:
    """What the program needs, as pyproject.toml says."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        wanted: list[str] = tomllib.load(file)["project"]["dependencies"]
    return wanted


def from_answer(answer: str, texts: Path | None = None) -> list[Component]:
    """The components that installed_packages.py told of. Texts that are no paths are put into the folder `texts`."""

    def path(name: str, number: int, text: str) -> Path:
        if texts is None:
            return Path(text)
        texts.mkdir(parents=True, exist_ok=True)
        (texts / f"{name}-{number}.txt").write_text(text, encoding="utf-8")
        return texts / f"{name}-{number}.txt"

    found = json.loads(answer)
    components = [
        Component(
            "Python",
            found["python"],
            "Python-2.0",
            f"pkg:generic/python@{found['python']}",
            tuple(path("Python", number, text) for number, text in enumerate(found["python_texts"])),
        )
    ]
    for each in sorted(found["packages"], key=lambda package: package["name"].lower()):
        name = each["name"].lower().replace("_", "-")
        if name not in UNUSED and name not in _NOT_PACKED:
            components.append(
                Component(
                    each["name"],
                    each["version"],
                    each["licence"] or "see its licence text",
                    f"pkg:pypi/{name}@{each['version']}",
                    tuple(path(name, number, text) for number, text in enumerate(each["texts"])),
                )
            )
    return components


def text_model_components(files: list[WeightsFile]) -> list[Component]:
    """The packages out of which the models that recognise text are taken, with the licences of those models."""
    pins = re.findall(r"^([\w-]+)==(\S+)", text_models.REQUIREMENTS.read_text(encoding="utf-8"), re.MULTILINE)
    texts = [file.path for file in files if file.path.suffix != ".onnx"]
    return [
        Component(
            f"PP-OCRv6-models-{name}",
            number,
            "Apache-2.0",
            f"pkg:pypi/{name}@{number}",
            tuple(path for path in texts if path.name.startswith(f"{name}-")),
        )
        for name, number in pins
    ]


def nsis_component(version: str, texts: tuple[Path, ...]) -> Component:
    """The setup program itself, and uninstall.exe, are NSIS's."""
    return Component("NSIS", version, "Zlib AND BSD-3-Clause AND CPL-1.0", f"pkg:generic/nsis@{version}", texts)


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
        if path.is_file() and not path.is_symlink() and is_native(path):
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
