"""Palette, region selector and search as the controller's OverlayView: opens them and reports what is chosen."""

from __future__ import annotations

import string
import threading
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from edge_assistant.capture.geometry import Rect
from edge_assistant.capture.targets import spoken_title
from edge_assistant.controller.palette_items import OverlayContent, PaletteItem
from edge_assistant.controller.service import Service
from edge_assistant.system.i18n import tr
from edge_assistant.ui import front
from edge_assistant.ui.commands import MenuEntry
from edge_assistant.ui.overlay.find_window import FindWindow
from edge_assistant.ui.overlay.palette import ENTRY_PREFIX, Palette
from edge_assistant.ui.overlay.region_selector import FrozenPictures, RegionSelector
from edge_assistant.ui.overlay.screens import screen_of

_FOCUS_MS = 150
"""Time after which a window manager with focus-stealing prevention has refused the focus."""


class Overlays(QObject):
    """Palette, region selector and search. They belong to the GUI thread; any thread may call `open_overlay` and
    `close_overlay`, which return at once."""

    hidden = Signal()
    """An overlay has been closed."""
    _open_requested = Signal(object, object)
    _close_requested = Signal(int)
    _found = Signal(int, str)

    def __init__(self, entries: Callable[[], Sequence[MenuEntry]]) -> None:
        """`entries` returns the windows that the palette offers after its own items."""
        super().__init__()
        self._entries = entries
        self._service: Service | None = None
        self._content: OverlayContent | None = None
        self._last_closed = 0
        self.palette = Palette(self._announce, self._reader_announces_focus)
        self.region = RegionSelector(self._announce)
        self.find = FindWindow(self._announce, self._reader_announces_focus)
        self.palette.chosen.connect(self._on_chosen)
        self.region.chosen.connect(self._on_region)
        self.find.typed.connect(self._on_typed)
        self.find.stepped.connect(self._on_stepped)
        self.find.entered.connect(self._on_entered)
        for each in (self.palette, self.region, self.find):
            each.dismissed.connect(self._on_dismissed)
        self._found.connect(self._show_found, Qt.ConnectionType.QueuedConnection)
        self._open_requested.connect(self._open, Qt.ConnectionType.QueuedConnection)
        self._close_requested.connect(self._close, Qt.ConnectionType.QueuedConnection)
        self._focus_timer = QTimer(self)
        self._focus_timer.setSingleShot(True)
        self._focus_timer.setInterval(_FOCUS_MS)
        self._focus_timer.timeout.connect(self._check_focus)

    def set_service(self, service: Service) -> None:
        """Set whose controller receives what is chosen; call it before anything is opened."""
        self._service = service

    def open_overlay(self, content: OverlayContent) -> None:
        """Open the palette, or in its place the search, or the region selector.

        The pictures of that one are made on a thread of their own.
        """
        if content.kind == "region":
            threading.Thread(target=self._prepare_region, args=(content,), name="region", daemon=True).start()
        else:
            self._open_requested.emit(content, None)

    def close_overlay(self, ticket: int) -> None:
        """Close the overlay of the frozen desktop with this ticket."""
        self._close_requested.emit(ticket)

    def show_found(self, ticket: int, sentence: str) -> None:
        """Show in the search of this ticket what was found."""
        self._found.emit(ticket, sentence)

    def _prepare_region(self, content: OverlayContent) -> None:
        assert content.snapshot is not None
        self._open_requested.emit(content, FrozenPictures.of(content.snapshot))

    @Slot(object, object)
    def _open(self, content: OverlayContent, frozen: FrozenPictures | None) -> None:
        if content.ticket <= self._last_closed:
            return  # closed while its pictures were made
        self._close_open_overlay()
        self._content = content
        if content.snapshot is not None and frozen is not None:
            self.region.open(content.snapshot, frozen)
        else:
            window = content.snapshot.window if content.snapshot else None
            screen = screen_of(window.bounds if window else None, content.snapshot)
            if content.kind == "find":
                self.find.open(spoken_title(window.title) if window else "", screen)
                self._focus_timer.start()
                return
            self.palette.open((*content.items, *self._entry_items(content.items)), screen)
        self._focus_timer.start()

    @Slot(int)
    def _close(self, ticket: int) -> None:
        self._last_closed = max(self._last_closed, ticket)
        if self._content is not None and self._content.ticket == ticket:
            self._close_open_overlay()

    def _close_open_overlay(self) -> None:
        was_open = self._content is not None
        self._content = None
        self._focus_timer.stop()
        self.palette.close_quietly()
        self.region.close_quietly()
        self.find.close_quietly()
        if was_open:
            self.hidden.emit()

    def _entry_items(self, items: Sequence[PaletteItem]) -> list[PaletteItem]:
        """Return the entries as items: each with its access key, or else with the first free letter of its label.

        Where all of these are taken it has 0, or another letter that is free, or is reached by the arrows only.
        """
        labels = list(enumerate(tr(each.label) for each in self._entries()))
        keys = {each.key: "" for each in items}
        for preferred in (True, False):
            for number, label in labels:
                name, access = f"{ENTRY_PREFIX}{number}", label.partition("&")[2][:1].lower()
                letters = access if preferred else f"{label.lower()}0{string.ascii_lowercase}"
                free = [each for each in letters if each in f"0{string.ascii_lowercase}" and each not in keys]
                if free and name not in keys.values():
                    keys[free[0]] = name
        key_of = {name: key for key, name in keys.items()}
        named = [(f"{ENTRY_PREFIX}{number}", label.replace("&", "").rstrip("…")) for number, label in labels]
        return [PaletteItem(key_of.get(name, ""), name, label) for name, label in named]

    def _on_chosen(self, name: str) -> None:
        content = self._take_content()
        if content is None:
            return
        if name.startswith(ENTRY_PREFIX):
            self._dismiss(content, restore_focus=False)
            self._entries()[int(name.removeprefix(ENTRY_PREFIX))].open()
        else:
            if name in ("region", "find"):
                self._content = content  # until the other overlay has replaced the palette
            self._choose(content, name)

    def _on_region(self, rect: Rect) -> None:
        if (content := self._take_content()) is not None:
            self._choose(content, "region", rect)

    def _on_typed(self, text: str) -> None:
        if self._content is not None and self._service is not None:
            self._service.event_loop.post(self._service.controller.finder.type, self._content.ticket, text)

    def _on_stepped(self, by: int) -> None:
        if self._content is not None and self._service is not None:
            self._service.event_loop.post(self._service.controller.finder.step, self._content.ticket, by)

    def _on_entered(self) -> None:
        if self._content is not None and self._service is not None:
            self._service.event_loop.post(self._service.controller.finder.enter, self._content.ticket)

    @Slot(int, str)
    def _show_found(self, ticket: int, sentence: str) -> None:
        if self._content is not None and self._content.ticket == ticket:
            self.find.show_found(sentence)

    def _on_dismissed(self, restore_focus: bool) -> None:
        if (content := self._take_content()) is not None:
            self._dismiss(content, restore_focus=restore_focus)

    def _take_content(self) -> OverlayContent | None:
        """Return the content of the overlay, which was closed."""
        content, self._content = self._content, None
        self.hidden.emit()
        return content

    def _choose(self, content: OverlayContent, name: str, rect: Rect | None = None) -> None:
        if self._service is not None:
            self._service.event_loop.post(self._service.controller.choose, content.ticket, name, rect)

    def _dismiss(self, content: OverlayContent, *, restore_focus: bool) -> None:
        if self._service is not None:
            self._service.event_loop.post(self._service.controller.dismiss, content.ticket, restore_focus=restore_focus)

    def _announce(self, text: str, at_once: bool) -> None:
        if self._content is not None and self._service is not None:
            self._service.event_loop.post(
                self._service.controller.announce, self._content.ticket, text, at_once=at_once
            )

    def _reader_announces_focus(self) -> bool:
        return self._service is not None and self._service.speech.reader_announces_focus()

    def _check_focus(self) -> None:
        windows = [self.palette, self.find, *self.region.panes]
        shown = [each for each in windows if each.isVisible()]
        if self._content is not None and shown and self._service and not any(each.isActiveWindow() for each in shown):
            controller, post = self._service.controller, self._service.event_loop.post
            ticket, sentence = self._content.ticket, front.behind_sentence(shown[0])
            on_refused = partial(post, controller.announce, ticket, sentence, at_once=False)
            post(controller.take_focus, ticket, int(shown[0].winId()), on_refused)
