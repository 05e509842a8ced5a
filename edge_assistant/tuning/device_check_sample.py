"""What devices are compared by: drawn pictures of two sizes, and a text."""

from __future__ import annotations

from PIL import Image, ImageDraw

from edge_assistant.engine.device_checks import Part
from edge_assistant.engine.messages import MeasureDevice

_SIZES = ((256, 256), (640, 384))
"""Width and height in pixels: 64 and 240 image tokens. Some GPUs compute pictures of some sizes only wrongly."""

_TEXT = (
    "A window with the title Settings has a list of six names on its left, and 3 buttons: Save, Cancel and Help. "
    "Above the list is a field to search in. The first name is chosen, and its date, 14 March, is shown beside it. "
    "Say in one short sentence what can be done here."
)


def make_request(id: int, parts: list[Part]) -> MeasureDevice:
    """Return the request to compute these parts; it is the same every time."""
    pictures = tuple((draw(*size).tobytes(), *size) for size in _SIZES) if "tower" in parts else ()
    return MeasureDevice(id, pictures, _TEXT if "text" in parts else "")


def draw(width: int, height: int) -> Image.Image:
    """Draw a picture with what the vision tower tells apart: colours that change slowly, edges, lines and words."""
    across, down = Image.linear_gradient("L").rotate(90).resize((width, height)), Image.linear_gradient("L")
    down = down.resize((width, height))
    picture = Image.merge("RGB", (across, down, Image.new("L", (width, height), 160)))
    drawing = ImageDraw.Draw(picture)
    for number, (left, top) in enumerate(
        (x, y) for y in range(24, height - 40, 72) for x in range(16, width - 80, 120)
    ):
        shade = (37 * number) % 256
        drawing.rectangle((left, top, left + 96, top + 28), fill=(255, 255, shade), outline="black")
        drawing.text((left + 6, top + 8), f"Button {17 * number}", fill="black")
        drawing.line((left, top + 40, left + 96, top + 40 + number % 9), fill=(shade, 0, 255 - shade), width=3)
    return picture
