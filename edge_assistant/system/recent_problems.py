"""The last problems of this process, kept in memory for a report: when, where and of which kind, and nothing else.

What a record was given is left out, since it may be a title, a file name or a text: of errors only the code or the
class is kept.
"""

from __future__ import annotations

import logging
import time
from collections import deque

from edge_assistant.system.errors import AssistantError

_OWN = "edge_assistant."
_MOST = 40
"""As many problems are kept; more would not fit into one answer of the running program."""


class RecentProblems(logging.Handler):
    """Keeps warnings of all libraries, and our own records about an error."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._lines: deque[str] = deque(maxlen=_MOST)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line about a record."""
        arguments = record.args if isinstance(record.args, tuple) else ()
        kinds = [_kind(each) for each in arguments if isinstance(each, BaseException)]
        if record.exc_info and record.exc_info[1] is not None:
            kinds.append(_kind(record.exc_info[1]))
        if record.levelno < logging.WARNING and not kinds:
            return
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record.created))
        words = [when, record.levelname, f"{record.name}:{record.lineno}"]
        if record.name.startswith(_OWN):
            words.append(str(record.msg))  # as it stands in the source: nothing has been put into it
        self._lines.append(" ".join((*words, *kinds)))

    def lines(self) -> list[str]:
        """Return a line for each of the last problems, the oldest first."""
        return list(self._lines)


def _kind(error: BaseException) -> str:
    code = f" ({error.code})" if isinstance(error, AssistantError) else ""
    return f"{type(error).__name__}{code}"


recent_problems = RecentProblems()
"""The problems of this process; logger.set_up_logging has them noted."""
