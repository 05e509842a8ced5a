"""Who may import whom: read from the imports themselves, wherever in a file they stand."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
from support.source_trees import nodes, tree

PACKAGE = "edge_assistant"

# Folders import only those further down; those of one line do not import each other.
LAYERS = (
    {"system", "imaging"},
    {"text"},
    {"capture", "drawn_screens", "engine", "models", "ocr", "speech", "hotkeys"},
    {"settings"},
    {"tuning"},
    {"assistant"},
    {"model_check"},
    {"controller"},
    {"ui"},
    {"cli"},
    {"__main__"},
)

# The modules that may import a heavy library; elsewhere it must be importable without it.
OWNERS = {
    "onnxruntime": ("ocr/runtime.py",),
    "numpy": ("ocr/*.py",),
    "llama_cpp": ("engine/bindings.py", "engine/llama_model.py"),
    "pylatexenc": ("text/formulas.py",),
    "comtypes": ("speech/sapi_voice.py",),
    "pyttsx3": ("speech/synthesis.py",),
    "huggingface_hub": ("models/hub*.py",),
    "shtab": ("cli/completion.py",),
    "tqdm": ("cli/progress_line.py",),
    "mss": ("capture/screen.py",),
    "pi_heif": ("capture/formats.py",),
    "jeepney": ("system/dbus.py", "capture/portal.py", "hotkeys/*.py"),
    "Xlib": ("system/x_*.py", "capture/*_x11.py", "hotkeys/x11*.py"),
    "PySide6.QtWidgets": ("ui/*.py", "drawn_screens/qt/*.py"),
    "PySide6": ("ui/*.py", "drawn_screens/qt/*.py", "capture/*.py", "speech/qt_announcer.py", "hotkeys/*.py"),
}
# Modules of these files import Qt at their top; all others that may import it at all do so inside functions.
QT_AT_THE_TOP = ("ui/*.py", "drawn_screens/qt/*.py")


def imports(within: Iterable[ast.AST], path: Path) -> Iterator[tuple[str, int]]:
    """Every module imported within these nodes as a dotted name with its line; a `from` import also as its members."""
    for node in within:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = (PACKAGE, *path.parts[:-1])
                base = ".".join((*package[: len(package) - node.level + 1], *filter(None, [base])))
            yield base, node.lineno
            for alias in node.names:
                yield f"{base}.{alias.name}", node.lineno


def unit_of(path: Path) -> str:
    """The unit a file belongs to; `path` is relative to the package."""
    return path.parts[0].removesuffix(".py")


def layer_of(unit: str) -> int | None:
    """The number of the layer, None when the table above does not know the unit."""
    return next((number for number, units in enumerate(LAYERS) if unit in units), None)


def faults(path: Path, source: str) -> list[str]:
    """What is wrong with the imports of one file of the package; `path` is relative to the package."""
    found: list[str] = []
    unit = unit_of(path)
    if path == Path("__init__.py"):
        return [
            f"{path}:{line} imports {name}" for name, line in imports(nodes(source), path) if name.startswith(PACKAGE)
        ]
    layer = layer_of(unit)
    if layer is None:
        return [f"{path} belongs to no layer; add it to the table in test_layers.py"]
    for name, line in imports(nodes(source), path):
        where = f"{path}:{line} imports {name}"
        if name.startswith(f"{PACKAGE}."):
            other = name.split(".")[1]
            other_layer = layer_of(other)
            if other == unit or other_layer is None:
                continue  # a member of the package itself, such as a version
            if other_layer > layer:
                found.append(f"{where}, which is above it")
            elif other_layer == layer:
                found.append(f"{where}, its sibling")
        for library, owners in OWNERS.items():
            if (name == library or name.startswith(f"{library}.")) and not fits(path, owners):
                found.append(f"{where}, which belongs to {', '.join(owners)}")
    if not fits(path, QT_AT_THE_TOP):
        found += [
            f"{path}:{line} imports {name} at its top: import Qt inside the function that needs it"
            for name, line in imports(runs_at_import(tree(source)), path)
            if name.split(".")[0] == "PySide6"
        ]
    return found


def runs_at_import(within: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a module that run when it is imported: not what is inside functions or only for type checkers."""
    for node in ast.iter_child_nodes(within):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from runs_at_import(node)


def fits(path: Path, patterns: tuple[str, ...]) -> bool:
    """Whether one of the patterns names the file."""
    return any(fnmatch(path.as_posix(), pattern) for pattern in patterns)


