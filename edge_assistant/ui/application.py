"""The desktop application: creates the service, the windows and the tray, connects them, and shuts them down."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, SignalInstance, Slot
from PySide6.QtWidgets import QApplication, QWidget

from edge_assistant.capture import qt_subprocess
from edge_assistant.controller.remote_commands import RemoteCommands
from edge_assistant.controller.service import Service, ServiceOptions
from edge_assistant.settings import schema, store
from edge_assistant.settings.schema import Settings
from edge_assistant.speech.qt_announcer import create_announcer
from edge_assistant.system import pyside_workaround
from edge_assistant.system.cancellation import Cancellation
from edge_assistant.system.errors import AssistantError, InputError, NotRunningError, UsageError, run_safely
from edge_assistant.system.i18n import tr, tr_noop
from edge_assistant.system.ipc import SHOW, AlreadyRunningError, IpcServer, default_endpoint, send
from edge_assistant.system.parts import list_parts
from edge_assistant.system.terminal import print_line
from edge_assistant.system.windows_app_id import set_app_id
from edge_assistant.text.languages import language_of
from edge_assistant.ui import display_loss, front, save_dialogs
from edge_assistant.ui.about_dialog import AboutDialog
from edge_assistant.ui.commands import Commands, MenuEntry
from edge_assistant.ui.controller_signals import ControllerSignals
from edge_assistant.ui.enter_key import EnterPresses
from edge_assistant.ui.garbage_collection import GuiGarbageCollection
from edge_assistant.ui.help.presenter import HelpPresenter
from edge_assistant.ui.history_window import HistoryWindow
from edge_assistant.ui.icons.status import status_icon
from edge_assistant.ui.lines.screen_frame import ScreenFrame
from edge_assistant.ui.lines.window import LinesWindow
from edge_assistant.ui.look import Look
from edge_assistant.ui.main_window import MainWindow
from edge_assistant.ui.models.dialog import ModelsDialog
from edge_assistant.ui.models.presenter import ModelsPresenter
from edge_assistant.ui.overlay.find_window import FindWindow
from edge_assistant.ui.overlay.overlays import Overlays
from edge_assistant.ui.overlay.palette import Palette
from edge_assistant.ui.retranslate import QtTranslations, TranslatedLabels
from edge_assistant.ui.settings.dialog import SettingsDialog
from edge_assistant.ui.settings.presenter import SettingsPresenter
from edge_assistant.ui.speaking.announcer import FocusAnnouncer
from edge_assistant.ui.spelling_window import SpellingWindow
from edge_assistant.ui.tray import Tray
from edge_assistant.ui.tutorial.presenter import TutorialPresenter
from edge_assistant.ui.window_hider import WindowHider

_SERVICE_END_S = 20.0  # the parts of the service have limits of their own; what is left ends with the program
_TRAY_TIMEOUT_MS = 2000
"""At login the tray may start later than this program; after this time there is taken to be none."""

_EXIT_TIMEOUT_S = 5.0
"""Time that Qt has for its own shutdown before the process is ended."""

_LISTED_WINDOWS = (
    (tr_noop("Settings"), SettingsDialog),
    (tr_noop("Models"), ModelsDialog),
    (tr_noop("Spell a word"), SpellingWindow),
    (tr_noop("Last answers"), HistoryWindow),
    (tr_noop("Lines of the picture"), LinesWindow),
    (tr_noop("Find a text"), FindWindow),
    (tr_noop("List of choices"), Palette),
)
"""The windows whose keys stand in the list of all keys besides those of the main window."""

_QUEUED = Qt.ConnectionType.QueuedConnection


def run(options: ServiceOptions, cancellation: Cancellation) -> None:
    """Run the application until the cancellation, the menu or a trigger ends it.

    Raises AssistantError when it cannot start.
    """
    commands = RemoteCommands()
    try:
        server = IpcServer(default_endpoint(), commands.answer)
    except AlreadyRunningError:
        _show_running_instance()
        return
    try:
        _check_display()
        pyside_workaround.keep_constants_alive()
        set_app_id()
        display_loss.install_message_handler(options)
        qt_app = QApplication(["edge-assistant"])
        GuiGarbageCollection(qt_app)
        qt_app.setApplicationName("edge-assistant")  # the title of menus on Windows, where it would be "python"
        qt_app.setDesktopFileName("edge-assistant")
        qt_app.setWindowIcon(status_icon("ready"))
        qt_app.setQuitOnLastWindowClosed(False)
        settings, problem = store.load_or_back_up(schema.path())
        app = Application(qt_app, options, settings)
        app.service.report_settings_file(problem)
        commands.serve(app.service, app.controller_signals.show_requested.emit)
        with cancellation.calling(app.service.quit):
            app.run()
    finally:
        server.close()


def _check_display(platform: str = sys.platform) -> None:
    """Raise InputError where no display answers: Qt would end the process there.

    It takes a process with Python and Qt to find out. On Windows and macOS there always is a display.
    """
    if platform in ("win32", "darwin"):
        return
    try:
        qt_subprocess.query_monitors()
    except InputError as error:
        if error.code != "no-display":
            raise
        sentence = tr("No display answers. Start edge-assistant listen, which needs none.")
        raise InputError(sentence, code=error.code) from error


def _schedule_forced_exit() -> None:
    """End the process in a while, whatever happens: Qt's shutdown never returns where the display answers no more."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    faulthandler.dump_traceback_later(_EXIT_TIMEOUT_S, exit=True, file=devnull)


