"""The set-up itself: collects every wheel, builds the engine where no wheel of it is kept, and replaces .venv last.

What `scripts/setup` does on Linux and macOS, see docs/adr/0003-setup-and-wheel-cache.md. It is kept free of what only
Windows has, so that all but the compiler is tried on other systems too.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import text_models
from build_steps import visual_studio

from windows_setup import machine
from windows_setup.steps import DISK_FULL, FAILED, MISSING, SetUpError, Steps

_SCRIPTS = "Scripts" if sys.platform == "win32" else "bin"
_SUFFIX = ".exe" if sys.platform == "win32" else ""
# Settings of an outer Python or pip that would lead the installation out of .venv.
_MISLEADING = (
    *("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"),
    *("PIP_REQUIRE_VIRTUALENV", "PIP_NO_BINARY", "PIP_ONLY_BINARY"),
)
_ENGINE = "llama_cpp_python-*.whl"
_NO_COMPILER = (
    "The engine is compiled from source, and the compiler is missing: Visual Studio's Build Tools with C++. Get them "
    'with: winget install --id Microsoft.VisualStudio.2022.BuildTools --override "--passive --wait --add '
    'Microsoft.VisualStudio.Workload.VCTools --includeRecommended". Then run this again.'
)


class Checkout:
    """A checkout of this project, and its .venv. `dev`: with what the tests and checks need."""

    def __init__(self, root: Path, *, dev: bool) -> None:
        self.root = root
        self.venv = root / ".venv"
        self.build = root / "build"
        self.constraints = root / "scripts" / "constraints.txt"
        self._dev = dev
        self._stamp = self.venv / ".set-up"

    @property
    def python(self) -> Path:
        """The Python of .venv."""
        return self.venv / _SCRIPTS / f"python{_SUFFIX}"

    def is_ready(self) -> bool:
        """Return whether .venv is what it has to be: then there is nothing to do, and no network is needed."""
        program = self.venv / _SCRIPTS / f"edge-assistant{_SUFFIX}"
        try:
            have = self._stamp.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return False
        if not self._dev:
            have = have.replace("test tools: True", "test tools: False")
        return have == self.wanted_stamp() and program.exists() and self._engine_loads()

    def wanted_stamp(self) -> str:
        """Return what .venv has to be: written when it is complete, compared at the start of every run."""
        files = (self.root / "pyproject.toml").read_bytes() + self.constraints.read_bytes()
        facts = {
            "place": self.root,
            "Python": f"{sys.version_info[0]} {sys.version_info[1]} {sys.base_prefix}",
            "engine": machine.engine_key(self.constraints),
            "project files": machine.digest(files),
            "test tools": self._dev,
        }
        return "".join(f"{name}: {value}\n" for name, value in facts.items())

    def requirements(self) -> list[str]:
        """Return what pyproject.toml asks for."""
        project = tomllib.loads((self.root / "pyproject.toml").read_text(encoding="utf-8"))
        wanted = project["build-system"]["requires"] + project["project"]["dependencies"]
        return [*wanted, *(project["project"]["optional-dependencies"]["dev"] if self._dev else ())]

    def write_stamp(self) -> None:
        """Mark .venv as complete."""
        self._stamp.write_text(self.wanted_stamp(), encoding="utf-8")

    def _engine_loads(self) -> bool:
        command = [str(self.python), "-c", "import edge_assistant, llama_cpp"]
        return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False).returncode == 0


def set_up(root: Path, *, dev: bool) -> None:
    """Make .venv in the checkout `root`, unless it is there already. Raises SetUpError; OSError for its own files."""
    for name in _MISLEADING:
        os.environ.pop(name, None)
    os.environ.update(PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1")
    checkout = Checkout(root, dev=dev)
    if checkout.is_ready():
        _get_text_models(checkout, required=dev)
        return
    lacking = machine.missing_modules()
    if lacking:
        raise SetUpError(
            MISSING,
            f"The Python {sys.executable} lacks {', '.join(lacking)}. Install Python 3.11 or newer from python.org, or "
            "with: winget install --id Python.Python.3.13; then run this again.",
        )
    checkout.build.mkdir(exist_ok=True)
    with _only_one(checkout.build / "setup.lock"):
        if not checkout.is_ready():
            print(f"Setting up in {root}", flush=True)
            for old in checkout.build.glob("setup.work.*"):
                shutil.rmtree(old, ignore_errors=True)
            with tempfile.TemporaryDirectory(
                dir=checkout.build, prefix="setup.work.", ignore_cleanup_errors=True
            ) as work:
                _SetUp(checkout, Path(work)).run()
        _get_text_models(checkout, required=dev)
    print("Set up.", flush=True)


def _get_text_models(checkout: Checkout, *, required: bool) -> None:
    """Get the models that recognise text. Raises SetUpError where they are `required`: all else works without them."""
    try:
        text_models.provide(checkout.root, machine.wheel_cache(), checkout.python)
    except SetUpError as error:
        if required:
            raise
        print(f"{error}\nNotice: without these models no text is recognised; the rest works.", flush=True)


class _SetUp:
    def __init__(self, checkout: Checkout, work: Path) -> None:
        self._checkout = checkout
        self._work = work
        self._steps = Steps(checkout.build / "setup.log", work)
        self._cache = machine.wheel_cache()
        self._engine_dir = self._cache / machine.engine_key(checkout.constraints)
        self._wheels = work / "wheels"
        self._requirements = work / "requirements.txt"
        self._python = work / "tools" / _SCRIPTS / f"python{_SUFFIX}"

    def run(self) -> None:
        (self._cache / "any").mkdir(parents=True, exist_ok=True)
        for folder in (self._cache / "any", self._engine_dir):
            _drop_damaged(folder)
        self._steps.run("", [sys.executable, "-m", "venv", self._work / "tools"])
        if not any(self._engine_dir.glob(_ENGINE)):
            self._build_engine()
        self._requirements.write_text("\n".join(self._checkout.requirements()) + "\n", encoding="utf-8")
        self._collect_wheels()
        with _replacing(self._checkout.venv, self._work / "old-venv"):
            self._install()
            self._checkout.write_stamp()

    def _pip(self, *arguments: str | Path) -> list[str | Path]:
        return [self._python, "-m", "pip", *arguments, "-c", self._checkout.constraints]

    def _build_engine(self) -> None:
        _need_space(self._checkout.build, 1500)
        environment = _compiler_environment()
        what = "Fetching the build tools"
        self._steps.run(what, self._pip("install", "--no-compile", "scikit-build-core[pyproject]", "cmake", "ninja"))
        include = (self._checkout.root / "scripts" / "engine.cmake").as_posix()
        environment |= {
            "PATH": f"{self._python.parent}{os.pathsep}{_path(environment)}",
            "CMAKE_GENERATOR": "Ninja",
            "CMAKE_BUILD_PARALLEL_LEVEL": str(_build_jobs()),
            "CMAKE_ARGS": f"-DCMAKE_PROJECT_llama_cpp_INCLUDE='{include}' {environment.get('CMAKE_ARGS', '')}",
        }
        # pip's own cache knows a wheel built here by its source alone, not by the processor: keep out of it.
        options = ("-v", "--no-deps", "--no-cache-dir", "--no-build-isolation", "--no-binary", "llama-cpp-python")
        command = self._pip("wheel", *options, "-w", self._work / "engine", "llama-cpp-python")
        self._steps.run("Building the engine for this processor, which takes 5 to 15 minutes", command, environment)
        for wheel in (self._work / "engine").glob(_ENGINE):
            _keep(wheel, self._engine_dir)

    def _collect_wheels(self) -> None:
        """Put every wheel that .venv needs into one folder; ask the index only for what no earlier run has kept."""
        kept = self._cache / "any"
        links = ("--find-links", kept, "--find-links", self._engine_dir, "-r", self._requirements)
        if self._steps.succeeds("", self._pip("download", "-q", "--no-index", "-d", self._wheels, *links)):
            return
        shutil.rmtree(self._wheels, ignore_errors=True)
        _need_space(self._checkout.build, 1300)
        command = self._pip("wheel", "--only-binary", "llama-cpp-python", "-w", self._wheels, *links)
        self._steps.run("Fetching the Python packages", command)
        for wheel in self._wheels.glob("*.whl"):
            if not wheel.match(_ENGINE):  # it is native to this processor and has a folder of its own
                _keep(wheel, kept)

    def _install(self) -> None:
        what, python = "Installing into .venv", self._checkout.python
        self._steps.run(what, [sys.executable, "-m", "venv", self._checkout.venv])
        pip = [python, "-m", "pip", "--isolated", "install", "--no-index", "--no-compile"]
        links = ["--find-links", self._wheels, "-c", self._checkout.constraints]
        self._steps.run("  the packages", [*pip, *links, "-r", self._requirements])
        self._steps.run("  the program", [*pip, "--no-deps", "--no-build-isolation", "-e", self._checkout.root])
        self._steps.run("  a first start", [python, "-c", "import edge_assistant, llama_cpp"])


def _compiler_environment() -> dict[str, str]:
    """Return an environment in which CMake finds the compiler. Raises SetUpError."""
    if sys.platform != "win32":
        return dict(os.environ)
    try:
        return visual_studio.build_environment() | {"CC": "cl", "CXX": "cl"}
    except LookupError as error:
        raise SetUpError(MISSING, _NO_COMPILER) from error


def _path(environment: Mapping[str, str]) -> str:
    """Return PATH, which Windows calls Path."""
    return next((value for name, value in environment.items() if name.upper() == "PATH"), "")


def _build_jobs() -> int:
    # The largest source files take about a gigabyte each to compile, and most computers have two for each core.
    return max(1, (os.cpu_count() or 2) - 1)


def _need_space(folder: Path, megabytes: int) -> None:
    free = shutil.disk_usage(folder).free // 2**20
    if free < megabytes:
        sentence = f"Setting up needs {megabytes} megabytes of free disk space in {folder}, and there are {free}."
        raise SetUpError(DISK_FULL, sentence)


def _drop_damaged(folder: Path) -> None:
    """Remove wheels that are not whole."""
    for path in folder.glob("*.whl"):
        try:
            with zipfile.ZipFile(path) as wheel:
                whole = wheel.testzip() is None
        except (OSError, zipfile.BadZipFile, EOFError, ValueError):
            whole = False
        if not whole:
            path.unlink()


def _keep(wheel: Path, folder: Path) -> None:
    """Copy a wheel into the cache, under a temporary name first: a kept wheel is whole or not there."""
    new = folder / f".new-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(wheel, new)
        new.replace(folder / wheel.name)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise SetUpError(DISK_FULL, f"The built packages could not be kept in {folder}: {error.strerror}.") from error


@contextlib.contextmanager
def _replacing(folder: Path, aside: Path) -> Iterator[None]:
    """Let a new folder be made in place of an old one, which comes back on any failure. Raises SetUpError."""
    had_one = folder.exists()
    if had_one:
        try:
            folder.rename(aside)
        except OSError as error:
            raise SetUpError(
                FAILED, f"{folder} is in use. Quit Edge Assistant, close what else runs from it, and run this again."
            ) from error
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        if had_one:
            # What cannot be removed, since something of it still runs, must not cost the old one.
            aside.rename(folder.with_name(f"{folder.name}.old") if folder.exists() else folder)
        raise


@contextlib.contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """Wait for another set-up of this checkout to end. Only Windows needs it: elsewhere this is for tests."""
    with path.open("a+b") as lock:
        if sys.platform == "win32":
            import msvcrt
            import time

            said = False
            while True:
                try:
                    lock.seek(0)
                    msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
                    break
                except OSError:
                    if not said:
                        print("Waiting for another set-up of this checkout to end…", flush=True)
                    said = True
                    time.sleep(0.5)
        yield
