"""A thread's reports reach a window on the GUI thread, and nobody where that was destroyed meanwhile."""

from __future__ import annotations

import threading

import shiboken6
from PySide6.QtCore import QEvent, QObject, Slot
from support.accessible_walk import application, until
from support.waiting import PATIENCE

from edge_assistant.ui.thread_relay import ThreadRelay


class Window(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.received: list[tuple[object, threading.Thread]] = []

    @Slot(object)
    def receive(self, report: object) -> None:
        self.received.append((report, threading.current_thread()))


def on_a_thread(relay: ThreadRelay) -> None:
    """Report something on another thread, to its end."""

    def run() -> None:
        relay.send("found")
        relay.end()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(PATIENCE)


def is_destroyed(relay: ThreadRelay) -> bool:
    """Whether it is; outside of Qt's own loop, nothing is destroyed later unless that is asked for."""
    application().sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return not shiboken6.isValid(relay)


def test_a_report_comes_on_the_gui_thread_and_then_the_relay_is_destroyed_there() -> None:
    application()
    window = Window()
    relay = ThreadRelay(window.receive)
    on_a_thread(relay)
    assert window.received == []
    until(lambda: window.received, "the report")
    assert window.received == [("found", threading.current_thread())]
    until(lambda: is_destroyed(relay), "the end of the relay")
    relay.send("more")
    relay.end()


def test_a_report_for_a_window_that_is_gone_reaches_nobody() -> None:
    application()
    window = Window()
    received, relay = window.received, ThreadRelay(window.receive)
    shiboken6.delete(window)
    on_a_thread(relay)
    application().sendPostedEvents(None, QEvent.Type.MetaCall)
    until(lambda: is_destroyed(relay), "the end of the relay")
    assert received == []
