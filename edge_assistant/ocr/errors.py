"""The error of text recognition."""

from __future__ import annotations

from edge_assistant.system.errors import AssistantError


class OcrError(AssistantError):
    """The text of a picture could not be recognised.

    Codes: text-missing (files or library), text-damaged (a file), text-unfit (processor or system), text-failed.
    """

    code = "text-failed"
