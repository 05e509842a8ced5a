"""The names of what a key or `edge-assistant trigger` can ask for: a stable contract, with one line for each."""

from __future__ import annotations

from edge_assistant.system.i18n import later

ACTIONS: dict[str, str] = {
    "window": later("describes the active window"),
    "screen": later("describes the whole screen"),
    "read": later("reads the text in the active window"),
    "clipboard": later("describes the copied picture"),
    "camera": later("counts to three and describes what the camera sees"),
    "region": later("selects a region of the screen and describes it"),
    "palette": later("opens the list of choices over a snapshot of the screen"),
    "ask": later("captures the active window and opens a window to ask about it"),
    "repeat": later("repeats the last answer"),
    "stop": later("stops speech; pressed again, cancels the request"),
    "status": later("says what the program does, and for how long"),
    "think": later("turns think harder on or off for the next answers"),
    "quit": later("quits the program"),
}

LOOKS = ("window", "screen", "read", "clipboard", "camera", "region")
"""Those that ask for an answer. Again while it comes: stop. Within 30 seconds after it: the same picture in detail,
as long as the same window is in front."""

CHOOSERS = ("palette", "region")
"""Those that take a picture of this moment and then open a window, in which it is chosen what of it is wanted."""
