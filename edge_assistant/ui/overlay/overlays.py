"""The palette and the region chooser of the app: opened for the waiting program, to which they report."""

from __future__ import annotations

import string
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from edge_assistant.capture.geometry import Rect
from edge_assistant.controller.palette_items import OverlayContent, PaletteItem
from edge_assistant.system.i18n import tr
from edge_assistant.ui.commands import MenuEntry
from edge_assistant.ui.overlay.palette import Palette
from edge_assistant.ui.overlay.region_selector import Frozen, RegionSelector
from edge_assistant.ui.overlay.screens import screen_of

_FOCUS_MS = 150
"""A window manager that guards the focus has refused it by then."""

_ENTRY = "entry-"


class OverlayListener(Protocol):
    """What is reported, of the moment with a ticket; all return at once."""

    def choose(self, ticket: int, choice: str, rect: Rect | None = None) -> None:
        """A choice was made; `rect` is a region, in the desktop's units."""

    def dismiss(self, ticket: int, *, give_back: bool = True) -> None:
        """It was closed without one; with `give_back` the focus goes back to the window that had it."""

    def utter(self, ticket: int, text: str, *, at_once: bool) -> None:
        """Something is to be heard, with `at_once` in place of what is being said."""

    def leaves_focus_to_reader(self) -> bool:
        """Whether a screen reader says by itself what has the keyboard."""

    def take_focus(self, ticket: int, window: int) -> None:
        """The chooser's window, by the window system's number, has not got the focus."""


class Overlays(QObject):
    """Belongs to the GUI thread; `open_chooser` and `close_chooser` may be called from any and return at once.

    `entries` are windows that the palette offers besides what is in the opening. `hidden` is emitted whenever a
    chooser has gone.
    """

    hidden = Signal()
    _opened = Signal(object, object)
    _closed = Signal(int)

    def __init__(self, entries: Callable[[], Sequence[MenuEntry]]) -> None:
        super().__init__()
        self._entries = entries
        self._reports: OverlayListener | None = None
        self._opening: OverlayContent | None = None
        self._done = 0
        self.palette = Palette(self._utter, self._leaves_focus_to_reader)
        self.region = RegionSelector(self._utter)
        self.palette.chosen.connect(self._on_chosen)
        self.region.chosen.connect(self._on_region)
        for each in (self.palette, self.region):
            each.dismissed.connect(self._on_dismissed)
        self._opened.connect(self._open, Qt.ConnectionType.QueuedConnection)
        self._closed.connect(self._close, Qt.ConnectionType.QueuedConnection)
        self._focus = QTimer(self)
        self._focus.setSingleShot(True)
        self._focus.setInterval(_FOCUS_MS)
        self._focus.timeout.connect(self._check_focus)

    def report_to(self, reports: OverlayListener) -> None:
        """Who hears of the choices; before anything is opened."""
        self._reports = reports

    @Slot()
    def follow_language(self) -> None:
        """The language may be another one now."""
        self.palette.labels.follow()

    def open_chooser(self, opening: OverlayContent) -> None:
        """Open the palette, or the region chooser in its place, whose pictures are made on a thread of their own."""
        if opening.chooser == "region":
            threading.Thread(target=self._prepare, args=(opening,), name="region", daemon=True).start()
        else:
            self._opened.emit(opening, None)

    def close_chooser(self, ticket: int) -> None:
        """Close what is open over this moment."""
        self._closed.emit(ticket)

    def _prepare(self, opening: OverlayContent) -> None:
        assert opening.snapshot is not None
        self._opened.emit(opening, Frozen.of(opening.snapshot))

    @Slot(object, object)
    def _open(self, opening: OverlayContent, frozen: Frozen | None) -> None:
        if opening.ticket <= self._done:
            return  # it was closed while its pictures were made
        self._put_away()
        self._opening = opening
        if opening.snapshot is not None and frozen is not None:
            self.region.open(opening.snapshot, frozen)
        else:
            window = opening.snapshot.window if opening.snapshot else None
            screen = screen_of(window.bounds if window else None, opening.snapshot)
            self.palette.open((*opening.choices, *self._entry_choices(opening.choices)), screen)
        self._focus.start()

    @Slot(int)
    def _close(self, ticket: int) -> None:
        self._done = max(self._done, ticket)
        if self._opening is not None and self._opening.ticket == ticket:
            self._put_away()

    def _put_away(self) -> None:
        was_open = self._opening is not None
        self._opening = None
        self._focus.stop()
        self.palette.close_quietly()
        self.region.close_quietly()
        if was_open:
            self.hidden.emit()

    def _entry_choices(self, taken: Sequence[PaletteItem]) -> list[PaletteItem]:
        """The entries, each by its access key, or where that is taken by the first of its letters that is free."""
        labels = list(enumerate(tr(each.label) for each in self._entries()))
        keys = {each.key: "" for each in taken}
        for wished in (True, False):
            for number, label in labels:
                name, access = f"{_ENTRY}{number}", label.partition("&")[2][:1].lower()
                letters = access if wished else f"{label.lower()}{string.ascii_lowercase}"
                free = [each for each in letters if each in string.ascii_lowercase and each not in keys]
                if free and name not in keys.values():
                    keys[free[0]] = name
        key_of = {name: key for key, name in keys.items()}
        return [
            PaletteItem(key_of[f"{_ENTRY}{number}"], f"{_ENTRY}{number}", label.replace("&", "").rstrip("…"))
            for number, label in labels
        ]

    def _on_chosen(self, name: str) -> None:
        opening, self._opening = self._opening, None
        self.hidden.emit()
        if opening is None or self._reports is None:
            return
        if name.startswith(_ENTRY):
            self._reports.dismiss(opening.ticket, give_back=False)
            self._entries()[int(name.removeprefix(_ENTRY))].open()
        else:
            if name == "region":
                self._opening = opening  # until the region's own window has taken its place
            self._reports.choose(opening.ticket, name)

    def _on_region(self, rect: Rect) -> None:
        opening, self._opening = self._opening, None
        self.hidden.emit()
        if opening is not None and self._reports is not None:
            self._reports.choose(opening.ticket, "region", rect)

    def _on_dismissed(self, give_back: bool) -> None:
        opening, self._opening = self._opening, None
        self.hidden.emit()
        if opening is not None and self._reports is not None:
            self._reports.dismiss(opening.ticket, give_back=give_back)

    def _utter(self, text: str, at_once: bool) -> None:
        if self._opening is not None and self._reports is not None:
            self._reports.utter(self._opening.ticket, text, at_once=at_once)

    def _leaves_focus_to_reader(self) -> bool:
        return self._reports is not None and self._reports.leaves_focus_to_reader()

    def _check_focus(self) -> None:
        windows = [self.palette, *self.region.panes]
        shown = [each for each in windows if each.isVisible()]
        if self._opening is not None and shown and self._reports and not any(each.isActiveWindow() for each in shown):
            self._reports.take_focus(self._opening.ticket, int(shown[0].winId()))
