"""Find and click: typed letters are looked for in the frozen window's text; Enter goes there, and then clicks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Literal

from edge_assistant.assistant.picture_text import PictureText
from edge_assistant.assistant.text_search import Match, find_text, spoken_match, unreadable_sentence
from edge_assistant.capture.backends import Backend
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.capture.pointer import Pointer
from edge_assistant.capture.snapshot import Snapshot
from edge_assistant.capture.targets import spoken_title
from edge_assistant.controller.event_loop import EventLoop
from edge_assistant.controller.frozen_desktop import FrozenDesktop
from edge_assistant.controller.safe_click import ClickTarget, click_if_unchanged
from edge_assistant.controller.view import OverlayView, View
from edge_assistant.ocr.client import TextReader
from edge_assistant.system.errors import AssistantError, InputError, run_safely
from edge_assistant.system.i18n import tr

Locate = Callable[
    [CapturedPicture, str, Callable[[tuple[Match, ...], AssistantError | None], None]], Callable[[], None]
]
"""Has the model look for something in a picture: (picture, what, on_located). Returns what cancels that; `on_located`
is called on the event loop's thread with what was found, or why nothing could be.
"""

_FRONT_S = 0.6
"""Seconds after a click in which a window that it opens comes to the front."""


@dataclass(slots=True)
class _Search:
    """The open search: its picture with that one's text, what was typed, and which of the matches is the current one.

    `pointer` says whether it is on its way to the current match, or there; "sure": the person was told once more that
    the match may be none. `start` is where it was before. `cancel_model` ends the model's search that is under way.
    `goes_back`: the search was closed, and the pointer belongs where it was before.
    """

    ticket: int
    snapshot: Snapshot
    backend: Backend
    captured: CapturedPicture
    text: PictureText
    query: str = ""
    matches: tuple[Match, ...] = ()
    number: int = 0
    pointer: Literal["", "moving", "there", "sure"] = ""
    start: tuple[int, int] | None = None
    is_read: bool = False
    failure: AssistantError | None = None
    goes_back: bool = False
    cancel_model: Callable[[], None] | None = None

    @property
    def match(self) -> Match | None:
        return self.matches[self.number] if self.matches else None

    @property
    def target(self) -> ClickTarget:
        assert self.match is not None
        return ClickTarget(self.snapshot, self.captured, self.match.box)


class Finder:
    """The search in the text of the frozen window. All methods belong to the event loop's thread.

    What the person does comes with the ticket of the overlay, and is ignored once that is closed.
    """

    def __init__(
        self,
        event_loop: EventLoop,
        reader: TextReader,
        view: View | None,
        overlay_view: OverlayView | None,
        announce: Callable[[str], None],
        tell: Callable[[str, str], None],
        close_for_click: Callable[[], None],
        locate: Locate,
    ) -> None:
        """`announce` speaks at once, in place of earlier speech; `tell` speaks and shows a notice with a code.

        `close_for_click` closes the overlay, without giving the focus back.
        """
        self._event_loop = event_loop
        self._reader = reader
        self._view = view
        self._overlay_view = overlay_view
        self._announce = announce
        self.tell = tell
        self._close_for_click = close_for_click
        self._locate = locate
        self._search: _Search | None = None

    def open(self, ticket: int, frozen_desktop: FrozenDesktop) -> None:
        """Start a search in the active window, or the whole screen where none is known. Raises AssistantError."""
        captured = frozen_desktop.capture_default()
        text = PictureText(self._reader, captured.image)
        search = _Search(ticket, frozen_desktop.snapshot, frozen_desktop.backend, captured, text)
        self._search = search
        _start(lambda: self._event_loop.post(self._on_read, search, run_safely(_reading(text), "nothing was read")))

    def close(self, *, put_pointer_back: bool) -> None:
        """Drop the search, with its picture and text."""
        search, self._search = self._search, None
        if search is None:
            return
        search.text.cancel()
        self._cancel_model(search)
        search.goes_back = put_pointer_back
        if put_pointer_back:
            _put_back(search)

    def type(self, ticket: int, query: str) -> None:
        """Look for these letters, and say the best match."""
        search = self._search_of(ticket)
        if search is not None and query != search.query:
            search.query, search.pointer = query, ""
            self._cancel_model(search)
            self._find(search)
            self._say_match(search)

    def step(self, ticket: int, by: int) -> None:
        """Go to the next match (1) or the one before (-1), and say it; at an end the last one is said again."""
        search = self._search_of(ticket)
        if search is None:
            return
        number = min(max(0, search.number + by), max(0, len(search.matches) - 1))
        if number != search.number:
            search.number, search.pointer = number, ""
        self._say_match(search)

    def enter(self, ticket: int) -> None:
        """Handle one press of Enter: the pointer goes to the match; where it is there already, it clicks.

        A match that only the model found takes one press more; where there is none, the model is asked for one.
        """
        search = self._search_of(ticket)
        if search is None or search.pointer == "moving":
            return
        match, make_pointer = search.match, search.backend.make_pointer
        if match is None:
            self._ask_model(search)
        elif make_pointer is None:
            sentence = tr("On {system} this program cannot move the pointer.", system=search.backend.name)
            self._show(search, f"{self._match_sentence(search)}. {sentence}")
        elif search.pointer == "there" and match.is_perhaps:
            search.pointer = "sure"
            self._show(
                search, tr("This may be something else. Enter clicks all the same, Escape puts the pointer back.")
            )
        elif search.pointer in ("there", "sure"):
            self._click(search, match, make_pointer())
        else:
            search.pointer = "moving"
            _start(partial(self._move, search, match, make_pointer))

    def _move(self, search: _Search, match: Match, make_pointer: Callable[[], Pointer]) -> None:
        """Move the pointer, on a thread of its own."""

        def move() -> None:
            pointer = make_pointer()
            search.start = search.start or pointer.position()
            pointer.move(*ClickTarget(search.snapshot, search.captured, match.box).point)

        failure = run_safely(move, "the pointer could not be moved")
        self._event_loop.post(self._on_moved, search, match, failure)

    def _on_moved(self, search: _Search, match: Match, failure: AssistantError | None) -> None:
        if search.goes_back:  # it was on its way when the search was closed
            _put_back(search)
        if search is not self._search or search.match is not match:
            return
        search.pointer = "" if failure is not None else "there"
        if failure is not None:
            self._show(search, str(failure))
        elif match.is_perhaps:
            sentence = tr(
                "Pointer perhaps at {text}: only the model found it. Enter goes on, Escape puts it back.",
                text=match.text,
            )
            self._show(search, sentence)
        else:
            self._show(search, tr("Pointer at {text}. Enter clicks, Escape puts it back.", text=match.text))

    def _ask_model(self, search: _Search) -> None:
        """Have the model look for what was typed, where its text is nowhere."""
        if not search.query.strip() or not (search.is_read or search.failure) or search.cancel_model is not None:
            self._say_match(search)
            return
        query = search.query

        def on_located(matches: tuple[Match, ...], failure: AssistantError | None) -> None:
            if search is not self._search or search.query != query:
                return
            search.cancel_model = None
            search.matches, search.number = matches, 0
            if failure is not None:
                self._show(search, str(failure))
            elif not matches:
                self._show(search, tr("The model did not find {text} either.", text=query))
            else:
                self._say_match(search)

        search.cancel_model = self._locate(search.captured, query, on_located)
        self._say_match(search)

    def _cancel_model(self, search: _Search) -> None:
        cancel, search.cancel_model = search.cancel_model, None
        if cancel is not None:
            cancel()

    def _click(self, search: _Search, match: Match, pointer: Pointer) -> None:
        """Close the overlay; then click, on a thread of its own, and tell how that went."""
        start = search.start or search.target.point
        target, backend, view = search.target, search.backend, self._view
        self._search = None  # so that closing does not put the pointer back
        search.text.cancel()
        self._close_for_click()

        def click() -> None:
            hidden_windows = nullcontext if view is None else view.hidden_windows
            refusal = click_if_unchanged(target, backend, pointer, hidden_windows, start)
            self._event_loop.post(self._on_clicked, refusal or tr("Clicked {text}.", text=match.text), not refusal)
            if not refusal:
                time.sleep(_FRONT_S)
                is_ours = view is not None and view.is_in_front()
                if not is_ours and (title := _other_title(search.snapshot, backend)):
                    self._event_loop.post(self._on_clicked, title, True)

        def click_safely() -> None:
            failure = run_safely(click, "the click failed")
            if failure is not None:
                self._event_loop.post(self._on_clicked, str(failure), False)

        _start(click_safely)

    def _on_clicked(self, sentence: str, clicked: bool) -> None:
        if clicked:
            self.tell("clicked", sentence)
        else:
            self.tell("not-clicked", sentence)

    def _on_read(self, search: _Search, failure: AssistantError | None) -> None:
        search.is_read, search.failure = True, failure
        if search is not self._search:
            return
        known = search.match
        self._find(search)
        if known in search.matches:
            search.number = search.matches.index(known)
        else:
            search.pointer = ""
        if failure is not None or (search.query and search.match != known):
            self._say_match(search)

    def _find(self, search: _Search) -> None:
        page = search.text.page
        search.matches = find_text(search.query, page.lines if page is not None else search.text.lines)
        search.number = 0

    def _say_match(self, search: _Search) -> None:
        self._show(search, self._match_sentence(search))

    def _match_sentence(self, search: _Search) -> str:
        if search.matches:
            return spoken_match(search.matches, search.number, search.captured.image.size)
        if search.failure is not None and search.cancel_model is None:
            return str(search.failure)
        if not search.query.strip():
            return ""
        if not search.is_read:
            return tr("Reading the text.")
        if search.cancel_model is not None:
            return tr("The model is looking for {text}. This may take minutes.", text=search.query)
        page = search.text.page
        sentence = tr("{text} was not found. Enter asks the model.", text=search.query)
        return f"{sentence} {unreadable_sentence()}" if page is not None and page.unreadable else sentence

    def _show(self, search: _Search, sentence: str) -> None:
        if self._overlay_view is not None:
            self._overlay_view.show_found(search.ticket, sentence)
        if sentence:
            self._announce(sentence)

    def _search_of(self, ticket: int) -> _Search | None:
        search = self._search
        return search if search is not None and search.ticket == ticket else None


def _put_back(search: _Search) -> None:
    """Move the pointer to where it was before the search."""
    make_pointer, start = search.backend.make_pointer, search.start
    if make_pointer is not None and start is not None:
        _start(lambda: run_safely(lambda: make_pointer().move(*start), "the pointer was not put back"))


def _reading(text: PictureText) -> Callable[[], object]:
    return lambda: text.follow(lambda _: None)


def _start(action: Callable[[], object]) -> None:
    threading.Thread(target=action, name="find", daemon=True).start()


def _other_title(snapshot: Snapshot, backend: Backend) -> str:
    """Return the title of the window in front, if that is another one than in the snapshot; else ""."""
    if backend.make_windows is None:
        return ""
    try:
        window = backend.make_windows().active()
    except InputError:
        return ""
    before = snapshot.window.number if snapshot.window is not None else None
    return "" if window is None or window.number == before else spoken_title(window.title)
