"""The desktop app: puts program, windows and tray together, and takes them apart again; nothing else happens here."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, SignalInstance, Slot
from PySide6.QtWidgets import QApplication, QWidget

from edge_assistant.capture import qt_subprocess
from edge_assistant.controller.service import Service, ServiceOptions
from edge_assistant.settings import schema, store
from edge_assistant.settings.schema import Settings
from edge_assistant.speech.screen_reader import announcer
from edge_assistant.system import pyside_workaround, signals
from edge_assistant.system.errors import AssistantError, InputError, NotRunningError, UsageError, explained
from edge_assistant.system.i18n import later, tr
from edge_assistant.system.ipc import RELOAD, SHOW, TUNED, AlreadyRunningError, IpcServer, call, endpoint
from edge_assistant.system.terminal import print_line
from edge_assistant.ui import display_loss
from edge_assistant.ui.commands import Commands, MenuEntry
from edge_assistant.ui.controller_signals import ControllerSignals
from edge_assistant.ui.main_window import MainWindow
from edge_assistant.ui.models.presenter import ModelsPresenter
from edge_assistant.ui.overlay.overlays import Overlays
from edge_assistant.ui.retranslate import QtTranslations, TranslatedLabels
from edge_assistant.ui.settings.presenter import SettingsPresenter
from edge_assistant.ui.style import use_outlines
from edge_assistant.ui.tray import Tray
from edge_assistant.ui.window_hider import WindowHider

_TRAY_COMES_MS = 2000
"""At a login the tray may start later than this program; after this long there is none."""

_LEAVES_S = 5.0
"""Then the process ends, whatever Qt still does."""

_log = logging.getLogger(__name__)
_QUEUED = Qt.ConnectionType.QueuedConnection


def run(options: ServiceOptions) -> int:
    """Run until a signal, the menu or a trigger ends it; 0. Raises AssistantError when it cannot even start."""
    desk: list[Application] = []  # a trigger may come before there is anyone to take it

    def on_call(text: str) -> str:
        if not desk:
            return tr("Edge Assistant is starting.")
        if text == RELOAD:
            return desk[0].program.reload()
        if text == TUNED:
            return desk[0].program.take_tuned()
        if text == SHOW:
            desk[0].program.control.tell("already-running", tr("Edge Assistant is already running."))
            desk[0].bridge.tell_wanted()
            return ""
        return desk[0].program.control.trigger(text)

    try:
        door = IpcServer(endpoint(), on_call)
    except AlreadyRunningError:
        return _bring_the_other()
    try:
        _check_display()
        pyside_workaround.keep_alive()
        display_loss.watch(options)
        qt = QApplication(["edge-assistant"])
        use_outlines(qt)
        qt.setDesktopFileName("edge-assistant")
        qt.setQuitOnLastWindowClosed(False)
        chosen, trouble = store.load_or_set_aside(schema.path())
        app = Application(qt, options, chosen)
        if trouble:
            app.program.control.tell("settings-broken", trouble)
        else:
            app.program.catch_up()
        desk.append(app)
        return app.run()
    finally:
        door.close()


def _check_display() -> None:
    """Raise InputError where no display answers, where Qt would end the process."""
    try:
        qt_subprocess.monitor_list()
    except InputError as error:
        if error.code != "no-display":
            raise
        sentence = tr("No display answers. Start edge-assistant listen, which needs none.")
        raise InputError(sentence, code=error.code) from error


def _end_soon() -> None:
    """Qt waits without end for a display that answers no more, also in taking itself apart, where Python is over."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    faulthandler.dump_traceback_later(_LEAVES_S, exit=True, file=nowhere)


def _bring_the_other() -> int:
    print_line(tr("Edge Assistant is already running."))
    with contextlib.suppress(NotRunningError):  # it has just ended
        if answer := call(endpoint(), SHOW):
            print_line(answer)
    return 0


def _weights_dir(chosen: Settings) -> Path | None:
    """That of the settings; where its ~ is nobody's, whoever loads the weights says so."""
    try:
        return chosen.weights_dir
    except UsageError:
        return None


