"""Qt objects that a thread uses go with Qt's loop, not with the thread, even if that is the last to refer to them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from support.accessible_walk import application, until
from support.waiting import PATIENCE

from edge_assistant.ui.lines.feed import LinesFeed
from edge_assistant.ui.models.background_task import BackgroundTask


class Text:
    """A text whose end is waited for."""

    def __init__(self) -> None:
        self.may_end = threading.Event()

    def follow(self, *_: object) -> None:
        assert self.may_end.wait(PATIENCE)


def start_task(text: Text) -> BackgroundTask:
    task = BackgroundTask(lambda _: text.follow())
    task.start()
    return task


def start_feed(text: Any) -> LinesFeed:
    feed = LinesFeed("en")
    feed.start(text)
    return feed


@pytest.mark.parametrize("start", [start_task, start_feed])
def test_what_only_its_thread_refers_to_is_destroyed_on_the_gui_thread(
    start: Callable[[Text], BackgroundTask | LinesFeed],
) -> None:
    application()
    text, destroyed_on = Text(), list[threading.Thread]()
    before = threading.enumerate()
    used = start(text)
    used.destroyed.connect(lambda: destroyed_on.append(threading.current_thread()), Qt.ConnectionType.DirectConnection)
    (thread,) = (each for each in threading.enumerate() if each not in before)
    del used
    text.may_end.set()
    thread.join(PATIENCE)
    assert destroyed_on == [], "it was destroyed while its thread ended"
    until(lambda: application().sendPostedEvents(None, QEvent.Type.DeferredDelete) or destroyed_on, "its end")
    assert destroyed_on == [threading.current_thread()]
