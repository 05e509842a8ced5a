"""What the doctor tries of the desktop: shortcuts, tray, screen reader and portal. Nothing is changed by it."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from edge_assistant.assistant.factory import can_reach_screen_readers
from edge_assistant.capture.backends import SessionFacts, session_facts
from edge_assistant.cli.finding import Absent, Finding, try_part
from edge_assistant.controller.global_hotkeys import make_hotkeys
from edge_assistant.hotkeys import portal
from edge_assistant.hotkeys.actions import READING_ACTIONS
from edge_assistant.hotkeys.protocol import Hotkeys, key_taken_message
from edge_assistant.settings.schema import Settings
from edge_assistant.speech import reader_detection
from edge_assistant.speech.reader_client import ReaderClient
from edge_assistant.system.errors import AssistantError
from edge_assistant.system.i18n import tr, tr_count, tr_noop
from edge_assistant.system.ipc import AlreadyRunningError, default_endpoint

_SHORTCUTS, _SCREEN_READER = tr_noop("Shortcuts"), tr_noop("Screen reader")


def desktop_findings(settings: Settings) -> Iterator[Finding]:
    """Yield the findings about the desktop."""
    session = session_facts()
    yield check_shortcuts(settings, make_hotkeys(), running=_is_running())
    yield _check_tray()
    yield check_screen_reader(session.platform)
    if session.platform == "linux":
        yield check_portal(session)


def check_shortcuts(settings: Settings, hotkeys: Hotkeys, *, running: bool) -> Finding:
    """Try whether each key that works anywhere can be had; `running` tells whether this program has them already."""
    if hotkeys.unavailable:
        return Finding(_SHORTCUTS, "fails", hotkeys.unavailable)
    if running:
        words = tr("Edge Assistant is running and has them. It says at its start which ones it did not get.")
        return Finding(_SHORTCUTS, "not-tried", words)
    keys = {action: key for action, key in settings.keys_by_action().items() if action not in READING_ACTIONS}
    free = {action: hotkeys.is_free(key) for action, key in keys.items()}
    taken = [key_taken_message(key, action) for action, key in keys.items() if free[action] is False]
    if taken:
        return Finding(_SHORTCUTS, "fails", " ".join(taken))
    if not keys:
        return Finding(_SHORTCUTS, "none", tr("No action has a key. You can set keys in the settings."))
    if None in free.values():
        words = tr("Whether other programs have them is known only when you press them.")
        return Finding(_SHORTCUTS, "not-tried", words)
    return Finding(_SHORTCUTS, "works", tr_count("{number} key is free.", "{number} keys are free.", len(keys)))


def _is_running() -> bool:
    """Return whether this program runs in the background or as the app."""
    try:
        default_endpoint().lock().release()
    except AlreadyRunningError:
        return True
    except AssistantError:  # where it cannot run, it does not
        return False
    return False


def _check_tray() -> Finding:
    return try_part(tr_noop("Tray"), _tray_sentence)


def _tray_sentence() -> str:
    from edge_assistant.capture.qt import missing_error

    try:
        from edge_assistant.ui.tray_check import has_tray
    except ImportError as error:
        raise missing_error(error) from error
    if not has_tray():
        return Absent(tr("This desktop has no tray. The app's window and its keys do without."))
    return tr("The desktop has one, which shows the app's icon.")


def check_screen_reader(platform: str = sys.platform) -> Finding:
    """Find out whether a screen reader runs, and on Windows whether it takes what this program says."""
    if not reader_detection.choose_detector(platform)():
        return Finding(_SCREEN_READER, "none", tr("None runs, so the program speaks with its own voice."))
    if not can_reach_screen_readers(None, platform):
        words = tr("One runs. The app speaks through it; commands speak with a voice of their own.")
        return Finding(_SCREEN_READER, "works", words)
    reader = ReaderClient()
    reader.start(lambda: None, lambda: None)
    try:
        answers = reader.answers()
    finally:
        reader.close()
    if answers:
        return Finding(_SCREEN_READER, "works", tr("One runs, and speaks what the program says."))
    words = tr("One runs, but takes nothing to say. The program speaks with its own voice.")
    return Finding(_SCREEN_READER, "fails", words)


def check_portal(session: SessionFacts) -> Finding:
    """Ask the desktop's portal whether it gives shortcuts, where these come from it. It asks the person nothing."""
    part = tr_noop("Portal")
    if not session.wayland:
        return Finding(part, "none", tr("Only Wayland needs one."))

    def ask() -> str:
        portal.check()
        return tr("It offers shortcuts.")

    return try_part(part, ask)
