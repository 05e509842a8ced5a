"""The condition the program is in, in one word: what an icon, a tooltip and a status line show."""

from __future__ import annotations

from typing import Literal

from edge_assistant.controller.request import Request
from edge_assistant.controller.state import Phase

Condition = Literal["loading", "ready", "looking", "thinking", "speaking", "error"]


def condition(phase: Phase, job: Request, *, ready: bool) -> Condition:
    """`job` is the newest request, `ready` whether the start is over; an error stays until the next request."""
    if phase == "working":
        if job.sentences or job.stage == "answer":
            return "speaking"
        if job.stage == "load":
            return "loading"
        return "thinking" if job.stage == "think" else "looking"
    if phase == "speaking":
        return "speaking"
    if not ready:
        return "loading"
    return "error" if job.failure is not None else "ready"
