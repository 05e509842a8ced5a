"""The app as people start it, which besides prints what happens inside, so that a test can wait for it.

Prints "condition: …", "said: …" and "event: …", and "heard: …" for what is said besides, of what has the keyboard. A
line on standard input is a question: "text" and "tooltip" print what the window and the tray show, "visible" whether
the window is on the screen, "weights" what the windows about weights that are on the screen do, "rows" how many sets
are listed, "weights keys" what opens their list, "picture" what the window says of the picture, "ground" its colour,
"question" what stands in its line, "answer" the row of the list of answers, "reasoning" that pane's text, "think"
whether think harder is checked, "front" which window of ours has the keyboard, "tutorial" which action its step is
about, and what that waits for, "no icon" which windows lack one, "menus" what the window's menus are called, "menu"
which of them is open, "found" what the search found; "save" writes the picture to picture.png here; "no tray" lets it
find, once more, that there is no tray.
"""

from __future__ import annotations

import sys
from typing import Any

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from qt_input import QUEUED, InputLines, print_line

from edge_assistant.__main__ import main
from edge_assistant.assistant.events import ErrorEvent, Event, NoticeEvent, SentenceEvent, WindowEvent
from edge_assistant.controller.speech_channel import SpeechChannel
from edge_assistant.ui import application as module
from edge_assistant.ui.speaking.description import describe


class Watcher(QObject):
    """Lives on the GUI thread of the app that it watches."""

    def __init__(self, app: module.Application) -> None:
        super().__init__(app)
        self._app = app
        app.controller_signals.event_received.connect(self.on_event, Qt.ConnectionType.QueuedConnection)
        app.controller_signals.status_changed.connect(self.on_condition, Qt.ConnectionType.QueuedConnection)
        self._questions = InputLines(self)
        self._questions.line.connect(self.on_question, QUEUED)
        self._questions.start()

    @Slot(object)
    def on_event(self, event: Event) -> None:
        if isinstance(event, WindowEvent):
            print_line(f"said: {event.title}")
        elif isinstance(event, NoticeEvent | ErrorEvent):
            print_line(f"said: {event.message}")
        elif isinstance(event, SentenceEvent):
            print_line(f"said: {event.text}")
        else:
            print_line(f"event: {type(event).__name__}")

    @Slot(str)
    def on_condition(self, condition: str) -> None:
        print_line(f"condition: {condition}")

    def _weights(self) -> str:
        """What the windows about weights do."""
        windows = (self._app.models.first_run, self._app.models.dialog)
        return ", ".join(each.progress_panel.state for each in windows if each is not None and each.isVisible())

    def _weights_keys(self) -> str:
        """The access keys of the window's menus that open the list of the weights."""
        for menu in self._app.window.menuBar().actions():
            for entry in menu.menu().actions():  # type: ignore[attr-defined]
                if entry.text() == "Mo&dels…":
                    return f"alt+{menu.text()[menu.text().index('&') + 1].lower()} d"
        return ""

    @Slot(str)
    def on_question(self, question: str) -> None:
        window = self._app.window
        answers = {
            "text": lambda: window.text.replace("\n", " / "),
            "tooltip": lambda: self._app.tray._icon.toolTip(),
            "question": lambda: window.input.text(),
            "answer": lambda: self._app.history.answer_text.replace("\n", " / "),
            "picture": lambda: window.page.picture_name.text(),
            "ground": lambda: window.palette().window().color().name(),
            "reasoning": lambda: window.reasoning.toPlainText().replace("\n", " / "),
            "think": lambda: window.think.isChecked(),
            "focus": lambda: QApplication.focusWidget() and QApplication.focusWidget().accessibleName(),
            "focused": lambda: describe(focus).text if (focus := QApplication.focusWidget()) else "",
            "choices": lambda: "; ".join(f"{each.key} {each.label}" for each in self._app.overlays.palette._items),
            "no tray": lambda: self._app._continue_without_tray(),
            "save": lambda: window._captured.image.save("picture.png"),
            "front": lambda: active.windowTitle() if (active := QApplication.activeWindow()) else "",
            "menu": lambda: menu.title() if isinstance(menu := QApplication.activePopupWidget(), QMenu) else "",
            "found": lambda: self._app.overlays.find.found.text(),
            "menus": lambda: ", ".join(each.text() for each in window.menuBar().actions()),
            "visible": lambda: window.isVisible() and not window.isMinimized(),
            "weights": lambda: self._weights(),
            "weights keys": lambda: self._weights_keys(),
            "no icon": lambda: [each.windowTitle() for each in _shown() if each.windowIcon().isNull()],
            "tutorial": lambda: (
                f"{tutorial.step.action} {tutorial.phase}" if (tutorial := self._app.tutorial.window) else ""
            ),
            "rows": lambda: self._app.models.dialog.others.table.rowCount() if self._app.models.dialog else 0,
        }
        print_line(f"{question}: {answers[question]()}")


def _shown() -> list[QWidget]:
    """The windows on the screen."""
    return [each for each in QApplication.topLevelWidgets() if each.isVisible()]


def _print_what_is_heard() -> None:
    """Print what is said of what has the keyboard, and of keys in key help."""
    for name in ("say", "say_focus"):
        original = getattr(SpeechChannel, name)

        def print_first(
            channel: SpeechChannel, text: str, *arguments: Any, original: Any = original, **options: Any
        ) -> Any:
            print_line(f"heard: {text}")
            return original(channel, text, *arguments, **options)

        setattr(SpeechChannel, name, print_first)


class Watched(module.Application):
    """The app with a watcher."""

    def run(self) -> int:
        self._watcher = Watcher(self)
        return super().run()


def run() -> None:
    """Run the app as its command line in sys.argv says."""
    _print_what_is_heard()
    module.Application = Watched  # type: ignore[misc]
    if "--leaves-soon" in sys.argv:
        module._EXIT_TIMEOUT_S = 0.5
    # Greedy, so that answers repeat; thinking weights refuse that, so --sampled draws, the same each time.
    greedy = () if "--sampled" in sys.argv else ("--temperature", "0")
    speak = "--no-speak" if "--no-speak" in sys.argv else "--speak"
    sys.argv[1:] = [*greedy, "--seed", "3", speak]
    main()