class Application(QObject):
    """Everything at once. `program` runs on a thread of its own; the rest belongs to the GUI thread."""

    def __init__(self, qt: QApplication, options: ServiceOptions, chosen: schema.Settings) -> None:
        super().__init__()
        self._qt = qt
        self._told_put_away = False
        self._speaks_for_us = QWidget()  # never shown; a screen reader hears of it all the same
        self._labels = TranslatedLabels()
        self._labels.put(self._speaks_for_us.setAccessibleName, later("Edge Assistant"))
        self._qt_words = QtTranslations(qt)
        self._qt_words.follow(chosen)
        self.out_of_sight = WindowHider()
        self.bridge = ControllerSignals(self.out_of_sight)
        self.choosers = Overlays(self._palette_entries)
        self.program = Service(
            options,
            chosen,
            self.bridge.tell_event,
            self.bridge.tell_condition,
            announce=announcer(self._speaks_for_us),
            windows=self.bridge,
            choosers=self.choosers,
            stays=True,
        )
        control = self.program.control
        self.weights = ModelsPresenter(control.say, control.hush, control.leaves_focus_to_reader, _weights_dir(chosen))
        self.weights.changed.connect(control.renew)
        self.preferences = SettingsPresenter(self.program, self)
        self.commands = Commands(self._press, control.forget, chosen.hotkeys.bound(), self._entries())
        self.window = MainWindow(self.commands, control, Tray.is_there)
        self.window.put_away_by_person.connect(self._on_put_away)
        self.tray = Tray(self.commands, self.window.bring)
        self.choosers.report_to(control)
        self.choosers.hidden.connect(self.out_of_sight.on_closed)
        self.out_of_sight.watch(self.tray.menu)
        for told, slots in self._connections():
            for slot in slots:
                told.connect(slot, _QUEUED)
        qt.commitDataRequest.connect(lambda _: self.program.control.quit())
        self._failure: AssistantError | None = None
        self._thread = threading.Thread(target=self._run_program, name="program")

    def _entries(self) -> list[MenuEntry]:
        """The windows of their own that tray and window offer, in the menu's order. This is where each is wired."""
        return [
            MenuEntry(later("&Settings…"), self.preferences.open),
            MenuEntry(later("&Models…"), self.weights.open),
        ]

    def _palette_entries(self) -> list[MenuEntry]:
        """What the palette opens besides: the windows of their own, and the main one."""
        return [*self._entries(), MenuEntry(later("The window of &Edge Assistant"), self.window.bring)]

    def _connections(self) -> list[tuple[SignalInstance, tuple[Callable[..., None], ...]]]:
        """What shows what is told."""
        bridge, window, tray = self.bridge, self.window, self.tray
        return [
            (bridge.happened, (window.show_event,)),
            (bridge.condition, (window.show_condition, tray.show_condition)),
            (bridge.wanted, (window.bring,)),
            (bridge.question_wanted, (window.bring_for_question,)),
            (bridge.pictured, (window.show_picture,)),
            (bridge.questioned, (window.show_question,)),
            (bridge.thinking, (window.show_think, self.commands.show_think)),
            (bridge.forgotten, (window.forget,)),
            (bridge.ended, (self._on_ended,)),
            (self.preferences.changed, (self._on_settings,)),
        ]

    @Slot(object)
    def _on_settings(self, settings: Settings) -> None:
        """Everything that is on the screen follows other keys, another language, and another folder of weights."""
        self._qt_words.follow(settings)
        self.commands.follow(settings)
        self._labels.follow()
        self.weights.follow_folder(_weights_dir(settings))
        for each in (self.window, self.tray, self.choosers, self.weights):
            each.follow_language()

    def _press(self, action: str) -> None:
        """A menu's entry. There, asking is about the window beneath, though ours is in front."""
        if action == "ask":
            self.program.control.ask_about_window()
        else:
            self.program.control.press(action)

    def run(self) -> int:
        """Until the program ends. Raises the AssistantError that ended it."""
        signals.call(self.program.control.quit)
        if not Tray.is_there():
            QTimer.singleShot(_TRAY_COMES_MS, self, self._do_without_tray)
        self._thread.start()
        self.weights.begin()
        try:
            self._qt.exec()
        finally:
            self.tray.hide()
            self.weights.stop()
            self.program.control.quit()
            self._thread.join()
        if self._failure is not None:
            raise self._failure
        return 0

    def _run_program(self) -> None:
        failure: AssistantError | None = None
        try:
            self.program.run()
        except AssistantError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 (whoever started the program is to hear why it ended)
            _log.exception("the program ended")
            failure = explained(error)
        finally:
            self.bridge.tell_ended(failure)
            _end_soon()

    @Slot(object)
    def _on_ended(self, failure: AssistantError | None) -> None:
        self._failure = failure
        self._qt.exit(0)  # quit would first ask each window, and ours do not close

    @Slot()
    def _do_without_tray(self) -> None:
        if not Tray.is_there():
            self.program.control.tell("no-tray", tr("There is no system tray, so the window of Edge Assistant stays."))
            self.weights.after_first_run(self.window.stay_in_sight)

    def _on_put_away(self) -> None:
        self.out_of_sight.on_closed()
        if not self._told_put_away:
            self._told_put_away = True
            self.program.control.tell("put-away", tr("Edge Assistant keeps running. Quit it from its menu."))
