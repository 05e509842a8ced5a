"""Finds what would stay English: sentences in the sources that do not go through `tr`, or go through it too early."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from pathlib import Path

MARKS = frozenset(("tr", "tr_count", "tr_noop", "tr_noop_count"))
"""Their arguments are in the catalogues; what is filled in is looked at all the same."""

_LOGS = frozenset(("_log", "log", "logging"))
_WORDS = re.compile(
    r"[^\W\d_]{2,}[,.:;!?]* +(?:[^\W\d_]{2,}|\{\})"  # two words, or a word and what is filled in
    r"|\{\}[,.:;!?]* +[^\W\d_]{2,}"
    r"|^[A-Z][a-z]{2,}[.!?…]?$"  # one word as a label has it
)

# What nobody hears or reads, by module: names in protocols and systems, what is compared, what goes to the model.
NOT_SAID: dict[str, frozenset[str]] = {
    "assistant/model_places.py": frozenset(
        ('Where is "{query}"? Give only JSON: [{{"bbox_2d": [x1, y1, x2, y2], "label": "…"}}]',)
    ),
    "capture/qt_subprocess.py": frozenset(
        ("could not connect to display", "Failed to create wl_display", "platform plugin")
    ),
    "capture/backends.py": frozenset(("Windows", "Quartz", "Wayland", "Xlib")),
    "capture/screen_mac.py": frozenset(("Quartz",)),
    "capture/session_lock.py": frozenset(("Quartz",)),
    "capture/portal.py": frozenset(("Response", "Screenshot")),
    "capture/screen.py": frozenset(("Cannot connect", "Unable to open display")),
    "capture/window_mac.py": frozenset(("Quartz", "Width", "Height")),
    "capture/window_windows.py": frozenset(("Progman",)),
    "system/worker_process.py": frozenset(("{} ended with exit code {}",)),
    "system/dbus.py": frozenset(("Get",)),
    "drawn_screens/truth.py": frozenset(("not ticked", "not selected")),
    "drawn_screens/qt/survey.py": frozenset(("not ticked", "not selected", "tick box", "radio button")),
    "drawn_screens/qt/draw.py": frozenset(("{} look", "{} contents", "{} finish")),  # seeds
    "drawn_screens/qt/look.py": frozenset(("Fusion", "Windows", "sans serif")),
    "cli/settings.py": frozenset(("system: {}", "temperature {}, top_p {}, top_k {}, presence_penalty {}")),
    "engine/task_table.py": frozenset(("the language with the code {}",)),  # said to the model
    "model_check/findings.py": frozenset(("edge_assistant {}, llama-cpp-python {}", "{}, {} GB, {} {}")),
    "cli/doctor.py": frozenset(("Model", "Memory", "Engine")),
    "system/error_traces.py": frozenset(("Traceback (most recent call last):\n{}{}\n",)),
    "system/errors.py": frozenset(
        ("allocate memory", "failed to allocate", "insufficient memory", "failed to map segment", "start new thread")
    ),
    "hotkeys/portal.py": frozenset(("Pause", "Home", "End", "Register", "Response", "Closed", "Activated")),
    "hotkeys/x11.py": frozenset(("Pause", "Home", "End")),
    "hotkeys/mac.py": frozenset(("asdfhgzxcv bqweryt123465 97 80 ou ip lj k    nm",)),  # keys by their codes
    "hotkeys/other_programs.py": frozenset(("Word", "Excel")),
    "system/autostart.py": frozenset(("Edge Assistant", "[Desktop Entry]", "Desktop Entry", "Hidden", "Label", "Aqua")),
    "models/hub.py": frozenset(("Range",)),
    "models/hub_client.py": frozenset(("Authorization", "Bearer {}")),
    "system/paths.py": frozenset(("Library/Application Support",)),
    "system/cpu.py": frozenset(("model name",)),
    "settings/schema.py": frozenset(("None",)),
    "settings/store.py": frozenset(("to be commented out",)),
    "speech/bundled_voice.py": frozenset(("own voice: {}",)),
    "speech/sapi_voice.py": frozenset(("a call of SAPI failed: {}",)),
    "speech/sapi_voices.py": frozenset(("a voice cannot be read: {}", "Language", "Gender", "Male", "Female")),
    "speech/nvda_rpc.py": frozenset(('<voice xml:lang="{}">{}</voice>',)),
    "speech/reader_client.py": frozenset(("screen reader",)),
    "speech/screen_reader.py": frozenset(("screen reader",)),
    "text/json_reader.py": frozenset(("True", "False", "None")),
    "text/object_names.py": frozenset(("ui element",)),
    "text/prose_places.py": frozenset(("Koordinate", "Koordinaten", "Position")),
    "text/math_words.py": frozenset(("GREEK {} LETTER {}",)),
    "ui/key_names.py": frozenset(
        (
            "Ctrl",
            "Shift",
            "Return",
            "Enter",
            "Esc",
            "Backtab",
            "Backspace",
            "Del",
            "Ins",
            "Space",
            "Home",
            "End",
            "Left",
            "Right",
            "Down",
            "Num",
        )
    ),
    "ui/display_loss.py": frozenset(("The X11 connection broke", "The Wayland connection broke")),
    "ui/settings/option_providers.py": frozenset(("find {}",)),
    "ui/strings.py": frozenset(("Win", "Super")),
}
WORD_LISTS = (
    "drawn_screens/phrases/",
    "drawn_screens/qt/reading.py",
    "engine/grammars.py",
    "hotkeys/reserved.py",
    "model_check/demo_samples.py",
    "model_check/openings.py",
    "model_check/unreadable.py",
    "system/language_codes.py",
    "text/abbreviations.py",
    "text/language_evidence.py",
    "text/latex_macros.py",
    "text/markup/latex.py",
    "text/no_text.py",
    "text/style_phrases.py",
    "tuning/device_check_sample.py",
)
"""Modules and folders that consist of words of many languages, or of what only models read."""


def unmarked(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of everything in `source` that reads like something for people and is not marked."""
    yield from _in(ast.parse(source))


