"""The app as people start it, which besides prints what happens inside, so that a test can wait for it.

Prints "condition: …", "said: …" and "event: …". A line on standard input is a question: "text" and "tooltip" print
what the window and the tray show, "visible" whether the window is on the screen, "weights" what the windows about
weights that are on the screen do, "rows" how many sets are listed, "weights keys" what opens their list, "picture" what
the window says of the picture, "reasoning" that pane's text, "think" whether think harder is checked, "front" which
window of ours has the keyboard, "menus" what the window's menus are called, "menu" which of them is open; "save" writes
the picture to picture.png here; "no tray" lets it find, once more, that there is no tray.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, QSocketNotifier, Qt, Slot
from PySide6.QtWidgets import QApplication, QLabel, QMenu

from edge_assistant.__main__ import main
from edge_assistant.assistant.events import ErrorEvent, Event, NoticeEvent, SentenceEvent, WindowEvent
from edge_assistant.ui import application as module


class Watcher(QObject):
    """Lives on the GUI thread of the app that it watches."""

    def __init__(self, app: module.Application) -> None:
        super().__init__(app)
        self._app = app
        app.controller_signals.event_received.connect(self.on_event, Qt.ConnectionType.QueuedConnection)
        app.controller_signals.status_changed.connect(self.on_condition, Qt.ConnectionType.QueuedConnection)
        self._questions = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
        self._questions.activated.connect(self.on_question)

    @Slot(object)
    def on_event(self, event: Event) -> None:
        if isinstance(event, WindowEvent):
            print("said:", event.title, flush=True)
        elif isinstance(event, NoticeEvent | ErrorEvent):
            print("said:", event.message, flush=True)
        elif isinstance(event, SentenceEvent):
            print("said:", event.text, flush=True)
        else:
            print("event:", type(event).__name__, flush=True)

    @Slot(str)
    def on_condition(self, condition: str) -> None:
        print("condition:", condition, flush=True)

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

    @Slot()
    def on_question(self) -> None:
        question = sys.stdin.readline().strip()
        window = self._app.window
        answers = {
            "text": lambda: window.text.replace("\n", " / "),
            "tooltip": lambda: self._app.tray._icon.toolTip(),
            "picture": lambda: window.findChildren(QLabel)[1].text(),
            "reasoning": lambda: window.reasoning.toPlainText().replace("\n", " / "),
            "think": lambda: window.think.isChecked(),
            "focus": lambda: QApplication.focusWidget() and QApplication.focusWidget().accessibleName(),
            "no tray": lambda: self._app._continue_without_tray(),
            "save": lambda: window._captured.image.save("picture.png"),
            "front": lambda: active.windowTitle() if (active := QApplication.activeWindow()) else "",
            "menu": lambda: menu.title() if isinstance(menu := QApplication.activePopupWidget(), QMenu) else "",
            "menus": lambda: ", ".join(each.text() for each in window.menuBar().actions()),
            "visible": lambda: window.isVisible() and not window.isMinimized(),
            "weights": lambda: self._weights(),
            "weights keys": lambda: self._weights_keys(),
            "rows": lambda: self._app.models.dialog.table.rowCount() if self._app.models.dialog else 0,
        }
        if question in answers:
            print(f"{question}: {answers[question]()}", flush=True)
        else:
            self._questions.setEnabled(False)  # the test is over


class Watched(module.Application):
    """The app with a watcher."""

    def run(self) -> int:
        self._watcher = Watcher(self)
        return super().run()


if __name__ == "__main__":
    module.Application = Watched  # type: ignore[misc]
    if "--leaves-soon" in sys.argv:
        module._EXIT_TIMEOUT_S = 0.5
    # Greedy, so that answers repeat; thinking weights refuse that, so --sampled draws, the same each time.
    greedy = () if "--sampled" in sys.argv else ("--temperature", "0")
    speak = "--no-speak" if "--no-speak" in sys.argv else "--speak"
    sys.argv[1:] = [*greedy, "--seed", "3", speak]
    main()
