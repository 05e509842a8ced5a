"""The names of what a key or `edge-assistant trigger` can ask for: a stable contract, with one line for each."""

from __future__ import annotations

ACTIONS: dict[str, str] = {
    "window": "describes the active window",
    "screen": "describes the whole screen",
    "read": "reads the text in the active window",
    "clipboard": "describes the copied picture",
    "camera": "counts to three and describes what the camera sees",
    "region": "lets a part of the screen be chosen, and describes it",
    "palette": "opens the list of choices over a picture of this moment",
    "ask": "takes the active window's picture and opens a window to ask about it",
    "repeat": "says the last answer again",
    "stop": "silences the voice; once more, and the work is cancelled",
    "status": "says what is being done, and for how long",
    "think": "turns think harder on or off for the next answers",
    "quit": "ends the program",
}

LOOKS = ("window", "screen", "read", "clipboard", "camera", "region")
"""Those that ask for an answer. Again while it comes: stop. Within 30 seconds after it: the same picture in detail."""

CHOOSERS = ("palette", "region")
"""Those that take a picture of this moment and then open a window, in which it is chosen what of it is wanted."""
