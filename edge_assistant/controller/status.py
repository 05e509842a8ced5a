"""The program's status in one word, as shown by icon, tooltip and status line."""

from __future__ import annotations

from typing import Literal

from edge_assistant.controller.request import Request
from edge_assistant.controller.state import Phase

Status = Literal["loading", "ready", "looking", "thinking", "speaking", "error"]


def current_status(phase: Phase, request: Request, *, ready: bool) -> Status:
    """Return the status; `ready`: the start is over. An error stays until the next request."""
    if phase == "working":
        if request.sentences or request.stage == "answer":
            return "speaking"
        if request.stage == "load":
            return "loading"
        return "thinking" if request.stage == "think" else "looking"
    if phase == "speaking":
        return "speaking"
    if not ready:
        return "loading"
    return "error" if request.failure is not None else "ready"
