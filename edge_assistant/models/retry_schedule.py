"""The waits between the attempts of a download."""

from __future__ import annotations

import math
from collections.abc import Callable

from edge_assistant.models.hub_errors import TemporaryError
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import NetworkError
from edge_assistant.system.i18n import tr, tr_count
from edge_assistant.text.passing import Passing

# Seconds to wait after each failure in a row, then give up. Bytes that arrive start the schedule again.
RETRY_WAITS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 60.0, 60.0, 60.0, 60.0, 60.0)
# Shorter before the first byte: the person is probably waiting to hear that there is no network.
FIRST_RETRY_WAITS = RETRY_WAITS[:5]
# A hub that was never reached is given up within seconds: there is no network, or a setting is wrong.
UNREACHED_WAITS = RETRY_WAITS[:2]
_UNREACHED = ("unreachable", "proxy")  # codes of connections that never came about
_MAX_WAIT_S = 300.0  # seconds; when the hub asks for more, the download ends with an error


class RetrySchedule:
    """The waits between attempts: a longer one after each failure in a row, up to a limit."""

    def __init__(self, waits: tuple[float, ...], on_notice: Callable[[str, str], None], cancel: Cancellation) -> None:
        self._waits = waits
        self._on_notice = on_notice
        self._cancel = cancel
        self._count = 0
        self._was_reached = False

    def record_failure(self, error: TemporaryError, *, was_reached: bool = True, has_bytes: bool = False) -> None:
        """Announce a failure and wait. Raises NetworkError when the limit is reached, and CancelledError.

        `was_reached`: the hub has answered before. One that answers with a failure was reached, too. `has_bytes`: a
        part of the file is there.
        """
        self._cancel.check()
        self._was_reached = self._was_reached or was_reached or error.code not in _UNREACHED
        waits = self._waits if self._was_reached else UNREACHED_WAITS
        kept = tr("What was downloaded is kept; you can resume later.")
        later = kept if has_bytes else tr("You can try again later.")
        if self._count >= len(waits):
            raise NetworkError(
                tr("{error} It was tried {value} times. {later}", error=error, value=self._count + 1, later=later),
                code=error.code,
            ) from error
        wait = max(waits[self._count], error.wait or 0.0)
        self._count += 1
        if wait > _MAX_WAIT_S:
            minutes = math.ceil(wait / 60)
            raise NetworkError(
                tr("{error} Wait {minutes} minutes. {later}", error=error, minutes=minutes, later=later),
                code=error.code,
            ) from error
        self._on_notice(
            error.code,
            Passing(
                tr_count(
                    "{error} Trying again in {number} second.",
                    "{error} Trying again in {number} seconds.",
                    round(wait),
                    error=error,
                )
            ),
        )
        self._cancel.wait(wait)
