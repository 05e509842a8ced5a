"""The portable engine: a llama-cpp-python wheel with every x86-64 level inside, the right one chosen at run time.

The wheel that scripts/setup builds is made for the processor at hand and may die of an illegal instruction on another.
This one is built once and kept beside it in the person's cache.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from build_steps import visual_studio
from build_steps.paths import CONSTRAINTS, PACKAGING, ROOT, make_venv, wheel_cache

# Also read by the Windows recipe. LIBDIR and BINDIR put everything beside the Python module, where it is looked for.
CMAKE_ARGS = (
    "-DGGML_NATIVE=OFF",
    "-DGGML_BACKEND_DL=ON",
    "-DGGML_CPU_ALL_VARIANTS=ON",
    "-DCMAKE_INSTALL_BINDIR=llama_cpp/lib",
    "-DCMAKE_INSTALL_LIBDIR=llama_cpp/lib",
    "-DLLAMA_BUILD_TOOLS=OFF",
)
_RECIPE = (PACKAGING / "portable_engine.cmake", ROOT / "scripts/engine.cmake")
# On a Mac the processor family is known, and the system's own loader finds Metal: no levels to choose from.
_MAC_CMAKE_ARGS = ("-DGGML_NATIVE=OFF", "-DCMAKE_OSX_DEPLOYMENT_TARGET=13.0")


def pinned(name: str, constraints: Path = CONSTRAINTS) -> str:
    """The version of a package that scripts/constraints.txt names. Raises LookupError."""
    found = re.search(rf"^{re.escape(name)}==([^\s;#]+)", constraints.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise LookupError(f"{constraints} does not pin {name}")
    return found[1]


def cmake_args(system: str = sys.platform) -> tuple[str, ...]:
    """What CMake is told; `system` is a sys.platform value."""
    return _MAC_CMAKE_ARGS if system == "darwin" else CMAKE_ARGS


def wheel_dir() -> Path:
    """Where the portable wheel of this version is kept. Another libc or another recipe makes another wheel."""
    libc = "-".join(part for part in platform.libc_ver() if part) or platform.release()
    recipe = b"".join(path.read_bytes() for path in _RECIPE) + " ".join(cmake_args()).encode()
    key = hashlib.sha256(recipe.replace(b"\r\n", b"\n")).hexdigest()[:8]
    system = f"{platform.system()}-{platform.machine()}-{libc}"
    return wheel_cache() / f"{pinned('llama-cpp-python')}-{system}-portable-{key}"


def portable_wheel(*, jobs: int, nice: Sequence[str] = ("nice", "-n", "10")) -> Path:
    """The wheel, built now if it is not kept already. Raises CalledProcessError with the output on the terminal."""
    folder = wheel_dir()
    for wheel in folder.glob("llama_cpp_python-*.whl"):
        return wheel
    work = folder.with_name(f".{folder.name}.{os.getpid()}")
    work.mkdir(parents=True)
    try:
        python = _build_tools(work / "tools")
        print("Building the portable engine, which takes several times as long as one for this processor.", flush=True)
        include = f"-DCMAKE_PROJECT_llama_cpp_INCLUDE='{_RECIPE[0].as_posix()}'"
        base = visual_studio.build_environment() if sys.platform == "win32" else dict(os.environ)
        environment = base | {
            "PATH": os.pathsep.join((str(python.parent), _path(base))),
            "CMAKE_GENERATOR": "Ninja",
            "CMAKE_BUILD_PARALLEL_LEVEL": str(jobs),
            "CMAKE_ARGS": " ".join((include, *cmake_args())),
        }
        subprocess.run(
            [
                *(nice if sys.platform != "win32" else ()),
                *(str(python), "-m", "pip", "wheel", "-v", "--no-deps", "--no-cache-dir", "--no-build-isolation"),
                *("--no-binary", "llama-cpp-python", "-c", str(CONSTRAINTS), "-w", str(work / "wheel")),
                "llama-cpp-python",
            ],
            env=environment,
            check=True,
        )
        (work / "wheel").rename(folder)
    finally:
        shutil.rmtree(work)
    return portable_wheel(jobs=jobs)


def _path(environment: Mapping[str, str]) -> str:
    """PATH, which cmd's `set` writes as the system does: Path."""
    return next((value for name, value in environment.items() if name.upper() == "PATH"), "")


def _build_tools(folder: Path) -> Path:
    """A Python with CMake, ninja and the wheel's build backend."""
    python = make_venv(folder)
    tools = ("scikit-build-core[pyproject]", "cmake", "ninja")
    subprocess.run([str(python), "-m", "pip", "install", "-q", "-c", str(CONSTRAINTS), *tools], check=True)
    return python
