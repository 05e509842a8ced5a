"""Pictures that show nothing: blank ones, and those of a screen that a screen reader's curtain makes black."""

from __future__ import annotations

import pytest
from PIL import Image

from edge_assistant.assistant.picture_checks import refuse_blank
from edge_assistant.capture.decode import CapturedPicture
from edge_assistant.system.errors import NothingToSeeError

BLACK = Image.new("RGB", (200, 200))


def test_a_black_screen_names_the_curtain_and_its_keys() -> None:
    with pytest.raises(NothingToSeeError, match=r"NVDA\+Control\+Escape") as failure:
        refuse_blank(CapturedPicture(BLACK, origin="screen", blacked_out=True))
    assert failure.value.code == "blacked-out"


@pytest.mark.parametrize(
    "captured",
    [
        CapturedPicture(BLACK, origin="region"),
        CapturedPicture(Image.new("RGB", (200, 200), "white"), origin="window", blacked_out=True),
    ],
)
def test_another_blank_picture_does_not(captured: CapturedPicture) -> None:
    with pytest.raises(NothingToSeeError, match="has only one colour") as failure:
        refuse_blank(captured)
    assert failure.value.code == "nothing-to-see"


def test_what_a_window_drew_behind_the_curtain_is_looked_at() -> None:
    picture = BLACK.copy()
    picture.paste("white", (50, 50, 150, 150))
    refuse_blank(CapturedPicture(picture, origin="window"))
