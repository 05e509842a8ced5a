"""The windows on an X server from bottom to top, and which of them are open menus; read through python-xlib."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from Xlib.display import Display

_MENU_TYPES = ("DROPDOWN_MENU", "POPUP_MENU", "COMBO")
"""The ends of _NET_WM_WINDOW_TYPE_… (EWMH) of what opens for a moment and has the keyboard meanwhile."""

_HEAD_WORDS = 8
"""32-bit words that are read of a property: a window has few types, and one process."""


@dataclass(frozen=True, slots=True)
class TopWindow:
    """A window that is seen; left and top are those of its border's outer edge. `process` is 0 where it is not told."""

    id: int
    left: int
    top: int
    width: int
    height: int
    is_menu: bool
    process: int


def top_windows(display: Display, above: int | None = None) -> list[TopWindow]:
    """Return the windows that are seen, from bottom to top; only those above the one with the id `above`, if given.

    All questions are sent before the first answer is read, so that many windows cost little time. Raises
    ConnectionClosedError.
    """
    from Xlib import X
    from Xlib.protocol import request

    server = display.display
    children = [child.id for child in display.screen().root.query_tree().children]
    if above is not None:
        children = children[children.index(above) + 1 :] if above in children else []
    type_atom, process_atom = display.get_atom("_NET_WM_WINDOW_TYPE"), display.get_atom("_NET_WM_PID")
    menu_types = {display.get_atom(f"_NET_WM_WINDOW_TYPE_{name}") for name in _MENU_TYPES}

    def ask_property(window: int, atom: int) -> Any:
        return request.GetProperty(
            display=server, defer=True, delete=False, window=window, property=atom, type=X.AnyPropertyType,
            long_offset=0, long_length=_HEAD_WORDS,
        )  # fmt: skip

    questions = [
        (
            child,
            request.GetWindowAttributes(display=server, defer=True, window=child),
            request.GetGeometry(display=server, defer=True, drawable=child),
            ask_property(child, type_atom),
            ask_property(child, process_atom),
        )
        for child in children
    ]
    found = []
    for child, *deferred in questions:
        attributes, geometry, types, process = (_answer(each) for each in deferred)
        if attributes is None or geometry is None:  # it is gone
            continue
        if attributes.map_state != X.IsViewable or attributes.win_class == X.InputOnly:
            continue
        border = 2 * geometry.border_width
        is_menu = bool(attributes.override_redirect) and not menu_types.isdisjoint(_numbers(types))
        found.append(
            TopWindow(
                child, geometry.x, geometry.y, geometry.width + border, geometry.height + border, is_menu,
                next(iter(_numbers(process)), 0),
            )
        )  # fmt: skip
    return found


def _answer(question: Any) -> Any:
    """Return the answer to a question; None where its window is gone."""
    from Xlib.error import XError

    try:
        question.reply()
    except XError:
        return None
    return question


def _numbers(answer: Any) -> list[int]:
    if answer is None or not answer.property_type or answer.value[0] != 32:
        return []
    return [int(each) for each in answer.value[1]]
