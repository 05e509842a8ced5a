"""What the program is made of: its components, with the texts of their licences."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import text_models

from build_steps.debian_packages import installed, owners
from build_steps.freeze import BuildError
from build_steps.paths import PACKAGING, ROOT
from build_steps.weights import WeightsFile

# What only the part of llama-cpp-python needs that is not used, see edge_assistant/engine/bindings.py.
UNUSED = ("diskcache", "jinja2", "markupsafe")
# What packages need that the program never calls: see the recipe's excludes.
_NOT_PACKED = ("flatbuffers", "hf-xet", "protobuf")
# Not needed by the program, but the start of it, and hooks that run in it.
_STARTS_IT = ("pyinstaller", "pyinstaller-hooks-contrib")
NOTICES = PACKAGING / "notices"
# The wheels say under which licence they are, and lack its text.
_LACKING = {
    "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only": ("LGPL-3.txt", "GPL-3.txt"),
}
COMMON = Path("/usr/share/common-licenses")
"""Where Debian has the texts that its packages' copyright files only name."""
_README = """# Third-party licences

Edge Assistant is under the Apache License 2.0 (edge-assistant.txt). It comes with these parts of others. Where a text
names a file in /usr/share/common-licenses, that file is in the folder common here.

These are shared libraries under the GNU Lesser General Public License, and may be replaced by others of the same
version and file name. Their source code, under the versions below, is kept by their authors.

| what | where it lies | its source code |
|---|---|---|
| Qt and PySide6 | _internal/PySide6 | https://download.qt.io/official_releases/ |
| FFmpeg | _internal/PySide6 | https://ffmpeg.org/releases/ |
| libheif | _internal/pi_heif.libs, on Windows _internal | https://github.com/strukturag/libheif/releases |
| libde265 | _internal/pi_heif.libs, on Windows _internal | https://github.com/strukturag/libde265/releases |
| libquadmath | _internal/numpy.libs, on Windows in its libopenblas | https://gcc.gnu.org/releases.html |

python-xlib, under that licence too, is in the program's own archive of Python modules: packaging/build.py in the
program's sources builds the program with another one.

"""


@dataclass(frozen=True, slots=True)
class Component:
    """One part of somebody else's. `purl` is its package URL, `texts` its licence files.

    Of it are the `files`, paths below _internal/, and those whose whole path matches `pattern`.
    """

    name: str
    version: str
    licence: str
    purl: str
    texts: tuple[Path, ...] = ()
    files: frozenset[str] = frozenset()
    pattern: str = r"(?!)"


# Python's own libraries, its modules of machine code, and on Windows what its installer brings along. icuuc and mscms
# are parts of Windows, which PyInstaller leaves out: only an interpreter under wine brings stand-ins for them.
_OF_PYTHON = (
    r"base_library\.zip|(python3\.\d+/)?lib-dynload/[^/]+|python3\d*\.dll|[^/]+\.pyd"
    r"|lib(crypto|ssl|ffi)-[^/]*\.dll|(sqlite3|zlib1|icuuc|mscms|ucrtbase|vcruntime140(_1)?|api-ms-win-[^/]*)\.dll"
    r"|Python|Python\.framework/.+|lib[^/]+\.dylib"
)


def python_components(python: Path) -> list[Component]:
    """The Python packages that the program is made of, as the build's Python has them, and Python itself."""
    command = [str(python), str(PACKAGING / "build_steps/installed_packages.py"), *asked_for()]
    return from_answer(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def asked_for() -> list[str]:
    """What installed_packages.py is asked for: what the program needs, as pyproject.toml says, and what starts it."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        wanted: list[str] = tomllib.load(file)["project"]["dependencies"]
    return [*wanted, *(f"--alone={name}" for name in _STARTS_IT)]


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
            pattern=_OF_PYTHON,
        )
    ]
    for each in sorted(found["packages"], key=lambda package: package["name"].lower()):
        name = each["name"].lower().replace("_", "-")
        if name not in UNUSED and name not in _NOT_PACKED:
            texts_of_it = tuple(path(name, number, text) for number, text in enumerate(each["texts"]))
            components.append(
                Component(
                    each["name"],
                    each["version"],
                    each["licence"] or "see its licence text",
                    f"pkg:pypi/{name}@{each['version']}",
                    texts_of_it or tuple(NOTICES / text for text in _LACKING.get(each["licence"], ())),
                    frozenset(each["files"]),
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


def debian_components(folder: Path) -> list[Component]:
    """The Debian packages from which libraries at the top of the frozen folder were copied."""
    brought = [path.name for path in folder.glob("_internal/*.so*") if path.is_file() and not path.is_symlink()]
    owned = owners(brought)
    return [
        debian_component(
            package.name, package.version, [file for file, names in owned.items() if package.name in names]
        )
        for package in installed(sorted({name for names in owned.values() for name in names}))
    ]


def debian_component(name: str, number: str, files: Iterable[str]) -> Component:
    """A Debian package; its licence is its copyright file. `files` are those of _internal/ that come from it."""
    return Component(
        name,
        number,
        "see its licence text",
        f"pkg:deb/debian/{name}@{number}?arch=amd64",
        (Path(f"/usr/share/doc/{name}/copyright"),),
        frozenset(files),
    )


def copy_common(texts: Iterable[Path], folder: Path) -> None:
    """Copy those of Debian's common licences that the texts name into `folder`; they lack on other systems."""
    named = re.compile(rf"{re.escape(COMMON.as_posix())}/([\w.+-]*\w)")
    for text in texts:
        for name in named.findall(text.read_text(encoding="utf-8", errors="replace")):
            if (COMMON / name).is_file():
                folder.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(COMMON / name, folder / name)


def write_texts(components: list[Component], folder: Path) -> None:
    """Fill a folder with our licence, every component's texts, and a page that lists them.

    Raises BuildError for a component without a text: such a build may not be given to anybody.
    """
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "LICENSE", folder / "edge-assistant.txt")
    lines = []
    for component in components:
        names = []
        for number, text in enumerate(component.texts):
            name = f"{component.name}-{number}.txt" if number else f"{component.name}.txt"
            shutil.copyfile(text, folder / name)
            names.append(name)
        if not names:
            raise BuildError(f"{component.name} has no licence text: put one into packaging/notices, and name it.")
        lines.append(f"- {component.name} {component.version}: {component.licence}; {', '.join(names)}\n")
    copy_common((text for component in components for text in component.texts), folder / "common")
    (folder / "README.md").write_text(_README + "".join(lines), encoding="utf-8")
