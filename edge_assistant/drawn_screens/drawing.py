"""Drawing of screens in a process of its own: no running window is disturbed, and its memory is freed at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from edge_assistant.drawn_screens.truth import KINDS, DrawnScreen, Kind, SkippedLanguage

LANGUAGES = ("en", "de", "fr", "es", "pl", "ru", "el", "ar", "zh", "ja")


def draw_screens(
    kinds: Sequence[Kind] = KINDS,
    *,
    seed: int = 0,
    languages: Sequence[str] = ("en",),
    count: int = 1,
    on_skip: Callable[[SkippedLanguage], None] = lambda _: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[DrawnScreen]:
    """Draw `count` screens of each kind in each language, the first of every kind and language first.

    The same seed gives the same screens, to the pixel on one computer; they differ from one seed to the next. Each is
    drawn when it is asked for, in 10 to 300 ms. `on_skip` is called once for each language that no font here has the
    letters of. Raises InputError (code `not-installed` without Qt, `no-fonts` without any font) and CancelledError.
    """
    raise NotImplementedError
