"""How a screen looks: style, colours, font, sizes; chosen by a generator from what this computer has."""

from __future__ import annotations

import os
import random
import sys
from dataclasses import dataclass, replace

from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from edge_assistant.system import pyside_workaround
from edge_assistant.system.errors import InputError
from edge_assistant.system.i18n import tr

_LEAST_POINTS, _MOST_POINTS = 8, 20
_SCALES = (1.0, 1.5, 2.0)
# Sizes in logical pixels; the picture's is at most 1920 x 1080.
_SIZES = (
    (640, 400),
    (800, 500),
    (800, 600),
    (960, 540),
    (1024, 768),
    (1280, 720),
    (1280, 800),
    (1366, 768),
    (1600, 900),
    (1920, 1080),
)
MOST_PIXELS = (1920, 1080)
_STYLES = ("Fusion", "Windows")  # which every system has; native styles do not draw offscreen
# Fonts of signs, of mathematics, and those that imitate handwriting.
_UNFIT_FAMILIES = ("symbol", "math", "d050000l", "z003", "dingbats", "emoji", "icon", "chancery", "script", "awesome")
_ALIASES = frozenset(("monospace", "sans", "sans serif", "serif"))  # for families that have names of their own
# Window, text, base, button: from light to dark.
_LIGHT = (
    ("#f0f0f0", "#101010", "#ffffff", "#e6e6e6"),
    ("#ffffff", "#202020", "#fafafa", "#ececec"),
    ("#e8ecf1", "#0d1b2a", "#ffffff", "#dde3ea"),
    ("#f4efe6", "#2b2118", "#fffdf8", "#e9e0d0"),
)
# Fusion outlines widgets darker than the window, which nobody sees in the dark, so the base is lighter than it.
_DARK = (
    ("#1e1f22", "#e8e8e8", "#36383d", "#45484f"),
    ("#17202a", "#dfe7ef", "#2f3d4d", "#3d4f63"),
    ("#000000", "#ffffff", "#2b2b2b", "#383838"),
)
_ACCENTS = ("#1f5fa8", "#0b7a4b", "#8a2b62", "#a34a00", "#4b3fa7")
_BACKDROPS = ("#2b5876", "#3a6b4f", "#5b4b7a", "#7a5240", "#4a4f57", "#8fa9bf")
_BASIC_LETTERS = "ABCabc123"  # which every font that is meant for reading has
_DIMMED = 0.5  # share of the text's colour in that of a greyed label


@dataclass(frozen=True, slots=True)
class Look:
    """The look of one screen. Sizes are logical pixels, of which each is `scale` pixels of the picture."""

    style: str
    dark: bool
    colours: tuple[str, str, str, str]
    accent: str
    backdrop: str
    family: str
    points: int
    scale: float
    size: tuple[int, int]
    keep_scale: bool = False
    """Whether the scale was asked for: then a picture may become larger than a screen."""

    def roomier(self) -> Look | None:
        """Return the look with the next smaller font, scale or larger screen; None where there is no more room."""
        if self.points > _LEAST_POINTS:
            return replace(self, points=self.points - 1)
        if self.scale > 1 and not self.keep_scale:
            return replace(self, scale=_SCALES[_SCALES.index(self.scale) - 1])
        larger = _SIZES.index(self.size) + 1
        return replace(self, size=_SIZES[larger]) if larger < len(_SIZES) else None

    def palette(self) -> QPalette:
        """The colours as Qt's palette, the same whether a window is active or not."""
        window, text, base, button = (QColor(each) for each in self.colours)
        roles = QPalette.ColorRole
        palette = QPalette()
        for role, colour in (
            (roles.Window, window),
            (roles.WindowText, text),
            (roles.Base, base),
            (roles.AlternateBase, button),
            (roles.Text, text),
            (roles.Button, button),
            (roles.ButtonText, text),
            # The edges of widgets: in dark colours they are lighter than the ground, or they would not be seen.
            (roles.Light, blend(text, button, 0.4) if self.dark else button.lighter(115)),
            (roles.Midlight, blend(text, button, 0.25) if self.dark else button.lighter(107)),
            (roles.Mid, blend(text, button, 0.3) if self.dark else button.darker(130)),
            (roles.Dark, blend(text, button, 0.5) if self.dark else button.darker(160)),
            (roles.Shadow, blend(text, button, 0.6) if self.dark else QColor("#000000")),
            (roles.Highlight, QColor(self.accent)),
            (roles.HighlightedText, QColor("#ffffff")),
            (roles.PlaceholderText, blend(text, base, _DIMMED)),
        ):
            palette.setColor(role, colour)
        for role in (roles.WindowText, roles.Text, roles.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, blend(text, window, _DIMMED))
        return palette


