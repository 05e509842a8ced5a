"""The actions that a key or `edge-assistant trigger` can start: a stable contract, with a description for each."""

from __future__ import annotations

from edge_assistant.system.i18n import tr_noop

ACTIONS: dict[str, str] = {
    "window": tr_noop("describes the active window"),
    "screen": tr_noop("describes the whole screen"),
    "read": tr_noop("reads the text in the active window"),
    "clipboard": tr_noop("describes the copied picture"),
    "camera": tr_noop("counts to three and describes what the camera sees"),
    "region": tr_noop("selects a region of the screen and describes it"),
    "palette": tr_noop("opens the list of choices over a snapshot of the screen"),
    "ask": tr_noop("captures the active window and opens a window to ask about it"),
    "more": tr_noop("goes on with an answer that was cut off, or says more about the same picture"),
    "repeat": tr_noop("repeats the last answer"),
    "spell": tr_noop("opens the list of the last answer's words, to hear them letter by letter"),
    "stop": tr_noop("stops speech; pressed again, cancels the request"),
    "status": tr_noop("says what the program does, and for how long"),
    "think": tr_noop("turns think harder on or off for the next answers"),
    "quit": tr_noop("quits the program"),
}

ANSWER_ACTIONS = ("window", "screen", "read", "clipboard", "camera", "region")
"""Actions that ask for an answer. A second press while it comes stops it; one within 30 seconds after it describes the
same picture in detail, as long as the same window is in front."""

OVERLAY_ACTIONS = ("palette", "region")
"""Actions that freeze the desktop and open an overlay, in which the person chooses what of it to describe."""