def translated_at_import(source: str) -> Iterator[int]:
    """The lines on which something is translated while the module is imported."""
    waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in MARKS - {"tr_noop", "tr_noop_count"}
        ):
            yield node.lineno
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            waiting += [*node.args.defaults, *(each for each in node.args.kw_defaults if each)]
        else:
            waiting += ast.iter_child_nodes(node)


def faults(package: Path) -> Iterator[str]:
    """What is not translatable in the package, and exceptions that are none any more; a line each."""
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package).as_posix()
        if name.startswith(WORD_LISTS):
            continue
        allowed, met = NOT_SAID.get(name, frozenset()), set()
        source = path.read_text(encoding="utf-8")
        yield from (
            f"{name}:{line}: translated at import, before the language is known"
            for line in translated_at_import(source)
        )
        for line, text in unmarked(source):
            if text in allowed:
                met.add(text)
            else:
                yield f"{name}:{line}: not through tr: {text}"
        yield from (f"{name}: no longer there: {text}" for text in sorted(allowed - met))


def _in(node: ast.AST) -> Iterator[tuple[int, str]]:
    parts: list[ast.AST]
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Assert():  # a docstring; what only programmers see
            return
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return
        case ast.Raise(exc=ast.Call(func=ast.Name(id=kind))) if _is_for_programmers(kind):
            return
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name))) if name in _LOGS:
            return
        case ast.keyword(arg="what_failed"):  # for the log, see system.errors.run_safely
            return
        case ast.Call(func=ast.Name(id="run_safely"), args=[run, *_]):
            parts = [run]
        case ast.Call(func=ast.Name(id=name)) if name in MARKS:
            parts = [*node.keywords, *(each for each in node.args if not isinstance(each, ast.Constant))]
        case ast.Constant(value=str(text)):
            if _WORDS.search(text):
                yield node.lineno, text
            return
        case ast.JoinedStr(values=values):
            text = "".join(str(each.value) if isinstance(each, ast.Constant) else "{}" for each in values)
            if _WORDS.search(text):
                yield node.lineno, text
            parts = [each for each in values if isinstance(each, ast.FormattedValue)]
        case ast.AnnAssign():
            parts = [node.value] if node.value else []
        case ast.FunctionDef():
            defaults = [*node.args.defaults, *(each for each in node.args.kw_defaults if each)]
            parts = [*node.body, *node.decorator_list, *defaults]
        case _:
            parts = list(ast.iter_child_nodes(node))
    for part in parts:
        yield from _in(part)


def _is_for_programmers(kind: str) -> bool:
    """Python's own errors tell of a bug, and D-Bus's are written to the log; ours are for people."""
    return isinstance(getattr(builtins, kind, None), type) or kind == "DBusError"
