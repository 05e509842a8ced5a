"""What the product's syntax trees say of codes, files and variables: what people and programs know the product by."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from edge_assistant.cli.exit_codes import EXIT_CODES
from support.source_trees import nodes

SLUG = re.compile(r"[a-z]{2,}(-[a-z]+)*")
_SENTENCES = frozenset(("tr", "tr_count", "later", "tr_noop"))
"""The functions that mark a sentence for people."""
_ENVIRON = ("environ", "environment")


class Source:
    """The syntax trees of a package; `constants` are its texts that have a name in capitals."""

    def __init__(self, package: Path) -> None:
        files = sorted(package.rglob("*.py"))
        self._nodes = [node for file in files for node in nodes(file.read_text(encoding="utf-8"))]
        self.constants: dict[str, set[str]] = defaultdict(set)
        for node in self._nodes:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                for target in node.targets:
                    if isinstance(target, ast.Name) and target.id.isupper() and isinstance(node.value.value, str):
                        self.constants[target.id].add(node.value.value)
        self._classes = {node.name: node for node in self._nodes if isinstance(node, ast.ClassDef)}

    def texts(self, node: ast.AST) -> Iterator[str]:
        """The texts that an expression can be, as far as it says so itself; a * is what an f-string fills in."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.IfExp):
            yield from (*self.texts(node.body), *self.texts(node.orelse))
        elif isinstance(node, ast.BoolOp):
            for each in node.values:
                yield from self.texts(each)
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(each.value) if isinstance(each, ast.Constant) else "*" for each in node.values)
        elif (name := _name(node)) in self.constants:
            yield from self.constants[name]  # of all modules that have one of this name

    def exit_code(self, error: str) -> int | None:
        """The exit code of a class of errors, by its kind; None where it is none."""
        node = self._classes.get(error)
        if node is None:
            return None
        for target, value in _fields(node):
            if target == "kind" and isinstance(value, ast.Constant) and value.value in EXIT_CODES:
                return EXIT_CODES[value.value]
        bases = {_name(base) for base in node.bases} - {error}  # some are named as what they are made of
        return next((found for base in bases if (found := self.exit_code(base)) is not None), None)

    def error_codes(self) -> set[tuple[str, int]]:
        """Every code of an error that is raised somewhere, with the exit code of its class."""
        found: set[tuple[str, int]] = set()
        for node in self._classes.values():
            exit_code = self.exit_code(node.name)
            if exit_code is not None:
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Call) and _name(inner.func) == "__init__":
                        found |= {(text, exit_code) for each in _keyword(inner, "code") for text in self.texts(each)}
                    elif isinstance(inner, ast.FunctionDef) and inner.name == "__init__":
                        found |= {(text, exit_code) for each in _defaults(inner) for text in self.texts(each)}
                values = [value for target, value in _fields(node) if target == "code" and value is not None]
                found |= {(text, exit_code) for value in values for text in self.texts(value)}
        for node in self._nodes:
            if isinstance(node, ast.Call) and (exit_code := self.exit_code(_name(node.func))) is not None:
                found |= {(text, exit_code) for each in _keyword(node, "code") for text in self.texts(each)}
        return found

    def notice_codes(self) -> set[str]:
        """Every code that is told together with a sentence, and ends nothing."""
        places = self._places()
        found: set[str] = set()
        for node in self._nodes:
            if isinstance(node, ast.Call) and self.exit_code(name := _name(node.func)) is None:
                wanted = {0} if name.endswith("on_notice") else places.get(name, set())
                told = [node.args[place] for place in wanted if place + 1 < len(node.args)]
                if name != "__init__":
                    told += _keyword(node, "code")
                found |= {text for each in told for text in self.texts(each)}
            elif isinstance(node, ast.Tuple) and len(node.elts) == 2 and _is_sentence(node.elts[1]):
                found |= set(self.texts(node.elts[0]))
        return {each for each in found if SLUG.fullmatch(each)}

    def compared_codes(self) -> set[str]:
        """The codes that some part of the product waits for."""
        found: set[str] = set()
        for node in self._nodes:
            if isinstance(node, ast.Compare) and _name(node.left) == "code":
                for each in node.comparators:
                    parts = each.elts if isinstance(each, ast.Tuple | ast.Set | ast.List) else [each]
                    found |= {text for part in parts for text in self.texts(part)}
        return found

    def told_to_programs(self) -> set[str]:
        """What is printed as JSON by `event(kind, **fields)` or `print_event`: "kind: names of the fields" or, where
        its action is given, "kind action: names"; and the actions that `progress(action, …)` is called with."""
        found = set()
        for node in self._nodes:
            if not (
                isinstance(node, ast.Call) and _name(node.func) in ("event", "print_event", "progress") and node.args
            ):
                continue
            if _name(node.func) == "progress":
                found |= {f"progress.action = {text}" for text in self.texts(node.args[0])}
                continue
            for kind in self.texts(node.args[0]):
                action = [text for each in _keyword(node, "action") for text in self.texts(each)]
                if all(each.arg for each in node.keywords):
                    names = ", ".join(sorted(str(each.arg) for each in node.keywords))
                    found.add(f"{' '.join([kind, *action])}: {names}")
        return found

    def variables(self) -> set[str]:
        """The names that are read from an environment."""
        found: set[str] = set()
        for node in self._nodes:
            keys: list[ast.expr] = []
            if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and _name(node.value) in _ENVIRON:
                keys = [node.slice]
            elif isinstance(node, ast.Compare) and any(_name(each) in _ENVIRON for each in node.comparators):
                keys = [node.left]
            elif isinstance(node, ast.Call):
                of = node.func.value if isinstance(node.func, ast.Attribute) else node.func
                keys = node.args[:1] if _name(of) in _ENVIRON else []
                keys += node.args if any(_name(each) in _ENVIRON for each in node.args) else []
            found |= {text for key in keys for text in self.texts(key) if re.fullmatch(r"[A-Z][A-Z0-9_]+", text)}
        return found

    def paths(self) -> set[str]:
        """What files and folders are called: what follows a / in a path, and what names are made of."""
        found: set[str] = set()
        for node in self._nodes:
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
                found |= set(self.texts(node.right))
            elif isinstance(node, ast.Call) and _name(node.func) in ("with_name", "with_suffix"):
                found |= {text for each in node.args[:1] for text in self.texts(each)}
        return found - {"*"}

    def _places(self) -> dict[str, set[int]]:
        """By the names of functions and classes: at which place they take a code before a sentence."""
        found: dict[str, set[int]] = defaultdict(set)
        for node in self._nodes:
            names: list[str] = []
            if isinstance(node, ast.FunctionDef):
                names = [each.arg for each in node.args.args if each.arg not in ("self", "cls")]
            elif isinstance(node, ast.ClassDef):
                names = [target for target, _ in _fields(node)]
            if "code" in names and names[names.index("code") + 1 :][:1] == ["message"]:
                assert isinstance(node, ast.FunctionDef | ast.ClassDef)
                found[node.name].add(names.index("code"))
        return found


def _name(node: ast.AST) -> str:
    """The last part of a dotted name; "" for what is none."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _fields(node: ast.ClassDef) -> list[tuple[str, ast.expr | None]]:
    """What stands in a class as `name: type`, `name: type = value` or `name = value`, in order."""
    found: list[tuple[str, ast.expr | None]] = []
    for each in node.body:
        if isinstance(each, ast.AnnAssign):
            found.append((_name(each.target), each.value))
        elif isinstance(each, ast.Assign):
            found += [(_name(target), each.value) for target in each.targets]
    return found


def _keyword(call: ast.Call, name: str) -> list[ast.expr]:
    return [each.value for each in call.keywords if each.arg == name]


def _defaults(function: ast.FunctionDef) -> Iterable[ast.expr]:
    """What the parameter `code` is where nothing is given for it."""
    pairs = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    return [value for parameter, value in pairs if parameter.arg == "code" and value is not None]


def _is_sentence(node: ast.AST) -> bool:
    return any(isinstance(each, ast.Call) and _name(each.func) in _SENTENCES for each in ast.walk(node))
