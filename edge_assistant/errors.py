"""Every error a person can meet: one spoken sentence that says what is wrong and what to do, and its exit code."""

from __future__ import annotations

from edge_assistant import outside_text
from edge_assistant.text import later, tr

INTERNAL = later("Something went wrong inside the program. Please try again.")
"""What a person hears of a bug, through `tr`."""


class AssistantError(Exception):
    """Base of the errors that are shown and spoken.

    `str(error)` is a short message in plain language, fit to be spoken: what is wrong, with which input, what to do.
    `code` is a stable slug for machines (kebab case); `exit_code` is the process exit code of the command line.
    """

    exit_code: int = 6
    code: str = "failed"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(outside_text.message(message))
        if code is not None:
            self.code = code


class UsageError(AssistantError):
    """The command line asks for something that cannot be asked for."""

    exit_code = 2
    code = "usage"


class WeightsError(AssistantError):
    """Weights are missing, damaged or do not belong together."""

    exit_code = 3
    code = "weights"


class NothingToSeeError(AssistantError):
    """The picture is blank, or the session locked, so the model is not asked."""

    exit_code = 4
    code = "nothing-to-see"


class InputError(AssistantError):
    """No such file, not a picture, no permission, no display, no camera."""

    exit_code = 5
    code = "input"


class EngineError(AssistantError):
    """The engine process died or failed while answering."""

    exit_code = 6
    code = "engine"


class EngineUnfitError(EngineError):
    """llama.cpp's libraries are missing, or cannot be loaded or run here."""

    code = "engine-unfit"

    def __init__(self) -> None:
        super().__init__(
            tr(
                "The engine does not run on this computer: a part of it is missing, or was made for another one. "
                "Install the program again."
            )
        )


class DoesNotFitError(AssistantError):
    """Memory, context or disk is too small."""

    exit_code = 7
    code = "does-not-fit"


class NetworkError(AssistantError):
    """The network or the model hub failed."""

    exit_code = 8
    code = "network"


class NotRunningError(AssistantError):
    """No running app to talk to."""

    exit_code = 9
    code = "not-running"


class CancelledError(AssistantError):
    """The person cancelled the work."""

    exit_code = 130
    code = "cancelled"

    def __init__(self, message: str | None = None, *, code: str | None = None) -> None:
        super().__init__(tr("Cancelled.") if message is None else message, code=code)


_BY_EXIT_CODE: dict[int, type[AssistantError]] = {
    kind.exit_code: kind
    for kind in (
        UsageError,
        WeightsError,
        NothingToSeeError,
        InputError,
        EngineError,
        DoesNotFitError,
        NetworkError,
        NotRunningError,
        CancelledError,
    )
}


def rebuilt(exit_code: int, code: str, message: str) -> AssistantError:
    """The error that a worker process described by these three plain values."""
    return _BY_EXIT_CODE.get(exit_code, EngineError)(message, code=code)