def _show_running_instance() -> None:
    """Have the instance that is already running show its window."""
    print_line(tr("Edge Assistant is already running."))
    with contextlib.suppress(NotRunningError):  # it has just ended
        if answer := send(default_endpoint(), SHOW):
            print_line(answer)


def _models_dir(settings: Settings) -> Path | None:
    """Return the settings' folder of models; None where its ~user is unknown, which loading the model reports."""
    try:
        return settings.weights_dir
    except UsageError:
        return None


class Application(QObject):
    """The parts of the application, and their connections. The service runs on a thread of its own; everything else
    belongs to the GUI thread."""

    def __init__(self, qt_app: QApplication, options: ServiceOptions, settings: schema.Settings) -> None:
        super().__init__()
        self._qt_app = qt_app
        self._hide_announced = False
        self._about: AboutDialog | None = None
        self._announcer_widget = QWidget()  # never shown, but a screen reader receives its announcements
        TranslatedLabels(self._announcer_widget).add(
            self._announcer_widget.setAccessibleName, tr_noop("Edge Assistant")
        )
        self._look = Look(qt_app)
        self._look.apply_settings(settings)
        self._qt_translations = QtTranslations(qt_app)
        self._qt_translations.apply_settings(settings)
        self.window_hider = WindowHider()
        self.controller_signals = ControllerSignals(self.window_hider)
        self.overlays = Overlays(self._palette_entries)
        self.service = Service(
            options,
            settings,
            self.controller_signals.event_received.emit,
            on_status_change=self.controller_signals.status_changed.emit,
            announce=create_announcer(self._announcer_widget),
            view=self.controller_signals,
            overlay_view=self.overlays,
            keep_running=True,
        )
        posting, controller, speech = self.service.event_loop.posting, self.service.controller, self.service.speech
        self.settings_presenter = SettingsPresenter(self.service, self)
        self.models = ModelsPresenter(
            posting(speech.say),
            posting(speech.silence),
            _models_dir(settings),
            self.settings_presenter.access,
        )
        controller.is_asking = lambda: self.models.is_asking
        self.tutorial = TutorialPresenter(self.service)
        self.models.tutorial_requested.connect(self.tutorial.open)
        self.tutorial.opened.connect(self.models.on_tutorial_opened)
        self.models.changed.connect(posting(controller.reload_model))
        self.models.removing.connect(posting(controller.unload_model))
        self.commands = Commands(
            self._run_action,
            posting(controller.forget),
            settings.keys_by_action(),
            [
                *self._menu_entries(),
                MenuEntry(tr_noop("Report a pro&blem…"), self._report_problem, "help"),
                MenuEntry(tr_noop("&About Edge Assistant"), self._open_about, "help"),
            ],
        )
        self.window = MainWindow(self.commands, self.service, Tray.is_available)
        self.window.closed_by_user.connect(self._on_window_closed)
        self.window_hider.question_window = self.window
        self.spelling = SpellingWindow(
            posting(speech.say), posting(speech.silence), lambda: self.service.settings.spoken_language
        )
        self.history = HistoryWindow(self._say_sentence, posting(speech.silence))
        self.lines = LinesWindow(
            self._say_sentence,
            posting(speech.silence),
            speech.reader_announces_focus,
            lambda: self.service.settings.spoken_language,
        )
        self.screen_frame = ScreenFrame(self)
        self.tray = Tray(self.commands, self.window.bring_to_front)
        self.help = HelpPresenter(qt_app, self.service, self.window, _LISTED_WINDOWS)
        controller.takes_press = lambda action: self.help.takes_press(action) or self.tutorial.takes_press(action)
        self.focus_announcer = FocusAnnouncer(qt_app, posting(speech.say_focus), speech.reader_announces_focus)
        self.focus_announcer.watch_menu(self.tray.menu)
        self._enter_presses = EnterPresses(qt_app)
        self.overlays.set_service(self.service)
        self.overlays.hidden.connect(self.window_hider.note_closed)
        self.overlays.hidden.connect(self.tutorial.on_overlay_hidden, _QUEUED)  # after what the closing says
        self.lines.hidden.connect(self.window_hider.note_closed)
        self.history.hidden.connect(self.window_hider.note_closed)
        self.spelling.hidden.connect(self.window_hider.note_closed)
        self.lines.place_changed.connect(self.screen_frame.mark)
        self.window_hider.watch_menu(self.tray.menu)
        for signal, slots in self._connections():
            for slot in slots:
                signal.connect(slot, _QUEUED)
        qt_app.commitDataRequest.connect(lambda _: self.service.quit())
        self._failure: AssistantError | None = None
        self._thread = threading.Thread(target=self._run_service, name="service")

    def _menu_entries(self) -> list[MenuEntry]:
        """Return the menu entries that open other windows, in the menu's order. A new window is added here."""
        return [
            MenuEntry(tr_noop("&Settings…"), self.settings_presenter.open),
            MenuEntry(tr_noop("Mo&dels…"), self.models.open),
            MenuEntry(tr_noop("&Tutorial"), self.tutorial.open, "help"),
        ]

    def _report_problem(self) -> None:
        """Ask where to save a report of a problem, over the main window if that is shown."""
        save_dialogs.save_report(self.window if self.window.isVisible() else None, self.service.tell)

    def _open_about(self) -> None:
        """Open the window about the program; there is at most one."""
        if self._about is None:
            self._about = AboutDialog(list_parts())
            self._about.destroyed.connect(self._on_about_closed)
        front.bring_to_front(self._about, lambda sentence: self.service.tell("behind", sentence))

    @Slot()
    def _on_about_closed(self) -> None:
        self._about = None

    def _palette_entries(self) -> list[MenuEntry]:
        """Return the windows that the palette offers: those of the menu, and the main window."""
        tools = [entry for entry in self._menu_entries() if entry.menu == "tools"]
        return [*tools, MenuEntry(tr_noop("The window of &Edge Assistant"), self.window.bring_to_front)]

    def _connections(self) -> list[tuple[SignalInstance, tuple[Callable[..., None], ...]]]:
        """Return each signal with the slots to connect to it."""
        controller_signals, window, tray = self.controller_signals, self.window, self.tray
        return [
            (controller_signals.event_received, (window.show_event,)),
            (controller_signals.status_changed, (window.show_status, tray.show_status, self.tutorial.show_status)),
            (controller_signals.show_requested, (window.bring_to_front,)),
            (controller_signals.question_requested, (window.show_for_question,)),
            (controller_signals.picture_changed, (window.show_picture, self.lines.show_picture)),
            (controller_signals.question_accepted, (window.show_question,)),
            (controller_signals.more_accepted, (window.show_more,)),
            (controller_signals.spelling_requested, (self.spelling.open_words,)),
            (controller_signals.history_requested, (self.history.open_answers,)),
            (self.history.closed, (self._on_list_closed,)),
            (self.spelling.closed, (self._on_list_closed,)),
            (controller_signals.lines_requested, (self.lines.open_lines,)),
            (self.lines.closed, (self._on_lines_closed,)),
            (controller_signals.keys_requested, (self.help.open_keys,)),
            (controller_signals.key_help_switched, (self.help.switch_key_help,)),
            (controller_signals.think_changed, (window.show_think, self.commands.show_think)),
            (controller_signals.shortcuts_switched, (self.commands.show_shortcuts, tray.show_shortcuts)),
            (
                controller_signals.forget_requested,
                (window.forget, self.spelling.forget, self.lines.forget, self.history.forget),
            ),
            (controller_signals.service_ended, (self._on_service_ended,)),
            (self.settings_presenter.changed, (self._on_settings_changed,)),
        ]

    @Slot(object)
    def _on_settings_changed(self, settings: Settings) -> None:
        """Apply a changed look, hotkeys, another language and another folder of models to everything on the screen."""
        self._look.apply_settings(settings)
        self._qt_translations.apply_settings(settings)
        self.commands.apply_settings(settings)
        self.models.set_models_dir(_models_dir(settings))
        self.models.apply_settings(settings)

    def _run_action(self, action: str) -> None:
        """Run an action from a menu. From there, "ask" means the window beneath, although ours is in front."""
        post, controller = self.service.event_loop.post, self.service.controller
        if action == "ask":
            post(controller.ask_about_window)
        else:
            post(controller.press, action)

    def _say_sentence(self, text: str) -> None:
        """Have a text spoken in its language."""
        self.service.event_loop.post(self.service.speech.say, text, language=language_of(text))

    @Slot(bool)
    def _on_lines_closed(self, had_focus: bool) -> None:
        self.service.event_loop.post(self.service.controller.lines_closed, restore_focus=had_focus)

    @Slot(bool)
    def _on_list_closed(self, had_focus: bool) -> None:
        self.service.event_loop.post(self.service.controller.list_closed, restore_focus=had_focus)

    def run(self) -> None:
        """Run until the service ends. Raises the AssistantError that ended it."""
        if not Tray.is_available():
            QTimer.singleShot(_TRAY_TIMEOUT_MS, self, self._continue_without_tray)
        self._thread.start()
        self.models.check_first_run()
        try:
            self._qt_app.exec()
        finally:
            self.tray.hide()
            self.models.stop()
            self.service.quit()
            self._thread.join(_SERVICE_END_S)
        if self._failure is not None:
            raise self._failure

    def _run_service(self) -> None:
        failure = run_safely(self.service.run, "the service ended")
        self.controller_signals.service_ended.emit(failure)
        _schedule_forced_exit()

    @Slot(object)
    def _on_service_ended(self, failure: AssistantError | None) -> None:
        self._failure = failure
        self._qt_app.exit(0)  # quit() would first ask each window to close, and ours refuse

    @Slot()
    def _continue_without_tray(self) -> None:
        if not Tray.is_available():
            self.models.after_first_run(partial(self.tutorial.call_after, self._stay_without_tray))

    def _stay_without_tray(self) -> None:
        self.service.tell("no-tray", tr("There is no system tray, so the window of Edge Assistant stays."))
        self.window.show_without_focus()

    def _on_window_closed(self) -> None:
        self.window_hider.note_closed()
        running = tr("Still running in the tray.") if Tray.is_available() else tr("Still running, minimized.")
        self.service.tell("put-away", tr("Closed.") if self._hide_announced else running)
        self._hide_announced = True