def test_imports_go_down_the_layers_and_every_heavy_library_has_one_owner(repository: Path) -> None:
    package = repository / PACKAGE
    files = sorted(package.rglob("*.py"))
    assert files
    found = [fault for file in files for fault in faults(file.relative_to(package), file.read_text(encoding="utf-8"))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("engine/client.py", "from edge_assistant.speech import sentences"),
        ("engine/client.py", "from edge_assistant import speech"),
        ("engine/client.py", "def load():\n    import edge_assistant.assistant.assistant"),
        ("engine/client.py", "from ..models.gguf import size"),
        ("engine/client.py", "from edge_assistant.settings.schema import Settings"),
        ("system/errors.py", "import edge_assistant.engine"),
        ("assistant/assistant.py", "import llama_cpp"),
        ("engine/client.py", "from llama_cpp import mtmd_cpp"),
        ("speech/worker.py", "import pyttsx3"),
        ("capture/window_x11.py", "import mss.tools"),
        ("assistant/assistant.py", "def ask():\n    import jeepney.io.blocking"),
        ("capture/targets.py", "from Xlib import display"),
        ("capture/camera.py", "from PySide6 import QtMultimedia"),
        ("capture/camera.py", "class Camera:\n    from PySide6 import QtMultimedia"),
        ("capture/camera.py", "def frame():\n    from PySide6 import QtWidgets"),
        ("drawn_screens/drawing.py", "from PySide6 import QtWidgets"),
        ("drawn_screens/drawing.py", "def draw():\n    from PySide6 import QtWidgets"),
        ("assistant/assistant.py", "def ask():\n    from PySide6 import QtCore"),
        ("novel.py", ""),
        ("__init__.py", "import edge_assistant.cli.main"),
    ],
)
def test_a_forbidden_import_is_found(path: str, source: str) -> None:
    assert faults(Path(path), source)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("engine/bindings.py", "from llama_cpp import mtmd_cpp"),
        (
            "engine/client.py",
            "from edge_assistant.engine.messages import AskQuestion\nfrom edge_assistant.system import errors",
        ),
        ("capture/camera.py", "def frame():\n    from PySide6 import QtMultimedia"),
        ("capture/camera.py", "class Camera:\n    def frame(self):\n        from PySide6 import QtCore"),
        ("capture/camera.py", "if TYPE_CHECKING:\n    from PySide6 import QtMultimedia"),
        (
            "assistant/assistant.py",
            "from edge_assistant.engine.client import Engine\nfrom edge_assistant import __version__",
        ),
        ("drawn_screens/qt/look.py", "from PySide6 import QtWidgets"),
        ("ui/tray.py", "from PySide6 import QtWidgets\nfrom edge_assistant.assistant.assistant import Assistant"),
    ],
)
def test_an_allowed_import_is_not_complained_about(path: str, source: str) -> None:
    assert not faults(Path(path), source)


# Prevents what is told from being imported, as if it were not installed, then imports everything else.
_IMPORT_ALL = """
import importlib, pkgutil, sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in MISSING:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
import edge_assistant
names = [module.name for module in pkgutil.walk_packages(edge_assistant.__path__, "edge_assistant.")]
for name in names:
    if not name.startswith(("edge_assistant.ui", "edge_assistant.drawn_screens.qt", "edge_assistant.shipped_models")):
        importlib.import_module(name)
print(len(names))
"""


@pytest.mark.parametrize("missing", [("PySide6", "shiboken6"), ("jeepney", "Xlib", "Quartz", "AppKit", "mss")])
def test_everything_but_the_windows_can_be_imported_without(missing: tuple[str, ...], repository: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"MISSING = {missing}\n{_IMPORT_ALL}"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) > 50


def test_the_layers_are_as_the_architecture_document_shows_them(repository: Path) -> None:
    lines = (repository / "docs/architecture.md").read_text(encoding="utf-8").splitlines()
    start = lines.index("| folders, from the top | what they are for |")
    table = lines[start + 2 : lines.index("", start)]
    shown = [set(re.findall(r"`(\w+)`", line.split("|")[1])) for line in table]
    assert shown == [set(layer) for layer in reversed(LAYERS)]


def test_what_the_architecture_document_names_is_there(repository: Path) -> None:
    text = (repository / "docs/architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"`(\w+/[\w/]*\w+\.py)`", text)
    assert len(named) > 30
    assert not [each for each in named if not ((repository / PACKAGE / each).exists() or (repository / each).exists())]
