"""The app as people start it, watched for scripts/soak.py: it prints what happens, and answers lines of its input.

Nothing of this is in the program: only this file starts it so. To what tests/support/watched_app.py tells it adds
"end: …", a JSON object for each question that is over, and these lines: "state" prints what the controller does,
"counts" what is alive in this process, as JSON; "describe PATH" and "question TEXT" do what the window's menu and its
line do.
"""

from __future__ import annotations

import collections
import ctypes
import gc
import json
import os
import sys
import threading
import types
from functools import partial
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(_ROOT / "tests" / "support"))

import watched_app  # noqa: E402
from PIL import Image  # noqa: E402
from PySide6.QtCore import Slot  # noqa: E402
from PySide6.QtGui import QImage, QPixmap  # noqa: E402
from qt_input import print_line  # noqa: E402

from edge_assistant.__main__ import main  # noqa: E402
from edge_assistant.assistant.events import DoneEvent, ErrorEvent, Event, ReadEvent  # noqa: E402
from edge_assistant.ui import application as module  # noqa: E402


class _HeapInfo(ctypes.Structure):
    """struct mallinfo2 of glibc's malloc.h."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks"),
            "keepcost",
        )
    )


def _heap() -> dict[str, int]:
    """Return what C code has allocated, and what of the heap is free but kept; {} where the C library does not tell."""
    try:
        told = ctypes.CDLL(None).mallinfo2
    except (AttributeError, OSError, TypeError):
        return {}
    told.restype = _HeapInfo
    heap = told()
    return {"heap_used": heap.uordblks + heap.hblkhd, "heap_free": heap.fordblks}


def _counts() -> dict[str, Any]:
    """Return what is alive in this process."""
    gc.collect()
    kinds: collections.Counter[str] = collections.Counter()
    pictures = picture_bytes = drawn = tracebacks = 0
    for each in gc.get_objects():
        kinds[type(each).__qualname__] += 1
        if isinstance(each, Image.Image):
            pictures += 1
            picture_bytes += each.width * each.height * len(each.getbands())
        elif isinstance(each, QImage | QPixmap):
            drawn += 1
        elif isinstance(each, types.TracebackType | types.FrameType):
            tracebacks += 1
    return {
        **{"pictures": pictures, "picture_bytes": picture_bytes, "drawn": drawn, "tracebacks": tracebacks},
        **{"objects": kinds.total(), "threads": threading.active_count(), **_heap()},
        "blocks": sys.getallocatedblocks(),
        "kinds": dict(kinds.most_common(int(os.environ.get("SOAK_KINDS", "0")))),
    }


class Watcher(watched_app.Watcher):
    """Also tells the ends of questions, and counts."""

    @Slot(object)
    def on_event(self, event: Event) -> None:
        """Print it."""
        super().on_event(event)
        if isinstance(event, DoneEvent):
            told = {"stop": event.stop, "question": event.question, "text": event.text, "model": event.model}
        elif isinstance(event, ReadEvent):
            told = {"stop": event.stop, "lines": event.lines}
        elif isinstance(event, ErrorEvent):
            told = {"stop": "error", "code": event.code, "text": event.message}
        else:
            return
        print_line("end: " + json.dumps({"kind": type(event).__name__, "index": event.index, **told}))

    @Slot(str)
    def on_question(self, question: str) -> None:
        """Answer one line."""
        service = self._app.service
        what, _, rest = question.partition(" ")
        if question == "counts":
            print_line(f"counts: {json.dumps(_counts())}")
        elif question == "state":
            service.event_loop.post(self._print_state)
        elif what == "describe":
            service.event_loop.post(partial(service.controller.describe, Path(rest)))
        elif question == "forget":
            service.event_loop.post(service.controller.forget)
        elif what == "question":
            service.event_loop.post(partial(service.controller.ask, rest))
        else:
            super().on_question(question)

    def _print_state(self) -> None:
        """Print whether a request is under way, an overlay open, something spoken; on the controller's thread."""
        controller, speech = self._app.service.controller, self._app.service.speech
        state = controller.state
        is_idle = state.phase == "idle" and not state.overlay.kind and controller.ready and not speech.pending()
        print_line(f"state: {'idle' if is_idle else 'busy'} {state.phase} {state.id} {state.overlay.kind or '-'}")


if __name__ == "__main__":
    watched_app.Watcher = Watcher  # type: ignore[misc]
    module.Application = watched_app.Watched  # type: ignore[misc]
    sys.argv[1:] = ["--temperature", "0", "--seed", "3", "--speak"]
    main()
