"""The event loop: one thread that runs, one after the other, what all others have put into its queue."""

from __future__ import annotations

import queue
from collections.abc import Callable
from functools import partial
from typing import ParamSpec, Protocol

from edge_assistant.system.errors import INTERNAL_ERROR, AssistantError, run_safely
from edge_assistant.system.i18n import tr

_REPLY_TIMEOUT_S = 4.0

_P = ParamSpec("_P")


class LoopOwner(Protocol):
    """What an event loop works for; all of it is called on the loop's thread."""

    def seconds_until_due(self) -> float | None:
        """Return after how many seconds `after_call` is to be called although nothing was put into the queue."""

    def after_call(self) -> None:
        """Do what is due after a call, or by time."""

    def on_bug(self, error: AssistantError) -> None:
        """Tell the person about a call that failed."""


class EventLoop:
    """A queue of calls. `run` belongs to one thread; all else may be used from any."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()
        self._stopped = False

    def post(self, function: Callable[_P, object], *args: _P.args, **kwargs: _P.kwargs) -> None:
        """Have a function called on the loop's thread, in its turn."""
        self._calls.put(partial(function, *args, **kwargs))

    def call(self, function: Callable[_P, str], *args: _P.args, **kwargs: _P.kwargs) -> str:
        """As `post`, but wait for the sentence that the function returns; return another one if that takes too long."""
        reply: queue.SimpleQueue[str] = queue.SimpleQueue()

        def answer() -> None:
            sentence = tr(INTERNAL_ERROR)  # of a bug, which `run` reports
            try:
                sentence = function(*args, **kwargs)
            finally:
                reply.put(sentence)

        self.post(answer)
        try:
            return reply.get(timeout=_REPLY_TIMEOUT_S)
        except queue.Empty:
            return tr("Edge Assistant is busy. Try again.")

    def posting(self, function: Callable[_P, object]) -> Callable[_P, None]:
        """Return a function that posts this one, with its own arguments."""

        def post(*args: _P.args, **kwargs: _P.kwargs) -> None:
            self.post(function, *args, **kwargs)

        return post

    def wake(self) -> None:
        """Have `after_call` called: something that it looks at has changed."""
        self.post(lambda: None)

    def stop(self) -> None:
        """End `run` after the present call."""
        self._stopped = True

    def run(self, owner: LoopOwner) -> None:
        """Run the calls until `stop`."""
        while not self._stopped:
            failure = run_safely(partial(self.step, owner), "a press failed")
            if failure is not None:
                self.post(owner.on_bug, failure)

    def step(self, owner: LoopOwner) -> None:
        """Wait for the next call and run it, and do what is due."""
        try:
            call = self._calls.get(timeout=owner.seconds_until_due())
        except queue.Empty:
            pass
        else:
            call()
        owner.after_call()