def blend(colour: QColor, ground: QColor, share: float) -> QColor:
    """Mix two colours; `share` is the first one's, from 0 to 1."""

    def mix(one: int, other: int) -> int:
        return int(share * one + (1 - share) * other)

    return QColor(
        mix(colour.red(), ground.red()), mix(colour.green(), ground.green()), mix(colour.blue(), ground.blue())
    )


def application() -> QApplication:
    """Return a new application on the offscreen platform. Raises InputError (code `no-fonts`)."""
    pyside_workaround.keep_constants_alive()
    if sys.platform == "win32":  # there the offscreen platform reads fonts from a folder only, which Qt comes without
        os.environ.setdefault("QT_QPA_FONTDIR", os.path.expandvars(r"%WINDIR%\Fonts"))
    made = QApplication(["edge-assistant", "-platform", "offscreen"])
    made.setCursorFlashTime(0)
    made.setQuitOnLastWindowClosed(False)
    if not fitting_families(_BASIC_LETTERS):
        raise InputError(
            tr("No screens can be drawn: this computer has no fonts. Install one, such as DejaVu."), code="no-fonts"
        )
    return made


def fitting_families(text: str) -> list[str]:
    """Return the families, in alphabetical order, that have every letter of a text, and are meant for reading."""
    letters = {each for each in text if not each.isspace()}
    found = []
    # Two foundries' families of one name are told apart by a suffix, and each may have some of the styles only.
    for family in sorted({each.partition(" [")[0] for each in QFontDatabase.families()}):
        name = family.lower()
        if name in _ALIASES or any(unfit in name for unfit in _UNFIT_FAMILIES):
            continue
        if QFontDatabase.isPrivateFamily(family) or not QFontDatabase.isSmoothlyScalable(family):
            continue
        font = QFont(family, 12)
        font.setStyleStrategy(QFont.StyleStrategy.NoFontMerging)
        metrics = QFontMetrics(font)
        if all(metrics.inFontUcs4(ord(letter)) for letter in letters):
            found.append(family)
    return found


def choose_look(rng: random.Random, families: list[str], scale: float | None = None) -> Look:
    """Choose a look with one of the families; a `scale` is kept, None is for any."""
    dark = rng.random() < 0.35
    styles = [each for each in _STYLES if each in QStyleFactory.keys()]  # noqa: SIM118 (no dictionary)
    sizes = [
        (size, fitting)
        for size in _SIZES
        for fitting in (_SCALES if scale is None else (scale,))
        if size[0] * fitting <= MOST_PIXELS[0] and size[1] * fitting <= MOST_PIXELS[1]
    ]
    chosen = rng.choice(_SCALES) if scale is None else scale
    size = rng.choice([each for each, fitting in sizes if fitting == chosen])
    return Look(
        rng.choice(styles),
        dark,
        rng.choice(_DARK if dark else _LIGHT),
        rng.choice(_ACCENTS),
        rng.choice(_BACKDROPS),
        rng.choice(families),
        rng.randrange(_LEAST_POINTS, _MOST_POINTS + 1),
        chosen,
        size,
        keep_scale=scale is not None,
    )
