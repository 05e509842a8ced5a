"""Names of statuses, actions, keys and pictures as the windows show them, translated when called."""

from __future__ import annotations

import sys

from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.targets import origin_name
from edge_assistant.controller.view import Status
from edge_assistant.hotkeys.key import Key
from edge_assistant.system.i18n import tr
from edge_assistant.ui.key_names import named_keys


def status_name(status: Status) -> str:
    """Return a status's name for the status bar."""
    labels: dict[Status, str] = {
        "loading": tr("Loading the model"),
        "ready": tr("Ready"),
        "looking": tr("Reading the picture"),
        "thinking": tr("Thinking"),
        "speaking": tr("Speaking"),
        "error": tr("Error"),
    }
    return labels[status]


def action_label(action: str) -> str:
    """Return the menu label, with its access key, of an action of hotkeys.actions.ACTIONS."""
    labels = {
        "window": tr("Describe the wi&ndow"),
        "screen": tr("Describe the who&le screen"),
        "read": tr("Read the &text in the window"),
        "clipboard": tr("Describe the &copied picture"),
        "camera": tr("Describe what the c&amera sees"),
        "region": tr("Describe a re&gion of the screen"),
        "palette": tr("Choose by lett&er"),
        "find": tr("Find a text and clic&k it"),
        "ask": tr("Ask a&bout the window"),
        "more": tr("&More"),
        "pause": tr("Pa&use the reading, or go on"),
        "next-line": tr("&Next line"),
        "previous-line": tr("&Previous line"),
        "next-paragraph": tr("Next pa&ragraph"),
        "previous-paragraph": tr("Previous para&graph"),
        "repeat": tr("&Repeat the answer"),
        "history": tr("H&istory of answers"),
        "spell": tr("Spell a &word of the answer"),
        "lines": tr("Lines of the te&xt"),
        "stop": tr("St&op"),
        "status": tr("Sa&y the status"),
        "think": tr("Think &harder"),
        "slower": tr("&Slower"),
        "faster": tr("&Faster"),
        "quieter": tr("&Quieter"),
        "louder": tr("&Louder"),
        "shortcuts": tr("Give shortcuts to other &programs"),
        "help": tr("All &keys"),
        "key-help": tr("Key &help"),
        "quit": tr("&Quit Edge Assistant"),
    }
    return labels[action]


def key_label(key: Key) -> str:
    """Return a global key as menus write it, such as Ctrl+Shift+F9."""
    names = {"pageup": "PgUp", "pagedown": "PgDown", "super": "Win" if sys.platform == "win32" else "Super"}
    parts = (names.get(part, part) for part in str(key).split("+"))
    return named_keys("+".join(part if part[0].isupper() else part.capitalize() for part in parts))


def picture_name(captured: CapturedPicture, name: str) -> str:
    """Return a picture's origin, name and size; `name` is a window's title or a file's name, "" where there is none."""
    kind, (width, height) = origin_name(captured.origin), captured.image.size
    if name:
        return tr("{kind} {name}, {width} by {height} pixels", kind=kind, name=name, width=width, height=height)
    return tr("{kind}, {width} by {height} pixels", kind=kind, width=width, height=height)
