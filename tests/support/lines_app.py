"""The app of watched_app.py, which besides prints "spoken: …" for what its voice would speak.

With a first argument "table" every picture is read as one page with a table, in the place of text recognition.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any

TITLE, PRICES = "Prices of today", (("Fruit", "Price"), ("Apples", "3.20"), ("Pears", "4.10"))


def main() -> None:
    """Run the app."""
    from qt_input import print_line

    from edge_assistant.controller.speech_channel import SpeechChannel

    say = SpeechChannel.say

    def say_and_print(channel: SpeechChannel, text: str, *arguments: Any, **options: Any) -> Any:
        print_line(f"spoken: {text}")
        return say(channel, text, *arguments, **options)

    SpeechChannel.say = say_and_print  # type: ignore[method-assign]
    if sys.argv[1] == "table":
        del sys.argv[1]
        from edge_assistant.ocr import client
        from support.text_pages import PageReader, page

        client.TextReader.read = PageReader(page(TITLE, PRICES)).read  # type: ignore[method-assign, assignment]
    runpy.run_path(str(Path(__file__).with_name("app_under_test.py")), run_name="__main__")


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    sys.path[:0] = [str(here), str(here.parent)]
    main()
