"""The names of what a key or `edge-assistant trigger` can ask for: a stable contract, with one line for each."""

from __future__ import annotations

from edge_assistant.system.i18n import later

ACTIONS: dict[str, str] = {
    "window": later("describes the active window"),
    "screen": later("describes the whole screen"),
    "read": later("reads the text in the active window"),
    "clipboard": later("describes the copied picture"),
    "camera": later("counts to three and describes what the camera sees"),
    "region": later("lets a part of the screen be chosen, and describes it"),
    "palette": later("opens the list of choices over a picture of this moment"),
    "ask": later("takes the active window's picture and opens a window to ask about it"),
    "repeat": later("says the last answer again"),
    "stop": later("silences the voice; once more, and the work is cancelled"),
    "status": later("says what is being done, and for how long"),
    "think": later("turns think harder on or off for the next answers"),
    "quit": later("ends the program"),
}

LOOKS = ("window", "screen", "read", "clipboard", "camera", "region")
"""Those that ask for an answer. Again while it comes: stop. Within 30 seconds after it: the same picture in detail,
as long as the same window is in front."""

CHOOSERS = ("palette", "region")
"""Those that take a picture of this moment and then open a window, in which it is chosen what of it is wanted."""
