"""The actions that a key or `edge-assistant trigger` can start: a stable contract, with a description for each."""

from __future__ import annotations

from edge_assistant.system.i18n import tr, tr_noop

ACTIONS: dict[str, str] = {
    "window": tr_noop("describes the active window"),
    "screen": tr_noop("describes the whole screen"),
    "read": tr_noop("reads the text in the active window"),
    "clipboard": tr_noop("describes the copied picture"),
    "camera": tr_noop("counts to three and describes what the camera sees"),
    "region": tr_noop("selects a region of the screen and describes it"),
    "palette": tr_noop("opens the list of choices over a snapshot of the screen"),
    "find": tr_noop("finds a text in the active window, moves the pointer there and clicks"),
    "ask": tr_noop("captures the active window and opens a window to ask about it"),
    "more": tr_noop("goes on with an answer that was cut off, or says more about the same picture"),
    "pause": tr_noop("pauses a text that is read aloud, or goes on with it"),
    "next-line": tr_noop("goes to the next line of a text that is read aloud"),
    "previous-line": tr_noop("goes to the previous line of a text that is read aloud"),
    "next-paragraph": tr_noop("goes to the next paragraph of a text that is read aloud"),
    "previous-paragraph": tr_noop("goes to the previous paragraph of a text that is read aloud"),
    "repeat": tr_noop("repeats the last answer"),
    "history": tr_noop("opens the list of the last answers, to hear them again"),
    "spell": tr_noop("opens the list of the last answer's words, to hear them letter by letter"),
    "lines": tr_noop("opens the recognised text of the last picture, or of the active window, as a list of lines"),
    "stop": tr_noop("stops speech; pressed again, cancels the request"),
    "status": tr_noop("says what the program does, and for how long"),
    "think": tr_noop("turns think harder on or off for the next answers"),
    "slower": tr_noop("makes the voice slower from now on"),
    "faster": tr_noop("makes the voice faster from now on"),
    "quieter": tr_noop("makes the voice quieter from now on"),
    "louder": tr_noop("makes the voice louder from now on"),
    "shortcuts": tr_noop("gives all other shortcuts to other programs, or takes them back"),
    "help": tr_noop("opens the list of all keys"),
    "key-help": tr_noop("turns key help on or off: each key is then told, and does nothing"),
    "quit": tr_noop("quits the program"),
}

HELP_ACTIONS = ("help", "key-help")
"""Actions that tell of keys; they need the app's windows."""

READING_ACTIONS = ("pause", "next-line", "previous-line", "next-paragraph", "previous-paragraph")
"""Actions whose keys belong to the program only while a text is read aloud."""

VOICE_ACTIONS = ("slower", "faster", "quieter", "louder")
"""Actions that change the voice from now on."""

SHORTCUTS = "shortcuts"
"""The action that turns all shortcuts but its own off and on."""

ANSWER_ACTIONS = ("window", "screen", "read", "clipboard", "camera", "region")
"""Actions that ask for an answer. A second press while it comes stops it; one within 30 seconds after it describes the
same picture in detail, as long as the same window is in front."""

OVERLAY_ACTIONS = ("palette", "region", "find")
"""Actions that freeze the desktop and open an overlay, in which the person chooses what of it to describe, or to click.
"""

WINDOW_ACTIONS = (*OVERLAY_ACTIONS, "ask", "history", "spell", "lines", "help")
"""Actions that open a window which needs the keyboard."""

QUESTION = "question"
"""The word before the name of one of the person's own questions; see settings/questions.py."""

_QUESTION_PREFIX = f"{QUESTION} "


def question_action(name: str) -> str:
    """Return the action that asks the question of that name about the active window."""
    return f"{_QUESTION_PREFIX}{name}"


def question_name(action: str) -> str:
    """Return the name of the question that an action asks; "" for all other actions."""
    return action.removeprefix(_QUESTION_PREFIX) if action.startswith(_QUESTION_PREFIX) else ""


def meaning_of(action: str) -> str:
    """Return what an action does, in the person's language."""
    name = question_name(action)
    return tr("asks the question {name}", name=name) if name else tr(ACTIONS.get(action, action))


def asks_for_answer(action: str) -> bool:
    """Return whether an action asks for an answer: one of ANSWER_ACTIONS, or a question of the person's own."""
    return action in ANSWER_ACTIONS or bool(question_name(action))
