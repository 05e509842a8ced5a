"""The program during the tutorial: the demo model answers; and the warning that comes before the first real answer."""

from __future__ import annotations

from collections.abc import Callable

from edge_assistant.assistant.advice import FirstWarning
from edge_assistant.assistant.assistant import Assistant


class TutorialMode:
    """Whether the tutorial goes on, and what follows from it. Belongs to the event loop's thread, but for
    `model_name`.
    """

    def __init__(
        self,
        current_assistant: Callable[[], Assistant | None],
        reload_model: Callable[[], None],
        on_notice: Callable[[str, str], None],
    ) -> None:
        """`current_assistant` returns the one that answers; `on_notice(code, sentence)` speaks and shows a notice."""
        self._current_assistant = current_assistant
        self._reload_model = reload_model
        self._on_notice = on_notice
        self._warning = FirstWarning()
        self._is_on = self._reload_after = False

    def begin(self) -> None:
        """Answer with the demo model from now on. The tutorial has said by then that answers can be wrong."""
        self._is_on = True
        assistant = self._current_assistant()
        if assistant is not None and assistant.model.family != "demo":
            self._reload_model()

    def end(self) -> None:
        """Answer with the model of the settings again."""
        self._is_on = False
        if self._reload_after:
            self._reload_after = False
            self._reload_model()

    def model_name(self) -> str | None:
        """Return the model to load now; None for that of the settings. May be called on any thread."""
        if not self._is_on:
            return None
        self._reload_after = True  # another one may be the settings'
        return "demo"

    def warn_before_answer(self, told_of_demo: bool) -> None:
        """Say that answers can be wrong before the first one that is none of the tutorial; with `told_of_demo`, none of
        the demo model.

        Before that one it is said that it is only a demo, and one warning is enough.
        """
        if self._is_on:
            return
        assistant = self._current_assistant()
        if told_of_demo and assistant is not None and assistant.model.family == "demo":
            return
        if warning := self._warning.take():
            self._on_notice("caution", warning)
