"""What the windows call things, in the person's language; asked for at the moment of use."""

from __future__ import annotations

from edge_assistant.capture.decode import CapturedPicture, Origin
from edge_assistant.controller.status import Condition
from edge_assistant.hotkeys.key import Key
from edge_assistant.system.i18n import tr


def name_of(condition: Condition) -> str:
    """The condition as a status line has it."""
    names: dict[Condition, str] = {
        "loading": tr("Loading the model"),
        "ready": tr("Ready"),
        "looking": tr("Reading the picture"),
        "thinking": tr("Thinking"),
        "speaking": tr("Speaking"),
        "error": tr("Error"),
    }
    return names[condition]


def label_of(action: str) -> str:
    """The menu entry of an action of actions.ACTIONS, with its access key."""
    labels = {
        "window": tr("Describe the wi&ndow"),
        "screen": tr("Describe the who&le screen"),
        "read": tr("Read the &text in the window"),
        "clipboard": tr("Describe the &copied picture"),
        "camera": tr("Describe what the c&amera sees"),
        "region": tr("Describe a re&gion of the screen"),
        "palette": tr("Choose by lett&er"),
        "ask": tr("Ask a&bout the window"),
        "repeat": tr("&Repeat the answer"),
        "stop": tr("St&op"),
        "status": tr("Sa&y the status"),
        "think": tr("Think &harder"),
        "quit": tr("&Quit Edge Assistant"),
    }
    return labels[action]


def key_in_menu(key: Key) -> str:
    """A global key as menus write it: Ctrl+Shift+F9."""
    return "+".join(part if len(part) > 1 and part[0].isupper() else part.capitalize() for part in str(key).split("+"))


def name_of_picture(captured: CapturedPicture, name: str) -> str:
    """What the picture shows, and its size; `name` is a window's title or a file's name, "" where there is none."""
    kinds: dict[Origin, str] = {
        "window": tr("Window"),
        "screen": tr("Screen"),
        "region": tr("Region"),
        "clipboard": tr("Copied picture"),
        "camera": tr("Camera"),
        "file": tr("File"),
    }
    kind, (width, height) = kinds[captured.origin], captured.image.size
    if name:
        return tr("{kind} {name}, {width} by {height} pixels", kind=kind, name=name, width=width, height=height)
    return tr("{kind}, {width} by {height} pixels", kind=kind, width=width, height=height)
